package loaders

import (
	"context"
	"runtime/debug"

	"membergate/internal/fault"
	"membergate/internal/glance"
	"membergate/internal/trips"
)

// glances takes part in the waves for the loaders of what a glance reads: what a wave wants of several of them is one
// call of the store.
type glances struct{ o *Operation }

// flush hands out what is wanted of these loaders; nil if nothing is. One kind alone goes to its own store.
func (g glances) flush() func(context.Context) {
	o := g.o
	w := glance.Wanted{
		Holders: o.Holders.take(), People: o.People.take(), Families: o.Families.take(), Ties: o.Ties.take(), Topics: o.Topics.take(),
		Marks: o.Marks.take(), Viewer: o.Me(), Products: o.Products.take(),
	}
	switch w.Kinds() {
	case 0:
		return nil
	case 1:
		return func(ctx context.Context) { g.alone(ctx, w) }
	}
	return func(ctx context.Context) {
		var found glance.Found
		err := unbroken(func() (err error) {
			found, err = o.Stores.Glances.Glance(ctx, w)
			return err
		})
		for who, f := range found.Families {
			found.Families[who] = f.At(o.Now)
		}
		fill(o.Holders, w.Holders, found.Holders, err)
		fill(o.People, w.People, found.People, err)
		fill(o.Families, w.Families, found.Families, err)
		fill(o.Ties, w.Ties, found.Ties, err)
		fill(o.Topics, w.Topics, found.Topics, err)
		fill(o.Marks, w.Marks, found.Marks, err)
		fill(o.Products, w.Products, found.Products, err)
	}
}

// alone fetches the one kind that is wanted.
func (g glances) alone(ctx context.Context, w glance.Wanted) {
	runSome(ctx, g.o.Holders, w.Holders)
	runSome(ctx, g.o.People, w.People)
	runSome(ctx, g.o.Families, w.Families)
	runSome(ctx, g.o.Ties, w.Ties)
	runSome(ctx, g.o.Topics, w.Topics)
	runSome(ctx, g.o.Marks, w.Marks)
	runSome(ctx, g.o.Products, w.Products)
}

func runSome[K comparable, V any](ctx context.Context, l *Loader[K, V], keys []K) {
	if len(keys) > 0 {
		l.run(ctx, keys)
	}
}

// Gather fetches at once what is wanted of members, posts and products, for a branch that has left the waves.
func (o *Operation) Gather(ctx context.Context) {
	if f := (glances{o}).flush(); f != nil {
		trips.Wave(ctx)
		f(ctx)
	}
}

// unbroken does a look-up and makes an error of what breaks in it.
func unbroken(look func() error) (err error) {
	defer func() {
		if broken := recover(); broken != nil {
			err = fault.New(fault.Internal, "a look-up broke: %v\n%s", broken, debug.Stack())
		}
	}()
	return look()
}

// take gives the wanted keys away.
func (l *Loader[K, V]) take() []K {
	l.mu.Lock()
	defer l.mu.Unlock()
	keys := l.wanted
	l.wanted = nil
	return keys
}

// fill puts what was read for some keys into their cells.
func fill[K comparable, V any](l *Loader[K, V], keys []K, got map[K]V, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, k := range keys {
		c := l.cells[k]
		c.value, c.found = got[k]
		c.err = err
		close(c.done)
	}
}
