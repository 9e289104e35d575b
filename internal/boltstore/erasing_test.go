package boltstore

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"membergate/internal/member"
	"membergate/internal/personal"
	"membergate/internal/storetest"
)

// erasing looks at a file from below its stores.
func erasing(t *testing.T, s *Store) storetest.Erasing {
	return storetest.Erasing{
		Engine: personal.Bolt, Tag: "json", Documents: documents,
		Names: func(place, path string) bool { return mine[bucket(place)] == path },
		Put: func(place string, who member.ID, document any) {
			raw, err := json.Marshal(document)
			if err == nil {
				err = s.write(context.Background(), func(tx *tx) error {
					key := []byte(who)
					if row, _ := personal.Find(personal.Bolt, personal.Field{Place: place, Path: "key"}); row.Fate != personal.Goes || mine[bucket(place)] != "" {
						key = []byte("thing of " + strings.ToUpper(string(who)))
					}
					return tx.set(bucket(place), key, raw)
				})
			}
			if err != nil {
				t.Fatal(err)
			}
		},
		All: func() map[string][]string {
			out := map[string][]string{}
			err := s.read(context.Background(), func(tx *tx) error {
				for _, b := range buckets {
					for k, v := range tx.from(b, nil, nil) {
						if b != deletions {
							out[string(b)] = append(out[string(b)], string(k)+" "+string(v))
						}
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			return out
		},
	}
}

// What was deleted is not in the file either: pages that nobody needs are overwritten.
func TestAnErasureLeavesNothingInTheFile(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	e := erasing(t, s)
	e.Documents = maps.Clone(documents)
	delete(e.Documents, string(deletions)) // which stay until the end
	for i := range 12 {                    // many pages, and some that are free before
		e.Plant(member.ID(fmt.Sprintf("erased-%02d", i)), "gone-word")
	}
	e.Plant("another-member", "kept-word")
	inFile := func(word string) bool {
		raw, err := os.ReadFile(filepath.Join(dir, File))
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Contains(raw, []byte(word))
	}
	if !inFile("gone-word") || !inFile("erased-") {
		t.Fatal("nothing was planted")
	}
	for i := range 12 {
		if err := s.Personal().Erase(t.Context(), member.ID(fmt.Sprintf("erased-%02d", i)), "ghost"); err != nil {
			t.Fatal(err)
		}
		if err := s.Personal().Drop(t.Context(), member.ID(fmt.Sprintf("erased-%02d", i))); err != nil {
			t.Fatal(err)
		}
	}
	for word, want := range map[string]bool{"gone-word": false, "erased-": false, "kept-word": true, "another-member": true} {
		if inFile(word) != want {
			t.Errorf("%s is in the file: %v", word, !want)
		}
	}
	before := s.db.Stats().FreePageN
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(dir) // and the file is whole
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if err := again.db.View(func(t *bbolt.Tx) error { return errors.Join(slices.Collect(errorsOf(t.Check()))...) }); err != nil {
		t.Errorf("%v, with %d free pages", err, before)
	}
}

func errorsOf(all <-chan error) iter.Seq[error] {
	return func(yield func(error) bool) {
		for err := range all {
			if !yield(err) {
				return
			}
		}
	}
}

func TestAnErasureLeavesNothingThatTheDataMapSaysGoes(t *testing.T) {
	s := open(t)
	erasing(t, s).Erased(t, func(who member.ID, ghost string) error { return s.Personal().Erase(t.Context(), who, ghost) })
}
