package family_test

import (
	"fmt"
	"testing"
	"time"

	"membergate/internal/family"
)

func TestAFamilyKeepsAsManyEndedRequestsAsAnybodyLooksBackAt(t *testing.T) {
	now := at(t, "2026-07-06 12:00")
	f := family.Open("Home", "mum", now).With("kid", family.Child, now)
	for n := range family.KeptApprovals + 20 {
		next, a, changed := f.Ask(family.Wish{ID: fmt.Sprint(n), By: "kid", At: now, Until: now.Add(time.Hour)})
		if !changed || a.State != family.Undecided {
			t.Fatalf("the %d. request is %+v", n, a)
		}
		if n%11 > 0 { // some wait on, however old they become
			next, _, _, _ = next.Decide("mum", a.ID, true, "", now)
			next.Approvals[len(next.Approvals)-1].Unfinished = false
		}
		f = next
	}
	waits := f.Waiting("mum", now)
	if ended := len(f.Approvals) - waits; waits != 20 || ended != family.KeptApprovals {
		t.Errorf("%d requests wait and %d that have ended are kept; want 20 and %d", waits, ended, family.KeptApprovals)
	}
	if _, _, changed := f.Ask(family.Wish{ID: fmt.Sprint(family.KeptApprovals + 19), By: "kid", At: now, Until: now.Add(time.Hour)}); changed {
		t.Error("the same request is made again")
	}
}

func TestARequestEndsWithWhoAskedAndWithTheLastWhoCouldDecide(t *testing.T) {
	now := at(t, "2026-07-06 12:00")
	home := family.Open("Home", "mum", now).With("dad", family.Guardian, now).With("kid", family.Child, now).With("gran", family.Adult, now)
	ask := func() family.Family {
		next, _, _ := home.Ask(family.Wish{ID: "fa", By: "kid", At: now, Until: now.Add(24 * time.Hour)})
		return next
	}
	for name, c := range map[string]struct {
		change func(family.Family) (family.Family, bool, error)
		want   family.Decision
	}{
		"the child taken out": {func(f family.Family) (family.Family, bool, error) { return f.Remove("dad", "kid", now) }, family.Withdrawn},
		"the guardian gone":   {func(f family.Family) (family.Family, bool, error) { return f.Remove("mum", "dad", now) }, family.Undecided},
		"an adult gone":       {func(f family.Family) (family.Family, bool, error) { return f.Remove("mum", "gran", now) }, family.Undecided},
		"the child grown up": {func(f family.Family) (family.Family, bool, error) {
			return f.GiveRole(retail5(t), "mum", "kid", family.Teen, "", now)
		}, family.Undecided},
		"the family handed on": {func(f family.Family) (family.Family, bool, error) {
			return f.HandOver(retail5(t), "mum", "dad", "GOLD", "", now)
		}, family.Undecided},
		"the family dissolved": {func(f family.Family) (family.Family, bool, error) {
			f, err := f.Dissolve("mum", now)
			return f, true, err
		}, family.Withdrawn},
	} {
		f, _, err := c.change(ask())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if a := f.Approvals[0]; a.State != c.want || a.Unfinished != (c.want != family.Undecided) {
			t.Errorf("%s: the request is %+v, want %s", name, a, c.want)
		}
	}
	// Whose spending needs a yes by a limit, and who is the only one who could say it, asks nobody.
	if _, a, changed := family.Open("Home", "mum", now).Ask(family.Wish{ID: "fa", By: "mum", At: now, Until: now.Add(time.Hour)}); changed || a.State != family.Withdrawn {
		t.Errorf("a request that nobody can decide is %+v", a)
	}
	// A guardian's request that only the owner can decide waits for whoever owns the family.
	f, _, _ := home.Ask(family.Wish{ID: "fa", By: "dad", At: now, Until: now.Add(time.Hour)})
	if f.MayDecide("dad", f.Approvals[0]) || !f.MayDecide("mum", f.Approvals[0]) {
		t.Error("who decides about a guardian's request is wrong")
	}
}

func TestWhoeverBecomesTheOwnerIsLimitedNoMore(t *testing.T) {
	now := at(t, "2026-07-06 12:00")
	home := family.Open("Home", "mum", now).With("dad", family.Guardian, now)
	f, _, err := home.SetLimit("mum", "dad", &family.Limit{PerPeriod: 5, Period: family.PerDay}, now)
	if err != nil {
		t.Fatal(err)
	}
	f, _, err = f.HandOver(retail5(t), "mum", "dad", "GOLD", "", now)
	if err != nil {
		t.Fatal(err)
	}
	if o, _ := f.Owner(); o.Member != "dad" || o.Limit != nil {
		t.Errorf("the owner is %+v", o)
	}
}

func TestRequestsAreListedByWhenTheyWereMadeWhoeverWasAskedFirst(t *testing.T) {
	now := at(t, "2026-07-06 12:00")
	f := family.Open("Home", "mum", now).With("kid", family.Child, now)
	for _, w := range []struct {
		id   string
		made int
	}{{"a", 2}, {"c", 1}, {"b", 3}, {"d", 1}} {
		f, _, _ = f.Ask(family.Wish{ID: w.id, By: "kid", At: now.Add(time.Duration(w.made) * time.Second), Until: now.Add(time.Hour)})
	}
	got := ""
	for _, a := range f.ApprovalsFor("mum", now, "") {
		got += a.ID
	}
	if got != "badc" {
		t.Errorf("the list is %s, want badc", got)
	}
}
