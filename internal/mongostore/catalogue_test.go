package mongostore

import (
	"context"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"membergate/internal/benefit"
	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/storetest"
	"membergate/internal/trips"
)

func TestProducts(t *testing.T) { storetest.Products(t, open(t).Products()) }
func TestRewards(t *testing.T)  { storetest.Rewards(t, open(t).Rewards()) }
func TestUsages(t *testing.T) {
	s := open(t)
	storetest.Usages(t, s.Usages())
	storetest.Uses(t, s.Uses())
	storetest.Using(t, storetest.Counters{Usages: s.Usages(), Uses: s.Uses(), Stock: s.Redemptions()})
}
func TestFamilies(t *testing.T) { storetest.Families(t, open(t).Families()) }

// What a screen reads costs one command each, and so does most that it changes. Joining a family is rare: it may cost
// three commands more.
func TestCatalogueTrips(t *testing.T) {
	s := open(t)
	who := []member.ID{"trip-1", "trip-2"}
	f := family.Family{ID: family.ID(family.NewID("f"))}
	there := family.Open("home", member.ID(f.ID), time.UnixMilli(1e12))
	if err := s.Families().Create(t.Context(), there); err != nil {
		t.Fatal(err)
	}
	for says, call := range map[string]func(context.Context) error{
		"products by SKU":      func(ctx context.Context) error { _, err := s.Products().ByIDs(ctx, []string{"1", "2"}); return err },
		"a walk of products":   func(ctx context.Context) error { _, err := s.Products().Walk(ctx, "", 100); return err },
		"all rewards":          func(ctx context.Context) error { _, err := s.Rewards().All(ctx); return err },
		"rewards by id":        func(ctx context.Context) error { _, err := s.Rewards().ByIDs(ctx, []string{"1", "2"}); return err },
		"a usage":              func(ctx context.Context) error { _, err := s.Usages().ByMember(ctx, who[0]); return err },
		"a usage's change":     func(ctx context.Context) error { return s.Usages().Save(ctx, benefit.Usage{Member: member.ID(f.ID)}) },
		"a family":             func(ctx context.Context) error { _, _, err := s.Families().ByID(ctx, f.ID); return err },
		"a member's family":    func(ctx context.Context) error { _, _, err := s.Families().ByMember(ctx, who[0]); return err },
		"members' families":    func(ctx context.Context) error { _, err := s.Families().ByMembers(ctx, who); return err },
		"an invitation":        func(ctx context.Context) error { _, _, err := s.Families().ByInvitation(ctx, "h"); return err },
		"memberships":          func(ctx context.Context) error { _, err := s.Families().Memberships(ctx, who[0]); return err },
		"a family's change":    func(ctx context.Context) error { return s.Families().Save(ctx, there) },
		"nothing, of products": func(ctx context.Context) error { _, err := s.Products().ByIDs(ctx, nil); return err },
	} {
		want := 1
		if says == "nothing, of products" {
			want = 0
		}
		ctx, count := trips.With(t.Context())
		if err := call(ctx); err != nil {
			t.Fatalf("%s: %v", says, err)
		}
		if got := count.Mongo(); got != want {
			t.Errorf("%s cost %d commands, want %d", says, got, want)
		}
	}
}

// A writer that died in its turn keeps nobody from joining.
func TestAbandonedTurn(t *testing.T) {
	s, ctx := open(t), t.Context()
	f := family.Open("home", member.ID(family.NewID("m")), time.UnixMilli(1e12))
	left := bson.D{{Key: "_id", Value: f.People[0].Member}, {Key: "by", Value: "the dead"}, {Key: "until", Value: time.Now().Add(-time.Second)}}
	if _, err := s.in(turns).InsertOne(ctx, left); err != nil {
		t.Fatal(err)
	}
	if err := s.Families().Create(ctx, f); err != nil {
		t.Fatal(err)
	}
	n, err := s.in(turns).CountDocuments(ctx, bson.D{{Key: "_id", Value: f.People[0].Member}})
	if err != nil || n != 0 {
		t.Errorf("%d turns are left, %v", n, err)
	}
}
