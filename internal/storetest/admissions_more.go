package storetest

import (
	"context"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/admission"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
)

func waitingDossiers(t *testing.T, ctx context.Context, s Stores) {
	code := name("TIER")
	start := time.Date(2090, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(dice(1).Int64N(1e15))).Truncate(time.Millisecond) // later than those of other tests
	var all []admission.Dossier
	for i, minutes := range []int{30, 10, 20, 20, 40} {
		d := admission.Dossier{Tier: code, Member: member.ID(code + string(rune('a'+i))), Applications: []admission.Application{
			{Key: "old", State: admission.Pending, DecideBy: start.Add(-48 * time.Hour)},
			{Key: "k", State: admission.Pending, DecideBy: start.Add(time.Duration(minutes) * time.Minute).Truncate(time.Millisecond)},
		}}
		must(t, s.Admissions.SaveDossier(ctx, d))
		d.Version = 1
		all = append(all, d)
	}
	list := func(from time.Time) (out []admission.Dossier) {
		t.Helper()
		var after admission.Mark
		seen := map[admission.Mark]bool{}
		for {
			page, err := s.Admissions.Waiting(ctx, from, after, 2)
			must(t, err)
			if len(page) > 2 || seen[after] {
				t.Fatalf("a page of 2 after %+v has %d; asked for before: %v", after, len(page), seen[after])
			}
			seen[after] = true
			for _, d := range page {
				by, _ := d.Waits()
				after = admission.Mark{By: by, Tier: d.Tier, Member: d.Member}
				if d.Tier == code {
					out = append(out, d)
				}
			}
			if len(page) == 0 {
				return out
			}
		}
	}
	same(t, "those who wait", list(start), []admission.Dossier{all[1], all[2], all[3], all[0], all[4]})
	same(t, "those from a deadline on", list(start.Add(25*time.Minute)), []admission.Dossier{all[0], all[4]})
	all[1].Applications[1].State = admission.Rejected // decided
	all[2].Applications[1].DecideBy = all[2].Applications[1].DecideBy.Add(time.Hour)
	for _, i := range []int{1, 2} {
		must(t, s.Admissions.SaveDossier(ctx, all[i]))
		all[i].Version++
	}
	same(t, "those who wait", list(start), []admission.Dossier{all[3], all[0], all[4], all[2]})
	if none, err := s.Admissions.Waiting(ctx, start, admission.Mark{}, 0); err != nil || len(none) > 0 {
		t.Errorf("of none %d came (error %v)", len(none), err)
	}
}

// given writes a grant of the top tier into an account, as a tool would.
func (c *club) given(t *testing.T, ctx context.Context, who member.ID, days int) {
	t.Helper()
	a := load(t, ctx, c.Accounts, who).Account
	a.Standing = a.Standing.Advance(c, c.at).Give(c, tier.Grant{Tier: c.top(), Route: programme.Invited, From: c.at, Until: c.at.AddDate(0, 0, days)}).Foreseen(c)
	must(t, c.Accounts.Save(ctx, a))
}

func grantTakesSeat(t *testing.T, ctx context.Context, s Stores) {
	c := newClub(t, ctx, s, 14)
	c.given(t, ctx, c.people[12], 400)
	c.given(t, ctx, c.people[13], 10)
	errs := together(12, func(i int) error {
		_, _, err := c.service().Accept(ctx, c.people[i], c.top(), c.at)
		return err
	})
	if w := onlyCode(t, errs, "NO_SEAT"); w != 1 {
		t.Errorf("%d were let in beside two who hold the tier, want 1", w)
	}
	if inside := c.inside(t, ctx, c.at); len(inside) != 3 {
		t.Errorf("%d are inside", len(inside))
	}
	later := c.at.AddDate(0, 0, 11) // the grant of ten days is over
	errs = together(12, func(i int) error {
		_, again, err := c.service().Accept(ctx, c.people[i], c.top(), later)
		if again {
			return nil
		}
		return err
	})
	if w := onlyCode(t, errs, "NO_SEAT"); w != 2 { // who was in, and one more
		t.Errorf("%d are in or were let in after a grant ended, want 2", w)
	}
	if inside := c.inside(t, ctx, later); len(inside) != 3 {
		t.Errorf("%d are inside later", len(inside))
	}
}

// onlyCode counts those without an error; all others must have a code.
func onlyCode(t *testing.T, errs []error, want string) (n int) {
	t.Helper()
	for i, err := range errs {
		if err == nil {
			n++
		} else if code(err) != want {
			t.Errorf("number %d got %v", i, err)
		}
	}
	return n
}

// census says how many accounts there are, and how often it was asked.
type census struct {
	account.Store
	n, asked int
}

func (c *census) CountDue(context.Context, time.Time) (int, error) {
	c.asked++
	return c.n, nil
}

func seldomCounted(t *testing.T, ctx context.Context, s Stores) {
	c := newClub(t, ctx, s, 6)
	counted := &census{Store: c.Accounts, n: 375}
	accept := func(i int, after time.Duration, want string, asked int) {
		t.Helper()
		svc := c.service()
		svc.Accounts = counted
		if _, _, err := svc.Accept(ctx, c.people[i], c.top(), c.at.Add(after)); code(err) != want || want == "" && err != nil {
			t.Errorf("member %d got %v, want %q", i, err, want)
		}
		if counted.asked != asked {
			t.Errorf("accounts were counted %d times, want %d", counted.asked, asked)
		}
	}
	for i := range 3 {
		accept(i, 0, "", 1)
	}
	accept(3, 0, "NO_SEAT", 1)
	counted.n = 500 // a fourth seat
	accept(3, recount-time.Second, "NO_SEAT", 1)
	accept(3, recount, "", 2)
	accept(4, recount, "NO_SEAT", 2)
	accept(4, 2*recount, "NO_SEAT", 3)
	accept(5, 2*recount, "NO_SEAT", 3)
}

// recount is what admission.Service promises.
const recount = 10 * time.Minute

func leaverFreesSeat(t *testing.T, ctx context.Context, s Stores) {
	c := newClub(t, ctx, s, 6)
	must(t, c.service().Leave(ctx, c.people[5], c.at)) // before anything was counted
	for i := range 3 {
		if _, _, err := c.service().Accept(ctx, c.people[i], c.top(), c.at); err != nil {
			t.Fatal(err)
		}
	}
	must(t, c.service().Leave(ctx, c.people[0], c.at))
	a := load(t, ctx, c.Accounts, c.people[0]).Account // closing takes the grants
	a.Standing.Grants = nil
	must(t, c.Accounts.Save(ctx, a))
	seats, err := c.Admissions.Seats(ctx, c.top())
	must(t, err)
	if len(seats.Taken) != 2 || seats.Accounts != 374 {
		t.Errorf("%d seats are taken, of %d accounts", len(seats.Taken), seats.Accounts)
	}
	if _, _, err := c.service().Accept(ctx, c.people[3], c.top(), c.at); code(err) != "NO_SEAT" { // 374 × 8 / 1,000 is below 3
		t.Errorf("with two seats of two taken a member got %v", err)
	}
}
