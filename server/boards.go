package main

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"membergate/internal/account"
	"membergate/internal/clock"
	"membergate/internal/community"
	"membergate/internal/contribution"
	"membergate/internal/event"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/star"
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

// starService decides the stars of groups.
func (s *stores) starService(rules book) *star.Service {
	return &star.Service{Store: s.stars, Boards: s.boardService(rules), Badges: s.adoptions, Roles: s.community, Groups: &community.Service{Store: s.community},
		Tell: starred{&event.Service{Orders: s.orderService(rules)}}, Known: s.known, Book: rules}
}

// known tells who of some has an account.
func (s *stores) known(ctx context.Context, who []member.ID) (map[member.ID]bool, error) {
	found, err := s.accounts.ByIDs(ctx, who, account.Public)
	out := make(map[member.ID]bool, len(found))
	for id := range found {
		out[id] = true
	}
	return out, err
}

// starred tells of a star as another service would: both together count once for a group and month.
type starred struct{ events *event.Service }

// Starred implements star.Teller.
func (a starred) Starred(ctx context.Context, who member.ID, id string, at time.Time) error {
	data, err := json.Marshal(map[string]string{"starId": id})
	if err != nil {
		return err
	}
	poison, err := a.events.Apply(ctx, []event.Message{{ID: "starred:" + id, Type: "group.starred", Member: string(who), At: at.UTC().Format(time.RFC3339Nano), Data: string(data)}})
	if err == nil && len(poison) > 0 {
		err = fault.New(fault.Internal, "a star is refused: %s", poison[0].Reason)
	}
	return err
}

// starsAtOnce is how many stars one batch gives what they get.
const starsAtOnce = 50

// crowning decides the stars of the months that are over.
func crowning(st *stores, rules book, now clock.Clock) round {
	stars := st.starService(rules)
	return func() func(ctx context.Context) (sweep.Batch, error) {
		return func(ctx context.Context) (sweep.Batch, error) {
			return sweep.Batch{}, stars.Sweep(ctx, now.Now(ctx), starsAtOnce)
		}
	}
}
