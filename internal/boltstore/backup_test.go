package boltstore

import (
	"testing"

	"membergate/internal/backup"
	"membergate/internal/storetest"
)

func TestABackupIsTheSameStoreAgain(t *testing.T) {
	s := open(t)
	storetest.Backup(t, erasing(t, s), s.Backup(), func(t *testing.T) storetest.Refill {
		dir := t.TempDir()
		return storetest.Refill{
			Target: func() backup.Target { return NewRestore(dir) },
			Filled: func() backup.Source {
				s, err := Open(dir)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = s.Close() })
				return s.Backup()
			},
		}
	})
}

func TestALineGivesExactlyItsKeyAndValueAgain(t *testing.T) {
	dir := t.TempDir()
	keys := []string{"plain", "\x00\xff", "line\nbreak", "\u2028 \"quoted\" <b>&", "emoji 🥬"}
	values := []string{"", "\x00\x01", `{"a":1}`, `{ "a" : 1 }`, "{\"a\":\"<\\u003c\u2028\"}", "null", "17", `"text"`, "{broken", "1e400", "-0"}
	all := map[string]string{}
	r := NewRestore(dir)
	if err := r.Begin(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	for i, k := range keys {
		for j, v := range values {
			key := k + string(rune('a'+i)) + string(rune('a'+j))
			all[key] = v
			text, err := written([]byte(key), []byte(v))
			if err != nil {
				t.Fatal(err)
			}
			if err := r.Put(t.Context(), string(calendar), [][]byte{text}); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
		}
	}
	if err := r.Loaded(t.Context()); err != nil {
		t.Fatal(err)
	}
	back, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer back.Close()
	err = back.read(t.Context(), func(tx *tx) error {
		for k, want := range all {
			if got := tx.raw(calendar, []byte(k)); string(got) != want {
				t.Errorf("at %q: %q; want %q", k, got, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
