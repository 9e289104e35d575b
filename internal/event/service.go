package event

import (
	"context"
	"fmt"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/order"
)

// Service applies events to members.
type Service struct {
	Orders *order.Service
	// Now is programme time: an event from further ahead than ahead would settle quarters that have not been. Nil where
	// nothing but events moves clocks.
	Now func() time.Time
	// Hears keeps what is told beside orders and deeds; nil keeps nothing.
	Hears Hearer
	// Knows keeps phones that were confirmed; nil keeps none.
	Knows Identifier
	// Paid is told of a member's paid orders once they are applied, and again with every message that is told again. It
	// keeps nothing waiting that fails; nil tells nobody.
	Paid func(ctx context.Context, orders []order.Event)
}

// ahead is how far an event's time may lie ahead: a service that takes local time for UTC is off by less.
const ahead = 24 * time.Hour

// Poison is an event that can never be applied, and why.
type Poison struct {
	Index  int // in the messages given
	Reason string
}

// Apply applies messages of one member in their order. What can never be applied is given back as poison and does
// not keep the others; an error means that a store does not answer, and that all of it must be told again.
func (s *Service) Apply(ctx context.Context, messages []Message) ([]Poison, error) {
	var poison []Poison
	var told []order.Told
	var index []int
	var words []spoken
	for i, m := range messages {
		if c, is, err := known(m); is {
			if err == nil {
				err = s.timely(c.at, m.At)
			}
			if err != nil {
				poison = append(poison, Poison{i, reason(err)})
			}
			continue
		}
		if w, is, err := word(m); is {
			if err == nil {
				err = s.timely(w.At, m.At)
			}
			if err != nil {
				poison = append(poison, Poison{i, reason(err)})
			} else {
				words = append(words, spoken{member.ID(m.Member), w, i})
			}
			continue
		}
		t, err := s.read(m)
		if err != nil {
			poison = append(poison, Poison{i, reason(err)})
			continue
		}
		told, index = append(told, t), append(index, i)
		if w, says := heard(m, t); says {
			words = append(words, spoken{t.Member(), w, i})
		}
	}
	poison, err := s.apply(ctx, told, index, poison)
	if err != nil {
		return nil, err
	}
	if poison, err = s.hear(ctx, words, poison); err != nil {
		return nil, err
	}
	return s.confirm(ctx, messages, poison)
}

// apply applies tellings, each of the message at its index.
func (s *Service) apply(ctx context.Context, told []order.Told, index []int, poison []Poison) ([]Poison, error) {
	err := s.tell(ctx, told)
	if len(told) > 1 && final(err) { // one of them spoils the others: each alone
		for i, t := range told {
			if err = s.tell(ctx, []order.Told{t}); final(err) {
				poison = append(poison, Poison{index[i], reason(err)})
				err = nil
			}
			if err != nil {
				return nil, err
			}
		}
	}
	if final(err) {
		return append(poison, Poison{index[0], reason(err)}), nil
	}
	return poison, err
}

func (s *Service) read(m Message) (order.Told, error) {
	t, err := Decode(m)
	if err == nil {
		err = s.timely(t.At(), m.At)
	}
	return t, err
}

// tell applies tellings of one member. An unknown member joins at the first of them.
func (s *Service) tell(ctx context.Context, told []order.Told) (err error) {
	if len(told) == 0 {
		return nil
	}
	defer func() {
		if cause := recover(); cause != nil { // a rule that breaks on this event would break every time
			err = fault.New(fault.BadInput, "applying it broke: %v", cause)
		}
	}()
	id := told[0].Member()
	newcomer := member.Profile{ID: id, DisplayName: "Member " + string(id)}
	var until time.Time
	for _, t := range told {
		if newcomer.Channel == "" && t.Event != nil {
			newcomer.Channel = t.Event.Channel
		}
		if t.At().After(until) {
			until = t.At()
		}
	}
	if err := s.Orders.Tell(ctx, newcomer, told, until); err != nil {
		return fmt.Errorf("member %s: %w", id, err)
	}
	var paid []order.Event
	for _, t := range told {
		if t.Event != nil && t.Event.Kind == order.Paid {
			paid = append(paid, *t.Event)
		}
	}
	if s.Paid != nil && len(paid) > 0 {
		s.Paid(ctx, paid)
	}
	return nil
}

// final tells whether telling again would end in the same way.
func final(err error) bool { return fault.Is(err, fault.BadInput) }

func reason(err error) string { return err.Error() }
