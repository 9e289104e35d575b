package redisstore

import "testing"

func TestADocumentIsFoundByItsHashUntilNobodyAsksForLong(t *testing.T) {
	onEvents(t, func(t *testing.T, s *Store, _ *Events) {
		texts := s.Texts()
		if text, found, err := texts.Text(t.Context(), "aa"); err != nil || found {
			t.Fatalf("what nobody kept: %q, %v, %v", text, found, err)
		}
		for range 2 {
			if err := texts.Keep(t.Context(), "aa", "{ 星币 }"); err != nil {
				t.Fatal(err)
			}
		}
		name := s.key("document", "aa")
		if err := s.redis.Expire(t.Context(), name, textLife/2).Err(); err != nil {
			t.Fatal(err)
		}
		if text, found, err := texts.Text(t.Context(), "aa"); err != nil || !found || text != "{ 星币 }" {
			t.Errorf("what was kept: %q, %v, %v", text, found, err)
		}
		if life, err := s.redis.TTL(t.Context(), name).Result(); err != nil || life <= textLife/2 {
			t.Errorf("asked for, it lives on for %v, %v", life, err)
		}
	})
}
