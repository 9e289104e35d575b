package boltstore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestProducts(t *testing.T) { storetest.Products(t, open(t).Products()) }
func TestRewards(t *testing.T)  { storetest.Rewards(t, open(t).Rewards()) }
func TestUsages(t *testing.T) {
	s := open(t)
	storetest.Usages(t, s.Usages())
	storetest.Uses(t, s.Uses())
	storetest.Using(t, storetest.Counters{Usages: s.Usages(), Uses: s.Uses(), Stock: s.Redemptions()})
}
func TestFamilies(t *testing.T) { storetest.Families(t, open(t).Families()) }
