package resolvers

import (
	"context"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"membergate/internal/clock"
	"membergate/loaders"
)

// Operations is the gqlgen extension that gives every operation its loaders, and every root field a branch of its
// waves.
type Operations struct {
	Stores     loaders.Stores
	Clock      clock.Clock
	EventClock bool // each member's clock is that of the member's newest event: for sandboxes that replay the past
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationInterceptor
	graphql.RootFieldInterceptor
} = Operations{}

// ExtensionName names the extension in gqlgen's lists.
func (Operations) ExtensionName() string { return "Operations" }

// Validate asks nothing of the schema.
func (Operations) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptOperation begins the operation's memory. The moment that it reads is taken once, so that all parts of an
// answer are true for the same time.
func (o Operations) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	branches, _ := roots(graphql.GetOperationContext(ctx))
	ctx, l := loaders.Begin(ctx, o.Stores, o.Clock.Now(ctx), branches)
	if o.EventClock && l.Viewer.SignedIn() {
		if h, ok, err := l.Holders.Load(ctx, l.Me()); err == nil && ok {
			l.Now = h.Account.Standing.Clock
		}
	}
	return next(ctx)
}

// roots counts the root fields that run, and tells whether they do so one after the other, as changes do.
func roots(op *graphql.OperationContext) (n int, serial bool) {
	if op.Operation == nil {
		return 0, false
	}
	if op.Operation.Operation == ast.Subscription {
		return 1, false // its field runs alone, outside of waves
	}
	root := "Query"
	if serial = op.Operation.Operation == ast.Mutation; serial {
		root = "Mutation"
	}
	for _, f := range graphql.CollectFields(op, op.Operation.SelectionSet, []string{root}) {
		if !strings.HasPrefix(f.Name, "__") {
			n++
		}
	}
	return n, serial
}

// InterceptRootField runs a root field as one branch. Changes do not wait for one another in waves, since the next one
// begins when the one before is over; and each has a memory of its own, so that it sees what the one before has changed.
func (o Operations) InterceptRootField(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	if f := graphql.GetRootFieldContext(ctx); f != nil && strings.HasPrefix(f.Object, "__") {
		return next(ctx)
	}
	l := loaders.From(ctx)
	if n, serial := roots(graphql.GetOperationContext(ctx)); serial && n > 1 {
		ctx, l = loaders.Begin(ctx, o.Stores, l.Now, 1)
	}
	ctx, leave := l.Branch(ctx)
	defer leave()
	return next(ctx)
}
