package reconcile_test

import (
	"context"
	"crypto/rand"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"membergate/internal/boltstore"
	"membergate/internal/mongostore"
	"membergate/internal/reconcile"
	"membergate/internal/storetest"
	"membergate/internal/wallet"
)

// engines opens one empty store of each engine that is there.
func engines(t *testing.T) map[string]storetest.Stores {
	t.Helper()
	bolt, err := boltstore.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bolt.Close() })
	out := map[string]storetest.Stores{"bolt": {Accounts: bolt.Members(), Wallets: bolt.Ledger(), Orders: bolt.Orders()}}
	if uri := os.Getenv("MONGODB_URI"); uri != "" {
		mongo, err := mongostore.Open(t.Context(), uri, "test_reconcile_"+strings.ToLower(rand.Text()[:10]))
		if err != nil {
			t.Fatal(err)
		}
		mongo = mongo.Patient(30 * time.Second)
		t.Cleanup(func() { _, _ = mongo.Drop(context.Background()), mongo.Close(context.Background()) })
		if err := mongo.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		out["mongodb"] = storetest.Stores{Accounts: mongo.Members(), Wallets: mongo.Ledger(), Orders: mongo.Orders()}
	}
	return out
}

func TestDamageIsFoundOnEveryEngine(t *testing.T) {
	for engine, s := range engines(t) {
		t.Run(engine, func(t *testing.T) {
			w := newWorld(t)
			stores := w.keep(s)
			if broken, rows := w.check(stores); len(broken) > 0 {
				t.Fatalf("untouched, these are broken: %v", rows)
			}
			forged := w.entries[len(w.entries)-1]
			forged.Seq, forged.Op = forged.Seq+2, "forged"
			if err := s.Wallets.Append(t.Context(), []wallet.Entry{forged}); err != nil {
				t.Fatal(err)
			}
			broken, _ := w.check(stores)
			for _, r := range []reconcile.Rule{reconcile.Sequence, reconcile.Chain, reconcile.Seal, reconcile.Balance} {
				if !slices.Contains(broken, r) {
					t.Errorf("%s is not named; named are %v", r, broken)
				}
			}
		})
	}
}
