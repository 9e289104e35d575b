package recommend

import (
	"math"
	"testing"
)

func TestLikelihoodRatioVectors(t *testing.T) {
	for _, c := range []struct {
		both, one, other, neither int64
		want                      float64
	}{
		{1, 0, 0, 1, 2.773}, {10, 0, 0, 10, 27.726}, {5, 1995, 0, 100_000, 39.331}, {1000, 1995, 1000, 100_000, 4730.737}, {0, 0, 0, 0, 0},
	} {
		if got := llr(c.both, c.one, c.other, c.neither); math.Abs(got-c.want) > 5e-4 {
			t.Errorf("llr(%d, %d, %d, %d) = %.4f; want %.3f", c.both, c.one, c.other, c.neither, got, c.want)
		}
	}
}

func TestOnlyWhatIsMoreThanChanceIsSimilar(t *testing.T) {
	for name, c := range map[string]struct {
		both, one, other, all int64
		want                  float64
	}{
		"ten of ten":         {10, 10, 10, 1000, 10.0 / 15},
		"avoided":            {1, 500, 500, 1000, 0}, // far from chance, but the wrong way
		"as chance has it":   {25, 500, 50, 1000, 0},
		"one common buyer":   {1, 1, 1, 20, 0},
		"half of each other": {20, 40, 40, 1000, 0.5 * 20 / 25},
	} {
		if got, ok := strength(c.both, c.one, c.other, c.all); ok != (c.want > 0) || math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: %.4f, %v; want %.4f", name, got, ok, c.want)
		}
	}
}
