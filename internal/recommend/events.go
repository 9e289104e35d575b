package recommend

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"

	"membergate/internal/fault"
	"membergate/internal/programme"
)

// Event is what became of one thing in one of the member's lists.
type Event struct {
	ListID, ItemID string
	Act            Act
	At             time.Time
}

// What events are refused with; CodeConsent and CodeNotFound too.
const (
	CodeTooMany = "TOO_MANY_EVENTS" // events in one request; Nearest is how many are taken
	CodeTime    = "EVENT_TIME"      // it is not of these days
	CodeRate    = "RATE_LIMITED"    // the member sends too many; AvailableAt says when more are taken
)

// ahead is how much a phone's clock may be fast.
const ahead = 5 * time.Minute

// taken is an event that can be counted.
type taken struct {
	act  Act
	of   Ref
	mark string
}

// Tell counts events of the member's lists, each once, and gives how many this request has counted. What cannot be counted
// is refused one by one; the others count. a says who asks, and when.
func (s *Service) Tell(ctx context.Context, a Asked, events []Event) (accepted int, refused []*fault.Refusal, err error) {
	if err := a.consented(); err != nil {
		return 0, nil, err
	}
	r := a.rules()
	if n := int64(len(events)); n > r.Intake.Batch {
		return 0, nil, fault.Refuse(CodeTooMany, "events", "events has %d rows; allowed are %d", n, r.Intake.Batch).Near(r.Intake.Batch)
	}
	all, refused := s.takeable(a, events, r)
	if len(all) == 0 {
		return 0, refused, nil
	}
	near, err := s.nearEvents(ctx, all)
	if err != nil {
		return 0, refused, err
	}
	marks := make([]string, len(all))
	for i, t := range all {
		marks[i] = t.mark
	}
	for range mostTries {
		old, told, was, err := s.Lists.Trace(ctx, a.Member, marks)
		if err != nil {
			return 0, refused, err
		}
		next, fresh, err := old.tell(all, told, near, a.Now, r)
		if err != nil {
			return 0, refused, err
		}
		if len(fresh) == 0 {
			return 0, refused, nil
		}
		done, err := s.Lists.Retrace(ctx, a.Member, was, next, fresh, a.Now, traceLife(r))
		if done || err != nil {
			return len(fresh), refused, err
		}
	}
	return 0, refused, fault.Down("cache", nil)
}

// takeable sorts events into those that can be counted and those that are refused.
func (s *Service) takeable(a Asked, events []Event, r *programme.Recommendations) (out []taken, refused []*fault.Refusal) {
	for n, e := range events {
		field := func(name string) string { return fmt.Sprintf("events.%d.%s", n, name) }
		list, ok := s.answerOf(a.Member, e.ListID)
		if !ok {
			refused = append(refused, unknown(field("recommendationId")))
			continue
		}
		p, ok := s.pickOf(a.Member, e.ItemID)
		if !ok || p.answer != list {
			refused = append(refused, unknown(field("itemId")))
			continue
		}
		if e.At.After(a.Now.Add(ahead)) || e.At.Before(a.Now.Add(-days(r.Intake.Days))) {
			refused = append(refused, fault.Refuse(CodeTime, field("at"), "at is %s; allowed are the last %d days", e.At.Format(time.RFC3339), r.Intake.Days).Near(r.Intake.Days))
			continue
		}
		sum := sha256.Sum256([]byte(e.ItemID + between + string(e.Act)))
		out = append(out, taken{e.Act, p.Item, base64.RawURLEncoding.EncodeToString(sum[:12])})
	}
	return out, refused
}

// nearEvents finds what is like the things that were looked at.
func (s *Service) nearEvents(ctx context.Context, all []taken) (map[Ref][]Near, error) {
	var of []Ref
	for _, t := range all {
		if t.act == Click || t.act == AddToCart {
			of = append(of, t.of)
		}
	}
	return s.near(ctx, of)
}

// tell counts events that were not told before, each once, and gives the marks of those. Too many are refused together.
func (t Trace) tell(all []taken, told map[string]bool, near map[Ref][]Near, now time.Time, r *programme.Recommendations) (next Trace, fresh []string, err error) {
	next = t.copied(now, r)
	seen := map[string]bool{}
	for _, each := range all {
		if told[each.mark] || seen[each.mark] {
			continue
		}
		seen[each.mark] = true
		fresh = append(fresh, each.mark)
		next = next.took(each.act, each.of, near[each.of], now, r)
	}
	if window := time.Duration(r.Intake.Minutes) * time.Minute; now.Sub(next.Opened) >= window || now.Before(next.Opened) {
		next.Opened, next.Events = now, 0
	}
	if next.Events += int64(len(fresh)); next.Events > r.Intake.Most {
		again := next.Opened.Add(time.Duration(r.Intake.Minutes) * time.Minute)
		return t, nil, fault.Refuse(CodeRate, "events", "more events come than %d in %d minutes", r.Intake.Most, r.Intake.Minutes).Until(again)
	}
	return next.bounded(), fresh, nil
}
