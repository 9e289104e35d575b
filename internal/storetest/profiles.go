package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/profile"
	"membergate/internal/programme"
)

// Decisions tests the promises of profile.Store.
func Decisions(t *testing.T, s profile.Store) {
	group[profile.Store]{
		{"every field of a decision comes back", fieldsOfDecision},
		{"a decision is added once and never changes", decisionOnce},
		{"decisions are listed newest first, a page at a time", listOfDecisions},
	}.run(t, s)
}

func decided(seed uint64) profile.Decision {
	d := filled[profile.Decision](dice(seed))
	d.Member = member.ID(name("member"))
	return d
}

func fieldsOfDecision(t *testing.T, ctx context.Context, s profile.Store) {
	for seed := range uint64(5) {
		want := decided(seed)
		must(t, s.Add(ctx, want))
		got, err := s.Of(ctx, want.Member, nil, 5)
		must(t, err)
		same(t, "the list", got, []profile.Decision{want})
	}
	if got, err := s.Of(ctx, member.ID(name("nobody")), nil, 5); len(got) != 0 || err != nil {
		t.Errorf("somebody who never decided has %v, %v", got, err)
	}
}

func decisionOnce(t *testing.T, ctx context.Context, s profile.Store) {
	want := decided(1)
	must(t, errors.Join(together(writers, func(int) error { return s.Add(ctx, want) })...))
	got, err := s.Of(ctx, want.Member, nil, 5)
	must(t, err)
	same(t, "the list", got, []profile.Decision{want})
}

func listOfDecisions(t *testing.T, ctx context.Context, s profile.Store) {
	who := decided(1).Member
	var all []profile.Decision
	for i := range 11 {
		d := decided(uint64(i))
		d.Member, d.Purpose, d.Number = who, fmt.Sprintf("P%d", i%3), i
		d.At = day0.Add(time.Duration(i/2) * time.Hour) // pairs at the same moment
		must(t, s.Add(ctx, d))
		must(t, s.Add(ctx, decided(uint64(i)))) // somebody else's
		all = append(all, d)
	}
	want := profile.Newest(all, 100)
	var got []profile.Decision
	var after *profile.Place
	for {
		page, err := s.Of(ctx, who, after, 4)
		must(t, err)
		if got = append(got, page...); len(page) < 4 {
			break
		}
		place := page[3].Place()
		after = &place
	}
	same(t, "the pages", got, want)
}

// Profiles are the stores of who changes profiles.
type Profiles struct {
	Accounts  account.Store
	Decisions profile.Store
}

// ProfilesCommand tests the promises of profile.Service on both.
func ProfilesCommand(t *testing.T, s Profiles) {
	s.Accounts = account.Seal(s.Accounts, household{})
	group[Profiles]{
		{"of many decisions at once none is lost, over a bad network", decidedAtOnce},
		{"a no takes away what was told under it, whatever is told at the same moment", takenAway},
		{"of fifty updates of one version one wins", updatedAtOnce},
	}.run(t, s)
}

var homely = &programme.Programme{
	Privacy: programme.Privacy{Purposes: []programme.Purpose{{Code: "HOME", PolicyVersion: "1"}, {Code: "LIKES", PolicyVersion: "1"}}},
	Household: &programme.Household{Consents: programme.HouseholdConsents{Size: "HOME", Preferences: "LIKES"}, MostPeople: 9,
		Preferences: []programme.Named{{Code: "TEA"}, {Code: "CAKE"}}, MostPreferences: 2},
}

type oneBook struct{ p *programme.Programme }

func (b oneBook) At(time.Time) *programme.Programme { return b.p }

func (s Profiles) service() *profile.Service {
	return &profile.Service{Accounts: s.Accounts, Decisions: s.Decisions, Book: oneBook{homely}}
}

func decidedAtOnce(t *testing.T, ctx context.Context, s Profiles) {
	h := someone(dice(1))
	h.Profile.Consents = nil
	must(t, s.Accounts.Create(ctx, h))
	who, at := h.Profile.ID, time.UnixMilli(1_800_000_000_000).UTC()
	bad := *s.service()
	bad.Decisions = &flakyDecisions{s.Decisions, &flaky{r: dice(7)}}
	for _, err := range together(50, func(i int) error {
		for { // until it is there: each is somebody who changes their mind
			_, err := bad.Decide(ctx, who, "HOME", i%2 == 0, "1", fmt.Sprint(i), at.Add(time.Duration(i)*time.Second))
			if !fault.Is(err, fault.Unavailable) {
				return err
			}
		}
	}) {
		must(t, err)
	}
	found, err := s.Accounts.ByIDs(ctx, []member.ID{who}, account.Whole)
	must(t, err)
	all, err := s.service().History(ctx, found[who].Profile, nil, 1000)
	must(t, err)
	now := found[who].Profile.Consents["HOME"]
	if len(all) != now.Number+1 {
		t.Fatalf("the newest is number %d, but %d are kept", now.Number, len(all))
	}
	numbers := map[int]bool{}
	answers := map[bool]int{}
	for _, d := range all {
		numbers[d.Number] = true
		answers[d.Granted]++
	}
	if len(numbers) != len(all) || answers[true]+answers[false] != len(all) || answers[true]-answers[false] > 1 || answers[false]-answers[true] > 1 {
		t.Errorf("%d numbers of %d decisions, answers %v: yes and no must take turns", len(numbers), len(all), answers)
	}
	_, err = s.service().Decide(ctx, who, "HOME", now.Granted, "1", "again", at)
	must(t, err)
	if again, err := s.service().History(ctx, found[who].Profile, nil, 1000); err != nil || len(again) != len(all) {
		t.Errorf("said again there are %d, %v", len(again), err)
	}
}

func takenAway(t *testing.T, ctx context.Context, s Profiles) {
	at, size, likes := time.UnixMilli(1_800_000_000_000).UTC(), 4, []string{"TEA"}
	for range 10 {
		h := someone(dice(1))
		h.Profile.Consents, h.Profile.Household, h.Profile.Preferences = nil, member.Household{}, nil
		must(t, s.Accounts.Create(ctx, h))
		who, service := h.Profile.ID, s.service()
		for _, purpose := range []string{"HOME", "LIKES"} {
			_, err := service.Decide(ctx, who, purpose, true, "1", "app", at)
			must(t, err)
		}
		errs := together(9, func(i int) error {
			if i == 4 {
				_, err := service.Decide(ctx, who, "HOME", false, "1", "app", at)
				return err
			}
			_, err := service.Tell(ctx, who, profile.Telling{Size: &size, Preferences: &likes}, at)
			if code(err) == profile.ConsentNeeded {
				return nil
			}
			return err
		})
		must(t, errors.Join(errs...))
		p := load(t, ctx, s.Accounts, who).Profile
		if p.Household.Size != 0 || p.Agreed("HOME") {
			t.Fatalf("after the no there is %+v, agreed %v", p.Household, p.Agreed("HOME"))
		}
	}
}

func updatedAtOnce(t *testing.T, ctx context.Context, s Profiles) {
	h := someone(dice(1))
	h.Profile.Birthday = ""
	must(t, s.Accounts.Create(ctx, h))
	at := time.UnixMilli(1_800_000_000_000).UTC()
	won := 0
	for _, err := range together(50, func(i int) error {
		day, zone := fmt.Sprintf("1990-01-%02d", i%28+1), "Asia/Tokyo"
		_, err := s.service().Update(ctx, h.Profile.ID, profile.Update{Version: 1, Birthday: &day, TimeZone: &zone}, at)
		return err
	}) {
		switch {
		case err == nil:
			won++
		case code(err) != profile.Changed:
			t.Errorf("got %v", err)
		}
	}
	if p := load(t, ctx, s.Accounts, h.Profile.ID).Profile; won != 1 || p.Version != 2 || p.Birthday == "" || p.TimeZone != "Asia/Tokyo" {
		t.Errorf("%d won; the profile is %+v", won, p)
	}
}

// flakyDecisions is a profile.Store over a bad network.
type flakyDecisions struct {
	profile.Store
	f *flaky
}

func (s *flakyDecisions) Add(ctx context.Context, d profile.Decision) error {
	return s.f.call(func() error { return s.Store.Add(ctx, d) })
}
