package boltstore

import (
	"encoding/binary"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"membergate/internal/account"
	"membergate/internal/member"
)

// A file that the next release wrote more into, or an earlier one less, is read as long as its shape has the same number; one
// of a higher number is refused with one sentence, and stays as it is.
func TestAFileOfTheReleaseBesideThisOneIsReadUnlessItsShapeIsNewer(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	const who member.ID = "17850"
	h := account.Holder{Profile: member.Profile{ID: who, Handle: "wang", DisplayName: "Wang"}, Account: account.Account{Member: who}}
	if err := s.Members().Create(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	put := func(b bucket, key, value []byte) {
		t.Helper()
		if err := s.db.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte(b)).Put(key, value) }); err != nil {
			t.Fatal(err)
		}
	}
	put(profiles, []byte(who), []byte(`{"ID":"17850","Handle":"wang","DisplayName":"Wang","Version":1,"Next":{"A":1}}`))
	found, err := s.Members().ByIDs(t.Context(), []member.ID{who}, account.Whole)
	if p := found[who].Profile; err != nil || p.DisplayName != "Wang" || p.Consents != nil || !p.ClosedAt.IsZero() {
		t.Fatalf("it reads %+v, %v", p, err)
	}
	p := found[who].Profile
	p.DisplayName = "Li"
	if err := s.Members().SaveProfile(t.Context(), p); err != nil {
		t.Error(err)
	}
	put(meta, []byte("version"), binary.BigEndian.AppendUint64(nil, version+1))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if s, err := Open(dir); err == nil {
			_ = s.Close()
			t.Error("a file of a newer shape is opened")
		} else if !strings.Contains(err.Error(), "a newer program wrote it") {
			t.Error(err)
		}
	}
}
