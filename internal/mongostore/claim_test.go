package mongostore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestClaims(t *testing.T) {
	s := open(t)
	storetest.Claims(t, storetest.Desk{Claims: s.Claims(), Accounts: s.Members()})
}
