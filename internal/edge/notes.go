package edge

import (
	"context"
	"slices"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"go.opentelemetry.io/otel/trace"

	"membergate/internal/manifest"
	"membergate/internal/trips"
)

// notes gathers what is learned about a request while it runs; many resolvers may write at once.
type notes struct {
	mu        sync.Mutex
	id        string
	operation string
	kind      string
	trace     trace.TraceID    // the caller's or our own; zero for none
	released  bool             // the document is one that an app was released with
	release   manifest.Release // of the app, if there is a manifest of it
	cost      int
	codes     []string
	causes    []string           // what the member is not told, for the log
	stack     string             // of the first panic
	params    *graphql.RawParams // what was asked, to keep it out of causes
	count     *trips.Count
}

// maxCauses is how many different causes of one request are logged: a list of fifty fails fifty times for one reason.
const maxCauses = 3

type notesKey struct{}

func withNotes(ctx context.Context, id string) (context.Context, *notes) {
	n := &notes{id: id, count: trips.From(ctx)}
	return context.WithValue(ctx, notesKey{}, n), n
}

// note writes to the request's notes; outside of a request nobody reads it.
func note(ctx context.Context, write func(*notes)) {
	if n, ok := ctx.Value(notesKey{}).(*notes); ok {
		n.mu.Lock()
		defer n.mu.Unlock()
		write(n)
	}
}

// requestID is the id of the request that the context belongs to, empty outside of one.
func requestID(ctx context.Context) string {
	id := ""
	note(ctx, func(n *notes) { id = n.id })
	return id
}

func (n *notes) code(code Code) {
	if !slices.Contains(n.codes, string(code)) {
		n.codes = append(n.codes, string(code))
	}
}

func (n *notes) cause(cause string) {
	if len(n.causes) < maxCauses && !slices.Contains(n.causes, cause) {
		n.causes = append(n.causes, cause)
	}
}
