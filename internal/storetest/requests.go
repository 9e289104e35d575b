package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	desks "membergate/internal/desk"
	"membergate/internal/member"
)

// Requests tests the promises of desk.Requests.
func Requests(t *testing.T, s desks.Requests) {
	group[desks.Requests]{
		{"every field of a request comes back", fieldsOfRequest},
		{"a request is created once and changed by its version", versionsOfRequest},
		{"a member's requests are listed newest first, a page at a time", requestsOfMember},
		{"a slot is one request's that is not closed", slotsOfRequests},
		{"the queue gives who has more first, then whose answer is due first, and nothing that is closed", queueOfRequests},
	}.run(t, s)
}

func requested(seed uint64) desks.Request {
	r := filled[desks.Request](dice(seed))
	r.ID, r.Member, r.Version, r.Priority, r.State = name("request"), member.ID(name("member")), 1, 3, desks.Taken
	return r
}

func fieldsOfRequest(t *testing.T, ctx context.Context, s desks.Requests) {
	for seed := range uint64(5) {
		want := requested(seed)
		if seed == 0 {
			want.TakenBy, want.TakenAt, want.ClosedAt, want.PlanBy = "", time.Time{}, time.Time{}, time.Time{}
		}
		must(t, s.Create(ctx, want))
		got, known, err := s.ByID(ctx, want.ID)
		must(t, err)
		same(t, "the request", got, want)
		if !known {
			t.Error("it is not known")
		}
	}
	if _, known, err := s.ByID(ctx, name("nothing")); known || err != nil {
		t.Errorf("one that nobody made: %v, %v", known, err)
	}
}

func versionsOfRequest(t *testing.T, ctx context.Context, s desks.Requests) {
	r := requested(1)
	onlyWinner(t, together(16, func(int) error { return s.Create(ctx, r) }), desks.ErrExists)
	onlyWinner(t, together(16, func(i int) error {
		next := r
		next.TakenBy = fmt.Sprint(i)
		return s.Save(ctx, next)
	}), desks.ErrStale)
	if err := s.Save(ctx, requested(2)); !errors.Is(err, desks.ErrStale) {
		t.Errorf("saved without being there: %v", err)
	}
	if got, _, err := s.ByID(ctx, r.ID); err != nil || got.Version != 2 {
		t.Errorf("its version is %d, %v", got.Version, err)
	}
}

func slotsOfRequests(t *testing.T, ctx context.Context, s desks.Requests) {
	who := member.ID(name("member"))
	in := func(slot int64) desks.Request {
		r := requested(1)
		r.Member, r.Slot, r.State = who, slot, desks.Open
		return r
	}
	all := make([]desks.Request, 8)
	for i := range all {
		all[i] = in(1)
	}
	first := all[onlyWinner(t, together(len(all), func(i int) error { return s.Create(ctx, all[i]) }), desks.ErrTaken)]
	must(t, s.Create(ctx, in(2)))
	for range 2 { // from before slots were counted
		must(t, s.Create(ctx, in(0)))
	}
	if err := s.Create(ctx, first); !errors.Is(err, desks.ErrExists) {
		t.Errorf("made again: %v", err)
	}
	first.State = desks.Taken
	must(t, s.Save(ctx, first))
	if err := s.Create(ctx, in(1)); !errors.Is(err, desks.ErrTaken) {
		t.Errorf("while it is worked on: %v", err)
	}
	first.State, first.Version = desks.Closed, first.Version+1
	must(t, s.Save(ctx, first))
	must(t, s.Create(ctx, in(1)))
	first.Note, first.Version = "sealed", first.Version+1
	must(t, s.Save(ctx, first)) // what is closed gives back nothing of another's
	if err := s.Create(ctx, in(1)); !errors.Is(err, desks.ErrTaken) {
		t.Errorf("after another was closed: %v", err)
	}
}

func requestsOfMember(t *testing.T, ctx context.Context, s desks.Requests) {
	who := member.ID(name("member"))
	var all []desks.Request
	for i := range 9 {
		r := requested(uint64(i))
		r.Member, r.At = who, day0.Add(time.Duration(i/2)*time.Hour)
		must(t, s.Create(ctx, r))
		all = append(all, r)
	}
	want := desks.Newest(slices.Clone(all), 100)
	var got []desks.Request
	var after *desks.Place
	for {
		page, err := s.Of(ctx, who, after, 4)
		must(t, err)
		if got = append(got, page...); len(page) < 4 {
			break
		}
		after = &desks.Place{At: page[3].At, ID: page[3].ID}
	}
	same(t, "the pages", got, want)
}

func queueOfRequests(t *testing.T, ctx context.Context, s desks.Requests) {
	mine := map[string]bool{}
	var want []desks.Request
	for i := range 12 {
		r := requested(uint64(i))
		r.State, r.Priority, r.RespondBy = desks.Open, i%3, day0.Add(time.Duration(i/6)*time.Hour)
		must(t, s.Create(ctx, r))
		mine[r.ID] = true
		if i >= 9 { // closed later
			r.State = desks.Closed
			must(t, s.Save(ctx, r))
			continue
		}
		want = append(want, r)
	}
	slices.SortFunc(want, func(a, b desks.Request) int { return a.Spot().Compare(b.Spot()) })
	var got []desks.Request
	var after *desks.Spot
	for {
		page, err := s.Queue(ctx, after, 4)
		must(t, err)
		for _, r := range page {
			if mine[r.ID] {
				got = append(got, r)
			}
		}
		if len(page) < 4 {
			break
		}
		spot := page[3].Spot()
		after = &spot
	}
	same(t, "the queue", got, want)
}
