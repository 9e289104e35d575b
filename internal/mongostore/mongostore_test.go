package mongostore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/storetest"
	"membergate/internal/trips"
	"membergate/internal/wallet"
)

// fresh is the database of this run, made at its first use and dropped at its end.
var fresh struct {
	once  sync.Once
	store *Store
	err   error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if fresh.store != nil {
		if err := fresh.store.Drop(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, "the tests' database is left behind:", err)
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

// open gives a store of this run's database, for the tests of every file of this package.
func open(t testing.TB) *Store {
	t.Helper()
	uri := os.Getenv("MONGODB_URI")
	if uri == "" {
		t.Skip("MONGODB_URI is not set: there is no MongoDB-compatible server to test on")
	}
	fresh.once.Do(func() {
		ctx := context.Background()
		if fresh.store, fresh.err = Open(ctx, uri, "test_"+strings.ToLower(rand.Text()[:10])); fresh.err != nil {
			return
		}
		fresh.store = fresh.store.Patient(30 * time.Second) // the machine that runs tests may be busy
		fresh.err = fresh.store.Migrate(ctx)
	})
	if fresh.err != nil {
		t.Fatal(fresh.err)
	}
	return fresh.store
}

// alone gives a store of a database that one test has to itself and that goes with it, for what would mislead others. It
// skips the test without a server.
func alone(t testing.TB) *Store {
	t.Helper()
	open(t)
	s, err := Open(t.Context(), os.Getenv("MONGODB_URI"), "test_"+strings.ToLower(rand.Text()[:10]))
	if err != nil {
		t.Fatal(err)
	}
	s = s.Patient(30 * time.Second)
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		if err := errors.Join(s.Drop(ctx), s.Close(ctx)); err != nil {
			t.Error("the database is left behind:", err)
		}
	})
	return s
}

func TestStores(t *testing.T) {
	s := open(t)
	server, err := s.Server(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	storetest.Ran(t, "mongodb", server)
	storetest.Run(t, func(*testing.T) storetest.Stores {
		return storetest.Stores{Accounts: s.Members(), Wallets: s.Ledger(), Orders: s.Orders(), Admissions: s.Admissions()}
	})
}

// What travels together keeps all promises that it keeps alone.
func TestStoresTogether(t *testing.T) {
	s := open(t).Together()
	storetest.Run(t, func(*testing.T) storetest.Stores {
		return storetest.Stores{Accounts: s.Members(), Wallets: s.Ledger(), Orders: s.Orders(), Admissions: s.Admissions()}
	})
}

// Indexes are created once, however often that is asked for.
func TestMigrateAgain(t *testing.T) {
	s := open(t)
	for range 2 {
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range collections {
		indexes, err := s.in(c).Indexes().ListSpecifications(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(c.indexes) > 0 && len(indexes) != len(c.indexes)+1 {
			t.Errorf("%s has %d indexes, want %d and the one of ids", c.name, len(indexes), len(c.indexes))
		}
	}
}

// A call is one command where one can do, also when the answer is long.
func TestTripsAreCounted(t *testing.T) {
	s := open(t)
	id := wallet.NewID()
	var entries []wallet.Entry
	for seq := range int64(300) {
		entries = append(entries, wallet.Entry{Wallet: id, Seq: seq + 1, Op: fmt.Sprint(seq)})
	}
	who := member.ID("trips-" + rand.Text())
	h := account.Holder{Profile: member.Profile{ID: who, Handle: string(who)}, Account: account.Account{Member: who, Version: 1}}
	bought := order.Event{Kind: order.Paid, ID: string(who), Member: who}
	for _, c := range []struct {
		says string
		want int
		call func(context.Context) error
	}{
		{"Append", 1, func(ctx context.Context) error { return s.Ledger().Append(ctx, entries) }},
		{"Heads of one", 1, func(ctx context.Context) error { _, err := s.Ledger().Heads(ctx, []wallet.ID{id}); return err }},
		{"ByOps", 1, func(ctx context.Context) error { _, err := s.Ledger().ByOps(ctx, id, []string{"1", "2"}); return err }},
		{"Page", 1, func(ctx context.Context) error {
			_, err := s.Ledger().Page(ctx, id, wallet.Query{Limit: 250})
			return err
		}},
		{"Chain", 1, func(ctx context.Context) error { _, err := s.Ledger().Chain(ctx, id, 0, 300); return err }},
		{"Create", 1, func(ctx context.Context) error { return s.Members().Create(ctx, h) }},
		{"Save", 1, func(ctx context.Context) error { return s.Members().Save(ctx, h.Account) }},
		{"ByIDs", 1, func(ctx context.Context) error {
			_, err := s.Members().ByIDs(ctx, []member.ID{who, "x"}, account.Public)
			return err
		}},
		{"Put", 1, func(ctx context.Context) error {
			return s.Orders().Put(ctx, []order.Record{{ID: bought.RecordID(), Event: bought}})
		}},
		{"a new refund", 1, func(ctx context.Context) error {
			_, _, err := s.Orders().AddRefund(ctx, bought.ID, order.Part{ID: "1"})
			return err
		}},
		{"a known refund", 2, func(ctx context.Context) error {
			_, _, err := s.Orders().AddRefund(ctx, bought.ID, order.Part{ID: "1"})
			return err
		}},
		{"Apply", 1, func(ctx context.Context) error { return s.Orders().Apply(ctx, []string{bought.RecordID()}) }},
		{"Purchases of one", 1, func(ctx context.Context) error { _, err := s.Orders().Purchases(ctx, []member.ID{who}, 50); return err }},
		{"Ping", 0, s.Ping},
	} {
		ctx, count := trips.With(t.Context())
		if err := c.call(ctx); err != nil {
			t.Errorf("%s: %v", c.says, err)
		}
		if count.Mongo() != c.want {
			t.Errorf("%s costs %d commands, want %d", c.says, count.Mongo(), c.want)
		}
	}
}

// A URI that cannot be used is refused in one sentence that names the setting and hides the password.
func TestWrongURIs(t *testing.T) {
	for _, uri := range []string{
		"", "127.0.0.1:27017", "http://u:secret@host/", "mongodb://u:secret@host:notaport/", "mongodb://u:secret@/",
		"mongodb://u:secret@host/?timeoutMS=soon", "mongodb://u:sec%zzret@host/",
	} {
		s, err := Open(t.Context(), uri, "test")
		switch {
		case err == nil:
			_ = s.Close(t.Context())
			t.Errorf("%q was accepted", uri)
		case !strings.HasPrefix(err.Error(), "MONGODB_URI") || strings.Contains(err.Error(), "secret"):
			t.Errorf("%q: the error is %q", uri, err)
		}
	}
}

// A server that is away is a fault of the store after the time that a call may take, and opening says where it is.
func TestServerAway(t *testing.T) {
	ctx, end := context.WithTimeout(t.Context(), 700*time.Millisecond)
	defer end()
	if _, err := Open(ctx, "mongodb://u:secret@127.0.0.1:1/", "test"); err == nil ||
		!strings.HasPrefix(err.Error(), "MONGODB_URI: no answer from 127.0.0.1:1") || strings.Contains(err.Error(), "secret") {
		t.Errorf("opening gave %v", err)
	}
	live := open(t)
	s, err := Open(t.Context(), os.Getenv("MONGODB_URI"), live.db.Name())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Patient(time.Microsecond).Ping(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a call without time gave %v", err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Ledger().Append(t.Context(), []wallet.Entry{{Wallet: "w", Seq: 1, Op: "op"}}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a write over a closed connection gave %v", err)
	}
}
