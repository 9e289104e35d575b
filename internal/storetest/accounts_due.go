package storetest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/tier"
)

// dueOf pages through what a listing gives of the ids that begin with a prefix.
func dueOf(t *testing.T, prefix string, page func(after member.ID, n int) ([]account.Holder, error)) (out []account.Holder) {
	t.Helper()
	for after := member.ID(prefix); ; {
		holders, err := page(after, 2)
		must(t, err)
		if len(holders) > 2 {
			t.Fatalf("a page of 2 has %d holders", len(holders))
		}
		for _, h := range holders {
			if !strings.HasPrefix(string(h.Profile.ID), prefix) {
				return out
			}
			out = append(out, h)
			after = h.Profile.ID
		}
		if len(holders) == 0 {
			return out
		}
	}
}

func dueHolders(t *testing.T, ctx context.Context, s account.Store) {
	prefix := name("due")
	by := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	before, err := s.CountDue(ctx, by)
	must(t, err)
	beforeAll, err := s.CountDue(ctx, account.Ever)
	must(t, err)
	var all []account.Holder
	for i, due := range []time.Time{by, by.Add(time.Millisecond), {}, by.AddDate(-50, 0, 0), by.AddDate(1, 0, 0), by.Add(-time.Millisecond)} {
		h := someone(dice(uint64(i)))
		h.Profile.ID = member.ID(prefix + string(rune('a'+i)))
		h.Account.Member, h.Account.Standing.Due = h.Profile.ID, due
		must(t, s.Create(ctx, h))
		all = append(all, h)
	}
	due := func(by time.Time) []account.Holder {
		return dueOf(t, prefix, func(after member.ID, n int) ([]account.Holder, error) { return s.Due(ctx, by, after, n) })
	}
	same(t, "what is due", due(by), []account.Holder{all[0], all[3], all[5]})
	same(t, "what is ever due", due(account.Ever), all)
	count := func(by time.Time, already, want int) {
		t.Helper()
		if n, err := s.CountDue(ctx, by); err != nil || n-already != want {
			t.Errorf("%d are due by %s, want %d (error %v)", n-already, by, want, err)
		}
	}
	count(by, before, 3)
	count(account.Ever, beforeAll, 6)
	all[3].Account.Standing.Due, all[4].Account.Standing.Due = by.AddDate(0, 3, 0), by // saving moves it
	for _, i := range []int{3, 4} {
		must(t, s.Save(ctx, all[i].Account))
		all[i].Account.Version++
	}
	same(t, "what is due", due(by), []account.Holder{all[0], all[4], all[5]})
	count(by, before, 3)
	if none, err := s.Due(ctx, by, "", 0); err != nil || len(none) > 0 {
		t.Errorf("of no holders %d came (error %v)", len(none), err)
	}
}

func unfinishedHolders(t *testing.T, ctx context.Context, s account.Store) {
	prefix := name("outbox")
	var all []account.Holder
	for i := range 5 {
		h := someone(dice(uint64(i)))
		h.Profile.ID = member.ID(prefix + string(rune('a'+i)))
		h.Account.Member = h.Profile.ID
		if i%2 == 1 {
			h.Account.Outbox = nil
		}
		must(t, s.Create(ctx, h))
		all = append(all, h)
	}
	unfinished := func() []account.Holder {
		return dueOf(t, prefix, func(after member.ID, n int) ([]account.Holder, error) { return s.Unfinished(ctx, after, n) })
	}
	same(t, "the unfinished", unfinished(), []account.Holder{all[0], all[2], all[4]})
	all[1].Account.Outbox, all[2].Account.Outbox = slices.Clone(all[0].Account.Outbox), nil
	for _, i := range []int{1, 2} {
		must(t, s.Save(ctx, all[i].Account))
		all[i].Account.Version++
	}
	same(t, "the unfinished", unfinished(), []account.Holder{all[0], all[1], all[4]})
}

func grantedHolders(t *testing.T, ctx context.Context, s account.Store) {
	prefix, code := name("granted"), name("TIER")
	other := code + "-higher"
	var all []account.Holder
	for i, grants := range [][]tier.Grant{
		{{Tier: other}, {Tier: code}}, nil, {{Tier: code, Ended: true}}, {{Tier: other}}, {{Tier: code, Ended: true}, {Tier: code}},
	} {
		h := someone(dice(uint64(i)))
		h.Profile.ID = member.ID(prefix + string(rune('a'+i)))
		h.Account.Member, h.Account.Standing.Grants = h.Profile.ID, grants
		must(t, s.Create(ctx, h))
		all = append(all, h)
	}
	expect := func(of string, want ...int) {
		t.Helper()
		var ids []member.ID
		for _, i := range want {
			ids = append(ids, all[i].Profile.ID)
		}
		got, err := s.Granted(ctx, of)
		must(t, err)
		same(t, "those with a grant", got, ids)
	}
	expect(code, 0, 4)
	expect(other, 0, 3)
	expect("TIER")
	all[0].Account.Standing.Grants, all[1].Account.Standing.Grants = nil, []tier.Grant{{Tier: code}}
	for _, i := range []int{0, 1} {
		must(t, s.Save(ctx, all[i].Account))
		all[i].Account.Version++
	}
	expect(code, 1, 4)
	expect(other, 3)
}

// lateHolders asks in a time of its own, long before all other tests, for who is due.
func lateHolders(t *testing.T, ctx context.Context, s account.Store) {
	by := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).Add(-time.Since(time.Unix(0, 0)).Truncate(time.Millisecond)) // earlier than that of a run before
	late := func(n int) map[member.ID]bool {
		found, err := s.Late(ctx, by, n)
		must(t, err)
		out := map[member.ID]bool{}
		for _, h := range found {
			same(t, "the holder", h, load(t, ctx, s, h.Profile.ID))
			out[h.Profile.ID] = true
		}
		return out
	}
	if got := late(1); len(got) > 0 {
		t.Fatalf("before the test began, %v are late", got)
	}
	due := map[member.ID]bool{}
	for i, at := range []time.Time{by, by.Add(time.Millisecond), {}, by.Add(-time.Millisecond), by.Add(-time.Hour)} {
		h := someone(dice(uint64(i)))
		h.Profile.ID = member.ID(name("late"))
		h.Account.Member, h.Account.Standing.Due = h.Profile.ID, at
		must(t, s.Create(ctx, h))
		if !at.IsZero() && !at.After(by) {
			due[h.Profile.ID] = true
		}
	}
	same(t, "who is late", late(10), due)
	if got := late(2); len(got) != 2 {
		t.Errorf("of 3 who are late, 2 were asked for and %d came", len(got))
	}
	for id := range due { // who is settled is late no more
		a := load(t, ctx, s, id).Account
		a.Standing.Due = by.AddDate(0, 3, 0)
		must(t, s.Save(ctx, a))
		delete(due, id)
		same(t, "who is late", late(10), due)
	}
}
