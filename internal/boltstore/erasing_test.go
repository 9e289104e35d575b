package boltstore

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

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

func TestAnErasureLeavesNothingThatTheDataMapSaysGoes(t *testing.T) {
	s := open(t)
	erasing(t, s).Erased(t, func(who member.ID, ghost string) error { return s.Personal().Erase(t.Context(), who, ghost) })
}
