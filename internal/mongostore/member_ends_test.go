package mongostore

import (
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/tier"
)

// Accounts of before there were ends are found by their ends after a migration, exactly those that have one, once.
func TestMigrateWritesTheEndsOfAccountsFromBefore(t *testing.T) {
	s := alone(t)
	end := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	grants := map[member.ID][]tier.Grant{
		"ends":    {{Tier: "GOLD", From: end.AddDate(-2, 0, 0), Until: end.AddDate(0, 0, 1)}, {Tier: "GOLD", From: end.AddDate(-1, 0, 0), Until: end}},
		"ended":   {{Tier: "GOLD", From: end.AddDate(-1, 0, 0), Until: end, Ended: true}},
		"forever": {{Tier: "GOLD", From: end}},
		"none":    nil,
		"saved":   {{Tier: "GOLD", From: end.AddDate(-1, 0, 0), Until: end}},
	}
	for who, g := range grants {
		h := account.Holder{Profile: member.Profile{ID: who, Handle: string(who)}, Account: account.Account{Member: who, Standing: tier.Standing{Grants: g}}}
		if err := s.Members().Create(t.Context(), h); err != nil {
			t.Fatal(err)
		}
	}
	before := func(who ...member.ID) {
		filter := bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: who}}}}
		if _, err := s.in(members).UpdateMany(t.Context(), filter, bson.D{{Key: "$unset", Value: is("account.ends", "")}}); err != nil {
			t.Fatal(err)
		}
	}
	ending := func() (out []member.ID) {
		all, err := s.Members().Ending(t.Context(), end.AddDate(1, 0, 0), account.Mark{}, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range all {
			out = append(out, h.Account.Member)
		}
		return out
	}
	before("ends", "ended", "forever", "none")
	if got := ending(); !slices.Equal(got, []member.ID{"saved"}) {
		t.Fatalf("before, %v are found", got)
	}
	if n, err := s.writeEnds(t.Context()); n != 1 || err != nil {
		t.Errorf("it wrote %d, %v", n, err)
	}
	if got := ending(); !slices.Equal(got, []member.ID{"ends", "saved"}) {
		t.Errorf("then %v are found", got)
	}
	found, err := s.Members().ByIDs(t.Context(), []member.ID{"ends"}, account.Whole)
	if err != nil || found["ends"].Account.Version != 1 {
		t.Errorf("its version is %d, %v", found["ends"].Account.Version, err)
	}
	before("ends")
	for range 2 {
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := ending(); !slices.Equal(got, []member.ID{"ends", "saved"}) {
		t.Errorf("after a migration %v are found", got)
	}
	if n, err := s.writeEnds(t.Context()); n != 0 || err != nil {
		t.Errorf("again it wrote %d, %v", n, err)
	}
}
