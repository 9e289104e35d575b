package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/offer"
	"membergate/internal/programme"
	"membergate/internal/tier"
)

// Offers tests the promises of offer.Store, and that offer.Service keeps its own on it.
func Offers(t *testing.T, s offer.Store) {
	group[offer.Store]{
		{"every field of an offer comes back, and it is changed by its version", fieldsOfOffers},
		{"fifty who look and accept at once see one offer and one promise", oneOffer},
		{"a payment is held to the promise that it names", heldToOffer},
	}.run(t, s)
}

func fieldsOfOffers(t *testing.T, ctx context.Context, s offer.Store) {
	for seed := range uint64(4) {
		want := offer.Offers{Member: member.ID(name("member")), Made: []offer.Made{filled[offer.Made](dice(seed)), filled[offer.Made](dice(seed + 9))}}
		none, err := s.ByMember(ctx, want.Member)
		must(t, err)
		same(t, "nothing", none, offer.Offers{Member: want.Member})
		must(t, s.Save(ctx, want))
		if err := s.Save(ctx, want); !errors.Is(err, offer.ErrStale) {
			t.Errorf("saved at version 0 again: %v", err)
		}
		want.Version = 1
		got, err := s.ByMember(ctx, want.Member)
		must(t, err)
		same(t, "the offers", got, want)
		onlyWinner(t, together(writers, func(i int) error {
			mine := want
			mine.Made = mine.Made[:1]
			return s.Save(ctx, mine)
		}), offer.ErrStale)
	}
}

// offered is a shop with somebody who has just joined.
func offered(t *testing.T, s offer.Store) (*offer.Service, member.Profile, tier.Standing, time.Time) {
	t.Helper()
	f := &freshShop{}
	var err error
	f.Programme, err = programme.Load("fresh-3")
	must(t, err)
	now := time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
	who := member.Profile{ID: member.ID(name("member")), JoinedAt: now}
	return &offer.Service{Store: s, Book: f}, who, tier.Join(f.Programme, now), now
}

func oneOffer(t *testing.T, ctx context.Context, s offer.Store) {
	service, who, st, now := offered(t, s)
	must(t, errors.Join(together(50, func(i int) error {
		all, err := service.Shown(ctx, who, st, now.Add(time.Duration(i)*time.Minute))
		if err != nil || len(all) != 1 {
			return fmt.Errorf("%d offers: %w", len(all), err)
		}
		_, _, err = service.Accept(ctx, who.ID, st, all[0].ID, now.Add(time.Hour))
		return err
	})...))
	o, err := s.ByMember(ctx, who.ID)
	must(t, err)
	if len(o.Made) != 1 || o.Made[0].Fen != 100 || !o.Made[0].AcceptedAt.Equal(now.Add(time.Hour)) || o.Version != 2 {
		t.Errorf("the offers are %+v", o)
	}
	end := o.Made[0].Until
	for want, ask := range map[string]func() error{
		"NOT_FOUND": func() error { _, _, err := service.Accept(ctx, who.ID, st, "of_none", now); return err },
		"EXPIRED":   func() error { _, _, err := service.Accept(ctx, who.ID, st, o.Made[0].ID, end); return err },
		"ALREADY_PAID": func() error {
			paid := st.Bought(service.Book, now, tier.Payment{ID: "P", Tier: "SILVER", Trial: true, From: now, Until: now.AddDate(0, 0, 7), Offer: o.Made[0].ID})
			_, _, err := service.Accept(ctx, who.ID, paid, o.Made[0].ID, now)
			return err
		},
	} {
		if got := storeCode(ask()); got != want {
			t.Errorf("got %q, want %s", got, want)
		}
	}
}

func heldToOffer(t *testing.T, ctx context.Context, s offer.Store) {
	service, who, st, now := offered(t, s)
	all, err := service.Shown(ctx, who, st, now)
	must(t, err)
	id, end := all[0].ID, all[0].Until
	held := func(id, code string, trial bool, at time.Time, good bool) {
		t.Helper()
		if err := service.Promised(ctx, who.ID, id, code, trial, at); (err == nil) != good || err != nil && !fault.Is(err, fault.BadInput) {
			t.Errorf("%s %s %v at %s: %v", id, code, trial, at, err)
		}
	}
	held(id, "SILVER", true, now, false) // not accepted
	_, _, err = service.Accept(ctx, who.ID, st, id, now)
	must(t, err)
	held(id, "SILVER", true, now, true)
	held(id, "SILVER", true, end.Add(-1), true)
	held(id, "SILVER", true, end, false)
	held(id, "GOLD", true, now, false)
	held(id, "SILVER", false, now, false)
	held("of_none", "SILVER", true, now, false)
}
