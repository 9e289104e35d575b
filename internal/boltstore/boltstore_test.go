package boltstore

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/storetest"
	"membergate/internal/trips"
)

// open makes a store in a directory of its own, for the tests of every file of this package.
func open(t testing.TB) *Store {
	t.Helper()
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestStores(t *testing.T) {
	storetest.Ran(t, "bolt", "go.etcd.io/bbolt")
	storetest.Run(t, func(t *testing.T) storetest.Stores {
		s := open(t)
		return storetest.Stores{Accounts: s.Members(), Wallets: s.Ledger(), Orders: s.Orders(), Admissions: s.Admissions()}
	})
}

// A second process gets one sentence that says what is the matter, soon.
func TestFileInUse(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if _, err := Open(dir); err == nil || !strings.HasSuffix(err.Error(), filepath.Join(dir, File)+" is in use by another process") {
		t.Errorf("opening the file twice gave %v", err)
	}
	if took := time.Since(began); took > 10*lockWait {
		t.Errorf("it took %v", took)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(dir)
	if err != nil {
		t.Fatalf("after the first is closed: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
}

// What was stored is there after the store is opened again.
func TestOutlastsTheProcess(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Members().Create(ctx, account.Holder{Profile: member.Profile{ID: "17850", Handle: "h", DisplayName: "林"}, Account: account.Account{Member: "17850"}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Ping(ctx); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a closed store answers %v", err)
	}
	if err := s.Members().Save(ctx, account.Account{Member: "17850"}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a write to a closed store answers %v", err)
	}
	if s, err = Open(dir); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if h, ok, err := s.Members().ByHandle(ctx, "h"); err != nil || !ok || h.Profile.DisplayName != "林" {
		t.Errorf("after opening again: %v, %v, %v", h.Profile, ok, err)
	}
}

// What cannot be opened is refused in one sentence that names the file.
func TestRefusedFiles(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"not a store": func(path string) error {
			return os.WriteFile(path, []byte(strings.Repeat("no bolt file ", 1000)), 0o600)
		},
		"a newer format": newer,
		"a directory":    func(path string) error { return os.Mkdir(path, 0o700) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := spoil(filepath.Join(dir, File)); err != nil {
				t.Fatal(err)
			}
			s, err := Open(dir)
			if err == nil {
				_ = s.Close()
				t.Fatal("it was opened")
			}
			if !strings.Contains(err.Error(), File) {
				t.Errorf("the error does not name the file: %v", err)
			}
		})
	}
}

func newer(path string) error {
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		return err
	}
	err = db.Update(func(t *bbolt.Tx) error {
		b, err := t.CreateBucket([]byte(meta))
		if err != nil {
			return err
		}
		return b.Put([]byte("version"), binary.BigEndian.AppendUint64(nil, version+1))
	})
	return errors.Join(err, db.Close())
}

// A call is one trip, whatever it does.
func TestTripsAreCounted(t *testing.T) {
	s := open(t)
	ctx, count := trips.With(context.Background())
	if _, err := s.Members().ByIDs(ctx, []member.ID{"1", "2", "3"}, account.Whole); err != nil {
		t.Fatal(err)
	}
	if err := s.Orders().Apply(ctx, []string{"order:1"}); err != nil {
		t.Fatal(err)
	}
	if count.Mongo() != 2 {
		t.Errorf("two calls count %d trips", count.Mongo())
	}
}

// A file of before there was an index of what is due gets one when it is opened: everybody is due once.
func TestOlderFilesAreIndexed(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []member.ID{"1", "2"} {
		a := account.Account{Member: id}
		if id == "2" {
			a.Outbox = []account.Step{{Record: "order:1"}}
		}
		if err := s.Members().Create(ctx, account.Holder{Profile: member.Profile{ID: id, Handle: string(id)}, Account: a}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.db.Update(func(t *bbolt.Tx) error {
		return errors.Join(t.DeleteBucket([]byte(dues)), t.DeleteBucket([]byte(calendar)), t.DeleteBucket([]byte(outboxes)))
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(dir); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	left, err := s.Members().Unfinished(ctx, "", 10)
	if err != nil || len(left) != 1 || left[0].Profile.ID != "2" {
		t.Errorf("unfinished are %v, error %v", left, err)
	}
	if n, err := s.Members().CountDue(ctx, time.Unix(0, 0)); err != nil || n != 2 {
		t.Errorf("%d are due, error %v", n, err)
	}
}
