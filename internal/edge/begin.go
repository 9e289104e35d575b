package edge

import (
	"context"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"membergate/internal/live"
	"membergate/internal/viewer"
)

// lastEventID is the member of a request's extensions that says which event a client saw last before it came back.
const lastEventID = "lastEventId"

// begun is an operation on a connection that carries more than one answer. It is used by one goroutine.
type begun struct {
	gateway *Gateway
	ctx     context.Context
	cancel  context.CancelFunc
	op      *graphql.OperationContext
	answers graphql.ResponseHandler
	notes   *notes
	since   time.Time
	leave   func() // the crowd of those that run at once
}

// begin checks, prices and starts an operation as ServeHTTP does. Refusals come finished, and are in the log; what has
// begun is to be ended.
func (g *Gateway) begin(ctx context.Context, r *http.Request, who viewer.Viewer, params *graphql.RawParams) (*begun, gqlerror.List) {
	b := &begun{gateway: g, since: time.Now(), cancel: func() {}, leave: func() {}}
	b.ctx, b.notes = withNotes(viewer.With(ctx, who), idOf(r))
	b.ctx = g.withCaller(b.ctx, r)
	if id, ok := params.Extensions[lastEventID].(string); ok {
		b.ctx = live.WithResume(b.ctx, id)
	}
	if err := g.parts.Crowd.Enter(); err != nil {
		b.op = &graphql.OperationContext{RecoverFunc: recovered}
		return nil, b.refuse(gqlerror.List{present(b.ctx, err)})
	}
	b.leave = sync.OnceFunc(g.parts.Crowd.Leave)
	op, errs := g.exec.CreateOperationContext(b.ctx, params)
	b.op = op
	if errs == nil && g.parts.Sandbox {
		var refused *gqlerror.Error
		if b.ctx, refused = moveClock(b.ctx, r.Header.Get(debugNow), op.Operation.Operation); refused != nil {
			errs = gqlerror.List{refused}
		}
	}
	if errs != nil {
		return nil, b.refuse(errs)
	}
	b.ctx, b.cancel = deadline(b.ctx, op)
	b.answers, b.ctx = g.exec.DispatchOperation(b.ctx, op)
	if b.lasting() {
		b.leave() // it waits for most of its life
	}
	return b, nil
}

// only refuses an operation of a kind that a connection does not carry.
func (b *begun) only(sentence string, kinds ...ast.Operation) gqlerror.List {
	for _, kind := range kinds {
		if b.op.Operation.Operation == kind {
			return nil
		}
	}
	return b.refuse(gqlerror.List{refusal(NotAllowed, "%s", sentence)})
}

// refuse gives the errors as clients get them, and ends what has not run.
func (b *begun) refuse(errs gqlerror.List) gqlerror.List {
	response := b.gateway.exec.DispatchError(graphql.WithOperationContext(b.ctx, b.op), errs)
	b.end(http.StatusBadRequest)
	return response.Errors
}

// next is the next answer, nil when there is none any more. A panic is an answer, and the last one.
func (b *begun) next() (response *graphql.Response) {
	defer func() {
		if value := recover(); value != nil {
			err := &panicked{value: value, stack: debug.Stack()}
			response = &graphql.Response{Errors: gqlerror.List{present(b.ctx, err)}}
			b.answers = graphql.OneShot(nil)
		}
	}()
	return b.answers(b.ctx)
}

// lasting tells whether there may be many answers.
func (b *begun) lasting() bool { return b.op.Operation.Operation == ast.Subscription }

// end writes the operation's line in the log.
func (b *begun) end(status int) {
	b.cancel()
	b.leave()
	b.gateway.finish(b.ctx, b.notes, status, b.since)
}
