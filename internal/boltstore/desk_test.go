package boltstore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestDesk(t *testing.T) {
	s := open(t)
	storetest.Requests(t, s.Requests())
	storetest.Cards(t, s.Cards())
}
