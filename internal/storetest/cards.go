package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	desks "membergate/internal/desk"
	"membergate/internal/member"
)

// Cards tests the promises of desk.Cards.
func Cards(t *testing.T, s desks.Cards) {
	group[desks.Cards]{
		{"every field of a card comes back, by member and by short id", fieldsOfCard},
		{"a member has one card, and a short id is one member's", oneCard},
		{"of many who change a card at once one does", versionsOfCard},
	}.run(t, s)
}

func carded(seed uint64) desks.Card {
	c := filled[desks.Card](dice(seed))
	c.Member, c.Short, c.Version = member.ID(name("member")), name("short"), 1
	return c
}

func fieldsOfCard(t *testing.T, ctx context.Context, s desks.Cards) {
	for seed := range uint64(5) {
		want := carded(seed)
		if seed == 0 {
			want.Phones = nil
		}
		must(t, s.Create(ctx, want))
		got, known, err := s.Of(ctx, want.Member)
		must(t, err)
		same(t, "the card", got, want)
		short, found, err := s.ByShort(ctx, want.Short)
		must(t, err)
		same(t, "the card by its short id", short, want)
		if !known || !found {
			t.Error("it is not known")
		}
	}
	if _, known, err := s.Of(ctx, member.ID(name("nobody"))); known || err != nil {
		t.Errorf("somebody without: %v, %v", known, err)
	}
	if _, known, err := s.ByShort(ctx, name("nothing")); known || err != nil {
		t.Errorf("a short id of nobody: %v, %v", known, err)
	}
}

func oneCard(t *testing.T, ctx context.Context, s desks.Cards) {
	c := carded(1)
	i := onlyWinner(t, together(16, func(i int) error {
		mine := c
		mine.Short = fmt.Sprint(c.Short, i)
		return s.Create(ctx, mine)
	}), desks.ErrExists)
	other := carded(2)
	other.Short = fmt.Sprint(c.Short, i)
	if err := s.Create(ctx, other); !errors.Is(err, desks.ErrExists) {
		t.Errorf("a short id that is taken: %v", err)
	}
	if _, known, err := s.Of(ctx, other.Member); known || err != nil {
		t.Errorf("the refused one is there: %v, %v", known, err)
	}
}

func versionsOfCard(t *testing.T, ctx context.Context, s desks.Cards) {
	c := carded(1)
	must(t, s.Create(ctx, c))
	onlyWinner(t, together(16, func(i int) error {
		next := c
		next.Issued = int64(i)
		return s.Save(ctx, next)
	}), desks.ErrStale)
	if err := s.Save(ctx, carded(2)); !errors.Is(err, desks.ErrStale) {
		t.Errorf("saved without being there: %v", err)
	}
	if got, _, err := s.ByShort(ctx, c.Short); err != nil || got.Version != 2 {
		t.Errorf("its version is %d, %v", got.Version, err)
	}
}
