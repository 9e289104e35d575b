// Package edge is where requests come in: it reads GraphQL over HTTP, says who asks, refuses what asks for too much
// before anything runs, gives every request a deadline, and turns every error into one of a few codes.
package edge

import (
	"context"
	"log/slog"
	"net/netip"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"membergate/internal/allowance"
	"membergate/internal/manifest"
	"membergate/internal/viewer"
)

// Parts is what a gateway is made of.
type Parts struct {
	Schema       graphql.ExecutableSchema
	Authenticate func(ctx context.Context, token string) (viewer.Viewer, error) // faults of the kinds Unauthenticated and Unavailable
	Extensions   []graphql.HandlerExtension                                     // what each operation is wrapped in, such as its loaders
	Production   bool                                                           // no introspection, suggestions or store counts
	Sandbox      bool                                                           // X-Debug-Now moves a query's clock
	Texts        Texts                                                          // documents that clients name by their hash; nil keeps none
	Released     *manifest.Followed                                             // documents that apps were released with; nil is none
	Limits       *allowance.Limits                                              // what callers may ask for; nil is as much as they like
	Origins      []string                                                       // of web pages that may open sockets, in lower case; those of the gateway's own host always may
	Ended        func(ctx context.Context, who viewer.Viewer) <-chan struct{}   // closes when who is signed out or has lost a right; nil: never
	Crowd        *Crowd                                                         // how many requests run at once; nil is as many as come
	Proxies      []netip.Prefix                                                 // whose X-Forwarded-For is believed
	OnlyReleased bool                                                           // nothing else runs
	Log          *slog.Logger                                                   // one line for each request; nil says nothing
	Observe      func(Record)                                                   // hears of each finished request, for metrics; nil is nobody
}

// Gateway answers GraphQL requests. It is an http.Handler for one path, and safe for use by many goroutines.
type Gateway struct {
	parts Parts
	exec  *Executor
	open  *connections
	desks *reservations
}

// New makes a gateway.
func New(parts Parts) *Gateway {
	if parts.Log == nil {
		parts.Log = slog.New(slog.DiscardHandler)
	}
	if parts.Observe == nil {
		parts.Observe = func(Record) {}
	}
	return &Gateway{parts: parts, exec: newExecutor(parts), open: newConnections(), desks: newReservations()}
}

// Executor is what other transports (WebSocket, event streams) run operations with: the same limits, errors and
// loaders hold there.
func (g *Gateway) Executor() *Executor { return g.exec }

// deadline gives an operation its time; a subscription has none.
func deadline(ctx context.Context, op *graphql.OperationContext) (context.Context, context.CancelFunc) {
	switch op.Operation.Operation {
	case ast.Query:
		return context.WithTimeout(ctx, readDeadline)
	case ast.Mutation:
		return context.WithTimeout(ctx, writeDeadline)
	}
	return context.WithCancel(ctx)
}

// Record is what is known of a finished request. It holds no variables, tokens or member ids.
type Record struct {
	RequestID string
	Operation string           // the operation's name in the document, cut at 64 bytes; empty for none
	Kind      string           // query, mutation or subscription; empty when the document was refused
	Release   manifest.Release // of the app, when it sent a document that it was released with and its manifest is known
	Released  bool             // the document is one that an app was released with
	Status    int              // of HTTP
	Codes     []string         // of the errors in the answer, each once
	Cost      int              // Σ first × child cost
	Mongo     int              // commands sent to MongoDB
	Redis     int              // round trips to Redis
	Waves     int              // times that look-ups were sent off together
	Duration  time.Duration    // from the first byte to the answer
}
