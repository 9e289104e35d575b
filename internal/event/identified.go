package event

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"membergate/internal/member"
	"membergate/internal/order"
)

// memberIdentified tells that somebody who can know has confirmed a member's phone, such as who signs members in.
const memberIdentified = "member.identified"

// Identifier keeps phones that were confirmed. Bad input can never be kept.
type Identifier interface {
	Confirm(ctx context.Context, who member.ID, phone string, at time.Time) error
}

// maxPhone bounds a phone as it is sent, in bytes.
const maxPhone = 32

// identified reads a phone. What was sent is not repeated: reasons are logged and kept.
func identified(f *fields, _ *order.Told, _ member.ID, at time.Time) {
	raw, ok := f.value("phone")
	var phone string
	if !ok || json.Unmarshal(raw, &phone) != nil || phone == "" || len(phone) > maxPhone {
		f.refuse("data.phone", "data.phone is none; needed is a text of 1 to %d bytes.", maxPhone)
	}
	f.confirmed = &confirmed{phone, at}
}

// confirmed is a phone, and since when it is known to be the member's.
type confirmed struct {
	phone string
	at    time.Time
}

// Discreet is the message as it may be kept by itself: without what tells who somebody is.
func (m Message) Discreet() Message {
	if m.Type == memberIdentified {
		m.Data = "{}"
	}
	return m
}

// known reads a message that confirms who a member is; false for all else.
func known(m Message) (*confirmed, bool, error) {
	if m.Type != memberIdentified {
		return nil, false, nil
	}
	f, _, err := decode(m)
	if err != nil {
		return nil, true, err
	}
	return f.confirmed, true, nil
}

// confirm keeps the phones of messages that are no poison, after all else that the messages tell. What can never be kept
// joins the poison.
func (s *Service) confirm(ctx context.Context, messages []Message, poison []Poison) ([]Poison, error) {
	for i, m := range messages {
		c, is, err := known(m)
		if !is || err != nil || s.Knows == nil || slices.ContainsFunc(poison, func(p Poison) bool { return p.Index == i }) {
			continue
		}
		if err = s.Knows.Confirm(ctx, member.ID(m.Member), c.phone, c.at); final(err) {
			poison = append(poison, Poison{i, reason(err)})
		} else if err != nil {
			return nil, err
		}
	}
	return poison, nil
}
