package boltstore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestGlance(t *testing.T) {
	s := open(t)
	storetest.Glance(t, storetest.Glanced{Glances: s.Glances(), Accounts: s.Members(), Families: s.Families(), Community: s.Community(), Products: s.Products()})
}
