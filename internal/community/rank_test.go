package community

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var epoch = time.Unix(0, 0).UTC()

func TestHotKeyVectors(t *testing.T) {
	for _, c := range []struct {
		weight int64
		at     time.Time
		want   int64
	}{
		{1, epoch, 0},
		{2, epoch, 1_000_000},
		{1, epoch.Add(6 * time.Hour), 1_000_000}, // doubling the weight is worth one half-life
		{100, epoch, 6_643_856},
		{0, epoch, 0}, // there is no weight below one
	} {
		if got := HotKey(c.weight, c.at); got != c.want {
			t.Errorf("HotKey(%d, %v) = %d; want %d", c.weight, c.at, got, c.want)
		}
	}
}

// The key stands for a weight that halves every six hours: at any moment both give the same order.
func TestHotKeyOrdersAsDecayDoes(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.Int64Range(1, 100_000)
		age := rapid.Int64Range(0, 30*24*3600)
		w1, w2 := w.Draw(t, "w1"), w.Draw(t, "w2")
		a1, a2 := age.Draw(t, "age1"), age.Draw(t, "age2")
		decayed := func(w, age int64) float64 { return math.Log2(float64(w)) - float64(age)/(6*3600) }
		d := decayed(w1, a1) - decayed(w2, a2)
		if math.Abs(d) < 2e-6 {
			return // nearer to one another than the key's millionths
		}
		k1 := HotKey(w1, start.Add(-time.Duration(a1)*time.Second))
		k2 := HotKey(w2, start.Add(-time.Duration(a2)*time.Second))
		if (d > 0) != (k1 > k2) {
			t.Fatalf("decay says %v, the keys are %d and %d", d, k1, k2)
		}
	})
}

func TestWeight(t *testing.T) {
	for name, c := range map[string]struct {
		counts Counts
		want   int64
	}{
		"nothing yet":                         {Counts{}, 1},
		"reactions count once":                {Counts{Reactors: 10}, 11},
		"comments twice, by distinct authors": {Counts{Comments: 9, Commenters: 4}, 9},
		"bookmarks and shares thrice":         {Counts{Bookmarks: 2, Shares: 1}, 10},
		"all of it":                           {Counts{Reactors: 10, Commenters: 4, Bookmarks: 2, Shares: 1}, 28},
	} {
		if got := c.counts.Weight(); got != c.want {
			t.Errorf("%s: %d; want %d", name, got, c.want)
		}
	}
}

func TestWilsonVectors(t *testing.T) {
	for _, c := range []struct {
		liked, trials int64
		want          float64
	}{{1, 1, 0.20654}, {9, 10, 0.59584}, {90, 100, 0.82563}, {600, 1000, 0.56931}, {0, 0, 0}} {
		if got := wilson(c.liked, c.trials); math.Abs(got-c.want) > 5e-6 {
			t.Errorf("%d of %d: %.5f; want %.5f", c.liked, c.trials, got, c.want)
		}
	}
}

func TestBestKeyRanksSureOverFew(t *testing.T) {
	one := BestKey(Counts{Reactions: map[Kind]int64{Like: 1}, Reactors: 1})
	many := BestKey(Counts{Reactions: map[Kind]int64{Like: 30, Helpful: 10}, Reactors: 40})
	laughed := BestKey(Counts{Reactions: map[Kind]int64{Like: 30, Helpful: 10, Funny: 60}, Reactors: 100})
	unread := BestKey(Counts{Reactions: map[Kind]int64{Like: 40}, Reactors: 40, Impressions: 4000})
	if one != 206_543 && one != 206_549 {
		t.Errorf("one like of one reader is %d; want about 206,54x", one)
	}
	if !(many > one && many > laughed && laughed > unread) {
		t.Errorf("out of order: 40 of 40 %d, 40 of 100 %d, 40 of 4,000 readers %d, 1 of 1 %d", many, laughed, unread, one)
	}
}

func TestIDsSortByTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(0, 1<<47)
		a, b := ms.Draw(t, "a"), ms.Draw(t, "b")
		x, y := NewID(time.UnixMilli(a)), NewID(time.UnixMilli(b))
		if len(x) != 32 || (a < b && x >= y) || (a > b && x <= y) || x == y {
			t.Fatalf("%d is %s, %d is %s", a, x, b, y)
		}
	})
}
