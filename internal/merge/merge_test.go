package merge_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"membergate/internal/fault"
	"membergate/internal/merge"
	"membergate/internal/storetest"
	"membergate/internal/wallet"
)

var start = time.Date(2026, 7, 6, 4, 0, 0, 0, time.UTC)

func day(n int) time.Time { return start.AddDate(0, 0, n) }

func service(s wallet.Store, most wallet.Coins) *merge.Service {
	return &merge.Service{Wallets: &wallet.Service{Store: s, Most: most, Now: func() time.Time { return start }}}
}

type failer interface {
	Helper()
	Fatal(...any)
	Context() context.Context
}

func post(t failer, s *merge.Service, id wallet.ID, p wallet.Posting) {
	t.Helper()
	if _, err := s.Wallets.Post(t.Context(), id, []wallet.Posting{p}); err != nil {
		t.Fatal(err)
	}
}

func earn(t failer, s *merge.Service, id wallet.ID, op string, n wallet.Coins, dies int) {
	t.Helper()
	post(t, s, id, wallet.Posting{Op: op, Kind: wallet.Earn, Coins: n, Expires: day(dies), At: start})
}

func state(t failer, s *merge.Service, id wallet.ID, at time.Time) wallet.State {
	t.Helper()
	e, err := s.Wallets.Head(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return e.State.At(at)
}

func code(err error) string {
	var r *fault.Refusal
	if errors.As(err, &r) {
		return r.Code
	}
	return fmt.Sprint(err)
}

func TestCoinsMoveOnceFollowLaterAndComeBackWithTheirExpiry(t *testing.T) {
	s := service(storetest.Memory().Wallets, 1000)
	m := merge.Move{ID: "a", From: wallet.NewID(), To: wallet.NewID(), At: start}
	earn(t, s, m.From, "1", 30, 10)
	earn(t, s, m.From, "2", 20, 20)
	earn(t, s, m.To, "1", 50, 5)
	do := func(f func(context.Context, merge.Move) error) {
		t.Helper()
		for range 2 { // the same again does nothing
			if err := f(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
	}
	do(s.Bring)
	if a, b := state(t, s, m.From, start).Whole(), state(t, s, m.To, start).Available(); a != 0 || b != 100 {
		t.Errorf("after the merge %d stay and %d are there", a, b)
	}
	earn(t, s, m.From, "late", 7, 10)
	do(s.Bring)
	if n := state(t, s, m.To, start).Available(); n != 107 {
		t.Errorf("what came late makes %d, want 107", n)
	}
	do(s.Undo)
	do(s.Bring) // after an undo nothing follows
	if d := cmp.Diff([]wallet.Lot{{Expires: day(10), Free: 37}, {Expires: day(20), Free: 20}}, state(t, s, m.From, start).Lots); d != "" {
		t.Errorf("given back (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]wallet.Lot{{Expires: day(5), Free: 50}}, state(t, s, m.To, start).Lots); d != "" {
		t.Errorf("kept (-want +got):\n%s", d)
	}
}

func TestAMergeWithoutRoomAndAnUndoOfSpentCoinsAreRefusedAndChangeNothing(t *testing.T) {
	s := service(storetest.Memory().Wallets, 100)
	m := merge.Move{ID: "a", From: wallet.NewID(), To: wallet.NewID(), At: start}
	earn(t, s, m.From, "1", 60, 10)
	earn(t, s, m.To, "1", 41, 20)
	if err := s.Bring(t.Context(), m); code(err) != merge.NoRoom || state(t, s, m.From, start).Available() != 60 {
		t.Fatalf("one too many: %v", err)
	}
	post(t, s, m.To, wallet.Posting{Op: "buy", Kind: wallet.Spend, Coins: 1, At: start})
	if err := s.Bring(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	post(t, s, m.To, wallet.Posting{Op: "buy2", Kind: wallet.Spend, Coins: 1, At: start})
	if err := s.Undo(t.Context(), m); code(err) != merge.Spent || state(t, s, m.To, start).Available() != 99 {
		t.Fatalf("one was spent: %v", err)
	}
	earn(t, s, m.From, "late", 1, 10)
	if err := s.Bring(t.Context(), m); err != nil || state(t, s, m.To, start).Available() != 100 {
		t.Errorf("after a refused undo coins follow no more: %v", err)
	}
	self := merge.Move{ID: "b", From: m.To, To: m.To, At: start}
	if err := s.Bring(t.Context(), self); code(err) != merge.Same {
		t.Errorf("to itself: %v", err)
	}
}

func TestFiftyAtOnceMergeAndUndoAsOne(t *testing.T) {
	s := service(storetest.Memory().Wallets, 1000)
	m := merge.Move{ID: "a", From: wallet.NewID(), To: wallet.NewID(), At: start}
	earn(t, s, m.From, "1", 60, 10)
	crowd(t, s.Bring, m)
	if n := state(t, s, m.To, start).Available(); n != 60 {
		t.Errorf("%d are there, want 60", n)
	}
	crowd(t, s.Undo, m)
	if a, b := state(t, s, m.From, start).Available(), state(t, s, m.To, start).Whole(); a != 60 || b != 0 {
		t.Errorf("given back are %d, kept %d", a, b)
	}
}

func crowd(t *testing.T, f func(context.Context, merge.Move) error, m merge.Move) {
	t.Helper()
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if err := f(t.Context(), m); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// Merges both ways and their undos, over a network that loses answers, with spending and time between them: no coin is
// lost or made, and when what was begun is finished nothing is left on the way.
func TestRandomMergesAndUndosNeitherLoseNorMakeCoins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plain := storetest.Memory()
		good := service(plain.Wallets, 500)
		bad := service(storetest.Flaky(plain, rapid.Uint64().Draw(t, "network")).Wallets, 500)
		ids := []wallet.ID{wallet.NewID(), wallet.NewID(), wallet.NewID()}
		for i, id := range ids {
			earn(t, good, id, "1", 100, 1000+i)
		}
		now, spent := start, wallet.Coins(0)
		begun, undone := map[string]merge.Move{}, map[string]bool{}
		for n := range rapid.IntRange(1, 25).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 12).Draw(t, "minutes")) * time.Minute)
			a, b := rapid.IntRange(0, 2).Draw(t, "from"), rapid.IntRange(0, 2).Draw(t, "to")
			m := merge.Move{ID: fmt.Sprint(a, b), From: ids[a], To: ids[b], At: now}
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0, 1:
				_ = bad.Bring(t.Context(), m)
				if a != b {
					begun[m.ID] = m
				}
			case 2:
				if _, there := begun[m.ID]; there {
					_ = bad.Undo(t.Context(), m)
					undone[m.ID] = true
				}
			default:
				if state(t, good, ids[a], now).Available() > 0 {
					post(t, good, ids[a], wallet.Posting{Op: fmt.Sprint("buy", n), Kind: wallet.Spend, Coins: 1, At: now})
					spent++
				}
			}
		}
		now = now.Add(time.Hour)
		for id, m := range begun {
			m.At = now
			f := good.Bring
			if undone[id] {
				f = good.Undo
			}
			if err := f(t.Context(), m); err != nil && code(err) != merge.Spent {
				t.Fatal(err)
			}
		}
		for id, m := range begun { // what an undo that was refused left on the way
			if m.At = now; undone[id] {
				if err := good.Bring(t.Context(), m); err != nil {
					t.Fatal(err)
				}
			}
		}
		var whole, moved wallet.Coins
		for _, id := range ids {
			s := state(t, good, id, now)
			whole, moved = whole+s.Whole(), moved+s.LifetimeMoved
			if s.Held() != 0 {
				t.Fatalf("%d are still held", s.Held())
			}
		}
		if whole+spent != 300 || moved != 0 {
			t.Fatalf("%d are there and %d were spent, of 300; %d are on the way", whole, spent, moved)
		}
	})
}
