package boltstore

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"go.etcd.io/bbolt"

	"membergate/internal/fault"
	"membergate/internal/tracing"
	"membergate/internal/trips"
)

// change is one write that waits for its commit.
type change struct {
	f    func(*tx) error
	told chan turn // its writer waits here
	err  error
	wild any // what f panicked with, for its own caller to bear
}

// turn is what a waiting writer is told.
type turn int

const (
	decided  turn = iota // its change is committed, or refused
	yourTurn             // it must commit now, for all that wait
)

// run calls f, and keeps a panic of it from the writers that share the transaction.
func (c *change) run(t *tx) (err error) {
	defer func() {
		if c.wild = recover(); c.wild != nil {
			t.changed, err = true, errSpoilt
		}
	}()
	return c.f(t)
}

// write runs f in a transaction and returns when what it did is on the disk. Writers that come while another commits
// share the next commit, so many writers cost few waits for the disk; one alone never waits for company.
//
// An error of f undoes all that f did and is the answer. f may run more than once, so it must set its results anew
// each time; it sees what the writers before it in the same commit did.
func (s *Store) write(ctx context.Context, f func(*tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	trips.Mongo(ctx)
	call := tracing.Begin(ctx, "bbolt", "write", "")
	defer call.End(nil)
	c := &change{f: f, told: make(chan turn, 1)}
	s.mu.Lock()
	s.waiting = append(s.waiting, c)
	mine := !s.committing
	s.committing = true
	s.mu.Unlock()
	if mine || <-c.told == yourTurn {
		s.commitForAll()
	}
	if c.wild != nil {
		panic(c.wild)
	}
	return c.err
}

// commitForAll commits everything that waits, tells its writers, and passes the turn on.
func (s *Store) commitForAll() {
	runtime.Gosched() // those whose commit has just ended often write again at once
	s.mu.Lock()
	group := s.waiting
	s.waiting = nil
	s.mu.Unlock()
	s.commitAll(slices.Clone(group))
	for _, c := range group {
		c.told <- decided
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.committing = len(s.waiting) > 0; s.committing {
		s.waiting[0].told <- yourTurn
	}
}

// errSpoilt rolls a transaction back.
var errSpoilt = errors.New("boltstore: a change failed half-way")

// commitAll commits a group of changes. One that fails after it has written something spoils the transaction: it is
// left out, and the others start again.
func (s *Store) commitAll(group []*change) {
	for len(group) > 0 {
		spoiler, err := s.try(group)
		if spoiler == nil {
			for _, c := range group {
				if c.err == nil && err != nil { // the disk failed or the store is closed: what was kept is unknown
					c.err = fault.Down("store", err)
				}
			}
			return
		}
		group = slices.DeleteFunc(group, func(c *change) bool { return c == spoiler })
	}
}

// try runs a group in one transaction and commits it, unless one of the changes spoils it.
func (s *Store) try(group []*change) (spoiler *change, err error) {
	defer func() {
		if p := recover(); p != nil { // bbolt panics over a damaged file; whoever waits must still be told
			spoiler, err = nil, fmt.Errorf("boltstore: the commit failed: %v", p)
		}
	}()
	for _, c := range group {
		c.err = nil
	}
	err = s.db.Update(func(bolt *bbolt.Tx) error {
		for _, c := range group {
			t := &tx{bolt: bolt}
			if c.err = c.run(t); c.err != nil && t.changed {
				spoiler = c
				return errSpoilt
			}
		}
		return nil
	})
	return spoiler, err
}
