package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/admission"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
)

// Admissions tests the promises of admission.Store, and that admission.Service keeps its own on it.
func Admissions(t *testing.T, s Stores) {
	group[Stores]{
		{"every field of seats and dossiers comes back", fieldsOfAdmission},
		{"nothing is there at version 0", noAdmission},
		{"an old version changes nothing", staleAdmission},
		{"of many who save one version one wins", admissionRace},
		{"those who wait for a decision are listed, the oldest deadline first", waitingDossiers},
		{"a grant that was written straight into an account has a seat", grantTakesSeat},
		{"accounts are counted when a tier is full, and then at most every ten minutes", seldomCounted},
		{"who leaves frees a seat and counts for none", leaverFreesSeat},
		{"of a hundred who accept at once as many get in as there are seats", acceptRace},
		{"over a network that fails before and after writes nobody is let in twice or forgotten", acceptFlaky},
		{"a seat whose grant has ended is somebody else's", seatFreed},
		{"of many decisions at once each is made once, and no seat too many is given", decideRace},
	}.run(t, s)
}

func fieldsOfAdmission(t *testing.T, ctx context.Context, s Stores) {
	for seed := range uint64(5) {
		seats := filled[admission.Seats](dice(seed))
		seats.Tier, seats.Version = name("TIER"), 0
		must(t, s.Admissions.SaveSeats(ctx, seats))
		seats.Version = 1
		got, err := s.Admissions.Seats(ctx, seats.Tier)
		must(t, err)
		same(t, "the seats", got, seats)
		d := filled[admission.Dossier](dice(seed))
		d.Tier, d.Member, d.Version = seats.Tier, member.ID(name("member")), 0
		must(t, s.Admissions.SaveDossier(ctx, d))
		d.Version = 1
		read, err := s.Admissions.Dossier(ctx, d.Tier, d.Member)
		must(t, err)
		same(t, "the dossier", read, d)
	}
}

func noAdmission(t *testing.T, ctx context.Context, s Stores) {
	code := name("TIER")
	seats, err := s.Admissions.Seats(ctx, code)
	must(t, err)
	same(t, "the seats", seats, admission.Seats{Tier: code})
	d, err := s.Admissions.Dossier(ctx, code, "nobody")
	must(t, err)
	same(t, "the dossier", d, admission.Dossier{Tier: code, Member: "nobody"})
}

func staleAdmission(t *testing.T, ctx context.Context, s Stores) {
	seats := admission.Seats{Tier: name("TIER"), Taken: []admission.Seat{{Member: "a"}}}
	d := admission.Dossier{Tier: seats.Tier, Member: "a", Applications: []admission.Application{{Key: "k"}}}
	must(t, errors.Join(s.Admissions.SaveSeats(ctx, seats), s.Admissions.SaveDossier(ctx, d)))
	for _, version := range []int64{0, 2, -1} {
		seats.Version, d.Version = version, version
		seats.Taken, d.Applications = nil, nil
		if err := s.Admissions.SaveSeats(ctx, seats); !errors.Is(err, admission.ErrStale) {
			t.Errorf("saving seats of version %d over 1 gave %v", version, err)
		}
		if err := s.Admissions.SaveDossier(ctx, d); !errors.Is(err, admission.ErrStale) {
			t.Errorf("saving a dossier of version %d over 1 gave %v", version, err)
		}
	}
	got, err := s.Admissions.Seats(ctx, seats.Tier)
	must(t, err)
	if len(got.Taken) != 1 || got.Version != 1 {
		t.Errorf("the seats are %+v", got)
	}
}

func admissionRace(t *testing.T, ctx context.Context, s Stores) {
	code := name("TIER")
	for version := int64(0); version < 5; version++ {
		errs := together(writers, func(i int) error {
			return s.Admissions.SaveSeats(ctx, admission.Seats{Tier: code, Version: version, Taken: []admission.Seat{{Member: member.ID(fmt.Sprint(i))}}})
		})
		winner := onlyWinner(t, errs, admission.ErrStale)
		got, err := s.Admissions.Seats(ctx, code)
		must(t, err)
		if got.Version != version+1 || got.Taken[0].Member != member.ID(fmt.Sprint(winner)) {
			t.Errorf("writer %d won version %d, and %+v is there", winner, version, got)
		}
	}
}

// club is a programme whose top tier has seats, and members of it.
type club struct {
	programme.Programme
	Stores
	people []member.ID
	at     time.Time
}

func (c *club) At(time.Time) *programme.Programme { return &c.Programme }

const top = "TOP"

// newClub makes n members, all of them invited, in a programme that counts 375 open accounts: 3 seats of 8 in a thousand.
func newClub(t *testing.T, ctx context.Context, s Stores, n int) *club {
	t.Helper()
	p, err := programme.Load("retail-5")
	must(t, err)
	c := &club{Programme: *p, at: time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC), Stores: s}
	c.Accounts = counted{s.Accounts}
	code := name(top)
	c.Tiers = append(append([]programme.Tier(nil), p.Tiers...), programme.Tier{Code: code, Rank: 9, CapPerMille: 8, Routes: []programme.Route{
		{Kind: programme.Invited, Months: 12}, {Kind: programme.Reviewed, MinScore: 90, ReviewHours: 48, Months: 12},
	}})
	for range n {
		who := member.Profile{ID: member.ID(name("member")), JoinedAt: c.at.AddDate(0, -1, 0)}
		must(t, s.Accounts.Create(ctx, account.Open(c, who)))
		c.people = append(c.people, who.ID)
	}
	return c
}

type counted struct{ account.Store }

func (counted) CountDue(context.Context, time.Time) (int, error) { return 375, nil }

func (c *club) top() string { return c.Tiers[len(c.Tiers)-1].Code }

func (c *club) service() *admission.Service {
	return &admission.Service{Store: c.Admissions, Accounts: c.Accounts, Book: c}
}

// inside are the members who hold the top tier at a time, and checks that they are those who have a seat.
func (c *club) inside(t *testing.T, ctx context.Context, at time.Time) (out []member.ID) {
	t.Helper()
	seats, err := c.Admissions.Seats(ctx, c.top())
	must(t, err)
	for _, who := range c.people {
		s := load(t, ctx, c.Accounts, who).Account.Standing
		holds := s.Advance(c, at).Held(&c.Programme, at).Code == c.top()
		if holds {
			out = append(out, who)
		}
		seat, has := seats.Of(who)
		if holds != (has && (seat.Until.IsZero() || at.Before(seat.Until))) {
			t.Errorf("of %s: holds the tier %v, has a seat %v", who, holds, has)
		}
		if s.Badge(&c.Programme, at).Code != s.Advance(c, at).Held(&c.Programme, at).Code {
			t.Errorf("others see %s", s.Badge(&c.Programme, at).Code)
		}
	}
	return out
}

func code(err error) string {
	var r *fault.Refusal
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}

func acceptRace(t *testing.T, ctx context.Context, s Stores) {
	c := newClub(t, ctx, s, 100)
	errs := together(len(c.people), func(i int) error {
		return insisting(func() error {
			_, _, err := c.service().Accept(ctx, c.people[i], c.top(), c.at)
			return err
		})
	})
	in := 0
	for i, err := range errs {
		switch {
		case err == nil:
			in++
		case code(err) != "NO_SEAT":
			t.Errorf("member %d got %v", i, err)
		}
	}
	if inside := c.inside(t, ctx, c.at); in != 3 || len(inside) != 3 {
		t.Fatalf("%d were let in and %d are inside, want 3", in, len(inside))
	}
}

func acceptFlaky(t *testing.T, ctx context.Context, s Stores) {
	c := newClub(t, ctx, s, 12)
	bad := *c
	bad.Stores = Flaky(c.Stores, 7)
	errs := together(len(c.people), func(i int) error {
		for range 1000 {
			_, _, err := bad.service().Accept(ctx, c.people[i], c.top(), c.at)
			if err == nil || !fault.Is(err, fault.Unavailable) {
				return err
			}
		}
		return errors.New("a thousand tries failed")
	})
	in := 0
	for i, err := range errs {
		if err == nil {
			in++
		} else if code(err) != "NO_SEAT" {
			t.Errorf("member %d got %v", i, err)
		}
	}
	must(t, c.service().Finish(ctx, c.at))
	if inside := c.inside(t, ctx, c.at); in != 3 || len(inside) != 3 {
		t.Fatalf("%d were let in and %d are inside, want 3", in, len(inside))
	}
}

func seatFreed(t *testing.T, ctx context.Context, s Stores) {
	c := newClub(t, ctx, s, 5)
	for i, want := range []string{"", "", "", "NO_SEAT"} {
		if _, _, err := c.service().Accept(ctx, c.people[i], c.top(), c.at); code(err) != want || want == "" && err != nil {
			t.Fatalf("member %d got %v, want %q", i, err, want)
		}
	}
	if _, again, err := c.service().Accept(ctx, c.people[0], c.top(), c.at.Add(time.Hour)); err != nil || !again {
		t.Errorf("accepting again gave %v, %v", again, err)
	}
	later := c.at.AddDate(1, 0, 0)
	seat, again, err := c.service().Accept(ctx, c.people[0], c.top(), later) // the own one has ended
	if err != nil || again || !seat.From.Equal(later) {
		t.Errorf("accepting a year later gave %+v, %v, %v", seat, again, err)
	}
	for _, i := range []int{3, 4} {
		if _, _, err := c.service().Accept(ctx, c.people[i], c.top(), later); err != nil {
			t.Errorf("a freed seat: %v", err)
		}
	}
	if _, _, err := c.service().Accept(ctx, c.people[1], c.top(), later); code(err) != "NO_SEAT" {
		t.Errorf("the fourth of the next year got %v", err)
	}
	if inside := c.inside(t, ctx, later); len(inside) != 3 {
		t.Errorf("%d are inside", len(inside))
	}
	a := load(t, ctx, c.Accounts, c.people[1]).Account // an event that comes late cannot bring the old grant back
	late := a.Standing.Advance(c, later.AddDate(0, 0, -1)).Paid(c, tier.Purchase{At: later.AddDate(0, 0, -1), Source: "late", Channel: "STORE", Fen: 1})
	if held := late.Advance(c, later).Held(&c.Programme, later).Code; held == c.top() {
		t.Error("a late event brought the grant back")
	}
}

func decideRace(t *testing.T, ctx context.Context, s Stores) {
	c := newClub(t, ctx, s, 8)
	var places []admission.Place
	for _, who := range c.people {
		a, place, replayed, err := c.service().Apply(ctx, who, admission.Application{Key: "k", Profession: "Chef", Evidence: []string{"u1"}}, c.at)
		must(t, err)
		if replayed || a.State != admission.Pending || !a.DecideBy.Equal(c.at.Add(48*time.Hour)) {
			t.Fatalf("the application is %+v", a)
		}
		places = append(places, place)
	}
	soon := c.at.Add(time.Hour)
	errs := together(3*len(places), func(i int) error {
		a, err := c.service().Decide(ctx, places[i%len(places)], 90, "staff", soon)
		if err == nil && a.State != admission.Admitted {
			return fmt.Errorf("the state is %s", a.State)
		}
		return err
	})
	in := map[int]bool{}
	for i, err := range errs {
		switch {
		case err == nil:
			in[i%len(places)] = true
		case code(err) != "NO_SEAT":
			t.Errorf("decision %d got %v", i, err)
		}
	}
	if inside := c.inside(t, ctx, soon); len(in) != 3 || len(inside) != 3 {
		t.Fatalf("%d were let in and %d are inside, want 3", len(in), len(inside))
	}
	for i, place := range places {
		d, err := c.Admissions.Dossier(ctx, place.Tier, place.Member)
		must(t, err)
		want := admission.Pending
		if in[i] {
			want = admission.Admitted
		}
		if d.Applications[0].State != want {
			t.Errorf("application %d is %s, want %s", i, d.Applications[0].State, want)
		}
	}
}
