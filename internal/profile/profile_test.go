package profile_test

import (
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"membergate/internal/member"
	"membergate/internal/profile"
	"membergate/internal/programme"
)

func TestANameThatIsKeptIsKeptAsItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.RuneFrom([]rune("ab é 金e\u0301\u3000\u202e\u200d🥬👨👩.-'")), 0, 30, -1)).Draw(t, "name")
		name, err := profile.Name(in)
		if err != nil {
			return
		}
		again, err := profile.Name(name)
		if err != nil || again != name {
			t.Fatalf("%q is kept as %q, and that as %q, %v", in, name, again, err)
		}
		if !norm.NFC.IsNormalString(name) || name == "" {
			t.Fatalf("%q is kept as %q", in, name)
		}
	})
}

func TestNamesOfManyPeopleAreNames(t *testing.T) {
	for _, name := range []string{"金", "O'Neill", "Jean-Luc 2", "محمد", "Ñandú", "👨‍👩‍👧 Ma", "Ａ子"} {
		if got, err := profile.Name(name); err != nil || got != norm.NFC.String(name) {
			t.Errorf("%q is %q, %v", name, got, err)
		}
	}
}

func TestAStateTellsWhetherThereWasAYes(t *testing.T) {
	p := member.Profile{Consents: map[string]member.Consent{"A": {Granted: true}, "B": {}, "C": {Before: true}}}
	for purpose, want := range map[string]string{"A": profile.Granted, "B": profile.Denied, "C": profile.Withdrawn, "D": profile.Undecided} {
		if got := profile.State(p, purpose); got != want {
			t.Errorf("%s is %s, want %s", purpose, got, want)
		}
	}
}

func TestChildrenAreAsOldAsTheirMonthTells(t *testing.T) {
	zone := time.FixedZone("", 8*3600)
	now := time.Date(2026, 3, 31, 17, 0, 0, 0, time.UTC) // 1 April there
	for born, want := range map[string]int{"2026-04": 0, "2025-05": 0, "2025-04": 1, "2019-04": 7, "2019-05": 6, "x": 0} {
		if got := profile.Years(born, now, zone); got != want {
			t.Errorf("born in %s is %d, want %d", born, got, want)
		}
	}
}

func TestCompletenessIsTheWeightOfWhatIsThere(t *testing.T) {
	p, err := programme.Load("retail-5")
	if err != nil {
		t.Fatal(err)
	}
	who := member.Profile{Birthday: "1990-01-01", Household: member.Household{Size: 2}}
	if percent, missing := profile.Complete(p, who); percent != 20 || len(missing) != 7 {
		t.Errorf("a birthday, and a size that may not be used: %d, %v", percent, missing)
	}
	who.Consents = map[string]member.Consent{"HOUSEHOLD": {Granted: true}}
	if percent, missing := profile.Complete(p, who); percent != 35 || len(missing) != 6 {
		t.Errorf("a birthday and a size: %d, %v", percent, missing)
	}
	if percent, missing := profile.Complete(&programme.Programme{}, who); percent != 100 || missing != nil {
		t.Errorf("without weights: %d, %v", percent, missing)
	}
}
