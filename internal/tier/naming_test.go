package tier_test

import (
	"slices"
	"testing"
	"time"

	"membergate/internal/programme"
	"membergate/internal/tier"
)

func TestTheNewestNamingCountsWhateverOrderItComesIn(t *testing.T) {
	noon := time.Date(2026, 7, 8, 4, 0, 0, 0, time.UTC)
	s := tier.Standing{}.Name(tier.Naming{Segments: []string{"B", "A", "B"}, At: noon})
	if !slices.Equal(s.Named.Segments, []string{"A", "B"}) {
		t.Errorf("named are %v", s.Named.Segments)
	}
	if late := s.Name(tier.Naming{Segments: []string{"C"}, At: noon.Add(-time.Second)}); !slices.Equal(late.Named.Segments, []string{"A", "B"}) {
		t.Errorf("an older naming that comes late gives %v", late.Named.Segments)
	}
	if none := s.Name(tier.Naming{Segments: []string{}, At: noon.Add(time.Second)}); len(none.Named.Segments) != 0 || len(s.Named.Segments) != 2 {
		t.Errorf("nobody's leaves %v, and before %v", none.Named.Segments, s.Named.Segments)
	}
}

func TestOnlySegmentsWithoutAConditionCanBeNamed(t *testing.T) {
	p := &programme.Programme{Lifecycle: programme.Lifecycle{Segments: []programme.Segment{
		{Code: "BIG", When: &programme.Condition{}}, {Code: "CAREFUL"}, {Code: "PROUD"}}}}
	if err := (tier.Naming{Segments: []string{"PROUD", "CAREFUL"}}).Check(p); err != nil {
		t.Error(err)
	}
	err := tier.Naming{Segments: []string{"CAREFUL", "BIG"}}.Check(p)
	if err == nil || err.Error() != `data.segments has "BIG"; allowed are CAREFUL, PROUD` {
		t.Errorf("a computed one: %v", err)
	}
}
