package member_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"membergate/internal/member"
	"membergate/internal/programme"
)

// rules put each fact under a purpose of its own, but for two that share one.
var rules = &programme.Household{Consents: programme.HouseholdConsents{
	Size: "HOME", LifeStage: "HOME", Children: "KIDS", Diet: "HEALTH", Preferences: "LIKES",
}}

func talker(yes ...string) member.Profile {
	p := member.Profile{
		Household:   member.Household{Size: 4, LifeStage: "WITH_CHILDREN", Children: []string{"2019-04"}, Diet: []string{"LOW_SUGAR"}},
		Preferences: []string{"SEAFOOD"}, Consents: map[string]member.Consent{"HOME": {}},
	}
	for _, purpose := range yes {
		p.Consents[purpose] = member.Consent{Granted: true}
	}
	return p
}

func TestWhatIsToldIsUsedUnderItsOwnConsentOnly(t *testing.T) {
	home := member.Household{Size: 4, LifeStage: "WITH_CHILDREN"}
	for name, c := range map[string]struct {
		p    member.Profile
		want member.Told
	}{
		"none":     {talker(), member.Told{}},
		"home":     {talker("HOME"), member.Told{Household: home}},
		"children": {talker("KIDS"), member.Told{Household: member.Household{Children: []string{"2019-04"}}}},
		"diet":     {talker("HEALTH"), member.Told{Household: member.Household{Diet: []string{"LOW_SUGAR"}}}},
		"likes":    {talker("LIKES"), member.Told{Preferences: []string{"SEAFOOD"}}},
		"another":  {talker("MARKETING"), member.Told{}},
	} {
		if diff := cmp.Diff(c.want, c.p.Told(rules)); diff != "" {
			t.Errorf("under the consent to %s it is not what was wanted (-want +got):\n%s", name, diff)
		}
	}
	if got := talker("HOME", "KIDS", "HEALTH", "LIKES").Told(nil); !got.Empty() {
		t.Errorf("a programme that asks for nothing uses %+v", got)
	}
}

func TestWhatLosesItsConsentIsForgottenAndNothingElse(t *testing.T) {
	p := talker("HOME", "KIDS", "HEALTH", "LIKES")
	got := p.Forget(rules, "HOME")
	want := member.Household{Children: []string{"2019-04"}, Diet: []string{"LOW_SUGAR"}}
	if diff := cmp.Diff(want, got.Household); diff != "" || len(got.Preferences) != 1 {
		t.Errorf("left is %v, %v", diff, got.Preferences)
	}
	if p.Household.Size != 4 {
		t.Error("the profile that was given has changed")
	}
	if got := p.Forget(rules, "LIKES"); got.Preferences != nil || got.Household.Size != 4 {
		t.Errorf("without likes there are %+v, %v", got.Household, got.Preferences)
	}
	if got := p.Forget(rules, "MARKETING"); got.Household.Size != 4 || got.Preferences == nil {
		t.Error("another purpose took something away")
	}
}
