package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
)

// Accounts tests the promises of account.Store.
func Accounts(t *testing.T, s account.Store) {
	plain := s
	s = account.Seal(plain, household{})
	group[account.Store]{
		{"every field of a holder comes back", fieldsOfHolder},
		{"an empty holder comes back", emptyHolder},
		{"a new holder has version 1", newHolderVersion},
		{"a member who exists is not created again", createTwice},
		{"a handle names one member", handleTaken},
		{"those unknown are missing", unknownHolders},
		{"a public reading leaves out facts, history, consents, outbox, inviter and home, and nothing else", publicHolder},
		{"saving an account leaves the profile alone", saveAccount},
		{"saving a profile leaves the account alone", saveProfile},
		{"saving an old version changes nothing", saveStale},
		{"a walk gives whole holders by id", walkHolders},
		{"what is due by a time is found, by id", dueHolders},
		{"who is late is found without looking at all", lateHolders},
		{"those with an outbox are found, by id", unfinishedHolders},
		{"whose membership ends is found by its end", endingHolders},
		{"those with a grant of a tier that has not ended are found, by id", grantedHolders},
		{"the demo's members are listed by id", demoHolders},
		{"a handle finds its member, also after a change", byHandle},
		{"of many who create one member one wins", createRace},
		{"of many who save one version one wins", saveRace},
		{"account and profile change at once", saveBoth},
		{"a cancelled caller is told so", cancelledHolders},
		{"what was told of home is kept sealed", func(t *testing.T, ctx context.Context, s account.Store) { keptSealed(t, ctx, s, plain) }},
	}.run(t, s)
}

// load reads one holder whole.
func load(t *testing.T, ctx context.Context, s account.Store, id member.ID) account.Holder {
	t.Helper()
	found, err := s.ByIDs(ctx, []member.ID{id}, account.Whole)
	must(t, err)
	h, ok := found[id]
	if !ok {
		t.Fatalf("member %s is not there", id)
	}
	return h
}

func fieldsOfHolder(t *testing.T, ctx context.Context, s account.Store) {
	for seed := range uint64(20) {
		h := someone(dice(seed))
		must(t, s.Create(ctx, h))
		same(t, "the holder", load(t, ctx, s, h.Profile.ID), h)
	}
}

func emptyHolder(t *testing.T, ctx context.Context, s account.Store) {
	var h account.Holder
	h.Profile.ID, h.Profile.Handle = member.ID(name("member")), name("handle")
	h.Account.Member = h.Profile.ID
	h.Profile.Version, h.Account.Version = 1, 1
	must(t, s.Create(ctx, h))
	same(t, "the holder", load(t, ctx, s, h.Profile.ID), h)
}

func newHolderVersion(t *testing.T, ctx context.Context, s account.Store) {
	h := someone(dice(1))
	h.Profile.Version, h.Account.Version = 7, 9
	must(t, s.Create(ctx, h))
	got := load(t, ctx, s, h.Profile.ID)
	if got.Profile.Version != 1 || got.Account.Version != 1 {
		t.Errorf("the versions are %d and %d, want 1", got.Profile.Version, got.Account.Version)
	}
}

func createTwice(t *testing.T, ctx context.Context, s account.Store) {
	h := someone(dice(1))
	must(t, s.Create(ctx, h))
	other := someone(dice(2))
	other.Profile.ID, other.Account.Member = h.Profile.ID, h.Profile.ID
	if err := s.Create(ctx, other); !errors.Is(err, account.ErrExists) {
		t.Errorf("creating the member again gave %v, want %v", err, account.ErrExists)
	}
	if err := s.Create(ctx, h); !errors.Is(err, account.ErrExists) {
		t.Errorf("creating the same holder again gave %v, want %v", err, account.ErrExists)
	}
	same(t, "the holder", load(t, ctx, s, h.Profile.ID), h)
	if _, ok, err := s.ByHandle(ctx, other.Profile.Handle); ok || err != nil {
		t.Errorf("the handle of the refused holder finds somebody (error %v)", err)
	}
}

func handleTaken(t *testing.T, ctx context.Context, s account.Store) {
	h, other := someone(dice(1)), someone(dice(2))
	must(t, s.Create(ctx, h))
	must(t, s.Create(ctx, other))
	third := someone(dice(3))
	third.Profile.Handle = h.Profile.Handle
	if err := s.Create(ctx, third); !fault.Is(err, fault.Conflict) {
		t.Errorf("creating with a taken handle gave %v, want a conflict", err)
	}
	changed := other.Profile
	changed.Handle = h.Profile.Handle
	if err := s.SaveProfile(ctx, changed); !fault.Is(err, fault.Conflict) {
		t.Errorf("changing to a taken handle gave %v, want a conflict", err)
	}
	same(t, "the holder", load(t, ctx, s, other.Profile.ID), other)
}

func unknownHolders(t *testing.T, ctx context.Context, s account.Store) {
	h := someone(dice(1))
	must(t, s.Create(ctx, h))
	found, err := s.ByIDs(ctx, []member.ID{"", "nobody", h.Profile.ID, h.Profile.ID, member.ID(name("x"))}, account.Whole)
	must(t, err)
	same(t, "the answer", found, map[member.ID]account.Holder{h.Profile.ID: h})
	found, err = s.ByIDs(ctx, nil, account.Whole)
	must(t, err)
	same(t, "the answer to nothing", found, map[member.ID]account.Holder{})
	if _, ok, err := s.ByHandle(ctx, name("nobody")); ok || err != nil {
		t.Errorf("an unknown handle finds somebody (error %v)", err)
	}
}

func publicHolder(t *testing.T, ctx context.Context, s account.Store) {
	h := someone(dice(1))
	must(t, s.Create(ctx, h))
	found, err := s.ByIDs(ctx, []member.ID{h.Profile.ID}, account.Public)
	must(t, err)
	h.Profile.Consents, h.Profile.Corrections, h.Profile.Suspension, h.Account.Outbox, h.Account.Invited = nil, nil, nil, nil, nil
	h.Profile.Household, h.Profile.Preferences = member.Household{}, nil
	h.Account.Standing.Facts, h.Account.Standing.History, h.Account.Standing.FirstPaid = nil, nil, time.Time{}
	same(t, "the public holder", found[h.Profile.ID], h)
}

func walkHolders(t *testing.T, ctx context.Context, s account.Store) {
	prefix := name("walk")
	var want []account.Holder
	for i, end := range []string{"1", "10", "2", "B", "a", "~"} {
		h := someone(dice(uint64(i)))
		h.Profile.ID = member.ID(prefix + end)
		h.Account.Member = h.Profile.ID
		want = append(want, h)
	}
	for _, i := range []int{3, 0, 5, 2, 4, 1} {
		must(t, s.Create(ctx, want[i]))
	}
	var got []account.Holder
	for after := member.ID(prefix); len(got) < len(want); after = got[len(got)-1].Profile.ID {
		page, err := s.Walk(ctx, after, 4)
		must(t, err)
		if len(page) == 0 || len(page) > 4 {
			t.Fatalf("a page of 4 has %d holders", len(page))
		}
		got = append(got, page...)
	}
	same(t, "the walk", got[:len(want)], want)
}

func demoHolders(t *testing.T, ctx context.Context, s account.Store) {
	var want []member.ID
	for i := range uint64(4) {
		h := someone(dice(i))
		h.Profile.Demo = i != 1
		must(t, s.Create(ctx, h))
		if i == 2 { // it was the demo's and is not any more
			h.Profile.Demo = false
			must(t, s.SaveProfile(ctx, h.Profile))
		}
		if i == 0 || i == 3 {
			want = append(want, h.Profile.ID)
		}
	}
	all, err := s.Demo(ctx)
	must(t, err)
	var got []member.ID
	for _, h := range all {
		if !h.Profile.Demo {
			t.Errorf("member %s is not the demo's", h.Profile.ID)
		}
		got = append(got, h.Profile.ID)
	}
	if !slices.IsSorted(got) {
		t.Errorf("the demo's members are not in the order of their ids: %v", got)
	}
	slices.Sort(want)
	for _, id := range want {
		if !slices.Contains(got, id) {
			t.Errorf("member %s is missing", id)
		}
	}
}
