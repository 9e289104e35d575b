package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/clock"
	"membergate/internal/member"
	"membergate/internal/mongostore"
	"membergate/internal/order"
	"membergate/internal/programme"
	"membergate/internal/supply"
	"membergate/internal/wallet"
)

// onBothEngines runs a test on the embedded stores, and on real ones where there are any.
func onBothEngines(t *testing.T, test func(t *testing.T, s Settings, st *stores)) {
	run := func(s Settings) func(t *testing.T) {
		return func(t *testing.T) {
			st, err := openStores(t.Context(), s, true, discard())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = st.close() })
			test(t, s, st)
		}
	}
	t.Run("embedded", run(Settings{DataDir: t.TempDir(), RedisPrefix: "sweep:", Partitions: 4}))
	uri, address := os.Getenv("MONGODB_URI"), os.Getenv("REDIS_URL")
	if uri == "" || address == "" {
		return
	}
	database := "sweep_" + strings.ToLower(rand.Text()[:10])
	t.Cleanup(func() {
		m, err := mongostore.Open(context.Background(), uri, database)
		if err == nil {
			err = errors.Join(m.Patient(time.Minute).Drop(context.Background()), m.Close(context.Background()))
		}
		if err != nil {
			t.Error(err)
		}
	})
	t.Run("servers", run(Settings{DataDir: t.TempDir(), MongoURI: Secret(uri), MongoDatabase: database, RedisURL: Secret(address), RedisPrefix: database + ":", Partitions: 4}))
}

// boughtLongAgo makes members who bought once, long ago; nobody has looked at them since.
func boughtLongAgo(t *testing.T, st *stores, rules book, n int) (ids []member.ID, at time.Time) {
	t.Helper()
	at = time.Now().AddDate(-2, 0, 0).UTC()
	for i := range n {
		id := member.ID(fmt.Sprint("old", i))
		bought := order.Event{Kind: order.Paid, ID: fmt.Sprint("old-", i), Member: id, At: at, Fen: 100_000, Channel: "STORE",
			Lines: []order.Line{{SKU: "A", Quantity: 1, Fen: 100_000}}}
		if err := st.orderService(rules).Apply(t.Context(), member.Profile{ID: id, JoinedAt: at}, []order.Event{bought}, at); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids, at
}

// A worker settles tiers, lets coins die and counts them, with nobody's asking; with the events' clock it does not.
func TestTheWorkerDoesByItselfWhatFallsDue(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		rules, err := programme.Keep("retail-5")
		if err != nil {
			t.Fatal(err)
		}
		ids, at := boughtLongAgo(t, st, rules, 12)
		if _, err := st.counter(rules).Sweep(t.Context(), at, func(int) {}); err != nil {
			t.Fatal(err)
		}
		run := func(s Settings, until func() bool) {
			t.Helper()
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error, 2)
			for i := range 2 { // two workers at once
				r := newSweeps(s, st, rules, clock.Real(), discard()).runner
				r.Worker = fmt.Sprint("w", i, rand.Text())
				for j := range r.Jobs {
					r.Jobs[j].Every = 10 * time.Millisecond
				}
				go func() { ended <- r.Run(ctx) }()
			}
			awaiting(t, "what is due", until)
			stop()
			for range 2 {
				if err := <-ended; err != nil {
					t.Error(err)
				}
			}
		}
		due := func() int {
			n, err := st.accounts.CountDue(t.Context(), time.Now())
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		entries := func() map[wallet.Kind]int {
			out := map[wallet.Kind]int{}
			found, err := st.accounts.ByIDs(t.Context(), ids, account.Whole)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range found {
				page, err := st.ledger.Page(t.Context(), h.Account.Wallet, wallet.Query{Limit: 50})
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range page {
					out[e.Kind]++
				}
			}
			return out
		}
		left := account.Step{Record: order.OrderRecord("old-0")} // as of a process that was killed
		found, err := st.accounts.ByIDs(t.Context(), ids[:1], account.Whole)
		if err != nil {
			t.Fatal(err)
		}
		a := found[ids[0]].Account
		a.Outbox = []account.Step{left}
		if err := st.accounts.Save(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		unfinished := func() int {
			h, err := st.accounts.Unfinished(t.Context(), "", 5)
			if err != nil {
				t.Fatal(err)
			}
			return len(h)
		}
		byEvents := s
		byEvents.SandboxClock.Events = true
		run(byEvents, func() bool { return unfinished() == 0 })
		if due() != len(ids) || entries()[wallet.Expire] > 0 {
			t.Errorf("with the events' clock %d of %d members are still due, and %d coins died", due(), len(ids), entries()[wallet.Expire])
		}
		want := wallet.Coins(len(ids)) * 1000
		counted := func() supply.Amounts {
			amounts, whole, err := supply.Read(t.Context(), st.supply, at)
			if err != nil || !whole {
				t.Fatalf("the count is whole: %t, error %v", whole, err)
			}
			return amounts
		}
		run(s, func() bool { return due() == 0 && counted().Expired == want })
		if got := entries(); got[wallet.Expire] != len(ids) || got[wallet.Earn] != len(ids) {
			t.Errorf("the ledgers have %v", got)
		}
		if got := counted(); got.Issued != want || got.Outstanding != 0 { // as written: a reader of now sees them gone in any case
			t.Errorf("counted are %+v; want %d coins issued and expired", got, want)
		}
	})
}
