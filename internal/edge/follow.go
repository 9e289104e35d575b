package edge

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"membergate/internal/live"
)

// follow runs a subscription: once to open it, and then once for each event, as if it were asked again. So each event has
// loaders, a deadline and a count of its own, and nothing of an event before shows through.
func (e *Executor) follow(ctx context.Context, op *graphql.OperationContext) (graphql.ResponseHandler, context.Context) {
	opened, refusal := e.open(ctx, op)
	if opened == nil {
		return graphql.OneShot(refusal), ctx
	}
	context.AfterFunc(ctx, opened.Close)
	return func(ctx context.Context) *graphql.Response {
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
	}, ctx
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
		answer.Extensions["eventId"] = turn.ID()
	}
	return answer, turn
}
