package admission_test

import (
	"errors"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/admission"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/storetest"
	"membergate/internal/tier"
)

var now = time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)

// shop is the default programme with one member, who has spent some yuan and done something on some days.
type shop struct {
	*programme.Programme
	*admission.Service
}

func (s shop) At(time.Time) *programme.Programme { return s.Programme }

func open(t *testing.T, yuan int64, days int) shop {
	t.Helper()
	p, err := programme.Load("retail-5")
	if err != nil {
		t.Fatal(err)
	}
	stores := storetest.Memory()
	s := shop{Programme: p}
	s.Service = &admission.Service{Store: stores.Admissions, Accounts: stores.Accounts, Book: s}
	for i := range 125 { // one seat of 8 in a thousand
		h := account.Open(s, member.Profile{ID: member.ID(rune('a' + i)), JoinedAt: now.AddDate(0, -6, 0)})
		if i == 0 {
			h.Profile.ID, h.Account.Member = "me", "me"
			bought := tier.Purchase{At: now.AddDate(0, -5, 0), Source: "order:1", Channel: "STORE", Fen: yuan * 100, Lines: []tier.Line{{Fen: yuan * 100}}}
			h.Account.Standing = h.Account.Standing.Advance(s, bought.At).Paid(s, bought)
			for d := range days {
				for n := range 3 {
					at := bought.At.AddDate(0, 0, d+1).Add(time.Duration(n) * time.Minute)
					h.Account.Standing = h.Account.Standing.Advance(s, at).Did(s, at, at.String(), "POST_PUBLISHED", 0)
				}
			}
			h.Account.Standing = h.Account.Standing.Foreseen(s)
		}
		if err := stores.Accounts.Create(t.Context(), h); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func code(err error) string {
	var r *fault.Refusal
	if errors.As(err, &r) {
		return r.Code
	}
	if err != nil {
		return "?" + err.Error()
	}
	return ""
}

func TestOnlyTheInvitedGetInByInvitation(t *testing.T) {
	for _, c := range []struct {
		yuan int64
		days int
		want string
	}{{80_000, 60, ""}, {79_999, 60, "NOT_INVITED"}, {80_000, 59, "NOT_INVITED"}} {
		s := open(t, c.yuan, c.days)
		seat, _, err := s.Accept(t.Context(), "me", "BLACK_GOLD", now)
		if code(err) != c.want {
			t.Errorf("%d yuan and %d days give %q, want %q", c.yuan, c.days, code(err), c.want)
		}
		a, _ := s.Accounts.ByIDs(t.Context(), []member.ID{"me"}, account.Whole)
		standing := a["me"].Account.Standing.Advance(s, now)
		if invited := admission.Invited(s.Programme, standing, now); len(invited) > 0 {
			t.Errorf("still invited to %s", invited[0].Code)
		}
		if err == nil && (!seat.Until.Equal(now.AddDate(1, 0, 0)) || standing.Held(s.Programme, now).Code != "BLACK_GOLD") {
			t.Errorf("the seat is %+v, and %s is held", seat, standing.Held(s.Programme, now).Code)
		}
	}
	s := open(t, 80_000, 60)
	for _, unknown := range []string{"DIAMOND", "X"} {
		if _, _, err := s.Accept(t.Context(), "me", unknown, now); code(err) != "NOT_FOUND" {
			t.Errorf("accepting %s gives %v", unknown, err)
		}
	}
}

func apply(key, profession string) admission.Application {
	return admission.Application{Key: key, Profession: profession, Evidence: []string{"u_1"}}
}

func TestAReviewLetsInWithEnoughWithinItsHours(t *testing.T) {
	for name, c := range map[string]struct {
		score int
		after time.Duration
		state admission.State
		code  string
	}{
		"ninety in the last moment": {90, 48*time.Hour - time.Millisecond, admission.Admitted, ""},
		"ninety too late":           {90, 48 * time.Hour, "", "DECISION_LATE"},
		"eighty-nine":               {89, time.Hour, admission.Rejected, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, 50_000, 0)
			a, place, _, err := s.Apply(t.Context(), "me", apply("k", "Doctor"), now)
			if err != nil || a.State != admission.Pending || !a.DecideBy.Equal(now.Add(48*time.Hour)) {
				t.Fatalf("%+v, %v", a, err)
			}
			for range 2 { // sent again it is the same
				got, err := s.Decide(t.Context(), place, c.score, "clerk", now.Add(c.after))
				if got.State != c.state || code(err) != c.code {
					t.Errorf("the decision is %q, refused with %q", got.State, code(err))
				}
			}
			other, _ := s.Decide(t.Context(), place, 100, "other", now.Add(time.Hour))
			if c.state == admission.Rejected && (other.State != admission.Rejected || other.DecidedBy != "clerk") {
				t.Errorf("another decision makes it %+v", other)
			}
		})
	}
}

func TestAnApplicationCountsOnceAndOneAtATime(t *testing.T) {
	s := open(t, 50_000, 0)
	ctx := t.Context()
	must := func(a admission.Application, at time.Time, replayed bool, want string) {
		t.Helper()
		_, _, again, err := s.Apply(ctx, "me", a, at)
		if again != replayed || code(err) != want {
			t.Errorf("%s %s: replayed %v, refused with %q; want %v, %q", a.Key, a.Profession, again, code(err), replayed, want)
		}
	}
	must(apply("k", "Doctor"), now, false, "")
	must(apply("k", "Doctor"), now.Add(time.Hour), true, "")
	must(apply("k", "Lawyer"), now, false, "IDEMPOTENCY_CONFLICT")
	must(apply("k2", "Doctor"), now, false, "ALREADY_APPLIED")
	must(apply("k2", "Doctor"), now.Add(48*time.Hour), false, "") // nobody decided in time
	must(apply("k", "Doctor"), now.Add(48*time.Hour), true, "")
	if _, err := s.Decide(ctx, admission.Place{Tier: "BLACK_GOLD", Member: "me", Number: 1}, 95, "clerk", now.Add(49*time.Hour)); err != nil {
		t.Fatal(err)
	}
	must(apply("k3", "Doctor"), now.Add(50*time.Hour), false, "ALREADY_HELD")
	if _, err := s.Decide(ctx, admission.Place{Tier: "BLACK_GOLD", Member: "me", Number: 7}, 95, "clerk", now); code(err) != "NOT_FOUND" {
		t.Error(err)
	}
	s = open(t, 49_999, 0)
	must(apply("k", "Doctor"), now, false, "NOT_ELIGIBLE")
	for field, a := range map[string]admission.Application{
		"profession": apply("k", ""), "idempotencyKey": apply("a b", "Doctor"), "evidenceUploadIds": {Key: "k", Profession: "Doctor"},
	} {
		var f *fault.Fault
		if _, _, _, err := s.Apply(ctx, "me", a, now); !errors.As(err, &f) || f.Kind != fault.BadInput || f.Field != field {
			t.Errorf("a wrong %s gives %v", field, err)
		}
	}
}
