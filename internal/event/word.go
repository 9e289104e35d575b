package event

import (
	"context"
	"slices"
	"time"

	"membergate/internal/fault"
	"membergate/internal/insight"
	"membergate/internal/member"
	"membergate/internal/order"
)

// The events that are only words about a member: they move no coins, no growth and no clock.
const (
	memberTagged = "member.tagged"
	memberScored = "member.scored"
)

const maxTags = 2_000 // of one source: the platform has some five hundred groups

// Hearer keeps what is told of a member beside orders and deeds. Bad input can never be kept.
type Hearer interface {
	Hear(ctx context.Context, who member.ID, w insight.Word, now time.Time) error
}

// heard are the words that a deed says beside what it does.
func heard(m Message, t order.Told) (insight.Word, bool) {
	if t.Deed == nil {
		return insight.Word{}, false
	}
	w := insight.Word{ID: m.ID, At: t.Deed.At}
	switch m.Type {
	case "member.signedIn":
		w.Kind = insight.SignedIn
	case "review.written":
		w.Kind = insight.Reviewed
	case "product.viewed":
		w.Kind, w.SKU = insight.Looked, t.Deed.Fields["sku"]
	}
	return w, w.Kind != ""
}

// tagged reads which tags a member has by one source; an empty list is none.
func tagged(f *fields, _ *order.Told, _ member.ID, at time.Time) {
	w := &insight.Word{Kind: insight.Tagged, At: at, Source: f.text("source", false)}
	f.each("tags", maxTags, func(f *fields) {
		w.Tags = append(w.Tags, insight.Tag{Group: f.text("group", false), Code: f.text("code", false)})
	})
	f.word = w
}

// scored reads how healthy a model outside takes the membership for.
func scored(f *fields, _ *order.Told, _ member.ID, at time.Time) {
	f.word = &insight.Word{Kind: insight.Scored, At: at, Model: f.text("model", false), Score: f.whole("score", 0, 100)}
}

// hear keeps words in their order, but for those whose messages are poison. What can never be kept joins that.
func (s *Service) hear(ctx context.Context, words []spoken, poison []Poison) ([]Poison, error) {
	if s.Hears == nil {
		return poison, nil
	}
	for _, w := range words {
		if slices.ContainsFunc(poison, func(p Poison) bool { return p.Index == w.index }) {
			continue
		}
		err := s.Hears.Hear(ctx, w.who, w.word, s.now())
		if final(err) {
			poison = append(poison, Poison{w.index, reason(err)})
		} else if err != nil {
			return nil, err
		}
	}
	return poison, nil
}

// spoken is a word with whom it is about and where its message stands.
type spoken struct {
	who   member.ID
	word  insight.Word
	index int
}

// now is programme time; where nothing but events moves clocks, it is real time: no number of insight depends on it.
func (s *Service) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

// word reads a message that is only a word; false for all else.
func word(m Message) (insight.Word, bool, error) {
	if m.Type != memberTagged && m.Type != memberScored {
		return insight.Word{}, false, nil
	}
	f, _, err := decode(m)
	if err != nil {
		return insight.Word{}, true, err
	}
	f.word.ID = m.ID
	return *f.word, true, nil
}

// timely refuses what lies too far ahead of programme time.
func (s *Service) timely(at time.Time, told string) error {
	if s.Now == nil {
		return nil
	}
	if latest := s.Now().Add(ahead); at.After(latest) {
		return fault.Bad("at", "at is %s; allowed are times until %s, which is a day ahead", told, latest.UTC().Format(time.RFC3339))
	}
	return nil
}
