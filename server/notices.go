package main

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"time"

	"membergate/internal/clock"
	"membergate/internal/member"
	"membergate/internal/notice"
	"membergate/internal/push"
	"membergate/internal/sweep"
)

const (
	// marksAfter is how long changes are gathered before their members are marked: an order changes one several times.
	marksAfter = 500 * time.Millisecond
	// noticesEvery is how soon a mark is looked at, and noticesAtOnce at how many members one look does: together they
	// bound what telling takes from the stores while orders come in. A queue is worked off afterwards.
	noticesEvery  = time.Second
	noticesAtOnce = 100
	// walkAtOnce is how many members the walk compares with their inboxes at each step: a million take 14 hours.
	walkAtOnce = 100
	// pushesAtOnce is how many notices one batch sends, pushWriters of them at the same time: services answer within 100 ms,
	// so that a batch takes far less than its claim.
	pushesAtOnce, pushWriters = 40, 8
	// noticeWriters is how many inboxes are written at the same time.
	noticeWriters = 2
)

// noticeService tells members of these stores.
func (s *stores) noticeService(rules book, now func(notice.View) time.Time) *notice.Service {
	return &notice.Service{
		Store: s.notices, Accounts: s.accounts, Ledger: s.ledger, Coupons: s.coupons, Usages: s.usages,
		Talk: s.community, Families: s.families, Changes: s.changes(), Book: rules, Now: now, AtOnce: noticeWriters, Log: s.used,
		Abroad: func() []string { return abroad(rules) },
	}
}

// noticeClock is the moment at which a member is looked at: now or, where events move the clocks, that of the member's
// newest event.
func noticeClock(s Settings, now clock.Clock) func(notice.View) time.Time {
	if !s.SandboxClock.Events {
		return func(notice.View) time.Time { return now.Now(context.Background()) }
	}
	return func(v notice.View) time.Time {
		at := v.Account.Standing.Clock
		for _, p := range v.Purses {
			if p.Head.OccurredAt.After(at) {
				at = p.Head.OccurredAt
			}
		}
		return at
	}
}

// telling looks at members who were marked or have fallen due. Where events move the clocks, nobody falls due.
func telling(told *notice.Service, s Settings, now clock.Clock) round {
	return func() func(ctx context.Context) (sweep.Batch, error) {
		r := &notice.Round{Service: told}
		return func(ctx context.Context) (sweep.Batch, error) {
			by := notice.Marked
			if !s.SandboxClock.Events {
				by = now.Now(ctx)
			}
			_, out, err := r.Batch(ctx, by, noticesAtOnce)
			return sweep.Batch{Done: out.Done, Left: len(out.Failed), Err: out.Err}, err
		}
	}
}

// walking compares members with their inboxes. It begins anywhere, so that a process that never lives long does not
// always see the same ones.
func walking(told *notice.Service) round {
	w := &notice.Walk{Service: told, After: member.ID(strconv.Itoa(rand.IntN(100)))}
	return func() func(ctx context.Context) (sweep.Batch, error) {
		return func(ctx context.Context) (sweep.Batch, error) {
			out, err := w.Page(ctx, walkAtOnce)
			return sweep.Batch{Done: out.Done, Left: len(out.Failed), Err: out.Err}, err
		}
	}
}

// pushBy takes up the services that are set, for whoever sweeps.
func (s *stores) pushBy(set Settings, log *slog.Logger) (err error) {
	if s.services, err = set.Push.services(log); err == nil && len(s.services) > 0 {
		s.keys, err = set.Keys()
	}
	return err
}

// sender pushes notices of these stores, and counts them.
func (s *stores) sender(rules book, meter push.Meter, log *slog.Logger) *push.Sender {
	return &push.Sender{
		Desk: &notice.Desk{Store: s.notices, Keys: s.keys, Book: rules}, Keys: s.keys, Book: rules, Services: s.services, AtOnce: pushWriters, Meter: meter, Log: log,
	}
}

// pushing sends what waits and is due.
func pushing(sender *push.Sender, now clock.Clock) round {
	return func() func(ctx context.Context) (sweep.Batch, error) {
		return func(ctx context.Context) (sweep.Batch, error) {
			b, err := sender.Batch(context.WithoutCancel(ctx), now.Now(ctx), pushesAtOnce)
			return sweep.Batch{Done: b.Done, Left: b.Found - b.Done, More: b.Found == pushesAtOnce && b.Err == nil && ctx.Err() == nil, Err: b.Err}, err
		}
	}
}
