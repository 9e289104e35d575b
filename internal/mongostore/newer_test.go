package mongostore

import (
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"membergate/internal/account"
	"membergate/internal/member"
)

// While two releases serve, this one reads documents into which the next one writes more, and such as an earlier one wrote
// that lack what may be missing. It writes what it knows: fields beside the parts stay, new ones within a part go with its write.
func TestDocumentsOfTheReleasesBesideThisOneAreRead(t *testing.T) {
	s := alone(t)
	const who member.ID = "17850"
	h := account.Holder{Profile: member.Profile{ID: who, Handle: "wang", DisplayName: "Wang"}, Account: account.Account{Member: who}}
	if err := s.Members().Create(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	next := bson.D{{Key: "sv", Value: 2}, {Key: "next", Value: "x"}, {Key: "profile.next", Value: bson.D{{Key: "a", Value: 1}}}, {Key: "account.next", Value: "x"}}
	gone := bson.D{{Key: "profile.country", Value: ""}, {Key: "profile.consents", Value: ""}, {Key: "profile.corrections", Value: ""}, {Key: "profile.closed", Value: ""}, {Key: "account.outbox", Value: ""}}
	if _, err := s.in(members).UpdateOne(t.Context(), is("_id", who), bson.D{{Key: "$set", Value: next}, {Key: "$unset", Value: gone}}); err != nil {
		t.Fatal(err)
	}
	found, err := s.Members().ByIDs(t.Context(), []member.ID{who}, account.Whole)
	if p := found[who].Profile; err != nil || p.DisplayName != "Wang" || !p.ClosedAt.IsZero() {
		t.Fatalf("it reads %+v, %v", p, err)
	}
	p := found[who].Profile
	p.DisplayName = "Li"
	if err := s.Members().SaveProfile(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	var raw struct {
		SV      int
		Next    string
		Profile bson.M
		Account bson.M
	}
	if err := s.in(members).FindOne(t.Context(), is("_id", who)).Decode(&raw); err != nil {
		t.Fatal(err)
	}
	if raw.SV != 2 || raw.Next != "x" || raw.Account["next"] != "x" || raw.Profile["name"] != "Li" {
		t.Errorf("what this release did not write is now %+v", raw)
	}
	if raw.Profile["next"] != nil { // docs/operations.md tells releases to reckon with it
		t.Errorf("a new field within the part that was written stays as %v", raw.Profile["next"])
	}
}
