package mongostore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestExports(t *testing.T) { storetest.Exports(t, open(t).Exports()) }

func TestAnArchiveHoldsAllThatTheDataMapSaysAndNothingOfOthers(t *testing.T) {
	s := alone(t) // what is planted is nothing that the stores would have written
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	erasing(t, s).Exported(t, s.Exports())
}
