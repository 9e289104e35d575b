package boltstore

import (
	"errors"
	"testing"

	"membergate/internal/reward"
)

func TestWhatWasDoneHastilyIsThereAfterwards(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Hasty(func() error {
		return s.Rewards().PutAll(t.Context(), []reward.Reward{{ID: "r1", Cost: 1}})
	}); err != nil {
		t.Fatal(err)
	}
	failed := errors.New("it failed")
	if err := s.Hasty(func() error { return failed }); !errors.Is(err, failed) || s.db.NoSync {
		t.Errorf("a failure gives %v and leaves the store hasty: %t", err, s.db.NoSync)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, err = Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if found, err := s.Rewards().ByIDs(t.Context(), []string{"r1"}); err != nil || len(found) != 1 {
		t.Errorf("found %v, %v", found, err)
	}
}
