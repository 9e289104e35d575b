package storetest

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"membergate/internal/benefit"
	"membergate/internal/member"
)

// Uses tests the promises of benefit.UseStore.
func Uses(t *testing.T, s benefit.UseStore) {
	group[benefit.UseStore]{
		{"every field of a use comes back", fieldsOfUse},
		{"it is created once and changed by its version", versionsOfUse},
		{"a member's are listed, newest first, a page at a time", usePages},
		{"a cancelled caller is told so", cancelledUses},
	}.run(t, s)
}

// oneUse makes a use with every field filled, under a new id.
func oneUse(seed uint64) benefit.Use {
	u := filled[benefit.Use](dice(seed))
	u.ID, u.Member, u.Version = name("use"), member.ID(name("member")), 1
	return u
}

func fieldsOfUse(t *testing.T, ctx context.Context, s benefit.UseStore) {
	for seed := range uint64(5) {
		want := oneUse(seed)
		if seed == 4 {
			want.Title, want.Given, want.ChoiceTitle, want.CancelUntil, want.EndedAt = nil, nil, nil, time.Time{}, time.Time{}
		}
		must(t, s.Create(ctx, want))
		got, known, err := s.ByID(ctx, want.ID)
		must(t, err)
		same(t, "the use", got, want)
		if !known {
			t.Error("it is not known")
		}
	}
	if _, known, err := s.ByID(ctx, name("nothing")); known || err != nil {
		t.Errorf("one that nobody made: %v, %v", known, err)
	}
}

func versionsOfUse(t *testing.T, ctx context.Context, s benefit.UseStore) {
	u := oneUse(1)
	must(t, s.Create(ctx, u))
	if err := s.Create(ctx, u); !errors.Is(err, benefit.ErrExists) {
		t.Errorf("created again: %v", err)
	}
	u.State = benefit.Cancelled
	must(t, s.Save(ctx, u))
	if err := s.Save(ctx, u); !errors.Is(err, benefit.ErrStale) {
		t.Errorf("saved at an old version: %v", err)
	}
	if err := s.Save(ctx, oneUse(2)); !errors.Is(err, benefit.ErrStale) {
		t.Errorf("saved without being there: %v", err)
	}
	got, _, err := s.ByID(ctx, u.ID)
	must(t, err)
	u.Version = 2
	same(t, "the use", got, u)
	onlyWinner(t, together(16, func(int) error { return s.Save(ctx, u) }), benefit.ErrStale)
	again := oneUse(3)
	onlyWinner(t, together(16, func(int) error { return s.Create(ctx, again) }), benefit.ErrExists)
}

func usePages(t *testing.T, ctx context.Context, s benefit.UseStore) {
	id := member.ID(name("member"))
	var all []benefit.Use
	for n := range 7 {
		u := oneUse(uint64(n))
		u.Member, u.At = id, shopping.Add(time.Duration(n/3)*time.Millisecond)
		must(t, s.Create(ctx, u))
		all = append(all, u)
	}
	must(t, s.Create(ctx, oneUse(99)))
	slices.SortFunc(all, func(a, b benefit.Use) int {
		return cmp.Or(b.At.Compare(a.At), strings.Compare(b.ID, a.ID))
	})
	all[0].State = benefit.Cancelled // a change moves nothing
	must(t, s.Save(ctx, all[0]))
	all[0].Version++
	var got []benefit.Use
	var after *benefit.Place
	for {
		page, err := s.Page(ctx, id, after, 2)
		must(t, err)
		if len(page) == 0 {
			break
		}
		got = append(got, page...)
		last := page[len(page)-1].Place()
		after = &last
	}
	same(t, "the list", got, all)
}

func cancelledUses(t *testing.T, ctx context.Context, s benefit.UseStore) {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	u := oneUse(1)
	_, _, byID := s.ByID(ctx, u.ID)
	_, page := s.Page(ctx, u.Member, nil, 1)
	for says, err := range map[string]error{"Create": s.Create(ctx, u), "Save": s.Save(ctx, u), "ByID": byID, "Page": page} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("a cancelled %s gave %v, want %v", says, err, context.Canceled)
		}
	}
}
