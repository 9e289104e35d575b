package redisstore

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// What was seen once is known after a kill at any moment: here the process's files are taken as they are then.
func TestWhatWasSeenOnceIsKnownAfterAKill(t *testing.T) {
	dir := t.TempDir()
	s := openEmbedded(t, dir)
	defer func() { must(t, s.Close()) }()
	once := func(s *Store, key string, life time.Duration) bool {
		t.Helper()
		first, err := s.Seen().Once(t.Context(), key, life)
		must(t, err)
		return first
	}
	killed := func(torn string) *Store {
		t.Helper()
		other := t.TempDir()
		for _, name := range []string{File, JournalFile} {
			raw, err := os.ReadFile(filepath.Join(dir, name))
			if os.IsNotExist(err) {
				continue
			}
			must(t, err)
			if name == JournalFile {
				raw = append(raw, torn...)
			}
			must(t, os.WriteFile(filepath.Join(other, name), raw, 0o600))
		}
		next := openEmbedded(t, other)
		t.Cleanup(func() { must(t, next.Close()) })
		return next
	}
	for _, key := range []string{"A/1", "B/1"} {
		if !once(s, key, time.Hour) || once(s, key, time.Hour) {
			t.Fatalf("%s is not the first once", key)
		}
	}
	once(s, "gone", time.Nanosecond*2e6)
	next := killed("")
	if once(next, "A/1", time.Hour) || once(next, "B/1", time.Hour) || !once(next, "A/2", time.Hour) {
		t.Error("right after a kill, what was seen is not known as it was")
	}
	if life := next.redis.PTTL(t.Context(), next.key("seen", "A/1")).Val(); life < 59*time.Minute || life > time.Hour {
		t.Errorf("it is remembered for %v", life)
	}
	must(t, s.Save(t.Context()))
	if _, err := os.Stat(filepath.Join(dir, JournalFile)); !os.IsNotExist(err) {
		t.Errorf("after a snapshot the journal is still there: %v", err)
	}
	once(s, "C/1", time.Hour)
	for name, torn := range map[string]string{"whole": "", "cut off": `{"key":"t:seen:D`} {
		next = killed(torn)
		for _, key := range []string{"A/1", "B/1", "C/1"} {
			if once(next, key, time.Hour) {
				t.Errorf("%s: after a snapshot and a kill %s is new", name, key)
			}
		}
		if !once(next, "D/1", time.Hour) {
			t.Errorf("%s: what nobody saw is known", name)
		}
	}
}

func TestAJournalThatCannotBeWrittenTellsNobodyTheFirst(t *testing.T) {
	dir := t.TempDir()
	s := openEmbedded(t, dir)
	defer func() { must(t, s.Close()) }()
	must(t, os.Mkdir(filepath.Join(dir, JournalFile), 0o700))
	if first, err := s.Seen().Once(t.Context(), "A/1", time.Hour); err == nil {
		t.Errorf("it is told %v", first)
	}
}
