package boltstore

import (
	"context"
	"errors"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// filler is a bucket that is there while free pages are being overwritten.
var filler = []byte("filler")

// mostFilled is how many pages one transaction overwrites: 32 MB.
const mostFilled = 8192

// scrub overwrites the pages of the file in which nothing is stored any more: what was deleted lies there until somebody needs
// the page. What a reader still looks at stays until the next scrub. It may be repeated, and killed anywhere.
func (s *Store) scrub(ctx context.Context) error {
	zeros := make([]byte, s.db.Info().PageSize/2-64) // two of them fill a page
	for next, free := int64(0), 1; free > 0 && ctx.Err() == nil; {
		err := s.db.Update(func(t *bbolt.Tx) error {
			b, err := t.CreateBucketIfNotExists(filler)
			if err != nil {
				return err
			}
			b.FillPercent = 1
			stats := s.db.Stats()
			free = min(stats.FreePageN+stats.PendingPageN, mostFilled)
			if next > 0 && free < mostFilled { // what is free now was made free by this
				free = 0
			}
			for range 2 * free {
				if err := b.Put(number(next), zeros); err != nil {
					return err
				}
				next++
			}
			return nil
		})
		if err != nil {
			return translate(err)
		}
	}
	err := s.db.Update(unfill)
	return errors.Join(translate(err), ctx.Err())
}

// unfill gives the pages back.
func unfill(t *bbolt.Tx) error {
	if err := t.DeleteBucket(filler); !errors.Is(err, berrors.ErrBucketNotFound) {
		return err
	}
	return nil
}
