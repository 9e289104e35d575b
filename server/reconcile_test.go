package main

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"regexp"
	"testing"

	"go.etcd.io/bbolt"

	"membergate/internal/boltstore"
	"membergate/internal/wallet"
)

// damage changes one stored entry underneath the program.
func damage(t *testing.T, dir string, change func(e *wallet.Entry)) {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(dir, boltstore.File), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte("entries"))
		k, v := b.Cursor().First()
		var e wallet.Entry
		if err := json.Unmarshal(v, &e); err != nil {
			return err
		}
		change(&e)
		raw, err := json.Marshal(e)
		if err != nil {
			return err
		}
		return b.Put(k, raw)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestReconcileFindsNoDriftInWhatWasImportedAndNamesDamage(t *testing.T) {
	sample, err := filepath.Abs(filepath.Join("..", "internal", "invoice", "testdata", "sample-60000.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, log, code := command(t, "import orders "+sample, "DATA_DIR", dir); code != 0 {
		t.Fatalf("the import ended with %d: %s", code, log)
	}
	out, log, code := command(t, "reconcile", "DATA_DIR", dir)
	if code != 0 || regexp.MustCompile(`(?m)^\w+ +\d+ +[1-9]`).MatchString(out) {
		t.Fatalf("code %d, %s\n%s", code, log, out)
	}
	for _, want := range []string{`(?m)^seal +[1-9]\d{3,} +0 `, `(?m)^earned +[1-9]\d{3,} +0 `, `(?m)^totals +2 +0 `} {
		if !regexp.MustCompile(want).MatchString(out) {
			t.Errorf("the table has nothing like %s:\n%s", want, out)
		}
	}
	damage(t, dir, func(e *wallet.Entry) { e.State.LifetimeEarned++ })
	out, log, code = command(t, "reconcile", "DATA_DIR", dir)
	if code == 0 || !regexp.MustCompile(`(?m)^seal +\d+ +1 +w_[0-9a-f]+ entry 1: `).MatchString(out) {
		t.Errorf("after damage: code %d, %s\n%s", code, log, out)
	}
}

func TestReconcileRebuildsACountThatIsWrong(t *testing.T) {
	dir := t.TempDir()
	file := write(t, "orders.csv", columns+"1,A,Apple,2,2011-01-01 10:00:00,150.00,100.0,France\n2,A,Apple,2,2011-01-01 10:00:00,50.00,200.0,France\n")
	if _, log, code := perform([]string{"DATA_DIR", dir}, "import", "orders", file); code != 0 {
		t.Fatal(log)
	}
	s, err := readSettings(env("DATA_DIR", dir))
	if err != nil {
		t.Fatal(err)
	}
	st, err := openStores(t.Context(), s, true, discard())
	if err != nil {
		t.Fatal(err)
	}
	shard, err := st.supply.Shard(t.Context(), 3)
	if err == nil {
		shard.Total.Amounts.Burned += 12
		err = st.supply.Save(t.Context(), shard)
	}
	if err := errors.Join(err, st.close()); err != nil {
		t.Fatal(err)
	}
	if out, _, code := command(t, "reconcile --repair-hints", "DATA_DIR", dir); code == 0 || !regexp.MustCompile(`(?m)^shards +\d+ +1 `).MatchString(out) {
		t.Errorf("a wrong count: code %d\n%s", code, out)
	}
	if out, log, code := command(t, "reconcile --rebuild", "DATA_DIR", dir); code != 0 || !regexp.MustCompile(`4 wallets looked at, 0 marks and 1 totals put right`).MatchString(out) {
		t.Errorf("rebuilt: code %d\n%s\n%s", code, out, log)
	}
	if out, _, code := command(t, "reconcile", "DATA_DIR", dir); code != 0 {
		t.Errorf("after that: code %d\n%s", code, out)
	}
}
