package edge

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"membergate/internal/live"
)

// follow runs a subscription: once to open it, and then once for each event, as if it were asked again. So each event has
// loaders, a deadline and a count of its own, and nothing of an event before shows through. Subscriptions that would be
// told the same are run as one.
func (e *Executor) follow(ctx context.Context, op *graphql.OperationContext) (graphql.ResponseHandler, context.Context) {
	key := shareKey(ctx, op)
	f := e.shares.join(key) // before it is opened: from then on it misses nothing
	opened, refusal := e.open(ctx, op)
	switch {
	case opened == nil:
		f.leave()
		return graphql.OneShot(refusal), ctx
	case f != nil: // opening it was to find out whether the viewer may
		opened.Close()
		e.settled(op, &graphql.Response{})
	case opened.Shared():
		f = e.shares.begin(ctx, key, opened.Policy(), func(ctx context.Context) *graphql.Response { return e.event(ctx, op, opened) }, opened.Close)
	}
	if f == nil {
		return e.alone(ctx, op, opened), ctx
	}
	context.AfterFunc(ctx, f.leave)
	var own graphql.ResponseHandler
	return func(ctx context.Context) *graphql.Response {
		if own != nil {
			return own(ctx)
		}
		answer, missed := f.next(ctx)
		if !missed {
			return answer
		}
		opened, refusal := e.open(live.WithResume(ctx, f.last), op) // it was too slow for the others
		if opened == nil {
			own = graphql.OneShot(refusal)
		} else {
			own = e.alone(ctx, op, opened)
		}
		return own(ctx)
	}, ctx
}

// alone runs a subscription for one client.
func (e *Executor) alone(ctx context.Context, op *graphql.OperationContext, opened *live.Subscription) graphql.ResponseHandler {
	context.AfterFunc(ctx, opened.Close)
	return func(ctx context.Context) *graphql.Response { return e.event(ctx, op, opened) }
}

// event waits for the next event and gives its answer; nil means that there will be nothing any more.
func (e *Executor) event(ctx context.Context, op *graphql.OperationContext, opened *live.Subscription) *graphql.Response {
	for opened.Wait(ctx) {
		answer, turn := e.turn(ctx, op, opened)
		switch {
		case turn.Again():
			if !opened.Rest(ctx) {
				return nil
			}
			continue
		case turn.Over():
			opened.Close()
			return answer // what ended it; nothing if the viewer may not see it any more
		}
		opened.Rested()
		if answer != nil {
			return answer
		}
	}
	return nil
}

// open begins to listen, or gives the answer that says why not.
func (e *Executor) open(ctx context.Context, op *graphql.OperationContext) (*live.Subscription, *graphql.Response) {
	ctx, cancel := context.WithTimeout(ctx, readDeadline)
	defer cancel()
	ctx, opening := live.WithOpening(ctx)
	answers, ctx := e.once(ctx, op)
	answer := answers(ctx)
	if opening.Opened() == nil && answer == nil {
		answer = &graphql.Response{Errors: gqlerror.List{present(ctx, context.DeadlineExceeded)}}
	}
	return opening.Opened(), answer
}

// eventID is the key of an event's id in its answer's extensions.
const eventID = "eventId"

// turn looks for the next event, and gives its answer, nil for none.
func (e *Executor) turn(ctx context.Context, op *graphql.OperationContext, s *live.Subscription) (*graphql.Response, *live.Turn) {
	ctx, cancel := context.WithTimeout(ctx, readDeadline)
	defer cancel()
	ctx, turn := s.WithTurn(ctx)
	answers, ctx := e.once(ctx, op)
	answer := answers(ctx)
	if answer != nil && turn.ID() != "" {
		if answer.Extensions == nil {
			answer.Extensions = map[string]any{}
		}
		answer.Extensions[eventID] = turn.ID()
	}
	return answer, turn
}
