package event_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/eligibility"
	"membergate/internal/event"
	"membergate/internal/member"
)

// segments are those that rules see a member in.
func (s *shop) segments(id string) []string {
	s.t.Helper()
	found, err := s.stores.Accounts.ByIDs(s.t.Context(), []member.ID{member.ID(id)}, account.Whole)
	if err != nil {
		s.t.Fatal(err)
	}
	h, now := found[member.ID(id)], time.Date(2026, 7, 7, 0, 0, 0, 0, time.UTC)
	return eligibility.Gather(s.book.At(now), h.Profile, h.Account.Standing, now).Segments
}

// Another system says which segments a member is in. It counts from the next question on, and only while the member
// agrees to be taken for something.
func TestNamedSegmentsCountWithTheMembersConsentOnly(t *testing.T) {
	s := open(t)
	told := func(id, at, segments string) event.Message {
		return event.Message{ID: id, Type: "member.segmented", Member: "17850", At: at, Data: `{"segments":[` + segments + `]}`}
	}
	if reasons := s.apply(told("e1", "2026-07-06T12:00:00Z", `"QUALITY_SEEKING"`)); len(reasons) != 0 {
		t.Fatal(reasons)
	}
	if got := s.segments("17850"); len(got) != 0 {
		t.Errorf("without consent the member is in %v", got)
	}
	found, _ := s.stores.Accounts.ByIDs(t.Context(), []member.ID{"17850"}, account.Whole)
	p := found["17850"].Profile
	p.Consents = map[string]member.Consent{"PERSONALISATION": {Granted: true}}
	if err := s.stores.Accounts.SaveProfile(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if got := s.segments("17850"); !slices.Equal(got, []string{"QUALITY_SEEKING"}) {
		t.Errorf("with consent the member is in %v", got)
	}
	s.apply(told("e2", "2026-07-06T11:00:00Z", `"PRICE_SENSITIVE"`)) // late, and older
	if got := s.segments("17850"); !slices.Equal(got, []string{"QUALITY_SEEKING"}) {
		t.Errorf("after an older word the member is in %v", got)
	}
	s.apply(told("e3", "2026-07-06T13:00:00Z", ``))
	if got := s.segments("17850"); len(got) != 0 {
		t.Errorf("after being named in none the member is in %v", got)
	}
	reasons := s.apply(told("e4", "2026-07-06T14:00:00Z", `"HIGH_VALUE"`))
	if len(reasons) != 1 || !strings.Contains(reasons[0], `data.segments has "HIGH_VALUE"; allowed are PRICE_SENSITIVE, QUALITY_SEEKING, EFFICIENCY_FIRST`) {
		t.Errorf("a computed segment: %v", reasons)
	}
}
