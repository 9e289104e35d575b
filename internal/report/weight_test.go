package report

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

var usual = Scale{Axis: 0.7, Known: 5, Most: 5}

func TestARecordAddsWhatTheFormulaSays(t *testing.T) {
	for r, want := range map[Record]float64{{18, 2}: 7.20, {3, 7}: -4.75, {7, 3}: 0, {100, 0}: 16.61, {3, 2}: 0, {0, 5}: 0, {0, 0}: 0} {
		if got := usual.Bonus(r); math.Abs(got-want) > 0.006 {
			t.Errorf("%+v adds %.3f, want %.2f", r, got, want)
		}
	}
	if got := usual.Weight(0, Record{3, 7}); got != 0 {
		t.Errorf("one who is mostly wrong counts %d, want nothing", got)
	}
	if got := usual.Weight(5, Record{}); got != 600 {
		t.Errorf("one of the staff counts %d, want 600", got)
	}
}

func TestAnAgreedReportNeverMakesTheNextOneCountLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Record{rapid.IntRange(0, 300).Draw(t, "agreed"), rapid.IntRange(0, 300).Draw(t, "refused")}
		trust := rapid.IntRange(0, 5).Draw(t, "trust")
		w := usual.Weight(trust, r)
		if w < 0 {
			t.Fatalf("%+v counts %d", r, w)
		}
		total := r.Agreed + r.Refused
		if r.Agreed*10 >= total*7 && total > usual.Known && usual.Weight(trust, Record{r.Agreed + 1, r.Refused}) < w {
			t.Fatalf("%+v counts less with one more that was agreed with", r)
		}
	})
}
