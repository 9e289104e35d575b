package redisstore

import (
	"testing"
	"time"
)

func TestAKindOfWorkIsOneWorkersAtATime(t *testing.T) {
	onEvents(t, func(t *testing.T, s *Store, _ *Events) {
		c := s.Claims()
		claim := func(worker string, life time.Duration) bool {
			t.Helper()
			got, err := c.Claim(t.Context(), "tiers", worker, life)
			must(t, err)
			return got
		}
		if s.embedded != nil { // has this process alone
			if !claim("a", time.Hour) || !claim("b", time.Hour) {
				t.Error("an embedded store refuses its only process")
			}
			must(t, c.Drop(t.Context(), "tiers", "a"))
			return
		}
		for range 2 { // the second time it renews
			if !claim("a", time.Hour) || claim("b", time.Hour) {
				t.Error("the first has not what it claimed, or another one has it too")
			}
		}
		must(t, c.Drop(t.Context(), "tiers", "b"))
		if claim("b", time.Hour) {
			t.Error("somebody gave back what was another one's")
		}
		must(t, c.Drop(t.Context(), "tiers", "a"))
		if !claim("b", 20*time.Millisecond) {
			t.Error("what was given back is not free")
		}
		for deadline := time.Now().Add(time.Minute); !claim("a", time.Hour); {
			if time.Now().After(deadline) {
				t.Fatal("what a dead worker had is not free after a minute")
			}
		}
	})
}
