package boltstore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
)

var tested = newBucket("test")

// Writers that share a commit fail apart: one that fails after writing leaves nothing, and takes nobody along.
func TestWritersFailApart(t *testing.T) {
	s := open(t)
	failed := errors.New("failed")
	const n = 40
	hold := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() { // keeps the others waiting, so that they share one commit
		_ = s.write(context.Background(), func(*tx) error { <-hold; return nil })
	})
	errs := make([]error, n)
	var panics [n]any
	for i := range n {
		all.Go(func() {
			defer func() { panics[i] = recover() }()
			errs[i] = s.write(context.Background(), func(t *tx) error {
				if i%4 == 1 {
					return failed // before it wrote
				}
				if err := t.set(tested, []byte(fmt.Sprint(i)), []byte("x")); err != nil {
					return err
				}
				switch i % 4 {
				case 2:
					return failed // after it wrote
				case 3:
					panic(failed)
				}
				return nil
			})
		})
	}
	close(hold)
	all.Wait()
	for i := range n {
		var there bool
		if err := s.read(context.Background(), func(t *tx) error {
			there = t.has(tested, []byte(fmt.Sprint(i)))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		want := [4]error{nil, failed, failed, nil}[i%4]
		if errs[i] != want || (panics[i] != nil) != (i%4 == 3) || there != (i%4 == 0) {
			t.Errorf("writer %d: error %v, panic %v, stored %v", i, errs[i], panics[i], there)
		}
	}
}
