package event_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/event"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/programme"
	"membergate/internal/storetest"
	"membergate/internal/wallet"
)

// shop is the default programme on plain stores.
type shop struct {
	t      *testing.T
	stores storetest.Stores
	book   *programme.Book
}

func open(t *testing.T) *shop {
	t.Helper()
	book, err := programme.LoadBook("retail-5")
	if err != nil {
		t.Fatal(err)
	}
	return &shop{t, storetest.Memory(), book}
}

func (s *shop) on(stores storetest.Stores) *event.Service {
	return &event.Service{Orders: &order.Service{Orders: stores.Orders, Accounts: stores.Accounts, Book: s.book,
		Wallets: &wallet.Service{Store: stores.Wallets, Most: 2_000_000_000, Now: time.Now}}}
}

// apply applies messages of one member and gives the reasons of those that are poison.
func (s *shop) apply(messages ...event.Message) []string {
	s.t.Helper()
	poison, err := s.on(s.stores).Apply(s.t.Context(), messages)
	if err != nil {
		s.t.Fatal(err)
	}
	var reasons []string
	for _, p := range poison {
		reasons = append(reasons, fmt.Sprintf("%d: %s", p.Index, p.Reason))
	}
	return reasons
}

func (s *shop) state(id string) (account.Account, wallet.State) {
	s.t.Helper()
	found, err := s.stores.Accounts.ByIDs(s.t.Context(), []member.ID{member.ID(id)}, account.Whole)
	if err != nil {
		s.t.Fatal(err)
	}
	a := found[member.ID(id)].Account
	heads, err := s.stores.Wallets.Heads(s.t.Context(), []wallet.ID{a.Wallet})
	if err != nil {
		s.t.Fatal(err)
	}
	return a, heads[a.Wallet].State
}

func (s *shop) interaction(id string) int64 {
	a, _ := s.state(id)
	now := a.Standing.Clock
	return a.Standing.Read(s.book.At(now), now).Sum("INTERACTION")
}

// tell makes a message of member 17850; its time is minutes after noon of 6 July 2026.
func tell(id, kind string, minute int, data string) event.Message {
	at := time.Date(2026, 7, 6, 12, minute, 0, 0, time.FixedZone("", 8*3600))
	return event.Message{ID: id, Type: kind, Member: "17850", At: at.Format(time.RFC3339), Data: data}
}

func paid(id, orderID string, minute int, fen int) event.Message {
	return tell(id, "order.paid", minute, fmt.Sprintf(`{"orderId":%q,"amountFen":%d,"channel":"STORE","lines":[{"sku":"A","quantity":1,"amountFen":%d}]}`, orderID, fen, fen))
}

func TestAnEventCountsOnceByItsIDAndAnOrderByItsOwn(t *testing.T) {
	s := open(t)
	share := tell("e2", "content.shared", 1, `{"kind":"POST","ref":"p"}`)
	for time := range 2 {
		before, _ := s.state("17850")
		if p := s.apply(paid("e1", "o1", 0, 10_000), share, paid("e1", "o1", 0, 10_000), share); p != nil {
			t.Fatal(p)
		}
		if after, _ := s.state("17850"); time > 0 && after.Version != before.Version {
			t.Error("what was told again changed the account")
		}
		if p := s.apply(paid("another", "o1", 0, 10_000)); p != nil {
			t.Fatal(p)
		}
	}
	if a, w := s.state("17850"); w.LifetimeEarned != 100 || s.interaction("17850") != 5 || len(a.Outbox) != 0 {
		t.Errorf("earned %d, interaction %d, outbox %v", w.LifetimeEarned, s.interaction("17850"), a.Outbox)
	}
	bought, err := s.stores.Orders.Purchases(t.Context(), []member.ID{"17850"}, 10)
	if err != nil || len(bought["17850"]) != 1 {
		t.Errorf("%d purchases, %v; want 1: the record of a telling is none", len(bought["17850"]), err)
	}
}

func TestAnIDThatWasUsedForAnotherThingIsPoisonAndKeepsNothingBack(t *testing.T) {
	s := open(t)
	p := s.apply(paid("e1", "o1", 0, 10_000), paid("e1", "o2", 0, 500_000), paid("e3", "o3", 1, 10_000))
	if len(p) != 1 || !strings.HasPrefix(p[0], "1: member 17850: id e1 was used before: told:order.paid o1 of member 17850 at 2026-07-06T04:00:00Z") {
		t.Errorf("poison %v", p)
	}
	if _, w := s.state("17850"); w.LifetimeEarned != 200 {
		t.Errorf("earned %d, want 200", w.LifetimeEarned)
	}
	other := paid("e9", "o1", 2, 10_000)
	other.Member = "2"
	refund := tell("e8", "order.refunded", 3, `{"refundId":"r1","orderId":"o3","amountFen":10000}`)
	refund.Member = "2"
	if p := s.apply(other, refund); len(p) != 2 || !strings.Contains(p[0], "order.paid o1 belongs to another member") || !strings.Contains(p[1], "order o3 of refund r1 belongs to another member") {
		t.Errorf("poison %v", p)
	}
	if p := s.apply(tell("e10", "order.refunded", 4, `{"refundId":"r2","orderId":"o3","amountFen":5000}`)); p != nil {
		t.Error(p)
	}
	if _, w := s.state("17850"); w.LifetimeClawed != 50 {
		t.Errorf("clawed back %d, want 50: another member's refund counts nothing", w.LifetimeClawed)
	}
}

func TestDeedsCountByTheProgrammesWeights(t *testing.T) {
	s := open(t)
	p := s.apply(
		tell("1", "live.watched", 0, `{"liveId":"L","seconds":59}`),
		tell("2", "live.watched", 1, `{"liveId":"L","seconds":60}`),
		tell("3", "review.written", 2, `{"orderId":"1","sku":"2"}`),
		tell("4", "action.recorded", 3, `{"code":"POST_PUBLISHED","ref":"p"}`),
		tell("5", "action.recorded", 3, `{"code":"NOTHING","ref":"p"}`),
		tell("6", "product.viewed", 5, `{"sku":"A"}`),
	)
	if got := s.interaction("17850"); p != nil || got != 3+10+20 {
		t.Errorf("interaction %d, poison %v", got, p)
	}
	a, _ := s.state("17850")
	if want := time.Date(2026, 7, 6, 4, 5, 0, 0, time.UTC); !a.Standing.Clock.Equal(want) {
		t.Errorf("the member's clock shows %s, want %s: every event moves it", a.Standing.Clock, want)
	}
}

func TestDeedsEarnByRulesWithCapsTiersAndOnce(t *testing.T) {
	s := open(t)
	visit := func(id string, minute int, travel string) event.Message {
		return tell(id, "store.visited", minute, `{"storeId":"S","travel":"`+travel+`"}`)
	}
	earned := func(want wallet.Coins, messages ...event.Message) {
		t.Helper()
		_, before := s.state("17850")
		if p := s.apply(messages...); p != nil {
			t.Error(p)
		}
		if _, after := s.state("17850"); after.LifetimeEarned-before.LifetimeEarned != want {
			t.Errorf("earned %d, want %d", after.LifetimeEarned-before.LifetimeEarned, want)
		}
	}
	earned(0, visit("1", 0, "CAR"))
	earned(5, visit("2", 1, "BUS"), visit("3", 2, "METRO")) // 5 a day, in one batch
	earned(0, visit("4", 3, "BUS"))                         // and in another
	earned(5, visit("5", 13*60, "BUS"))                     // the next day
	earned(500, tell("6", "post.adopted", 14*60, `{"postId":"p"}`), tell("7", "post.adopted", 14*60, `{"postId":"p"}`))
	earned(0, tell("8", "post.adopted", 14*60, `{"postId":"p"}`)) // once for a post
	earned(200, tell("t1", "trial.adopted", 14*60, `{"reportId":"r"}`), tell("t2", "trial.adopted", 14*60, `{"reportId":"r"}`))
	earned(0, tell("t3", "trial.adopted", 14*60, `{"reportId":"r"}`)) // once for a report
	earned(300, tell("s1", "group.starred", 14*60, `{"starId":"G/2026-10"}`), tell("s2", "group.starred", 14*60, `{"starId":"G/2026-10"}`))
	earned(0, tell("s3", "group.starred", 14*60, `{"starId":"G/2026-10"}`)) // once for a group and month
	earned(0, tell("9", "order.late", 14*60, `{"orderId":"1","parcelId":"1"}`))
	earned(41_600, paid("10", "1", 15*60, 4_160_000)) // to DIAMOND
	earned(2000, tell("11", "order.late", 15*60+1, `{"orderId":"1","parcelId":"2"}`))
}

func TestALateEventCountsAtItsOwnTimeAndEarnsAtTheTierHeldNow(t *testing.T) {
	s := open(t)
	if p := s.apply(paid("1", "1", 0, 400_000)); p != nil { // to GOLD
		t.Fatal(p)
	}
	late := paid("2", "2", -40*24*60, 100_000)
	if p := s.apply(late); p != nil {
		t.Fatal(p)
	}
	a, w := s.state("17850")
	if w.LifetimeEarned != 4000+1500 {
		t.Errorf("earned %d, want 4000 and, at 1.5 %%, 1500", w.LifetimeEarned)
	}
	at, _ := time.Parse(time.RFC3339, late.At)
	if f := a.Standing.Facts[0]; !f.At.Equal(at) || f.Value != 100_000 {
		t.Errorf("the first fact is %+v, want one of %s", f, late.At)
	}
}

func TestAnEventFromTheFutureIsPoisonUnlessEventsMoveTheClock(t *testing.T) {
	s := open(t)
	service := s.on(s.stores)
	service.Now = func() time.Time { return time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC) }
	p, err := service.Apply(t.Context(), []event.Message{paid("1", "1", 0, 100)})
	if err != nil || len(p) != 1 || !strings.HasPrefix(p[0].Reason, "at is 2026-07-06T12:00:00+08:00; allowed are times until 2026-07-02T00:00:00Z") {
		t.Errorf("poison %v, %v", p, err)
	}
}

func TestWhatADeedEarnsIsExplainedLineByLine(t *testing.T) {
	s := open(t)
	if p := s.apply(tell("1", "post.adopted", 0, `{"postId":"p"}`)); p != nil {
		t.Fatal(p)
	}
	a, _ := s.state("17850")
	heads, err := s.stores.Wallets.Heads(t.Context(), []wallet.ID{a.Wallet})
	if err != nil {
		t.Fatal(err)
	}
	e := heads[a.Wallet]
	if len(e.Lines) != 1 || e.Lines[0] != (wallet.Line{Code: "FIXED", Detail: "POST_ADOPTED", Coins: 500}) || e.Title != "post.adopted" || e.Op != "earn:POST_ADOPTED:p" || e.Ref != "1" {
		t.Errorf("the entry is %+v", e)
	}
}

func script() (all []event.Message) {
	for i := range 30 {
		id := fmt.Sprint(i)
		all = append(all, paid("p"+id, "o"+id, i, 10_000+i),
			tell("s"+id, "review.written", i, `{"orderId":"`+id+`","sku":"2"}`), tell("v"+id, "store.visited", i, `{"storeId":"S","travel":"BUS"}`),
			tell("a"+id, "trial.adopted", i, fmt.Sprintf(`{"reportId":"%d"}`, i/3)))
		if i%4 == 3 {
			all = append(all, tell("r"+id, "order.refunded", i, fmt.Sprintf(`{"refundId":"r%d","orderId":"o%d","amountFen":%d}`, i, i-2, 5000)))
		}
	}
	return all
}

func TestAnyNumberOfWorkersKilledAnywhereCountEverythingOnce(t *testing.T) {
	want := open(t)
	if p := want.apply(script()...); p != nil {
		t.Fatal(p)
	}
	wantAccount, wantState := want.state("17850")
	s := open(t)
	all := script()
	failures := 0
	for from := 0; from < len(all); from += 7 {
		part := all[from:min(from+7, len(all))]
		var wg sync.WaitGroup
		var mu sync.Mutex
		for w := range 3 {
			wg.Go(func() {
				flaky := s.on(storetest.Flaky(s.stores, uint64(from*10+w)))
				for range 2 {
					for {
						p, err := flaky.Apply(context.Background(), part)
						if err == nil {
							if p != nil {
								t.Error(p)
							}
							break
						}
						mu.Lock()
						failures++
						mu.Unlock()
						if !fault.Is(err, fault.Unavailable) && !errors.Is(err, account.ErrStale) && !errors.Is(err, account.ErrExists) {
							t.Error(err)
							return
						}
					}
				}
			})
		}
		wg.Wait()
	}
	got, state := s.state("17850")
	if failures < 20 {
		t.Errorf("%d failures only: the test means to fail often", failures)
	}
	p := s.book.At(got.Standing.Clock)
	gotScore, wantScore := got.Standing.Read(p, got.Standing.Clock).Score(), wantAccount.Standing.Read(p, got.Standing.Clock).Score()
	if state.LifetimeEarned != wantState.LifetimeEarned || state.LifetimeClawed != wantState.LifetimeClawed || state.Available() != wantState.Available() || gotScore != wantScore {
		t.Errorf("earned %d, clawed %d, available %d, score %d; want %d, %d, %d, %d", state.LifetimeEarned, state.LifetimeClawed, state.Available(), gotScore,
			wantState.LifetimeEarned, wantState.LifetimeClawed, wantState.Available(), wantScore)
	}
}
