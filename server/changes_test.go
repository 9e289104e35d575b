package main

import (
	"slices"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/change"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/programme"
	"membergate/internal/supply"
)

// What a process has written and not told of, because it was killed, is told by the next one that finds it; and what a
// living one writes is told by itself.
func TestChangesAreToldAlsoOfAProcessThatWasKilled(t *testing.T) {
	onBothEngines(t, func(t *testing.T, _ Settings, st *stores) {
		rules, err := programme.Keep("retail-5")
		if err != nil {
			t.Fatal(err)
		}
		plain := *st
		process := func() *stores {
			p := plain
			if plain.busy != nil {
				own := *plain.busy
				p.busy = &own
			}
			p.watch(supply.NewHints())
			return &p
		}
		buy := func(p *stores, id string) {
			t.Helper()
			at := time.Now().UTC()
			e := order.Event{Kind: order.Paid, ID: id, Member: "m", At: at, Fen: 10_000, Channel: "STORE", Lines: []order.Line{{SKU: "A", Quantity: 1, Fen: 10_000}}}
			if err := p.orderService(rules).Apply(t.Context(), member.Profile{ID: "m", JoinedAt: at}, []order.Event{e}, at); err != nil {
				t.Fatal(err)
			}
		}
		load := func() account.Account {
			t.Helper()
			found, err := st.accounts.ByIDs(t.Context(), []member.ID{"m"}, account.Whole)
			if err != nil {
				t.Fatal(err)
			}
			return found["m"].Account
		}
		living := process()
		buy(living, "1")
		changes, id := st.cache.Changes(), load().Wallet
		position, err := changes.Position(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		told := func(p *stores, want ...change.Change) {
			t.Helper()
			if err := p.relay.Carry(t.Context()); err != nil {
				t.Fatal(err)
			}
			page, err := changes.Since(t.Context(), id, position, 50)
			if err != nil {
				t.Fatal(err)
			}
			position = page.Position
			if !slices.Equal(page.Changes, want) {
				t.Errorf("told are %v, want %v", page.Changes, want)
			}
		}
		told(living, change.Change{Kind: change.Wallet, Version: 1}, change.Change{Kind: change.Tier, Version: load().Version})
		killed := process()
		buy(killed, "2") // it never tells
		next := process()
		told(next)
		if _, err := next.counter(rules).Sweep(t.Context(), time.Now(), func(int) {}); err != nil {
			t.Fatal(err)
		}
		told(next, change.Change{Kind: change.Wallet, Version: 2})
		settled := load()
		settled.Outbox = []account.Step{{}} // as a settlement that changed the tier leaves it when it is killed
		if err := st.accounts.Save(t.Context(), settled); err != nil {
			t.Fatal(err)
		}
		left := order.Left{Sweep: order.Sweep{Orders: next.orderService(rules)}}
		for range 2 {
			if _, err := left.Batch(t.Context(), 10); err != nil {
				t.Fatal(err)
			}
		}
		told(next, change.Change{Kind: change.Tier, Version: settled.Version + 2})
	})
}
