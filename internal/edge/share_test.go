package edge

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"membergate/internal/live"
)

// events is a subscription whose events a test makes.
func events(t *testing.T, s *shares, p live.Policy) (first *follower, key [32]byte, tell chan<- *graphql.Response, closed chan struct{}) {
	t.Helper()
	in := make(chan *graphql.Response)
	key, closed = [32]byte{1}, make(chan struct{})
	first = s.begin(t.Context(), key, p, func(ctx context.Context) *graphql.Response {
		select {
		case r := <-in:
			return r
		case <-ctx.Done():
			return nil
		}
	}, func() { close(closed) })
	return first, key, in, closed
}

func numbered(n int) *graphql.Response {
	return &graphql.Response{Data: fmt.Append(nil, n), Extensions: map[string]any{eventID: fmt.Sprint(n)}}
}

func TestOneWhoIsSlowMissesNothingAndHindersNobody(t *testing.T) {
	s := newShares()
	quick, key, tell, closed := events(t, s, live.All)
	slow := s.join(key)
	if s.begin(t.Context(), key, live.All, nil, nil) != nil || s.join([32]byte{2}) != nil {
		t.Error("a subscription is begun twice, or one that is not there is joined")
	}
	for n := range mostWaiting + 50 {
		tell <- numbered(n)
		if r, missed := quick.next(t.Context()); missed || string(r.Data) != fmt.Sprint(n) {
			t.Fatalf("who is quick is told %v (missed %v), want %d", r, missed, n)
		}
	}
	for n := range mostWaiting {
		r, missed := slow.next(t.Context())
		if missed || string(r.Data) != fmt.Sprint(n) {
			t.Fatalf("who is slow is told %v (missed %v), want %d", r, missed, n)
		}
		r.Extensions["own"] = true // what one transport adds, no other sends
	}
	if _, missed := slow.next(t.Context()); !missed || slow.last != fmt.Sprint(mostWaiting-1) {
		t.Errorf("who is slow missed something: %v, and stands at %s", missed, slow.last)
	}
	if len(s.groups) != 1 {
		t.Error("the others do not go on")
	}
	quick.leave()
	quick.leave()
	select {
	case <-closed:
	case <-time.After(10 * time.Second):
		t.Fatal("a subscription that nobody follows does not end")
	}
	if len(s.groups) != 0 || s.join(key) != nil {
		t.Error("a subscription that has ended is joined")
	}
	(*follower)(nil).leave()
}

func TestOfAStateOnlyTheNewestWaits(t *testing.T) {
	s := newShares()
	first, key, tell, closed := events(t, s, live.Latest)
	second := s.join(key)
	for n := range 1000 {
		tell <- numbered(n)
	}
	tell <- nil // it is over
	<-closed
	for _, f := range []*follower{first, second} {
		if r, missed := f.next(t.Context()); missed || string(r.Data) != "999" {
			t.Errorf("told is %v (missed %v), want 999", r, missed)
		}
		if r, missed := f.next(t.Context()); r != nil || missed {
			t.Errorf("after the end is told %v", r)
		}
	}
}

func TestAPanicEndsASubscriptionAndNothingElse(t *testing.T) {
	s := newShares()
	f := s.begin(t.Context(), [32]byte{1}, live.Latest, func(context.Context) *graphql.Response { panic("at the disco") }, func() {})
	for n := range 2 {
		r, missed := f.next(t.Context())
		if missed || n == 0 && (r == nil || codeOf(r.Errors[0]) != Internal) || n == 1 && r != nil {
			t.Fatalf("answer %d is %v", n, r)
		}
	}
	if s.join([32]byte{1}) != nil {
		t.Error("it is followed still")
	}
}
