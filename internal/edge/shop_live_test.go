package edge_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/99designs/gqlgen/graphql"

	"membergate/internal/live"
)

// events tells what a shop's subscription tells, by the event's number; ok is false when there is nothing more for now.
type events func(i int) (text string, ok bool, err error)

// forever tells nothing and does not end.
func forever(int) (string, bool, error) { return "", false, nil }

// three tells three events and ends.
func three(i int) (string, bool, error) {
	if i == 3 {
		return "", false, live.ErrOver
	}
	return fmt.Sprintf("事件 %d", i), true, nil
}

// follow does for a subscription what the generated code does.
func (s *shop) follow(ctx context.Context) graphql.ResponseHandler {
	i := 0
	told, err := live.Open(ctx, s.hub, live.Stream[string]{
		Begin: func(_ context.Context, resume string) (bool, error) {
			if resume != "" {
				i, _ = strconv.Atoi(resume)
			}
			return true, nil
		},
		Next: func(context.Context) (*live.Told[string], error) {
			text, ok, err := s.events(i)
			if !ok || err != nil {
				return nil, err
			}
			i++
			return &live.Told[string]{Value: text, ID: strconv.Itoa(i), More: true}, nil
		},
	})
	if err != nil {
		return graphql.OneShot(graphql.ErrorResponse(ctx, "%v", err))
	}
	return func(context.Context) *graphql.Response {
		text, ok := <-told
		if !ok {
			return nil
		}
		data, _ := json.Marshal(map[string]string{"paid": text})
		return &graphql.Response{Data: data}
	}
}
