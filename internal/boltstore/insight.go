package boltstore

import (
	"context"

	"membergate/internal/insight"
	"membergate/internal/member"
)

// What insight is made of, and the marks between fifths of all members:
//
//	insights  member → insight.Note
//	fifths    "members" → insight.Fifths
var (
	insights = newBucket("insights")
	fifths   = newBucket("fifths")
)

// ofAllMembers is the key of the marks.
var ofAllMembers = []byte("members")

// Insights is an insight.Store.
type Insights struct{ s *Store }

// Insights gives the store of what insight is made of.
func (s *Store) Insights() *Insights { return &Insights{s} }

// Of implements insight.Store.
func (q *Insights) Of(ctx context.Context, who member.ID) (out insight.Note, err error) {
	err = q.s.read(ctx, func(t *tx) (err error) {
		out, _, err = get[insight.Note](t, insights, []byte(who))
		return err
	})
	out.Member = who
	return out, err
}

// Save implements insight.Store.
func (q *Insights) Save(ctx context.Context, next insight.Note) error {
	return q.s.write(ctx, func(t *tx) error {
		old, _, err := get[insight.Note](t, insights, []byte(next.Member))
		if err != nil {
			return err
		}
		if old.Version != next.Version {
			return insight.ErrStale
		}
		next := next // a transaction may be carried out again
		next.Version++
		return t.put(insights, []byte(next.Member), next)
	})
}

// Erase implements insight.Store.
func (q *Insights) Erase(ctx context.Context, who member.ID) error {
	return q.s.write(ctx, func(t *tx) error { return t.drop(insights, []byte(who)) })
}

// Fifths implements insight.Store.
func (q *Insights) Fifths(ctx context.Context) (out insight.Fifths, err error) {
	err = q.s.read(ctx, func(t *tx) (err error) {
		out, _, err = get[insight.Fifths](t, fifths, ofAllMembers)
		return err
	})
	return out, err
}

// PutFifths implements insight.Store.
func (q *Insights) PutFifths(ctx context.Context, f insight.Fifths) error {
	return q.s.write(ctx, func(t *tx) error { return t.put(fifths, ofAllMembers, f) })
}
