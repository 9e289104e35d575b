package invitation_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"membergate/internal/invitation"
)

func TestACodeIsReadHoweverItIsTyped(t *testing.T) {
	for typed, want := range map[string]string{
		"ABCDEFGHJK": "ABCDEFGHJK", "abcde-fghjk": "ABCDEFGHJK", " ab cd-efg hjk ": "ABCDEFGHJK",
		"": "", "ABCDE": "", "ABCDEFGHJK2": "", "ABCDEFGHJ0": "", "ABCDEFGHJI": "", "ABCDEFGHJ☃": "",
	} {
		if got := invitation.Read(typed); got != want {
			t.Errorf("%q is read as %q, want %q", typed, got, want)
		}
	}
	if got := invitation.Show("ABCDEFGHJK"); got != "ABCDE-FGHJK" {
		t.Error(got)
	}
}

func TestOfANameItsFirstLetterIsSeen(t *testing.T) {
	for name, want := range map[string]string{"陈嘉禾": "陈**", "Ann": "A**", " Bo": "B**", "": "**", "  ": "**", "🥬 veg": "🥬**"} {
		if got := invitation.Mask(name); got != want {
			t.Errorf("%q is shown as %q, want %q", name, got, want)
		}
	}
}

// However often and in whatever order invitees are counted, each is counted once and no period beyond its cap; nobody who
// was counted is uncounted while the period is kept.
func TestACapCountsEachInviteeOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.Int64Range(1, 4).Draw(t, "most")
		i, counted := invitation.Inviter{}, map[string]map[string]bool{}
		for range rapid.IntRange(0, 60).Draw(t, "times") {
			period := fmt.Sprintf("2026-%02d", rapid.IntRange(1, 3).Draw(t, "month"))
			id := fmt.Sprint(rapid.IntRange(0, 6).Draw(t, "invitee"))
			before := i.Taken(period)
			next, yes := i.Take(period, id, most)
			switch {
			case counted[period][id] && (!yes || next.Taken(period) != before):
				t.Fatal("who was counted is counted anew, or not any more")
			case !counted[period][id] && yes != (before < most):
				t.Fatalf("with %d of %d counted the next one is %v", before, most, yes)
			case i.Taken(period) != before:
				t.Fatal("counting changes what it was given")
			}
			if i = next; yes {
				if counted[period] == nil {
					counted[period] = map[string]bool{}
				}
				counted[period][id] = true
			}
			if i.Taken(period) != int64(len(counted[period])) {
				t.Fatalf("%d are counted, want %d", i.Taken(period), len(counted[period]))
			}
		}
	})
}
