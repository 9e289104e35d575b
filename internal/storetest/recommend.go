package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"membergate/internal/member"
	"membergate/internal/recommend"
)

// Lists tests the promises of recommend.Lists.
func Lists(t *testing.T, s recommend.Lists) {
	group[recommend.Lists]{
		{"every field of a list comes back", fieldsOfList},
		{"a list that is not there is missing", missingList},
		{"putting again replaces, and an empty list removes", replaceList},
		{"every field of the last making comes back", fieldsOfBuild},
		{"of nobody, nothing is known", knownOfNobody},
		{"a newer copy of what a member said stays", knowNewer},
		{"every field of a trace comes back", fieldsOfTrace},
		{"of those who change a trace at once one does", racingTraces},
		{"what is forgotten is gone", forgetMember},
		{"a cancelled caller is told so", cancelledLists},
	}.run(t, s)
}

func fieldsOfBuild(t *testing.T, ctx context.Context, s recommend.Lists) {
	at := time.Date(2026, 7, 6, 4, 0, 0, 5e6, time.UTC)
	for _, want := range []recommend.Build{
		{Version: name("v"), At: at, Made: at.Add(time.Hour), Done: true, Bound: 1<<64 - 1, Learned: at.AddDate(0, 0, -3), Fresh: []float64{0.25, -1e-9}, All: []float64{3}},
		{Version: name("w"), At: at, Learned: at, Fresh: []float64{1}, All: []float64{2}},
	} {
		must(t, s.Building(ctx, want))
		got, err := s.Built(ctx)
		must(t, err)
		same(t, "the last making", got, want)
	}
}

func thing(word string) recommend.Ref {
	return recommend.Ref{Kind: recommend.OfProduct, ID: name(word)}
}

func someList() recommend.List {
	return recommend.List{Version: name("v"), Items: []recommend.Item{
		{Ref: thing("a"), Cause: recommend.Popular},
		{Ref: recommend.Ref{Kind: recommend.OfPost, ID: `é金🥬:"\{}`}, Cause: recommend.SimilarTo, Because: []recommend.Ref{thing("b")}},
		{Ref: thing("s"), Cause: recommend.SimilarTo, Because: []recommend.Ref{thing("b")}, Score: -1.25, Shares: []recommend.Share{
			{Cause: recommend.SimilarTo, Of: recommend.Ref{Kind: recommend.OfProduct, ID: "b:c"}, Worth: 0.5}, {Cause: recommend.SimilarTo, Worth: 0.25}, {Cause: recommend.Popular, Worth: 0.01},
		}},
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

func someTaste(m member.ID, version int64) recommend.Taste {
	return recommend.Taste{Member: m, Version: version, Sayings: []recommend.Saying{
		{Action: recommend.NotInterested, Of: recommend.Ref{Kind: recommend.OfPost, ID: "x:y"}, At: then},
		{Action: recommend.MoreLikeThis, Of: thing("a"), At: then.Add(time.Second), Near: []recommend.Near{{Ref: thing("b"), Strength: 0.25}, {Ref: thing("c"), Strength: 1}}},
		{Action: recommend.NotBecauseOf, Of: recommend.Ref{Kind: recommend.OfTopic, ID: "soup"}, At: then.Add(time.Minute)},
	}}
}

func knownOfNobody(t *testing.T, ctx context.Context, s recommend.Lists) {
	must(t, s.Know(ctx, someTaste("", 1)))
	for _, m := range []member.ID{"", member.ID(name("member"))} {
		_, known, err := s.Get(ctx, someKeys(), m)
		must(t, err)
		same(t, "what is known", known, recommend.Known{})
	}
}

func knowNewer(t *testing.T, ctx context.Context, s recommend.Lists) {
	me, other := member.ID(name("member")), member.ID(name("member"))
	must(t, s.Know(ctx, someTaste(me, 10)))
	must(t, s.Know(ctx, recommend.Taste{Member: me, Version: 9}))
	must(t, s.Know(ctx, recommend.Taste{Member: other}))
	_, known, err := s.Get(ctx, nil, me)
	must(t, err)
	if known.Taste.Version != 10 || len(known.Taste.Sayings) != 3 || known.Taste.Sayings[1].Near[0].Strength != 0.25 {
		t.Errorf("an older copy came: %+v", known.Taste)
	}
	want := someTaste(me, 11)
	must(t, s.Know(ctx, want))
	_, known, err = s.Get(ctx, nil, me)
	must(t, err)
	same(t, "what is known", known, recommend.Known{Taste: want, Tasted: true})
	_, known, err = s.Get(ctx, nil, other)
	must(t, err)
	same(t, "who said nothing", known, recommend.Known{Taste: recommend.Taste{Member: other}, Tasted: true})
}

func someTrace() recommend.Trace {
	return recommend.Trace{
		Views: []recommend.View{{Of: thing("a"), Act: recommend.Click, At: then, Strong: []recommend.Near{{Ref: thing("b"), Strength: 0.5}}},
			{Of: recommend.Ref{Kind: recommend.OfPost, ID: "x:y"}, Act: recommend.AddToCart, At: then.Add(time.Second)}},
		Shown:  map[recommend.Ref]recommend.Shown{thing("c"): {Times: 3, Last: then}, thing("d"): {Times: 1, Last: then.Add(time.Hour)}},
		Out:    map[recommend.Ref]recommend.Out{thing("e"): {Until: then.Add(time.Hour), Act: recommend.Dismiss}},
		Opened: then, Events: 7,
	}
}

func fieldsOfTrace(t *testing.T, ctx context.Context, s recommend.Lists) {
	me, want := member.ID(name("member")), someTrace()
	empty, told, was, err := s.Trace(ctx, me, []string{"one"})
	must(t, err)
	if len(told) > 0 || was != "" {
		t.Errorf("told %v, state %q", told, was)
	}
	same(t, "no trace", empty, recommend.Trace{})
	for n, marks := range [][]string{{"one", "two"}, {"three"}, nil} {
		done, err := s.Retrace(ctx, me, was, want, marks, then.Add(time.Duration(n)*time.Hour), 24*time.Hour)
		must(t, err)
		got, told, state, err := s.Trace(ctx, me, []string{"one", "three", "four"})
		must(t, err)
		same(t, "the trace", got, want)
		if !done || !told["one"] || told["three"] != (n > 0) || told["four"] || state == was {
			t.Errorf("change %d: done %v, told %v, state %q", n, done, told, state)
		}
		was = state
	}
	_, known, err := s.Get(ctx, nil, me)
	must(t, err)
	same(t, "what is known", known, recommend.Known{Trace: want})
	_, err = s.Retrace(ctx, me, was, want, []string{"late"}, then.Add(24*time.Hour+time.Minute), 24*time.Hour)
	must(t, err)
	if _, told, _, err = s.Trace(ctx, me, []string{"one", "three", "late"}); err != nil || told["one"] || !told["three"] || !told["late"] {
		t.Errorf("after a day and a minute %v are told, %v", told, err)
	}
}

func racingTraces(t *testing.T, ctx context.Context, s recommend.Lists) {
	me := member.ID(name("member"))
	var all sync.WaitGroup
	var won atomic.Int64
	for n := range 20 {
		all.Go(func() {
			done, err := s.Retrace(ctx, me, "", someTrace(), []string{fmt.Sprint(n)}, then, time.Hour)
			if err != nil {
				t.Error(err)
			}
			if done {
				won.Add(1)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d changes of one state were made", won.Load())
	}
}

func forgetMember(t *testing.T, ctx context.Context, s recommend.Lists) {
	me, other := member.ID(name("member")), member.ID(name("member"))
	for _, m := range []member.ID{me, other} {
		for _, on := range []recommend.Surface{recommend.Home, recommend.Discover, recommend.Replenish, recommend.Community} {
			must(t, s.Put(ctx, map[recommend.Key]recommend.List{recommend.MemberList(m, on): someList()}))
		}
		must(t, s.Know(ctx, someTaste(m, 1)))
		_, err := s.Retrace(ctx, m, "", someTrace(), []string{"one"}, then, time.Hour)
		must(t, err)
	}
	must(t, s.Forget(ctx, me))
	must(t, s.Forget(ctx, me))
	for m, lists := range map[member.ID]int{me: 0, other: 1} {
		found, known, err := s.Get(ctx, []recommend.Key{recommend.MemberList(m, recommend.Discover)}, m)
		must(t, err)
		_, told, was, err := s.Trace(ctx, m, []string{"one"})
		must(t, err)
		if len(found) != lists || known.Tasted != (lists > 0) || len(told) != lists || (was != "") != (lists > 0) {
			t.Errorf("of %s there are %d lists, %+v, %v, state %q", m, len(found), known, told, was)
		}
	}
}

func cancelledLists(t *testing.T, ctx context.Context, s recommend.Lists) {
	gone, leave := context.WithCancel(ctx)
	leave()
	if _, _, err := s.Get(gone, someKeys(), ""); err == nil {
		t.Error("a caller who has gone gets an answer")
	}
}

// Tastes tests the promises of recommend.Tastes.
func Tastes(t *testing.T, s recommend.Tastes) {
	group[recommend.Tastes]{
		{"every field of a taste comes back", fieldsOfTaste},
		{"of those who save at once one does", racingTastes},
		{"what is erased is gone", eraseTaste},
	}.run(t, s)
}

func fieldsOfTaste(t *testing.T, ctx context.Context, s recommend.Tastes) {
	me := member.ID(name("member"))
	got, err := s.Of(ctx, me)
	must(t, err)
	same(t, "who said nothing", got, recommend.Taste{Member: me})
	want := someTaste(me, 0)
	for version := range int64(3) {
		want.Version = version
		must(t, s.Save(ctx, want))
		got, err := s.Of(ctx, me)
		must(t, err)
		want.Version++
		same(t, "the taste", got, want)
		if err := s.Save(ctx, someTaste(me, version)); !errors.Is(err, recommend.ErrStale) {
			t.Errorf("version %d is saved twice: %v", version, err)
		}
	}
	must(t, s.Save(ctx, recommend.Taste{Member: me, Version: 3}))
	if got, err = s.Of(ctx, me); err != nil || len(got.Sayings) > 0 || got.Version != 4 {
		t.Errorf("all was taken back, and there is %+v, %v", got, err)
	}
}

func racingTastes(t *testing.T, ctx context.Context, s recommend.Tastes) {
	me := member.ID(name("member"))
	for version := range int64(2) {
		var all sync.WaitGroup
		var won atomic.Int64
		for range 10 {
			all.Go(func() {
				switch err := s.Save(ctx, someTaste(me, version)); {
				case err == nil:
					won.Add(1)
				case !errors.Is(err, recommend.ErrStale):
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Errorf("version %d was saved %d times", version, won.Load())
		}
	}
}

func eraseTaste(t *testing.T, ctx context.Context, s recommend.Tastes) {
	me, other := member.ID(name("member")), member.ID(name("member"))
	must(t, s.Save(ctx, someTaste(me, 0)))
	must(t, s.Save(ctx, someTaste(other, 0)))
	for range 2 {
		must(t, s.Erase(ctx, me))
	}
	if got, err := s.Of(ctx, me); err != nil || got.Version != 0 || len(got.Sayings) > 0 {
		t.Errorf("erased, and there is %+v, %v", got, err)
	}
	if got, err := s.Of(ctx, other); err != nil || len(got.Sayings) != 3 {
		t.Errorf("another's is %+v, %v", got, err)
	}
	must(t, s.Save(ctx, someTaste(me, 0)))
}
