package mongostore

import (
	"testing"

	"membergate/internal/glance"
	"membergate/internal/member"
	"membergate/internal/storetest"
	"membergate/internal/trips"
)

func TestGlance(t *testing.T) {
	s := open(t)
	storetest.Glance(t, storetest.Glanced{Glances: s.Glances(), Accounts: s.Members(), Families: s.Families(), Community: s.Community(), Products: s.Products()})
	ctx, count := trips.With(t.Context())
	_, err := s.Glances().Glance(ctx, glance.Wanted{Holders: []member.ID{"m"}, Families: []member.ID{"m"}, Ties: []member.ID{"m"}, Products: []string{"p"}})
	if err != nil || count.Mongo() != 1 {
		t.Errorf("a glance costs %d commands, error %v", count.Mongo(), err)
	}
}
