package storetest

import (
	"context"
	"fmt"
	"testing"

	"membergate/internal/account"
	"membergate/internal/community"
	"membergate/internal/family"
	"membergate/internal/glance"
	"membergate/internal/member"
	"membergate/internal/product"
	"membergate/internal/programme"
)

// Glanced are the stores of the kinds that a glance reads.
type Glanced struct {
	Glances   glance.Store
	Accounts  account.Store
	Families  family.Store
	Community community.Store
	Products  product.Store
}

// Glance tests that a glance gives what the stores of each kind give.
func Glance(t *testing.T, s Glanced) {
	ctx := context.Background()
	var people []member.ID
	for i := range 4 {
		id := member.ID(name("member"))
		people = append(people, id)
		must(t, s.Accounts.Create(ctx, account.Holder{
			Profile: member.Profile{ID: id, Handle: string(id), DisplayName: fmt.Sprint("Member ", i), Sealed: "sealed"}, Account: account.Account{Member: id},
		}))
	}
	home := family.Family{ID: family.ID(name("family")), Name: "Home", People: []family.Person{
		{ID: "p1", Member: people[0], Role: family.Owner, State: family.Active}, {ID: "p2", Member: people[1], Role: family.Adult, State: family.Active},
	}}
	must(t, s.Families.Create(ctx, home))
	must(t, s.Community.PutTies(ctx, map[member.ID]community.Ties{
		people[0]: {Follows: people[1:2], Topics: []community.TopicID{"t"}, Mutes: people[2:3], Words: []string{"soup"}},
		people[2]: {Blocks: people[:1], Words: []string{"of somebody else"}}, people[3]: {Blocks: people[:1]},
	}))
	topic := community.Topic{ID: community.TopicID(name("topic")), Key: "k", Titles: programme.Text{"en": "Topic"}}
	must(t, s.Community.PutTopics(ctx, []community.Topic{topic}))
	on := []community.Subject{{Kind: community.OnPost, ID: name("post")}, {Kind: community.OnComment, ID: name("comment")}, {Kind: community.OnPost, ID: name("post")}}
	for i, subject := range on {
		_, _, err := s.Community.SetMark(ctx, people[0], subject, community.Like, true, then)
		must(t, err)
		_, _, err = s.Community.SetMark(ctx, people[1], subject, community.Love, true, then)
		must(t, err)
		if i == 2 { // taken back
			_, _, err = s.Community.SetMark(ctx, people[0], subject, community.Like, false, then)
			must(t, err)
		}
	}
	sku := name("sku")
	must(t, s.Products.PutAll(ctx, []product.Product{{SKU: sku, Title: "Rice", PriceMilli: 12, UpdatedAt: then}}))
	w := glance.Wanted{
		Holders: people[:1], People: append(people[1:3:3], "nobody"), Families: append(people[:2:2], people[3]), Ties: []member.ID{people[0], people[1]},
		Topics: []community.TopicID{topic.ID, "none"}, Marks: append(on, community.Subject{Kind: community.OnPost, ID: "none"}), Viewer: people[0],
		Products: []string{sku, "none"},
	}
	for _, c := range []struct {
		name string
		w    glance.Wanted
	}{
		{"everything", w}, {"nothing", glance.Wanted{}}, {"ties alone", glance.Wanted{Ties: w.Ties}},
		{"facts", glance.Wanted{Holders: w.Holders, Families: w.Families, Ties: w.Ties}},
		{"details", glance.Wanted{People: w.People, Topics: w.Topics, Marks: w.Marks, Viewer: w.Viewer, Products: w.Products}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := s.Glances.Glance(ctx, c.w)
			must(t, err)
			same(t, "what was found", got, s.oneByOne(t, ctx, c.w))
		})
	}
}

// oneByOne asks the store of each kind.
func (s Glanced) oneByOne(t *testing.T, ctx context.Context, w glance.Wanted) (out glance.Found) {
	t.Helper()
	var err error
	out.Holders, err = s.Accounts.ByIDs(ctx, w.Holders, account.Whole)
	must(t, err)
	out.People, err = s.Accounts.ByIDs(ctx, w.People, account.Public)
	must(t, err)
	out.Families, err = s.Families.ByMembers(ctx, w.Families)
	must(t, err)
	out.Ties = map[member.ID]community.Ties{}
	for _, m := range w.Ties {
		out.Ties[m], err = s.Community.Ties(ctx, m)
		must(t, err)
	}
	out.Topics, err = s.Community.Topics(ctx, w.Topics)
	must(t, err)
	out.Marks, err = s.Community.Marks(ctx, w.Viewer, w.Marks)
	must(t, err)
	out.Products, err = s.Products.ByIDs(ctx, w.Products)
	must(t, err)
	return out
}
