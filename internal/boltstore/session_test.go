package boltstore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestSessions(t *testing.T) {
	s := open(t)
	storetest.Sessions(t, s.Sessions())
	storetest.Logins(t, s.Logins())
}
