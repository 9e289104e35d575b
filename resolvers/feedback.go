package resolvers

import (
	"context"
	"strings"

	"membergate/graph"
	"membergate/internal/datause"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/recommend"
	"membergate/internal/viewer"
)

func settings(p member.Profile) *graph.RecommendationSettings {
	return &graph.RecommendationSettings{ID: globalID(kindSettings, string(p.ID)), Personalised: p.Agreed(recommend.Purpose), Profile: p}
}

// HiddenCount is how many things the member does not want to see.
func (f settingFields) HiddenCount(ctx context.Context, obj *graph.RecommendationSettings) (*int, error) {
	n, err := f.Recommend.Hidden(ctx, obj.Profile)
	return &n, err
}

// mostShown is how many things are taken to be on a screen.
const mostShown = 100

// RecommendationFeedback keeps what the viewer says of a thing that was recommended.
func (m mutation) RecommendationFeedback(ctx context.Context, input graph.RecommendationFeedbackInput) (*graph.RecommendationFeedbackPayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	f := recommend.Feedback{ItemID: input.ItemID, Action: recommend.Action(input.Action), Undo: input.Undo}
	if input.Shown != nil {
		if f.Shown = *input.Shown; f.Shown < 1 || f.Shown > mostShown {
			return nil, fault.Bad("shown", "shown is %d; allowed are 1 to %d", f.Shown, mostShown)
		}
	}
	reader, err := m.reader(ctx)
	if err != nil {
		return nil, err
	}
	ask := m.asking(ctx, "")
	ask.Personal = reader.Personal
	if ask, err = m.moment(ctx, ask, nil); err != nil {
		return nil, err
	}
	_, next, err := m.Recommend.Say(ctx, ask, f, viewer.From(ctx).Locale, m.offered(reader))
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.RecommendationFeedbackPayload{UserErrors: []*graph.RecommendationFeedbackUserError{{
			Field: refused.field, Message: refused.message, Code: graph.RecommendationFeedbackErrorCode(refused.code),
		}}}, nil
	}
	out := &graph.RecommendationFeedbackPayload{Settings: settings(h.Profile), UserErrors: []*graph.RecommendationFeedbackUserError{}}
	if next != nil {
		out.Replacement = recommendation(*next)
	}
	return out, nil
}

// RecommendationEvents counts what became of things that were recommended.
func (m mutation) RecommendationEvents(ctx context.Context, input graph.RecommendationEventsInput) (*graph.RecommendationEventsPayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	events := make([]recommend.Event, len(input.Events))
	for i, e := range input.Events {
		events[i] = recommend.Event{ListID: e.RecommendationID, ItemID: e.ItemID, Act: recommend.Act(e.Kind), At: e.At}
	}
	ask := m.asking(ctx, "")
	ask.Personal = h.Profile.Agreed(recommend.Purpose)
	accepted, rows, err := m.Recommend.Tell(ctx, ask, events)
	if accepted > 0 {
		m.noted(ctx, recommend.Purpose, datause.Behaviour, datause.Collector)
	}
	out := &graph.RecommendationEventsPayload{Accepted: accepted, UserErrors: []*graph.RecommendationEventsUserError{}}
	for _, row := range append(causes(rows), err) {
		refused, err := refusal(ctx, row)
		if err != nil {
			return nil, err
		}
		if refused != nil {
			out.UserErrors = append(out.UserErrors, &graph.RecommendationEventsUserError{
				Field: parts(refused.field), Message: refused.message, Code: graph.RecommendationEventsErrorCode(refused.code), AvailableAt: refused.at,
			})
		}
	}
	return out, nil
}

func causes(rows []*fault.Refusal) []error {
	out := make([]error, len(rows))
	for i, row := range rows {
		out[i] = row
	}
	return out
}

// parts takes a path's last step apart, such as events.3.itemId.
func parts(path []string) []string {
	if len(path) == 0 {
		return path
	}
	return append(path[:len(path)-1], strings.Split(path[len(path)-1], ".")...)
}
