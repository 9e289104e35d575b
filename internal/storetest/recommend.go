package storetest

import (
	"context"
	"testing"

	"membergate/internal/member"
	"membergate/internal/recommend"
)

// Lists tests the promises of recommend.Lists.
func Lists(t *testing.T, s recommend.Lists) {
	group[recommend.Lists]{
		{"every field of a list comes back", fieldsOfList},
		{"a list that is not there is missing", missingList},
		{"putting again replaces, and an empty list removes", replaceList},
		{"of nobody, nothing hidden is read", hiddenOfNobody},
		{"hiding is declared, member by member", hideThings},
		{"a cancelled caller is told so", cancelledLists},
	}.run(t, s)
}

func thing(word string) recommend.Ref {
	return recommend.Ref{Kind: recommend.OfProduct, ID: name(word)}
}

func someList() recommend.List {
	return recommend.List{Version: name("v"), Items: []recommend.Item{
		{Ref: thing("a"), Cause: recommend.Popular},
		{Ref: recommend.Ref{Kind: recommend.OfPost, ID: `é金🥬:"\{}`}, Cause: recommend.SimilarTo, Because: []recommend.Ref{thing("b")}},
		{Ref: thing("c"), Cause: recommend.FollowedTopic, Because: []recommend.Ref{thing("d"), {Kind: recommend.OfTopic, ID: "e"}}},
	}}
}

// someKeys is a key of every scope.
func someKeys() []recommend.Key {
	return []recommend.Key{
		recommend.MemberList(member.ID(name("member")), recommend.Home), recommend.SimilarList(thing("sku")),
		{Of: recommend.OfAll, Name: name("POPULAR")},
	}
}

func fieldsOfList(t *testing.T, ctx context.Context, s recommend.Lists) {
	want := map[recommend.Key]recommend.List{}
	keys := someKeys()
	for _, k := range keys {
		want[k] = someList()
	}
	must(t, s.Put(ctx, want))
	got, _, err := s.Get(ctx, keys, "")
	must(t, err)
	same(t, "the lists", got, want)
}

func missingList(t *testing.T, ctx context.Context, s recommend.Lists) {
	keys := someKeys()
	must(t, s.Put(ctx, map[recommend.Key]recommend.List{keys[1]: someList()}))
	got, _, err := s.Get(ctx, keys, "")
	must(t, err)
	if _, ok := got[keys[1]]; len(got) != 1 || !ok {
		t.Errorf("got %v", got)
	}
	for what, err := range map[string]error{
		"no lists": s.Put(ctx, nil),
		"no keys":  func() error { _, _, err := s.Get(ctx, nil, ""); return err }(),
	} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func replaceList(t *testing.T, ctx context.Context, s recommend.Lists) {
	keys := someKeys()
	must(t, s.Put(ctx, map[recommend.Key]recommend.List{keys[0]: someList(), keys[1]: someList()}))
	other := someList()
	must(t, s.Put(ctx, map[recommend.Key]recommend.List{keys[0]: other, keys[1]: {Version: "v"}}))
	got, _, err := s.Get(ctx, keys, "")
	must(t, err)
	same(t, "the lists", got, map[recommend.Key]recommend.List{keys[0]: other})
}

func hiddenOfNobody(t *testing.T, ctx context.Context, s recommend.Lists) {
	must(t, s.Hide(ctx, "", thing("a"), true))
	_, hidden, err := s.Get(ctx, someKeys(), "")
	must(t, err)
	if len(hidden) > 0 {
		t.Errorf("hidden: %v", hidden)
	}
}

func hideThings(t *testing.T, ctx context.Context, s recommend.Lists) {
	me, other := member.ID(name("member")), member.ID(name("member"))
	a, b, c := thing("a"), recommend.Ref{Kind: recommend.OfPost, ID: "x:y"}, thing("c")
	for range 2 {
		must(t, s.Hide(ctx, me, a, true))
		must(t, s.Hide(ctx, me, b, true))
		must(t, s.Hide(ctx, other, c, true))
		must(t, s.Hide(ctx, me, a, false))
	}
	_, hidden, err := s.Get(ctx, nil, me)
	must(t, err)
	same(t, "what is hidden", hidden, map[recommend.Ref]bool{b: true})
}

func cancelledLists(t *testing.T, ctx context.Context, s recommend.Lists) {
	gone, leave := context.WithCancel(ctx)
	leave()
	if _, _, err := s.Get(gone, someKeys(), ""); err == nil {
		t.Error("a caller who has gone gets an answer")
	}
}
