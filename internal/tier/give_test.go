package tier_test

import (
	"testing"
	"time"

	"membergate/internal/programme"
	"membergate/internal/tier"
)

// onlyBook is a book of one version.
type onlyBook struct{ p *programme.Programme }

func (b onlyBook) At(time.Time) *programme.Programme { return b.p }

func TestAGrantLiftsAtOnceAndEndsByItself(t *testing.T) {
	b := onlyBook{&programme.Programme{Version: "1", Tiers: []programme.Tier{
		{Code: "LOW", Rank: 0, Routes: []programme.Route{{Kind: programme.Free}}}, {Code: "HIGH", Rank: 1},
	}}}
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	until := from.AddDate(1, 0, 0)
	before := tier.Join(b.p, from.AddDate(0, -1, 0))
	s := before.Give(b, tier.Grant{Tier: "HIGH", Route: programme.Invited, From: from, Until: until})
	if held := s.Held(b.p, from); held.Code != "HIGH" || !s.Since.Equal(from) || s.State != tier.Active {
		t.Errorf("held is %s since %s, %s", held.Code, s.Since, s.State)
	}
	last := s.History[len(s.History)-1]
	if last.Reason != tier.Granted || last.From != "LOW" || last.To != "HIGH" || !last.At.Equal(from) {
		t.Errorf("the history ends with %+v", last)
	}
	if len(before.Grants) != 0 || len(before.History) != 1 {
		t.Error("the standing before has changed")
	}
	if end := s.Advance(b, until); end.Held(b.p, until).Code != "LOW" {
		t.Error("the grant does not end")
	}
	same := s.Give(b, tier.Grant{Tier: "LOW", Route: programme.ByDays, From: from})
	if len(same.History) != len(s.History) || same.Held(b.p, from).Code != "HIGH" {
		t.Error("a grant of a lower tier changed the tier held")
	}
}
