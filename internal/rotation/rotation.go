// Package rotation seals everything that is kept secret anew, with the newest key, while others read and write it; and
// tells which keys are still needed.
package rotation

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"membergate/internal/secret"
)

// Place is somewhere that sealed texts lie.
type Place struct {
	Name    string // of a collection or bucket
	Purpose string // that the texts are sealed for
}

// Document is what one document of a place holds.
type Document struct {
	ID    string
	Texts []string // sealed, none empty
}

// Store knows where sealed and hashed texts lie. Nothing it gives is readable without the keys.
type Store interface {
	// Places lists all places of sealed texts.
	Places() []Place
	// Sealed gives at most n documents of a place that hold sealed texts, by their ids, after one.
	Sealed(ctx context.Context, place, after string, n int) ([]Document, error)
	// Swap puts a text where an older one lies in a document, and tells whether that was still there. Nothing else of the
	// document changes, its version neither: who writes it meanwhile puts the older text back, which stays readable.
	Swap(ctx context.Context, place, id, older, newer string) (bool, error)
	// Hashed counts what is found by a keyed hash, by the hash's key.
	Hashed(ctx context.Context) (map[string]int, error)
}

// Keys seal and open.
type Keys interface {
	Seal(purpose, plain string) string
	Open(purpose, sealed string) (string, error)
	Newest() string
}

// Service seals anew.
type Service struct {
	Store Store
	Keys  Keys
}

// Outcome is what sealing anew did.
type Outcome struct {
	Looked     int // texts of the last look through everything
	Resealed   int
	Unreadable int // texts whose key is not there, or that were changed: they stay as they are
}

const (
	atOnce = 200 // documents that are read at once
	side   = 4   // of which so many are written side by side
	passes = 20  // looks through everything, of which the last finds nothing to do; others write meanwhile
)

// ErrRestless says that others go on sealing with older keys.
var ErrRestless = errors.New("other processes still seal with an older key; wait until all of them read the same key file, then run this again")

// Reseal seals everything anew that the newest key did not seal. It may be killed and repeated at any time: what is done
// stays done. The function is told how many texts have been looked at, and may be nil.
func (s *Service) Reseal(ctx context.Context, tell func(looked int)) (out Outcome, err error) {
	for range passes {
		done, unreadable, looked := 0, 0, 0
		for _, p := range s.Store.Places() {
			for after := ""; ; {
				page, err := s.Store.Sealed(ctx, p.Name, after, atOnce)
				if err != nil {
					return out, fmt.Errorf("what is sealed in %s cannot be read: %w", p.Name, err)
				}
				if len(page) == 0 {
					break
				}
				n, lost, err := s.page(ctx, p, page)
				out.Resealed, done, unreadable = out.Resealed+n, done+n, unreadable+lost
				if err != nil {
					return out, err
				}
				for _, d := range page {
					looked += len(d.Texts)
				}
				if tell != nil {
					tell(looked)
				}
				after = page[len(page)-1].ID
			}
		}
		out.Looked, out.Unreadable = looked, unreadable
		if done == 0 {
			return out, nil
		}
	}
	return out, ErrRestless
}

func (s *Service) page(ctx context.Context, p Place, page []Document) (done, unreadable int, err error) {
	var swapped, lost atomic.Int64
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(side)
	newest := s.Keys.Newest()
	for _, d := range page {
		work.Go(func() error {
			for _, text := range d.Texts {
				if secret.SealedWith(text) == newest {
					continue
				}
				plain, err := s.Keys.Open(p.Purpose, text)
				if err != nil {
					lost.Add(1)
					continue
				}
				ok, err := s.Store.Swap(ctx, p.Name, d.ID, text, s.Keys.Seal(p.Purpose, plain))
				if err != nil {
					return fmt.Errorf("what is sealed in %s cannot be written: %w", p.Name, err)
				}
				if ok {
					swapped.Add(1)
				}
			}
			return nil
		})
	}
	err = work.Wait()
	return int(swapped.Load()), int(lost.Load()), err
}

// Use is how much needs a key.
type Use struct {
	Sealed int // texts that only it opens
	Hashed int // things that only it finds
}

// Uses counts what needs each key, by the keys' ids.
func (s *Service) Uses(ctx context.Context) (map[string]Use, error) {
	out := map[string]Use{}
	for _, p := range s.Store.Places() {
		for after := ""; ; {
			page, err := s.Store.Sealed(ctx, p.Name, after, atOnce)
			if err != nil {
				return nil, fmt.Errorf("what is sealed in %s cannot be read: %w", p.Name, err)
			}
			if len(page) == 0 {
				break
			}
			for _, d := range page {
				for _, text := range d.Texts {
					u := out[secret.SealedWith(text)]
					u.Sealed++
					out[secret.SealedWith(text)] = u
				}
			}
			after = page[len(page)-1].ID
		}
	}
	hashed, err := s.Store.Hashed(ctx)
	for id, n := range hashed {
		u := out[id]
		u.Hashed += n
		out[id] = u
	}
	return out, err
}
