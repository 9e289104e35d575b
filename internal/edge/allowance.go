package edge

import (
	"context"
	"math"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"membergate/internal/allowance"
	"membergate/internal/viewer"
)

// What callers may ask for in production. The apps' dearest page costs 1,750 and comes to a few hundred; what an operation
// did not come to is given back.
var (
	// MemberRate: forty feeds at once, then one a second.
	MemberRate = allowance.Rate{Most: 20_000, Each: 2 * time.Millisecond}
	// DeviceRate is the same: a member has one or two at a time.
	DeviceRate = MemberRate
	// AddressRate leaves room for an office, a school or a carrier's gateway.
	AddressRate = allowance.Rate{Most: 400_000, Each: 50 * time.Microsecond}
)

// refusedCost is what a document costs that cannot run: reading it was work.
const refusedCost = 10

// maxDeviceBytes is the longest X-Device-Id that counts.
const maxDeviceBytes = 64

type callerKey struct{}

// withCaller puts where a request comes from into its context.
func (g *Gateway) withCaller(ctx context.Context, r *http.Request) context.Context {
	c := allowance.Caller{Address: AddressOf(r, g.parts.Proxies)}
	if device := r.Header.Get("X-Device-Id"); len(device) <= maxDeviceBytes {
		c.Device = device
	}
	return context.WithValue(ctx, callerKey{}, c)
}

// AddressOf is the address that a request comes from. What X-Forwarded-For says counts as far back as trusted proxies
// have said it; anybody can write the rest. Of IPv6 it is the network, because a household has a whole one.
func AddressOf(r *http.Request, trusted []netip.Prefix) string {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	address := at.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && isIn(trusted, address); i-- {
		before, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		address = before.Unmap()
	}
	if address.Is6() {
		if network, err := address.WithZone("").Prefix(64); err == nil {
			return network.String()
		}
	}
	return address.String()
}

func isIn(networks []netip.Prefix, a netip.Addr) bool {
	for _, n := range networks {
		if n.Contains(a) {
			return true
		}
	}
	return false
}

// charge is what an operation was charged, until it is known what it came to.
type charge struct {
	answer    allowance.Answer
	estimated int
}

const chargeName = "charge"

// charged takes an operation's price from its caller's buckets, or that of refusing it.
func (e *Executor) charged(ctx context.Context, op *graphql.OperationContext, errs gqlerror.List, cost int) gqlerror.List {
	c := charge{estimated: cost}
	if e.parts.Limits != nil {
		who, _ := ctx.Value(callerKey{}).(allowance.Caller)
		who.Member = viewer.From(ctx).Member
		if errs != nil {
			cost = refusedCost
		}
		if c.answer = e.parts.Limits.Ask(ctx, who, max(cost, 1)); !c.answer.Granted {
			return gqlerror.List{tooMuch(c.answer.Wait)}
		}
	}
	if errs == nil {
		op.Stats.SetExtension(chargeName, c)
	}
	return errs
}

// tooMuch tells when to come again. Clients wait for a moment more than that, so that they do not all come at once.
func tooMuch(wait time.Duration) *gqlerror.Error {
	wait = max(wait, time.Millisecond)
	e := refusal(RateLimited, "Too much was asked for in a short time; come again in %d s.", int(math.Ceil(wait.Seconds())))
	e.Extensions["retryAfterMs"] = wait.Milliseconds()
	return e
}

// settled tells what an answer cost: each object in it is 1, as it was priced.
func (e *Executor) settled(op *graphql.OperationContext, answer *graphql.Response) {
	c, ok := op.Stats.GetExtension(chargeName).(charge)
	if !ok {
		return
	}
	op.Stats.SetExtension(chargeName, nil) // later answers of the same operation give nothing back
	cost := map[string]int{"estimated": c.estimated, "actual": objects(answer.Data)}
	if e.parts.Limits != nil {
		e.parts.Limits.Settle(c.answer, max(cost["actual"], 1))
		cost["left"] = c.answer.Left
	}
	if answer.Extensions == nil {
		answer.Extensions = map[string]any{}
	}
	answer.Extensions["cost"] = cost
}

// objects counts those in an answer, but for the answer itself.
func objects(data []byte) (n int) {
	quoted := false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case c == '{' && !quoted:
			n++
		}
	}
	return max(n-1, 0)
}
