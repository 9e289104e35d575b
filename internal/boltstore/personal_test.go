package boltstore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestPersonal(t *testing.T) {
	s := open(t)
	storetest.Personal(t, storetest.PersonalStores{Personal: s.Personal(), Orders: s.Orders(), Notices: s.Notices(), Marks: s.Community(), Community: s.Community()})
}
