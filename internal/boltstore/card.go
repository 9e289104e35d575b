package boltstore

import (
	"context"

	"membergate/internal/desk"
	"membergate/internal/member"
)

// Cards of members, who show codes:
//
//	cards       member → desk.Card
//	cardShorts  short id → member
var (
	cards      = newBucket("cards")
	cardShorts = newBucket("cardShorts")
)

// Cards is a desk.Cards.
type Cards struct{ s *Store }

// Cards gives the store of members' cards.
func (s *Store) Cards() *Cards { return &Cards{s} }

// Create implements desk.Cards.
func (q *Cards) Create(ctx context.Context, c desk.Card) error {
	c.Version = 1
	return q.s.write(ctx, func(t *tx) error {
		if t.has(cards, []byte(c.Member)) || t.has(cardShorts, []byte(c.Short)) {
			return desk.ErrExists
		}
		if err := t.set(cardShorts, []byte(c.Short), []byte(c.Member)); err != nil {
			return err
		}
		return t.put(cards, []byte(c.Member), c)
	})
}

// Of implements desk.Cards.
func (q *Cards) Of(ctx context.Context, who member.ID) (c desk.Card, ok bool, err error) {
	err = q.s.read(ctx, func(t *tx) (err error) {
		c, ok, err = get[desk.Card](t, cards, []byte(who))
		return err
	})
	return c, ok, err
}

// ByShort implements desk.Cards.
func (q *Cards) ByShort(ctx context.Context, short string) (c desk.Card, ok bool, err error) {
	err = q.s.read(ctx, func(t *tx) (err error) {
		if !t.has(cardShorts, []byte(short)) {
			return nil
		}
		c, ok, err = get[desk.Card](t, cards, t.raw(cardShorts, []byte(short)))
		return err
	})
	return c, ok, err
}

// Save implements desk.Cards.
func (q *Cards) Save(ctx context.Context, c desk.Card) error {
	version := c.Version
	return q.s.write(ctx, func(t *tx) error {
		old, ok, err := get[desk.Card](t, cards, []byte(c.Member))
		if err != nil {
			return err
		}
		if !ok || old.Version != version {
			return desk.ErrStale
		}
		c.Version = version + 1
		return t.put(cards, []byte(c.Member), c)
	})
}
