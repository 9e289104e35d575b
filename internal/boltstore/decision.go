package boltstore

import (
	"context"

	"membergate/internal/member"
	"membergate/internal/profile"
)

// Decisions that newer ones have followed:
//
//	decisions  member, 0, when it was made, 8 bytes, id of the decision → profile.Decision
var decisions = newBucket("decisions")

// Decisions is a profile.Store.
type Decisions struct{ s *Store }

// Decisions gives the store of decisions.
func (s *Store) Decisions() *Decisions { return &Decisions{s} }

// Add implements profile.Store.
func (d *Decisions) Add(ctx context.Context, next profile.Decision) error {
	return d.s.write(ctx, func(t *tx) error {
		key := path(string(next.Member), moment(next.At), []byte(next.ID()))
		if t.has(decisions, key) {
			return nil
		}
		return t.put(decisions, key, next)
	})
}

// Of implements profile.Store.
func (d *Decisions) Of(ctx context.Context, who member.ID, after *profile.Place, n int) (out []profile.Decision, err error) {
	err = d.s.read(ctx, func(t *tx) error {
		var end []byte
		if after != nil {
			end = path(string(who), moment(after.At), []byte(after.ID))
		}
		for k, v := range t.backwards(decisions, path(string(who)), end) {
			if len(out) >= n {
				return nil
			}
			var next profile.Decision
			if err := decode(decisions, k, v, &next); err != nil {
				return err
			}
			out = append(out, next)
		}
		return nil
	})
	return out, err
}
