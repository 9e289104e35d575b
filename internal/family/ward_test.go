package family_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// A guardian's yes counts while who gave it decides for the child, until the day on which the child is old enough.
func TestAGuardiansYesCountsWhileBothAreThere(t *testing.T) {
	book, err := programme.Keep("retail-5")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 7, 6, 4, 0, 0, 0, time.UTC)
	p := book.At(now)
	const birthday = "2014-08-01"
	home := func(role family.Role) family.Family {
		f := family.Open("Home", "mum", now).With("dad", role, now).With("kid", family.Child, now)
		f.People[2].TeenAt = time.Date(2028, 8, 1, 0, 0, 0, 0, p.Zone()).UTC()
		f.People[2].Consent = &family.Consent{By: "dad", At: now}
		return f
	}
	left := home(family.Guardian)
	left.People[1].State = family.Left
	unsaid := home(family.Guardian)
	unsaid.People[2].Consent = nil
	gone := home(family.Guardian)
	gone.People[2].State = family.Removed
	for name, c := range map[string]struct {
		f             family.Family
		who           member.ID
		birthday      string
		at            time.Time
		needed, given bool
	}{
		"a guardian said yes":             {home(family.Guardian), "kid", birthday, now, true, true},
		"whose birthday nobody knows":     {home(family.Guardian), "kid", "", now, true, true},
		"nobody said yes":                 {unsaid, "kid", birthday, now, true, false},
		"who said yes has left":           {left, "kid", birthday, now, true, false},
		"who said yes is no guardian":     {home(family.Adult), "kid", birthday, now, true, false},
		"the child was taken out":         {gone, "kid", birthday, now, true, false},
		"taken out, the birthday unknown": {gone, "kid", "", now, false, false},
		"in no family":                    {family.Family{}, "kid", birthday, now, true, false},
		"the day before the birthday":     {home(family.Guardian), "kid", birthday, time.Date(2028, 7, 31, 15, 59, 59, 0, time.UTC), true, true},
		"on the birthday":                 {home(family.Guardian), "kid", birthday, time.Date(2028, 7, 31, 16, 0, 0, 0, time.UTC), false, false},
		"an adult":                        {home(family.Guardian), "mum", "1990-01-01", now, false, false},
		"an adult without a birthday":     {home(family.Guardian), "mum", "", now, false, false},
	} {
		if needed, given := family.Minor(p, c.f.At(c.at), c.who, c.birthday, c.at); needed != c.needed || given != c.given {
			t.Errorf("%s: needed %v, given %v", name, needed, given)
		}
	}
	if needed, _ := family.Minor(&programme.Programme{}, family.Family{}, "kid", birthday, now); needed {
		t.Error("a programme without families asks for guardians")
	}
}

func TestWhoDecidesForAChildSaysYesAndNo(t *testing.T) {
	now := time.Date(2026, 7, 6, 4, 0, 0, 0, time.UTC)
	f := family.Open("Home", "mum", now).With("dad", family.Guardian, now).With("gran", family.Adult, now).With("kid", family.Child, now)
	for _, by := range []member.ID{"mum", "dad"} {
		yes, changed, err := f.Agree(by, "kid", true, now)
		if err != nil || !changed || !yes.Guarded(yes.People[3]) || yes.People[3].Consent.By != by {
			t.Errorf("%s says yes: %+v, %v, %v", by, yes.People[3], changed, err)
		}
		if again, changed, err := yes.Agree("mum", "kid", true, now.Add(time.Hour)); err != nil || changed || again.People[3].Consent.By != by {
			t.Errorf("said again by mum: %+v, %v, %v", again.People[3].Consent, changed, err)
		}
		if no, changed, err := yes.Agree("dad", "kid", false, now); err != nil || !changed || no.Guarded(no.People[3]) {
			t.Errorf("dad says no: %v, %v", changed, err)
		}
	}
	for name, c := range map[string]struct{ by, to, want member.ID }{
		"an adult": {"gran", "kid", "NOT_PERMITTED"}, "the child": {"kid", "kid", "NOT_PERMITTED"}, "for an adult": {"mum", "gran", "NOT_PERMITTED"},
		"for nobody": {"mum", "someone", "NOT_FOUND"}, "a stranger": {"someone", "kid", "NOT_IN_FAMILY"},
	} {
		if _, _, err := f.Agree(c.by, c.to, true, now); code(err) != string(c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// hearth is a family.Store of one family that notes its savings, and wards that note what ends, in one list.
type hearth struct {
	family.Store
	f     family.Family
	heard []string
	fails int // the so-and-so-manieth thing heard fails; 0 = none
}

var errGone = errors.New("gone")

func (h *hearth) hear(what string) error {
	h.heard = append(h.heard, what)
	if len(h.heard) == h.fails {
		return errGone
	}
	return nil
}

func (h *hearth) ByMember(_ context.Context, who member.ID) (family.Family, bool, error) {
	_, in := h.f.Of(who)
	return h.f, in, nil
}

func (h *hearth) Save(_ context.Context, f family.Family) error {
	if err := h.hear("saved"); err != nil {
		return err
	}
	h.f = f
	h.f.Version++
	return nil
}

func (h *hearth) GuardianAgreed(_ context.Context, child member.ID, _ time.Time) error {
	return h.hear("agreed " + string(child))
}

func (h *hearth) GuardianEnded(_ context.Context, child member.ID, _ time.Time) error {
	return h.hear("ended " + string(child))
}

func (h *hearth) GuardianCorrects(context.Context, member.ID, string, string, time.Time) (account.Holder, error) {
	return account.Holder{}, h.hear("corrected")
}

// Nothing of a child stands without a guardian, whenever a process dies: what the child agreed to ends before the guardian
// goes, and once more afterwards. Who does it again brings it to its end.
func TestWhatAChildAgreedToEndsBeforeTheGuardianGoes(t *testing.T) {
	p, now := retail5(t), at(t, "2026-07-08 12:00")
	home := func() family.Family {
		f := family.Open("Home", "mum", now).With("dad", family.Guardian, now).With("kid", family.Child, now)
		f.People[2].Consent = &family.Consent{By: "dad", At: now}
		return f
	}
	no := false
	for name, do := range map[string]func(*family.Service) error{
		"the guardian says no": func(s *family.Service) error {
			_, err := s.Guard(t.Context(), "mum", "kid", family.Guard{Consent: &no}, now)
			return err
		},
		"the child is taken out": func(s *family.Service) error { _, err := s.Remove(t.Context(), "mum", "kid", now); return err },
	} {
		for fails := range 4 {
			h := &hearth{f: home(), fails: fails}
			s := &family.Service{Families: h, Book: book{p}, Wards: h}
			err := do(s)
			if (err == nil) != (fails == 0) || fails > 0 && !errors.Is(err, errGone) {
				t.Fatalf("%s, failing at %d: %v", name, fails, err)
			}
			if want := []string{"ended kid", "saved", "ended kid"}; fails == 0 && !slices.Equal(h.heard, want) {
				t.Errorf("%s: %v, want %v", name, h.heard, want)
			}
			if _, in := h.f.Of("kid"); fails == 1 && (!in || !h.f.Guarded(h.f.People[2])) {
				t.Errorf("%s: the family changed though nothing ended", name)
			}
			h.fails = 0
			if err := do(s); err != nil {
				t.Errorf("%s, failing at %d, again: %v", name, fails, err)
			}
			if kid, in := h.f.Of("kid"); in && h.f.Guarded(kid) {
				t.Errorf("%s, failing at %d, is not done", name, fails)
			}
		}
	}
}
