package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"membergate/internal/adjustment"
	"membergate/internal/member"
)

// Adjustments tests the promises of adjustment.Store.
func Adjustments(t *testing.T, s adjustment.Store) {
	group[adjustment.Store]{
		{"every field of a proposal comes back", fieldsOfProposal},
		{"it is created once and changed by its version", versionsOfProposal},
		{"those that wait and those that do not are listed apart, newest first", listsOfProposals},
		{"what is unfinished is found until it is finished", unfinishedProposals},
	}.run(t, s)
}

// proposed makes a proposal with every field filled, under a new id.
func proposed(seed uint64) adjustment.Proposal {
	p := filled[adjustment.Proposal](dice(seed))
	p.ID, p.Member, p.Version = name("proposal"), member.ID(name("member")), 1
	return p
}

func fieldsOfProposal(t *testing.T, ctx context.Context, s adjustment.Store) {
	for seed := range uint64(5) {
		want := proposed(seed)
		must(t, s.Create(ctx, want))
		got, known, err := s.ByID(ctx, want.ID)
		must(t, err)
		same(t, "the proposal", got, want)
		if !known {
			t.Error("it is not known")
		}
	}
	if _, known, err := s.ByID(ctx, name("nothing")); known || err != nil {
		t.Errorf("one that nobody made: %v, %v", known, err)
	}
}

func versionsOfProposal(t *testing.T, ctx context.Context, s adjustment.Store) {
	p := proposed(1)
	must(t, s.Create(ctx, p))
	if err := s.Create(ctx, p); !errors.Is(err, adjustment.ErrExists) {
		t.Errorf("created again: %v", err)
	}
	must(t, s.Save(ctx, p))
	if err := s.Save(ctx, p); !errors.Is(err, adjustment.ErrStale) {
		t.Errorf("saved at an old version: %v", err)
	}
	if err := s.Save(ctx, proposed(2)); !errors.Is(err, adjustment.ErrStale) {
		t.Errorf("saved without being there: %v", err)
	}
	got, _, err := s.ByID(ctx, p.ID)
	must(t, err)
	p.Version = 2
	same(t, "the proposal", got, p)
	errs := together(16, func(int) error { return s.Save(ctx, p) })
	onlyWinner(t, errs, adjustment.ErrStale)
}

// day0 begins a century that no other test writes proposals in: lists are of all members.
var day0 = time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC)

func listsOfProposals(t *testing.T, ctx context.Context, s adjustment.Store) {
	var want [2][]string // over, waiting; newest first
	now := day0.Add(100 * time.Hour)
	for i := range 12 {
		p := proposed(uint64(i))
		p.At = day0.Add(time.Duration(i/2) * time.Hour) // pairs at the same moment
		p.ID = fmt.Sprintf("%02d-%s", i, p.ID)
		p.State, p.DecideBy = adjustment.Pending, now.Add(time.Hour)
		which := 1
		switch i % 3 {
		case 0:
			p.State, which = adjustment.Approved, 0
		case 1:
			p.DecideBy, which = now, 0
		}
		must(t, s.Create(ctx, p))
		want[which] = append([]string{p.ID}, want[which]...)
	}
	for which, ids := range want {
		var got []string
		q := adjustment.Query{Open: which == 1, Now: now, Limit: 3}
		for {
			page, err := s.List(ctx, q)
			must(t, err)
			for _, p := range page {
				if p.At.Before(day0) {
					page = nil // another test's
					break
				}
				got = append(got, p.ID)
				q.Before = adjustment.Place{At: p.At, ID: p.ID}
			}
			if len(page) < q.Limit {
				break
			}
		}
		same(t, fmt.Sprintf("the list of which open is %v", q.Open), got, ids)
	}
}

func unfinishedProposals(t *testing.T, ctx context.Context, s adjustment.Store) {
	open, late, waits := proposed(1), proposed(2), proposed(3)
	now := day0.AddDate(-300, 0, 0)
	open.State, open.Unfinished = adjustment.Approved, true
	late.State, late.Unfinished, late.DecideBy = adjustment.Pending, false, now
	waits.State, waits.Unfinished, waits.DecideBy = adjustment.Pending, false, now.Add(time.Millisecond)
	for _, p := range []adjustment.Proposal{open, late, waits} {
		must(t, s.Create(ctx, p))
	}
	found := func() map[string]bool {
		out := map[string]bool{}
		all, err := s.Unfinished(ctx, now, 1000)
		must(t, err)
		for _, p := range all {
			out[p.ID] = true
		}
		return out
	}
	if got := found(); !got[open.ID] || !got[late.ID] || got[waits.ID] {
		t.Errorf("found are %v, %v, %v; want true, true, false", got[open.ID], got[late.ID], got[waits.ID])
	}
	open.Unfinished, late.State = false, adjustment.Expired
	must(t, s.Save(ctx, open))
	must(t, s.Save(ctx, late))
	if got := found(); got[open.ID] || got[late.ID] {
		t.Errorf("after they are finished, found are %v and %v", got[open.ID], got[late.ID])
	}
	if all, err := s.Unfinished(ctx, now, 1); err != nil || len(all) > 1 {
		t.Errorf("one asked for, %d given, %v", len(all), err)
	}
}
