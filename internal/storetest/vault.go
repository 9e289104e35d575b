package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/vault"
)

// Safe is what identities need of one engine.
type Safe struct {
	Vault    vault.Store
	Accounts account.Store
}

// Vault tests the promises of vault.Store.
func Vault(t *testing.T, s vault.Store) {
	group[vault.Store]{
		{"every field of an identity comes back, and is changed by its version", fieldsOfIdentity},
		{"of many who write an identity at once one does", identityAtOnce},
		{"who has a fact is found by its hash, until it is another", factsByHash},
		{"every field of an application comes back", fieldsOfApplication},
		{"an application is only ever added to", applicationGrows},
		{"of many who add to an application at once one does", appendAtOnce},
		{"those that wait and those that do not are listed apart, newest first", listsOfApplications},
		{"what was read of a member is listed, the latest first", readingsListed},
		{"what need not be kept goes, and nothing before", readingsExpire},
	}.run(t, s)
}

func identity(seed uint64, who member.ID) vault.Identity {
	i := filled[vault.Identity](dice(seed))
	i.Member, i.Version = who, 0
	for n := range i.Facts {
		i.Facts[n].Hash = "k1:" + name("hash")
	}
	return i
}

func fieldsOfIdentity(t *testing.T, ctx context.Context, s vault.Store) {
	who := member.ID(name("member"))
	got, err := s.Of(ctx, who)
	must(t, err)
	same(t, "one that is not there", got, vault.Identity{Member: who})
	for seed := range uint64(4) {
		want := identity(seed, who)
		want.Version = int64(seed)
		must(t, s.Save(ctx, want))
		if err := s.Save(ctx, want); !errors.Is(err, vault.ErrStale) {
			t.Errorf("saved at an old version: %v", err)
		}
		want.Version++
		got, err = s.Of(ctx, who)
		must(t, err)
		same(t, "the identity", got, want)
	}
	i := identity(5, member.ID(name("member")))
	i.Version = 3
	if err := s.Save(ctx, i); !errors.Is(err, vault.ErrStale) {
		t.Errorf("saved without being there: %v", err)
	}
}

func identityAtOnce(t *testing.T, ctx context.Context, s vault.Store) {
	who := member.ID(name("member"))
	for version := range int64(2) {
		var all []vault.Identity
		for n := range 16 {
			i := identity(uint64(n), who)
			i.Version = version
			all = append(all, i)
		}
		winner := onlyWinner(t, together(len(all), func(n int) error { return s.Save(ctx, all[n]) }), vault.ErrStale)
		got, err := s.Of(ctx, who)
		must(t, err)
		want := all[winner]
		want.Version++
		same(t, "what is kept", got, want)
	}
}

func factsByHash(t *testing.T, ctx context.Context, s vault.Store) {
	mother, child := identity(1, member.ID(name("a"))), identity(2, member.ID(name("b")))
	mother.Facts, child.Facts = mother.Facts[:1], child.Facts[:1]
	shared := mother.Facts[0].Hash
	child.Facts[0].Hash = shared
	must(t, s.Save(ctx, child))
	must(t, s.Save(ctx, mother))
	known := func(n int, hashes ...string) []member.ID {
		out, err := s.Known(ctx, hashes, n)
		must(t, err)
		return out
	}
	same(t, "who has it", known(9, "k9:none", shared), []member.ID{mother.Member, child.Member})
	same(t, "the first who has it", known(1, shared), []member.ID{mother.Member})
	same(t, "who has another", known(9, "k9:none", shared+"x"), []member.ID(nil))
	child.Facts[0].Hash, child.Version = "k1:"+name("hash"), 1
	must(t, s.Save(ctx, child))
	same(t, "who still has it", known(9, shared), []member.ID{mother.Member})
}

func application(seed uint64) vault.Application {
	a := filled[vault.Application](dice(seed))
	a.ID, a.Member, a.Deeds, a.Needs = name("reading"), member.ID(name("member")), nil, []string{"dpo", "legal"}
	a.Keep = planted // nothing of these tests expires but what says so
	return a
}

func deedOf(act vault.Act, role string, at time.Time) vault.Deed {
	return vault.Deed{Act: act, By: "staff of " + role, Role: role, At: at}
}

func fieldsOfApplication(t *testing.T, ctx context.Context, s vault.Store) {
	for seed := range uint64(4) {
		want := application(seed)
		want.Deeds = filled[vault.Application](dice(seed)).Deeds
		must(t, s.Apply(ctx, want))
		got, known, err := s.ByID(ctx, want.ID)
		must(t, err)
		same(t, "the application", got, want)
		if !known {
			t.Error("it is not known")
		}
	}
	if _, known, err := s.ByID(ctx, name("nothing")); known || err != nil {
		t.Errorf("one that nobody made: %v, %v", known, err)
	}
}

func applicationGrows(t *testing.T, ctx context.Context, s vault.Store) {
	a := application(1)
	must(t, s.Apply(ctx, a))
	other := application(2)
	other.ID = a.ID
	if err := s.Apply(ctx, other); !errors.Is(err, vault.ErrExists) {
		t.Errorf("made again: %v", err)
	}
	first, second := deedOf(vault.Yes, "dpo", askedAt), deedOf(vault.Yes, "legal", askedAt.Add(time.Hour))
	// Whatever else is given with a deed, what was written down stays as it was.
	forged := other
	forged.Deeds = []vault.Deed{first}
	must(t, s.Append(ctx, forged))
	a.Deeds = []vault.Deed{first}
	got, _, err := s.ByID(ctx, a.ID)
	must(t, err)
	same(t, "after one deed", got, a)
	for what, deeds := range map[string][]vault.Deed{"as many": {second}, "more than one more": {first, second, second}} {
		forged.Deeds = deeds
		if err := s.Append(ctx, forged); !errors.Is(err, vault.ErrStale) {
			t.Errorf("%s deeds are added: %v", what, err)
		}
	}
	forged.Deeds = []vault.Deed{deedOf(vault.No, "nobody", askedAt), second}
	must(t, s.Append(ctx, forged))
	a.Deeds = []vault.Deed{first, second}
	got, _, err = s.ByID(ctx, a.ID)
	must(t, err)
	same(t, "after two deeds", got, a)
	forged.ID, forged.Deeds = name("nothing"), []vault.Deed{first}
	if err := s.Append(ctx, forged); !errors.Is(err, vault.ErrStale) {
		t.Errorf("added to nothing: %v", err)
	}
}

func appendAtOnce(t *testing.T, ctx context.Context, s vault.Store) {
	a := application(1)
	must(t, s.Apply(ctx, a))
	for n := range 3 {
		winner := onlyWinner(t, together(16, func(i int) error {
			b := a
			b.Deeds = append(slices.Clone(a.Deeds), deedOf(vault.Yes, fmt.Sprint("role ", n, " ", i), askedAt))
			return s.Append(ctx, b)
		}), vault.ErrStale)
		a.Deeds = append(a.Deeds, deedOf(vault.Yes, fmt.Sprint("role ", n, " ", winner), askedAt))
		got, _, err := s.ByID(ctx, a.ID)
		must(t, err)
		same(t, "the application", got, a)
	}
}

func listsOfApplications(t *testing.T, ctx context.Context, s vault.Store) {
	var want [2][]string // over, waiting; newest first
	now := day0.Add(100 * time.Hour)
	for i := range 12 {
		a := application(uint64(i))
		a.At = day0.Add(time.Duration(i/2) * time.Hour) // pairs at the same moment
		a.ID, a.DecideBy = fmt.Sprintf("%02d-%s", i, a.ID), now.Add(time.Hour)
		which := 1
		if i%3 == 1 {
			a.DecideBy, which = now, 0
		}
		must(t, s.Apply(ctx, a))
		if i%3 == 0 {
			which = 0
			a.Deeds = []vault.Deed{deedOf(vault.No, "dpo", now)}
			must(t, s.Append(ctx, a))
		}
		want[which] = append([]string{a.ID}, want[which]...)
	}
	for which, ids := range want {
		var got []string
		q := vault.Query{Open: which == 1, Now: now, Limit: 3}
		for {
			page, err := s.List(ctx, q)
			must(t, err)
			for _, a := range page {
				if a.At.Before(day0) {
					page = nil // another test's
					break
				}
				got = append(got, a.ID)
				q.Before = vault.Place{At: a.At, ID: a.ID}
			}
			if len(page) < q.Limit {
				break
			}
		}
		same(t, fmt.Sprintf("the list of which open is %v", q.Open), got, ids)
	}
}

func readingsListed(t *testing.T, ctx context.Context, s vault.Store) {
	who := member.ID(name("member"))
	var want []string
	for i := range 7 {
		a := application(uint64(i))
		a.ID, a.Member = fmt.Sprintf("%02d-%s", i, a.ID), who
		if i == 6 {
			a.Member += "0" // of somebody whose id begins alike
		}
		must(t, s.Apply(ctx, a))
		for _, d := range []vault.Deed{deedOf(vault.Yes, "dpo", askedAt), deedOf(vault.Yes, "legal", askedAt), deedOf(vault.Read, "service", askedAt.Add(time.Duration(i/2)*time.Minute))} {
			if i == 5 && d.Act == vault.Read {
				continue // nobody did
			}
			a.Deeds = append(a.Deeds, d)
			must(t, s.Append(ctx, a))
		}
		if i < 5 {
			want = append([]string{a.ID}, want...)
		}
	}
	var got []string
	for after := (vault.Place{}); ; {
		page, err := s.ReadOf(ctx, who, after, 2)
		must(t, err)
		for _, a := range page {
			got = append(got, a.ID)
			after = vault.Place{At: a.ReadAt(), ID: a.ID}
		}
		if len(page) < 2 {
			break
		}
	}
	same(t, "what was read", got, want)
}

func readingsExpire(t *testing.T, ctx context.Context, s vault.Store) {
	at := time.Date(1997, 1, 1, 0, 0, 0, 0, time.UTC) // before all others
	var ids []string
	for i := range 5 {
		a := application(uint64(i))
		a.Keep = at.Add(time.Duration(i) * time.Minute)
		must(t, s.Apply(ctx, a))
		a.Deeds = []vault.Deed{deedOf(vault.Read, "service", askedAt)}
		if i%2 == 0 {
			must(t, s.Append(ctx, a))
		}
		ids = append(ids, a.ID)
	}
	kept := func() (out []string) {
		for _, id := range ids {
			if _, known, err := s.ByID(ctx, id); err != nil {
				t.Fatal(err)
			} else if known {
				out = append(out, id)
			}
		}
		return out
	}
	for _, c := range []struct{ after, n, gone, left int }{{-1, 9, 0, 5}, {1, 1, 1, 4}, {1, 9, 1, 3}, {1, 9, 0, 3}, {9, 9, 3, 0}} {
		n, err := s.Expire(ctx, at.Add(time.Duration(c.after)*time.Minute), c.n)
		if must(t, err); n != c.gone || len(kept()) != c.left {
			t.Errorf("%d minutes later %d go and %v stay, want %d and %d", c.after, n, kept(), c.gone, c.left)
		}
	}
}
