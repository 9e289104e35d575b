package mongostore

import (
	"errors"
	"testing"
	"time"
)

func TestTheFasterWayToAListIsTaken(t *testing.T) {
	const ms = time.Millisecond
	for name, c := range map[string]struct {
		walking, indexed time.Duration
		want             way
	}{
		"a long list is walked":                        {2 * ms, 700 * ms, walking},
		"a short list is found by its index":           {200 * ms, 5 * ms, indexed},
		"of two slow ways the less slow one is taken":  {90 * ms, 50 * ms, indexed},
		"what is swift is not left for what is faster": {10 * ms, 1 * ms, walking},
	} {
		w := &ways{}
		for range 10 {
			chosen, told := w.of("list")
			told(map[way]time.Duration{walking: c.walking, indexed: c.indexed}[chosen], nil)
		}
		if got, _ := w.of("list"); got != c.want {
			t.Errorf("%s: taken is %d", name, got)
		}
	}
}

func TestAWayThatIsNotTakenIsTriedAgainSomeDay(t *testing.T) {
	w, tries := &ways{}, 0
	for range 10 * fading {
		chosen, told := w.of("list")
		if chosen == walking {
			tries++
		}
		told(map[way]time.Duration{walking: time.Second, indexed: 40 * time.Millisecond}[chosen], nil)
	}
	if tries < 2 || tries > 10 {
		t.Errorf("the slow way was tried %d times", tries)
	}
}

func TestAWayThatWasGivenUpIsSlow(t *testing.T) {
	w := &ways{}
	_, told := w.of("list")
	told(10*time.Millisecond, errors.New("too long"))
	if got, _ := w.of("list"); got != indexed {
		t.Error("it is taken again")
	}
}

func TestServersThatTakeAnOrderFromAnyIndexAreLeftAlone(t *testing.T) {
	var none *ways
	if got, _ := none.of("list"); got != indexed {
		t.Error("they are told to walk")
	}
	if got, _ := (&ways{}).of(""); got != indexed {
		t.Error("lists of one way only are walked")
	}
}
