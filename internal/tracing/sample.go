package tracing

import (
	"fmt"
	"math/rand/v2"

	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// sampler decides once for each request. A caller who does not want to be traced is not; one who wants to be is drawn
// like everybody, and by chance instead of by the trace's id: the id is the caller's choice, so whoever chose it well
// could have every request of theirs recorded.
func sampler(share float64) sdk.Sampler {
	return sdk.ParentBased(drawn(share), sdk.WithRemoteParentSampled(drawn(share)))
}

// drawn takes a share of requests.
type drawn float64

// ShouldSample implements sdk.Sampler.
func (d drawn) ShouldSample(p sdk.SamplingParameters) sdk.SamplingResult {
	if rand.Float64() < float64(d) {
		return sdk.SamplingResult{Decision: sdk.RecordAndSample}
	}
	return sdk.SamplingResult{Decision: sdk.Drop}
}

// Description implements sdk.Sampler.
func (d drawn) Description() string { return fmt.Sprintf("drawn by chance: %g", float64(d)) }
