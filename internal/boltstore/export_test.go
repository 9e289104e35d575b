package boltstore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestExports(t *testing.T) { storetest.Exports(t, open(t).Exports()) }

func TestAnArchiveHoldsAllThatTheDataMapSaysAndNothingOfOthers(t *testing.T) {
	s := open(t)
	erasing(t, s).Exported(t, s.Exports())
}
