package supply_test

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
	"testing"
	"time"

	"membergate/internal/boltstore"
	"membergate/internal/mongostore"
	"membergate/internal/storetest"
)

func TestManyCountersAndWritersAtOnceOnTheEmbeddedStore(t *testing.T) {
	s, err := boltstore.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	race(t, newPurse(t, storetest.Stores{Accounts: s.Members(), Wallets: s.Ledger()}, 12), s.Supply(), 30)
}

func TestCoinsThatDieOnTheEmbeddedStore(t *testing.T) {
	s, err := boltstore.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	lapse(t, newPurse(t, storetest.Stores{Accounts: s.Members(), Wallets: s.Ledger()}, 9), s.Supply())
}

func TestManyCountersAndWritersAtOnceOnMongoDB(t *testing.T) {
	s := onMongoDB(t)
	race(t, newPurse(t, storetest.Stores{Accounts: s.Members(), Wallets: s.Ledger()}, 12), s.Supply(), 15)
}

func TestCoinsThatDieOnMongoDB(t *testing.T) {
	s := onMongoDB(t)
	together := s.Together()
	lapse(t, newPurse(t, storetest.Stores{Accounts: together.Members(), Wallets: together.Ledger()}, 9), together.Supply())
}

func TestTheCountIsRebuiltBesideWritersOnTheEmbeddedStore(t *testing.T) {
	s, err := boltstore.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	rebuilds(t, newPurse(t, storetest.Stores{Accounts: s.Members(), Wallets: s.Ledger()}, 12), s.Supply(), 60)
}

func TestTheCountIsRebuiltBesideWritersOnMongoDB(t *testing.T) {
	s := onMongoDB(t)
	rebuilds(t, newPurse(t, storetest.Stores{Accounts: s.Members(), Wallets: s.Ledger()}, 12), s.Supply(), 30)
}

// onMongoDB opens a database of the test's own, and drops it in the end.
func onMongoDB(t *testing.T) *mongostore.Store {
	t.Helper()
	uri := os.Getenv("MONGODB_URI")
	if uri == "" {
		t.Skip("MONGODB_URI is not set: there is no MongoDB-compatible server to test on")
	}
	s, err := mongostore.Open(t.Context(), uri, "test_supply_"+strings.ToLower(rand.Text()[:10]))
	if err != nil {
		t.Fatal(err)
	}
	s = s.Patient(30 * time.Second)
	t.Cleanup(func() { _, _ = s.Drop(context.Background()), s.Close(context.Background()) })
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}
