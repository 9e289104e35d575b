package mongostore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestProfiles(t *testing.T) {
	s := open(t)
	storetest.Decisions(t, s.Decisions())
	storetest.ProfilesCommand(t, storetest.Profiles{Accounts: s.Members(), Decisions: s.Decisions()})
}
