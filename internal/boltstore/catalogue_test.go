package boltstore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestProducts(t *testing.T) { storetest.Products(t, open(t).Products()) }
func TestRewards(t *testing.T)  { storetest.Rewards(t, open(t).Rewards()) }
func TestUsages(t *testing.T)   { storetest.Usages(t, open(t).Usages()) }
func TestFamilies(t *testing.T) { storetest.Families(t, open(t).Families()) }
