package redisstore

import (
	"testing"
	"time"

	"membergate/internal/recommend"
)

func TestChoicesAreHandedOverInTheirOrderAndGoAfterSixDays(t *testing.T) {
	onEvents(t, func(t *testing.T, s *Store, _ *Events) {
		choices := s.Choices()
		first := recommend.Choice{ID: "u1", Member: "17850", Of: "BIRTHDAY_BOX", Option: "TEA_BOX", At: time.Date(2026, 3, 2, 10, 0, 0, 5e6, time.UTC)}
		second := first
		second.ID, second.Option = "u2", "BAKING_SET"
		for _, c := range []recommend.Choice{first, second} {
			if err := choices.Tell(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		all, err := choices.Told(t.Context(), "", 10)
		if err != nil || len(all) != 2 || all[0].Choice != first || all[1].Choice != second {
			t.Fatalf("told were %+v, %v", all, err)
		}
		if one, err := choices.Told(t.Context(), "", 1); err != nil || len(one) != 1 || one[0] != all[0] {
			t.Errorf("the first one is %+v, %v", one, err)
		}
		if rest, err := choices.Told(t.Context(), all[0].Place, 10); err != nil || len(rest) != 1 || rest[0] != all[1] {
			t.Errorf("behind it is %+v, %v", rest, err)
		}
		if none, err := choices.Told(t.Context(), all[1].Place, 10); err != nil || len(none) != 0 {
			t.Errorf("behind the last is %+v, %v", none, err)
		}
		choices.now = func() time.Time { return time.Now().Add(choicesKept + time.Minute) }
		if err := choices.Tell(t.Context(), first); err != nil {
			t.Fatal(err)
		}
		if left, err := choices.Told(t.Context(), "", 10); err != nil || len(left) != 0 && left[0].Place == all[0].Place {
			t.Errorf("six days later there is %+v, %v", left, err)
		}
	})
}
