package boltstore

import (
	"context"

	"membergate/internal/account"
	"membergate/internal/community"
	"membergate/internal/glance"
	"membergate/internal/member"
)

// Glances is a glance.Store.
type Glances struct{ s *Store }

// Glances gives the store of what screens read at once.
func (s *Store) Glances() *Glances { return &Glances{s} }

// Glance implements glance.Store: all of it is one transaction.
func (g *Glances) Glance(ctx context.Context, w glance.Wanted) (out glance.Found, err error) {
	err = g.s.read(ctx, func(t *tx) error {
		ctx := context.WithValue(ctx, within{g.s}, t)
		c := g.s.Community()
		if out.Holders, err = g.s.Members().ByIDs(ctx, w.Holders, account.Whole); err != nil {
			return err
		}
		if out.People, err = g.s.Members().ByIDs(ctx, w.People, account.Public); err != nil {
			return err
		}
		if out.Families, err = g.s.Families().ByMembers(ctx, w.Families); err != nil {
			return err
		}
		out.Ties = make(map[member.ID]community.Ties, len(w.Ties))
		for _, m := range w.Ties {
			if out.Ties[m], err = c.Ties(ctx, m); err != nil {
				return err
			}
		}
		if out.Topics, err = c.Topics(ctx, w.Topics); err != nil {
			return err
		}
		if out.Marks, err = c.Marks(ctx, w.Viewer, w.Marks); err != nil {
			return err
		}
		out.Products, err = g.s.Products().ByIDs(ctx, w.Products)
		return err
	})
	return out, err
}
