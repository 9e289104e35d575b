// Package glance is what a screen reads of many kinds at once: each kind alone would be a call of the store of its own.
package glance

import (
	"context"

	"membergate/internal/account"
	"membergate/internal/community"
	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/product"
)

// Wanted says what a glance reads; of what is empty nothing.
type Wanted struct {
	Holders  []member.ID         // whole
	People   []member.ID         // what everybody may see of them
	Families []member.ID         // by who is in them
	Ties     []member.ID         // whose
	Topics   []community.TopicID //
	Marks    []community.Subject // the viewer's
	Viewer   member.ID           // whose marks they are
	Products []string            // stock-keeping units
}

// Kinds is how many kinds of things are wanted.
func (w Wanted) Kinds() (n int) {
	for _, some := range []bool{
		len(w.Holders) > 0, len(w.People) > 0, len(w.Families) > 0, len(w.Ties) > 0, len(w.Topics) > 0, len(w.Marks) > 0, len(w.Products) > 0,
	} {
		if some {
			n++
		}
	}
	return n
}

// Found is what was there, as the stores of each kind give it. What is unknown is missing; ties nobody has are empty.
type Found struct {
	Holders  map[member.ID]account.Holder
	People   map[member.ID]account.Holder
	Families map[member.ID]family.Family
	Ties     map[member.ID]community.Ties
	Topics   map[community.TopicID]community.Topic
	Marks    map[community.Subject]community.Mark
	Products map[string]product.Product
}

// Store reads many kinds in one call.
type Store interface {
	Glance(ctx context.Context, w Wanted) (Found, error)
}

// Open gives the same store for holders whose household is sealed.
func Open(s Store, keys account.Sealer) Store { return opened{s, keys} }

type opened struct {
	Store
	keys account.Sealer
}

// Glance implements Store.
func (o opened) Glance(ctx context.Context, w Wanted) (Found, error) {
	found, err := o.Store.Glance(ctx, w)
	for id, h := range found.Holders {
		found.Holders[id] = account.Opened(h, o.keys)
	}
	return found, err
}
