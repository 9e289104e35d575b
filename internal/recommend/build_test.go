package recommend

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"membergate/internal/community"
	"membergate/internal/member"
	"membergate/internal/order"
)

var opening = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func day(n int) time.Time { return opening.AddDate(0, 0, n) }

func buys(m member.ID, at time.Time, skus ...string) order.Event {
	e := order.Event{Kind: order.Paid, Member: m, At: at}
	for _, s := range skus {
		e.Lines = append(e.Lines, order.Line{SKU: s, Quantity: 1})
	}
	return e
}

func everybody(member.ID) bool { return true }

func made(events []order.Event, at time.Time, agreed func(member.ID) bool) map[Key]List {
	b := &Builder{}
	for _, e := range events {
		b.Add(e)
	}
	out := map[Key]List{}
	for k, l := range b.Lists(at, "v", agreed) {
		out[k] = l
	}
	return out
}

func skus(l List) string {
	var out []string
	for _, i := range l.Items {
		out = append(out, i.ID)
	}
	return strings.Join(out, " ")
}

// shop has 20 who buy tea with honey, 20 who buy soap with towels, and 160 who buy one other thing each.
func shop() []order.Event {
	var events []order.Event
	for i := range 20 {
		events = append(events, buys(member.ID(fmt.Sprint("t", i)), day(i), "tea", "honey"), buys(member.ID(fmt.Sprint("s", i)), day(i), "soap", "towel"))
	}
	for i := range 160 {
		events = append(events, buys(member.ID(fmt.Sprint("o", i)), day(i%20), fmt.Sprint("thing", i)))
	}
	return events
}

func TestWhatIsBoughtTogetherIsDiscoveredForThisReason(t *testing.T) {
	lists := made(append(shop(), buys("me", day(20), "tea"), buys("me", day(20), "soap"), buys("me", day(29), "soap")), day(30), everybody)
	got := lists[MemberList("me", Discover)]
	if len(got.Items) < 3 || got.Items[0].ID != "towel" || got.Items[1].ID != "honey" {
		t.Fatalf("discovered: %s", skus(got))
	}
	for n, want := range []string{"soap", "tea"} {
		i := got.Items[n]
		if i.Cause != SimilarTo || !slices.Equal(i.Because, []Ref{{OfProduct, want}}) {
			t.Errorf("%s is there for %s because of %v; want SIMILAR_TO because of %s", i.ID, i.Cause, i.Because, want)
		}
	}
	if i := got.Items[2]; i.Cause != Popular || len(i.Because) > 0 {
		t.Errorf("%s follows for %s because of %v; want POPULAR", i.ID, i.Cause, i.Because)
	}
	near := lists[SimilarList(Ref{OfProduct, "tea"})]
	if skus(near) != "honey" || near.Items[0].Cause != BoughtTogether || near.Items[0].Because[0].ID != "tea" {
		t.Errorf("beside tea stands %+v", near)
	}
}

func TestTheReasonIsTheLargestShare(t *testing.T) {
	// "cup" is similar to tea and to soap alike; one was bought yesterday, the other months ago.
	events := shop()
	for i := range 20 {
		events = append(events, buys(member.ID(fmt.Sprint("t", i)), day(i), "cup"), buys(member.ID(fmt.Sprint("s", i)), day(i), "cup"))
	}
	for first, second := range map[string]string{"tea": "soap", "soap": "tea"} {
		lists := made(append(slices.Clone(events), buys("me", day(0), first), buys("me", day(80), second)), day(81), everybody)
		found := false
		for _, i := range lists[MemberList("me", Discover)].Items {
			if i.ID == "cup" {
				found = slices.Equal(i.Because, []Ref{{OfProduct, second}})
			}
		}
		if !found {
			t.Errorf("cup is not there because of %s, the later purchase", second)
		}
	}
}

func TestNothingBoughtIsDiscovered(t *testing.T) {
	for k, l := range made(shop(), day(30), everybody) {
		if k.Name != string(Discover) {
			continue
		}
		for _, e := range shop() {
			for _, line := range e.Lines {
				if string(e.Member) == k.ID && strings.Contains(" "+skus(l)+" ", " "+line.SKU+" ") {
					t.Errorf("%s bought %s and is shown it as a discovery", k.ID, line.SKU)
				}
			}
		}
	}
}

func TestOnlyMembersWhoAgreedHaveListsOfTheirOwn(t *testing.T) {
	own := 0
	for k := range made(shop(), day(30), func(m member.ID) bool { return m == "t1" }) {
		if k.Of != OfMember {
			continue
		}
		if own++; k.ID != "t1" {
			t.Errorf("%s has the list %s", k.ID, k.Name)
		}
	}
	if own == 0 {
		t.Error("who agreed has no list")
	}
}

func TestWhatIsBoughtLaterDoesNotCount(t *testing.T) {
	before := made(shop(), day(5), everybody)
	for k, l := range before {
		if strings.Contains(skus(l)+k.ID, "thing19") {
			t.Errorf("%v knows of day 19: %s", k, skus(l))
		}
	}
	if len(before[PopularList(OfProduct)].Items) == 0 {
		t.Error("nothing is popular on day 5")
	}
}

func TestWhatIsDueAgain(t *testing.T) {
	var events []order.Event
	for _, n := range []int{0, 7, 14, 21} {
		events = append(events, buys("me", day(n), "milk"))
	}
	for _, n := range []int{0, 30} {
		events = append(events, buys("me", day(n), "salt")) // twice is no habit yet
	}
	for at, want := range map[int]string{22: "", 27: "", 28: "milk", 35: "milk", 42: "milk", 43: ""} {
		if got := skus(made(events, day(at), everybody)[MemberList("me", Replenish)]); got != want {
			t.Errorf("on day %d %q is due; want %q", at, got, want)
		}
	}
}

func TestTheSameOrdersMakeTheSameLists(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var events []order.Event
	for i := range 400 {
		var basket []string
		for range 1 + r.IntN(8) {
			basket = append(basket, fmt.Sprint("p", r.IntN(40)))
		}
		events = append(events, buys(member.ID(fmt.Sprint("m", r.IntN(60))), day(i/4), basket...))
	}
	first := made(events, day(100), everybody)
	for range 3 {
		again := made(events, day(100), everybody)
		for k, l := range first {
			if fmt.Sprint(again[k]) != fmt.Sprint(l) {
				t.Fatalf("%v was %v and is %v", k, l, again[k])
			}
		}
		if len(again) != len(first) {
			t.Fatalf("%d lists, then %d", len(first), len(again))
		}
	}
}

func TestPostsOnFollowedTopicsRise(t *testing.T) {
	var hot []community.Post
	for i := range 30 {
		p := community.Post{ID: community.PostID(fmt.Sprint(i))}
		if i == 25 || i == 5 {
			p.Topics = []community.TopicID{"soup"}
		}
		hot = append(hot, p)
	}
	got := ChoosePosts(hot, []community.TopicID{"soup"}, "v")
	if !strings.HasPrefix(skus(got), "5 0 1 2 3 4 25 6") {
		t.Errorf("the order is %s", skus(got))
	}
	if i := got.Items[0]; i.Cause != FollowedTopic || i.Because[0] != (Ref{OfTopic, "soup"}) {
		t.Errorf("the first is there for %s because of %v", i.Cause, i.Because)
	}
	if i := got.Items[1]; i.Cause != Popular || i.Because != nil {
		t.Errorf("the second is there for %s because of %v", i.Cause, i.Because)
	}
}
