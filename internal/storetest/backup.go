package storetest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"membergate/internal/backup"
)

// Refill is where a backup of an engine goes to.
type Refill struct {
	// Target is the store that is filled; asked again it is the same one, as after a process was killed.
	Target func() backup.Target
	// Filled gives the store once it is full.
	Filled func() backup.Source
}

// cutOff is a target that fails at its n-th call.
type cutOff struct {
	backup.Target
	left *int
}

func (d cutOff) Put(ctx context.Context, place string, lines [][]byte) error {
	if *d.left--; *d.left < 0 {
		return errKilled
	}
	return d.Target.Put(ctx, place, lines)
}

// Backup tests that a store which holds something of everything is the same again after a backup was put back, also when
// that was cut off before.
func Backup(t *testing.T, plant Erasing, from backup.Source, into func(t *testing.T) Refill) {
	t.Helper()
	plant.Plant("a-member", "one's")
	plant.Plant("another-member", "another's")
	dir, at := filepath.Join(t.TempDir(), "backup"), time.Unix(1e9, 0)
	pictures := fstest.MapFS{"u/1.jpg": {Data: []byte("picture")}}
	var told int
	s, err := backup.Write(t.Context(), dir, from, pictures, at, func(n int) { told = n })
	must(t, err)
	if len(s.Places) < 50 || s.Lines() < 60 || told != s.Lines() || len(s.Files) != 1 {
		t.Fatalf("%d places with %d lines and %d files, of which %d were told", len(s.Places), s.Lines(), len(s.Files), told)
	}
	b, err := backup.Open(dir)
	must(t, err)
	for _, die := range []int{0, 1, 7, len(s.Places) - 1, 1 << 30} {
		v, files := into(t), t.TempDir()
		left := die
		err := b.Into(t.Context(), cutOff{v.Target(), &left}, files, func(int) {})
		if die < len(s.Places) {
			if !errors.Is(err, errKilled) {
				t.Fatalf("cut off at %d: %v", die, err)
			}
			err = b.Into(t.Context(), v.Target(), files, func(int) {})
		}
		must(t, err)
		must(t, v.Target().End(t.Context()))
		again, err := backup.Write(t.Context(), filepath.Join(t.TempDir(), "again"), v.Filled(), os.DirFS(files), at, func(int) {})
		must(t, err)
		same(t, "what is there again", again, s)
		if err := b.Into(t.Context(), v.Target(), files, func(int) {}); err == nil || !strings.Contains(err.Error(), "already") {
			t.Errorf("a store that holds something takes another backup: %v", err)
		}
	}
}
