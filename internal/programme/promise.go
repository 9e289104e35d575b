package programme

import (
	"context"
	"fmt"
	"time"
)

// Promise is what a version that was in force said about the worth of coins. It outlives the file: members were told.
type Promise struct {
	Currency    string
	Programme   string // code of the programme that said so
	Version     string
	Parity      int64     // coins for one yuan
	From        time.Time // since when
	LockedUntil time.Time // exclusive
}

// ID names a promise: the same one made again is the same.
func (p Promise) ID() string {
	return fmt.Sprintf("%s:%s:%s:%d:%d", p.Currency, p.Programme, p.Version, p.Parity, p.LockedUntil.Unix())
}

// Promises is where promises are kept, beside what members have.
type Promises interface {
	// Promises gives all of them, in no order.
	Promises(ctx context.Context) ([]Promise, error)
	// Promise adds those that are not there yet.
	Promise(ctx context.Context, all []Promise) error
}

// Promises lists what the book has promised by a time: a version that was not yet in force then has told nobody.
func (b *Book) Promises(by time.Time) []Promise {
	var out []Promise
	for i, v := range b.versions {
		c := v.Coin()
		if c.ParityLockedUntil == nil || i > 0 && v.EffectiveFrom.After(by) {
			continue
		}
		out = append(out, Promise{Currency: c.Code, Programme: v.Code, Version: v.Version, Parity: c.ParityPerYuan,
			From: v.EffectiveFrom, LockedUntil: *c.ParityLockedUntil})
	}
	return out
}

// Honours tells which version of the book breaks a promise: one that is in force at some moment of its lock, for the
// same currency, with another parity.
func (b *Book) Honours(all []Promise) error {
	for _, p := range all {
		for _, v := range b.versions {
			c := v.Coin()
			within := v == b.At(p.From) || !v.EffectiveFrom.Before(p.From) && v.EffectiveFrom.Before(p.LockedUntil)
			if within && c.Code == p.Currency && c.ParityPerYuan != p.Parity {
				return v.wrongAt("currencies[0].parityPerYuan", "is %d; allowed is %d until %s, which version %s has promised",
					c.ParityPerYuan, p.Parity, v.local(p.LockedUntil), p.Version)
			}
		}
	}
	return nil
}

// Bind refuses the book in force if it breaks a promise that was kept somewhere, and keeps its own there. From then on
// Reload asks there too.
func (k *Keeper) Bind(ctx context.Context, kept Promises, now time.Time) error {
	k.reload.Lock()
	defer k.reload.Unlock()
	if err := bind(ctx, k.Book(), kept, now); err != nil {
		return fmt.Errorf("programme %q cannot be used: %w", k.source, err)
	}
	k.kept = kept
	return nil
}

func bind(ctx context.Context, b *Book, kept Promises, now time.Time) error {
	if kept == nil {
		return nil
	}
	all, err := kept.Promises(ctx)
	if err != nil {
		return err
	}
	if err := b.Honours(all); err != nil {
		return err
	}
	return kept.Promise(ctx, b.Promises(now))
}
