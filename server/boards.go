package main

import (
	"context"
	"errors"
	"time"

	"membergate/internal/clock"
	"membergate/internal/contribution"
	"membergate/internal/sweep"
)

// boardsFresh is how old a board may be before who reads it counts anew; tests do not wait.
var boardsFresh = contribution.Fresh

// boardService counts and shows who did most.
func (s *stores) boardService(rules book) *contribution.Service {
	return &contribution.Service{Store: s.boards, Company: s.community, Book: rules, Clock: time.Now, Fresh: boardsFresh}
}

// boarding counts the boards of this month, and those of the last while it still changes, so that nobody waits for it.
func boarding(st *stores, rules book, now clock.Clock) round {
	boards := st.boardService(rules)
	return func() func(ctx context.Context) (sweep.Batch, error) {
		return func(ctx context.Context) (sweep.Batch, error) {
			var all error
			months := boards.Moving(now.Now(ctx))
			for _, m := range months {
				all = errors.Join(all, boards.Count(ctx, m))
			}
			return sweep.Batch{Done: len(months)}, all
		}
	}
}
