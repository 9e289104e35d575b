package boltstore

import (
	"context"

	"membergate/internal/member"
	"membergate/internal/recommend"
)

// What members said of recommendations:
//
//	tastes  member → recommend.Taste
var tastes = newBucket("tastes")

// Tastes is a recommend.Tastes.
type Tastes struct{ s *Store }

// Tastes gives the store of what members said of recommendations.
func (s *Store) Tastes() *Tastes { return &Tastes{s} }

// Of implements recommend.Tastes.
func (q *Tastes) Of(ctx context.Context, m member.ID) (out recommend.Taste, err error) {
	err = q.s.read(ctx, func(t *tx) (err error) {
		out, _, err = get[recommend.Taste](t, tastes, []byte(m))
		return err
	})
	out.Member = m
	return out, err
}

// Save implements recommend.Tastes.
func (q *Tastes) Save(ctx context.Context, next recommend.Taste) error {
	return q.s.write(ctx, func(t *tx) error {
		old, _, err := get[recommend.Taste](t, tastes, []byte(next.Member))
		if err != nil {
			return err
		}
		if old.Version != next.Version {
			return recommend.ErrStale
		}
		next := next // a transaction may be carried out again
		next.Version++
		return t.put(tastes, []byte(next.Member), next)
	})
}

// Erase implements recommend.Tastes.
func (q *Tastes) Erase(ctx context.Context, m member.ID) error {
	return q.s.write(ctx, func(t *tx) error { return t.drop(tastes, []byte(m)) })
}
