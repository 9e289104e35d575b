package boltstore

import (
	"context"

	"membergate/internal/claim"
)

// Claims:
//
//	claims     hash of the code → claim.Claim
//	openClaims hash of the code → nothing, while its member may not have the grant yet
var (
	claims     = newBucket("claims")
	openClaims = newBucket("openClaims")
)

// Claims is a claim.Store.
type Claims struct{ s *Store }

// Claims gives the store of claims.
func (s *Store) Claims() *Claims { return &Claims{s} }

func putClaim(t *tx, c claim.Claim) error {
	if err := t.mark(openClaims, []byte(c.ID), c.Unfinished()); err != nil {
		return err
	}
	return t.put(claims, []byte(c.ID), c)
}

// Add implements claim.Store.
func (c *Claims) Add(ctx context.Context, all []claim.Claim) error {
	return c.s.write(ctx, func(t *tx) error {
		for _, next := range all {
			if t.has(claims, []byte(next.ID)) {
				return claim.ErrExists
			}
			next.Version = 1
			if err := putClaim(t, next); err != nil {
				return err
			}
		}
		return nil
	})
}

// ByID implements claim.Store.
func (c *Claims) ByID(ctx context.Context, id string) (out claim.Claim, ok bool, err error) {
	err = c.s.read(ctx, func(t *tx) error {
		out, ok, err = get[claim.Claim](t, claims, []byte(id))
		return err
	})
	return out, ok, err
}

// Save implements claim.Store.
func (c *Claims) Save(ctx context.Context, next claim.Claim) error {
	return c.s.write(ctx, func(t *tx) error {
		old, ok, err := get[struct{ Version int64 }](t, claims, []byte(next.ID))
		if err != nil {
			return err
		}
		if !ok || old.Version != next.Version {
			return claim.ErrStale
		}
		next := next
		next.Version++
		return putClaim(t, next)
	})
}

// Unfinished implements claim.Store.
func (c *Claims) Unfinished(ctx context.Context, n int) (out []claim.Claim, err error) {
	err = c.s.read(ctx, func(t *tx) error {
		for k := range t.after(openClaims, nil) {
			if len(out) >= n {
				return nil
			}
			found, _, err := get[claim.Claim](t, claims, k)
			if err != nil {
				return err
			}
			out = append(out, found)
		}
		return nil
	})
	return out, err
}
