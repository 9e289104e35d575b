package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/programme"
	"membergate/internal/redemption"
	"membergate/internal/reward"
	"membergate/internal/wallet"
)

// TestBenchTable prints the table of docs/benchmarks.md. It takes minutes and runs with BENCH=1 only; BENCH_MEMBERS is how
// many members are settled.
func TestBenchTable(t *testing.T) {
	if os.Getenv("BENCH") == "" {
		t.Skip("it runs with BENCH=1")
	}
	members, err := strconv.Atoi(os.Getenv("BENCH_MEMBERS"))
	if err != nil {
		members = 100_000
	}
	fmt.Printf("\n| what | figure | load average |\n| --- | --- | --- |\n")
	t.Run("orders", func(t *testing.T) { newFire(t).benchOrders() })
	t.Run("notices", func(t *testing.T) { newFire(t).benchNotices(60 * time.Second) })
	t.Run("recommendations", benchRecommendations)
	t.Run("feeds", benchFeeds)
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) { benchSettlement(t, s, st, members) })
}

// row prints a line of the table.
func row(what, format string, args ...any) {
	load, _ := os.ReadFile("/proc/loadavg") // not on every machine
	fmt.Printf("| %s | %s | %s |\n", what, fmt.Sprintf(format, args...), strings.Join(strings.Fields(string(load))[:min(2, len(strings.Fields(string(load))))], ", "))
}

// benchOrders measures one worker on real stores.
func (f *fire) benchOrders() {
	watch := &stopwatch{}
	f.oneWorker(watch)
	sent := f.steady(watch, 60*time.Second)
	row("`XADD` → readable, 125 orders a second for 60 s, real stores", "p50 %s, p99 %s, at most %s", watch.part(500), watch.part(990), watch.part(1000))
	const many = 5000
	took := f.burst(watch, sent, many)
	row("one worker, 5,000 orders of 2,000 members at once, real stores", "%.0f orders a second", many/took.Seconds())
	f.earned(sent+many, 100)
}

// benchSettlement settles many members, and redeems rewards before and meanwhile.
func benchSettlement(t *testing.T, s Settings, st *stores, members int) {
	engine := "real stores"
	if s.EmbeddedMongo() {
		engine = "bolt"
	}
	rules, err := programme.Keep("retail-5")
	if err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	bought := time.Date(2025, 2, 10, 4, 0, 0, 0, time.UTC)
	by := time.Date(2026, 4, 2, 0, 0, 0, 0, time.UTC)
	accounts := st.orderService(rules).Accounts
	must(st.fill(func() error {
		var group errgroup.Group
		group.SetLimit(256)
		for i := range members {
			group.Go(func() error {
				who := member.Profile{ID: member.ID(fmt.Sprintf("s%07d", i)), JoinedAt: bought.AddDate(0, -1, 0)}
				h := account.Open(rules, who)
				fen := int64(10_000 + i%40*5_000) // from 100 to 2,050 yuan: some keep their tier, many fall short
				e := order.Event{Kind: order.Paid, ID: fmt.Sprint("s-", i), Member: who.ID, At: bought, Fen: fen, Channel: "STORE",
					Lines: []order.Line{{SKU: "A", Quantity: 1, Fen: fen}}}
				h.Account = order.Decide(rules, h.Profile, h.Account, e, order.Known{})
				h.Account.Standing, h.Account.Outbox = h.Account.Standing.Foreseen(rules), nil
				return accounts.Create(t.Context(), h)
			})
		}
		return group.Wait()
	}))
	shop := newBuyers(t, st, rules)
	alone := shop.redeem(t, 2000, nil)
	row("`rewardRedeem` (service and stores), 4 at once, "+engine, "p50 %s, p99 %s", alone.part(500), alone.part(990))
	ctx, settled := context.WithCancel(t.Context())
	var beside *stopwatch
	var buying sync.WaitGroup
	buying.Go(func() { beside = shop.redeem(t, 1<<30, ctx.Done()) })
	sweep := order.Sweep{Orders: st.orderService(rules), Workers: settleWorkers}
	began := time.Now()
	done, err := sweep.Settle(t.Context(), by, false)
	took := time.Since(began)
	settled()
	buying.Wait()
	must(err)
	row(fmt.Sprintf("settlement of %d members over five quarters, %s", members, engine), "%s, %.0f members a second (%v)",
		took.Round(100*time.Millisecond), float64(done.Members)/took.Seconds(), done.Changes)
	row("`rewardRedeem` (service and stores), 4 at once, while that runs, "+engine, "p50 %s, p99 %s of %d", beside.part(500), beside.part(990), beside.count())
}

// buyers are four members with coins for ever, and a reward without end.
type buyers struct {
	service *redemption.Service
	wallets []wallet.ID
	at      time.Time
	sent    int
}

func newBuyers(t *testing.T, st *stores, rules book) *buyers {
	t.Helper()
	b := &buyers{at: time.Now().UTC(), service: &redemption.Service{Store: st.redemptions, Rewards: st.rewards, Vouchers: st.vouchers, Wallets: st.wallets(rules), Book: rules}}
	gift := reward.Reward{ID: "bench", Cost: 1}
	if err := st.rewards.PutAll(t.Context(), []reward.Reward{gift}); err != nil {
		t.Fatal(err)
	}
	for range 4 {
		id := wallet.NewID()
		b.wallets = append(b.wallets, id)
		if _, err := st.wallets(rules).Post(t.Context(), id, []wallet.Posting{{
			Op: "gift", Kind: wallet.Adjust, Coins: 1_000_000, Title: "coins.adjusted", Reason: "for the benchmark", At: b.at.Add(-time.Hour), Actor: "staff",
		}}); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// redeem redeems so often, or until it is over, and gives how long each took.
func (b *buyers) redeem(t *testing.T, n int, over <-chan struct{}) *stopwatch {
	watch := &stopwatch{}
	round := b.sent
	b.sent++
	var all sync.WaitGroup
	for i, id := range b.wallets {
		all.Go(func() {
			for k := range n / len(b.wallets) {
				select {
				case <-over:
					return
				default:
				}
				began := time.Now()
				_, _, err := b.service.Redeem(context.WithoutCancel(t.Context()), id, redemption.Ask{
					Key: fmt.Sprintf("b-%d-%d-%d", round, i, k), Reward: "bench", Quantity: 1, Expected: 1, Tier: "GOLD", At: b.at})
				if err != nil {
					t.Error(err)
					return
				}
				watch.Applied("", time.Since(began))
			}
		})
	}
	all.Wait()
	return watch
}
