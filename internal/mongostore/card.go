package mongostore

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/desk"
	"membergate/internal/member"
)

// A member's card is one document, which holds no key.
//
//	cards { _id: member, sv: 1, version, short, issued, phones: [{ device, issue, at }] }   unique short
var cards = newCollection("cards", unique("short"))

// Cards is a desk.Cards.
type Cards struct{ s *Store }

// Cards gives the store of members' cards.
func (s *Store) Cards() *Cards { return &Cards{s} }

type cardDoc struct {
	Member  member.ID  `bson:"_id"`
	SV      int        `bson:"sv"`
	Version int64      `bson:"version"`
	Short   string     `bson:"short"`
	Issued  int64      `bson:"issued"`
	Phones  []phoneDoc `bson:"phones,omitempty"`
}

type phoneDoc struct {
	Device string    `bson:"device"`
	Issue  int64     `bson:"issue"`
	At     time.Time `bson:"at"`
}

func toCard(c desk.Card) cardDoc {
	return cardDoc{Member: c.Member, SV: 1, Version: c.Version, Short: c.Short, Issued: c.Issued,
		Phones: each(c.Phones, func(p desk.Phone) phoneDoc { return phoneDoc(p) })}
}

func (d cardDoc) card() desk.Card {
	return desk.Card{Member: d.Member, Version: d.Version, Short: d.Short, Issued: d.Issued,
		Phones: each(d.Phones, func(p phoneDoc) desk.Phone { return desk.Phone(p) })}
}

// Create implements desk.Cards.
func (q *Cards) Create(ctx context.Context, c desk.Card) error {
	c.Version = 1
	return q.s.run(ctx, func(ctx context.Context) error {
		_, err := q.s.in(cards).InsertOne(ctx, toCard(c))
		if duplicate(err) {
			return desk.ErrExists
		}
		return err
	})
}

func (q *Cards) one(ctx context.Context, filter bson.D) (c desk.Card, ok bool, err error) {
	err = find(ctx, q.s, cards, filter, options.Find(), func(d cardDoc) { c, ok = d.card(), true })
	return c, ok, err
}

// Of implements desk.Cards.
func (q *Cards) Of(ctx context.Context, who member.ID) (desk.Card, bool, error) {
	return q.one(ctx, is("_id", who))
}

// ByShort implements desk.Cards.
func (q *Cards) ByShort(ctx context.Context, short string) (desk.Card, bool, error) {
	return q.one(ctx, is("short", short))
}

// Save implements desk.Cards.
func (q *Cards) Save(ctx context.Context, c desk.Card) error {
	old := c.Version
	c.Version++
	return q.s.run(ctx, func(ctx context.Context) error {
		done, err := q.s.in(cards).ReplaceOne(ctx, slices.Concat(is("_id", c.Member), is("version", old)), toCard(c))
		if err == nil && done.MatchedCount == 0 {
			return desk.ErrStale
		}
		return err
	})
}
