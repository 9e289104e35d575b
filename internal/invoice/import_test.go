package invoice_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"membergate/internal/account"
	"membergate/internal/boltstore"
	"membergate/internal/invoice"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// shop is a programme with its stores, in a test.
type shop struct {
	t     *testing.T
	store *boltstore.Store
	book  *programme.Book
}

func open(t *testing.T) *shop {
	t.Helper()
	book, err := programme.LoadBook("retail-5")
	if err != nil {
		t.Fatal(err)
	}
	store, err := boltstore.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return &shop{t: t, store: store, book: book}
}

func (s *shop) importer(accounts account.Store, ledger wallet.Store) *invoice.Importer {
	wallets := &wallet.Service{Store: ledger, Most: 2_000_000_000, Now: time.Now}
	return &invoice.Importer{
		Orders:   &order.Service{Orders: s.store.Orders(), Accounts: accounts, Wallets: wallets, Book: s.book},
		Accounts: accounts, Products: s.store.Products(), Workers: 8,
	}
}

func (s *shop) read(path string) invoice.File {
	s.t.Helper()
	in, err := os.Open(path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer in.Close()
	f, err := invoice.Read(in, path, s.book.At(time.Now()).Zone())
	if err != nil {
		s.t.Fatal(err)
	}
	return f
}

func (s *shop) census(at time.Time) account.Census {
	s.t.Helper()
	c, err := account.Count(s.t.Context(), s.store.Members(), s.store.Ledger(), s.book, at, func(int) {})
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// ofSample are the right totals, as the description of the data gives them.
var ofSample = account.Census{Members: 1165, Tiers: map[string]int{"REGISTERED": 794, "SILVER": 330, "GOLD": 33, "PLATINUM": 8},
	Protected: 1, Earned: 926_541, ClawedBack: 27_600, Available: 905_651, Owed: 6_710}

func TestTheSampleBecomesExactlyItsTotalsOnceAndAgain(t *testing.T) {
	s := open(t)
	f := s.read("testdata/sample-60000.csv.gz")
	for range 2 {
		if _, err := s.importer(s.store.Members(), s.store.Ledger()).Import(t.Context(), f, func(int, int) {}); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(ofSample, s.census(f.Latest)); d != "" {
			t.Fatalf("census (-want +got):\n%s", d)
		}
	}
	n, err := s.store.Products().Count(t.Context())
	if err != nil || n != 2950 {
		t.Errorf("%d products, %v; want 2950", n, err)
	}
}

var errPower = errors.New("the power failed")

func TestAnImportThatIsKilledAnywhereGoesOnWhereItWas(t *testing.T) {
	s := open(t)
	f := s.read("testdata/sample-60000.csv.gz")
	failures := 0
	for seed := int64(1); ; seed++ {
		faulty := newFaulty(seed, s.store.Members(), s.store.Ledger())
		_, err := s.importer(faulty, faulty.ledger()).Import(t.Context(), f, func(int, int) {})
		if err == nil {
			break
		}
		if !errors.Is(err, errPower) {
			t.Fatal(err)
		}
		failures++
	}
	if failures < 10 {
		t.Errorf("the import failed %d times only; the test means to break it often", failures)
	}
	if d := cmp.Diff(ofSample, s.census(f.Latest)); d != "" {
		t.Errorf("after %d failures, census (-want +got):\n%s", failures, d)
	}
}

func TestTheLastCountryOfAMemberWhoWasThereIsKept(t *testing.T) {
	s := open(t)
	i := s.importer(s.store.Members(), s.store.Ledger())
	f := s.read("testdata/sample-60000.csv.gz")
	f.Buyers = f.Buyers[:1]
	for _, country := range []string{"Norway", "Spain"} {
		f.Buyers[0].Country = country
		if _, err := i.Import(t.Context(), f, func(int, int) {}); err != nil {
			t.Fatal(err)
		}
		id := f.Buyers[0].ID
		found, err := s.store.Members().ByIDs(t.Context(), []member.ID{id}, account.Whole)
		if err != nil || found[id].Profile.Country != country {
			t.Errorf("country %q, %v; want %s", found[id].Profile.Country, err, country)
		}
	}
}
