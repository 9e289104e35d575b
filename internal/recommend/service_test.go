package recommend

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"membergate/internal/cursor"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/viewer"
)

type signer struct{}

func (signer) Sign(purpose string, data []byte) []byte {
	h := hmac.New(sha256.New, []byte(purpose))
	h.Write(data)
	return h.Sum(nil)[:16]
}

func (s signer) Verify(purpose string, data, tag []byte) bool {
	return hmac.Equal(s.Sign(purpose, data), tag)
}

// shelves are lists in memory that note what was read.
type shelves struct {
	lists map[Key]List
	known Known
	marks map[string]bool
	state int
	err   error
	build Build
	read  []Key
	of    []member.ID
}

func (s *shelves) Get(_ context.Context, keys []Key, of member.ID) (map[Key]List, Known, error) {
	s.read, s.of = append(s.read, keys...), append(s.of, of)
	if s.err != nil {
		return nil, Known{}, s.err
	}
	out := map[Key]List{}
	for _, k := range keys {
		if l, ok := s.lists[k]; ok {
			out[k] = l
		}
	}
	if of == "" {
		return out, Known{}, nil
	}
	return out, s.known, nil
}

func (s *shelves) Built(context.Context) (Build, error)      { return s.build, nil }
func (s *shelves) Building(_ context.Context, b Build) error { s.build = b; return nil }

func (s *shelves) Put(context.Context, map[Key]List) error { return nil }
func (s *shelves) Forget(context.Context, member.ID) error { s.known = Known{}; return nil }

func (s *shelves) Know(_ context.Context, t Taste) error {
	s.known.Taste, s.known.Tasted = t, true
	return s.err
}

func (s *shelves) Trace(_ context.Context, _ member.ID, marks []string) (Trace, map[string]bool, string, error) {
	return s.known.Trace, s.marks, fmt.Sprint(s.state), s.err
}

func (s *shelves) Retrace(_ context.Context, _ member.ID, was string, t Trace, marks []string, _ time.Time, _ time.Duration) (bool, error) {
	if was != fmt.Sprint(s.state) {
		return false, nil
	}
	s.known.Trace, s.state = t, s.state+1
	for _, m := range marks {
		s.marks[m] = true
	}
	return true, s.err
}

// tastes are what members said, in memory.
type tastes struct {
	kept map[member.ID]Taste
	asks int
}

func (t *tastes) Of(_ context.Context, m member.ID) (Taste, error) {
	t.asks++
	out := t.kept[m]
	out.Member = m
	return out, nil
}

func (t *tastes) Save(_ context.Context, next Taste) error {
	if t.kept[next.Member].Version != next.Version {
		return ErrStale
	}
	next.Version++
	t.kept[next.Member] = next
	return nil
}

func (t *tastes) Erase(_ context.Context, m member.ID) error { delete(t.kept, m); return nil }

func product(id string) Ref { return Ref{OfProduct, id} }

// list makes a list of products: "a b" with one cause.
func list(c Cause, ids string) List {
	l := List{Version: "v1"}
	for _, id := range strings.Fields(ids) {
		i := Item{Ref: product(id), Cause: c}
		if c.personal() {
			i.Because = []Ref{product("bought")}
		}
		l.Items = append(l.Items, i)
	}
	return l
}

func newService(lists map[Key]List) (*Service, *shelves) {
	s := &shelves{lists: lists, marks: map[string]bool{}}
	return &Service{Lists: s, Tastes: &tastes{kept: map[member.ID]Taste{}}, Cursors: cursor.NewBook(signer{})}, s
}

// hides makes a member not want to see something.
func (s *shelves) hides(r Ref) {
	s.known.Taste, s.known.Tasted = Taste{Member: "me", Version: 1, Sayings: []Saying{{Action: NotInterested, Of: r}}}, true
}

// all walks through every page and gives the things shown, as "id:CAUSE@position".
func all(t *testing.T, s *Service, a Asked, size int, offer Offer) (shown []string, first Page) {
	t.Helper()
	args := cursor.Args{First: &size}
	for n := 0; n < 100; n++ {
		page, err := s.Recommend(t.Context(), a, args, viewer.English, offer)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			first = page
		}
		if page.ID != first.ID {
			t.Errorf("page %d is of list %s, the first of %s", n, page.ID, first.ID)
		}
		for _, r := range page.Nodes {
			shown = append(shown, fmt.Sprintf("%s:%s@%d", r.Item.ID, r.Reasons[0].Cause, r.Position))
		}
		if !page.HasNext {
			return shown, first
		}
		if len(page.Nodes) != size {
			t.Errorf("page %d has %d things although more follow", n, len(page.Nodes))
		}
		args.After = page.End()
	}
	t.Fatal("the list does not end")
	return nil, first
}

func TestTheChainOfEachSurface(t *testing.T) {
	tea := product("tea")
	lists := map[Key]List{
		MemberList("me", Home): list(SimilarTo, "h1 h2"), MemberList("me", Discover): list(SimilarTo, "d1"),
		MemberList("me", Replenish): list(Replenishing, "r1"), MemberList("me", Community): list(FollowedTopic, "c1"),
		SimilarList(tea): list(BoughtTogether, "s1 tea"), PopularList(OfProduct): list(Popular, "p1 h1 tea"),
		PopularList(OfReward): list(Popular, "g1"), PopularList(OfPost): list(Popular, "b1"), EditorialList(Home): list(Editorial, "e1 p1"),
	}
	me := Asked{Member: "me", Personal: true}
	for name, c := range map[string]struct {
		surface      Surface
		context      Ref
		agreed       bool
		want         string
		personalised bool
	}{
		"home":                       {Home, Ref{}, true, "h1 h2 p1 tea e1", true},
		"home, without consent":      {Home, Ref{}, false, "p1 h1 tea e1", false},
		"discover":                   {Discover, Ref{}, true, "d1", true},
		"discover, without consent":  {Discover, Ref{}, false, "p1 h1 tea", false},
		"beside a product":           {Product, tea, true, "s1 p1 h1", false},
		"beside no product":          {Product, Ref{}, true, "p1 h1 tea", false},
		"cart with a product":        {Cart, tea, true, "s1 d1 p1 h1", true},
		"cart":                       {Cart, Ref{}, true, "d1 p1 h1 tea", true},
		"rewards":                    {Rewards, Ref{}, true, "g1", false},
		"community":                  {Community, Ref{}, true, "c1 b1", true},
		"family":                     {Family, Ref{}, true, "p1 h1 tea", false},
		"replenish":                  {Replenish, Ref{}, true, "r1 p1 h1 tea", true},
		"replenish, without consent": {Replenish, Ref{}, false, "p1 h1 tea", false},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := newService(lists)
			a := me
			a.Surface, a.Context, a.Personal = c.surface, c.context, c.agreed
			for _, size := range []int{1, 2, 50} {
				shown, page := all(t, s, a, size, nil)
				var ids []string
				for n, each := range shown {
					ids = append(ids, each[:strings.Index(each, ":")])
					if !strings.HasSuffix(each, fmt.Sprintf("@%d", n)) {
						t.Errorf("thing %d stands at %s", n, each)
					}
				}
				if got := strings.Join(ids, " "); got != c.want || page.Personalised != c.personalised {
					t.Errorf("by %d: %s, personalised %v; want %s, %v", size, got, page.Personalised, c.want, c.personalised)
				}
			}
		})
	}
}

// Without consent, or without a token, nothing about a member is read, and everybody sees the same.
func TestWithoutConsentNothingOfTheMemberIsRead(t *testing.T) {
	lists := map[Key]List{PopularList(OfProduct): list(Popular, "p1 p2 p3 p4")}
	for i := range 100 {
		lists[MemberList(member.ID(fmt.Sprint(i)), Home)] = list(SimilarTo, fmt.Sprint("own", i))
	}
	var want []string
	for i := range 100 {
		s, shelf := newService(lists)
		shelf.hides(product("p2"))
		for _, a := range []Asked{
			{Surface: Home, Member: member.ID(fmt.Sprint(i))}, {Surface: Home, Personal: true}, // the second has no token
		} {
			shown, page := all(t, s, a, 3, nil)
			if want == nil {
				want = shown
			}
			if !reflect.DeepEqual(shown, want) || page.Personalised {
				t.Fatalf("member %d is shown %v, personalised %v; others %v", i, shown, page.Personalised, want)
			}
			for _, n := range page.Nodes {
				if n.Reasons[0].Removable || len(n.Reasons[0].Because) > 0 {
					t.Fatalf("a reason of member %d is personal: %+v", i, n.Reasons[0])
				}
			}
		}
		for _, k := range shelf.read {
			if k.Of == OfMember {
				t.Fatalf("the list %v was read", k)
			}
		}
		if n := s.Tastes.(*tastes).asks; n > 0 {
			t.Fatalf("what member %d said was read %d times", i, n)
		}
		for _, h := range shelf.of {
			if h != "" {
				t.Fatalf("what is known of %s was read", h)
			}
		}
	}
}

func TestWhatIsHiddenIsLeftOutAndSaid(t *testing.T) {
	s, shelf := newService(map[Key]List{PopularList(OfProduct): list(Popular, "p1 p2 p3 p4")})
	me := Asked{Surface: Home, Member: "me", Personal: true}
	if shown, page := all(t, s, me, 2, nil); len(shown) != 4 || page.Personalised {
		t.Errorf("nothing is known of the member, yet: %v, personalised %v", shown, page.Personalised)
	}
	two := 2
	first, err := s.Recommend(t.Context(), me, cursor.Args{First: &two}, viewer.English, nil)
	if err != nil {
		t.Fatal(err)
	}
	shelf.hides(product("p1")) // between two pages: the second must neither repeat nor skip
	second, err := s.Recommend(t.Context(), me, cursor.Args{First: &two, After: first.End()}, viewer.English, nil)
	if err != nil || len(second.Nodes) != 2 || second.Nodes[0].Item.ID != "p3" || second.Nodes[0].Position != 2 {
		t.Errorf("the second page is %+v, %v", second.Nodes, err)
	}
	if shown, page := all(t, s, me, 50, nil); strings.Join(shown, " ") != "p2:POPULAR@0 p3:POPULAR@1 p4:POPULAR@2" || !page.Personalised {
		t.Errorf("shown %v, personalised %v although hiding had a say", shown, page.Personalised)
	}
}

func TestOnlyWhatCanBeOfferedIsShown(t *testing.T) {
	var ids []string
	for i := range 60 {
		ids = append(ids, fmt.Sprint("p", i))
	}
	s, _ := newService(map[Key]List{PopularList(OfProduct): list(Popular, strings.Join(ids, " "))})
	asked := 0
	offer := func(_ context.Context, refs []Ref) (map[Ref]bool, error) {
		asked++
		out := map[Ref]bool{}
		for _, r := range refs {
			out[r] = !strings.HasSuffix(r.ID, "3")
		}
		return out, nil
	}
	ten := 10
	page, err := s.Recommend(t.Context(), Asked{Surface: Home}, cursor.Args{First: &ten}, viewer.English, offer)
	if err != nil || len(page.Nodes) != 10 || !page.HasNext || asked != 1 {
		t.Errorf("%d things, more %v, %d questions, %v", len(page.Nodes), page.HasNext, asked, err)
	}
	shown, _ := all(t, s, Asked{Surface: Home}, 7, offer)
	if len(shown) != 54 || strings.Contains(strings.Join(shown, " "), "3:") {
		t.Errorf("shown: %v", shown)
	}
}

// The order may change between two pages: what was shown never comes again, and what was not is not passed over.
func TestAWalkIsWholeWhateverMovesMeanwhile(t *testing.T) {
	var ids []string
	for i := range 250 {
		ids = append(ids, fmt.Sprint("p", i))
	}
	s, shelf := newService(map[Key]List{MemberList("me", Home): list(SimilarTo, strings.Join(ids, " "))})
	shelf.known = Known{Tasted: true, Trace: Trace{Shown: map[Ref]Shown{}}}
	args, seen, size := cursor.Args{}, map[string]bool{}, 50
	args.First = &size
	for n := range 6 {
		page, err := s.Recommend(t.Context(), asks(Home), args, viewer.English, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Nodes {
			if seen[r.Item.ID] || r.Position != len(seen) {
				t.Errorf("%s stands at %d on page %d; %d things were shown", r.Item.ID, r.Position, n, len(seen))
			}
			seen[r.Item.ID] = true
			shelf.known.Trace.Shown[r.Item] = Shown{9, noon}
		}
		if !page.HasNext {
			break
		}
		args.After = page.End()
	}
	if len(seen) != 250 {
		t.Errorf("%d things were shown of 250", len(seen))
	}
}

func TestTheChainNeverEndsEmpty(t *testing.T) {
	down := fault.Down("cache", nil)
	last := func(_ context.Context, k Kind, n int) ([]Item, error) {
		return []Item{{Ref: Ref{k, "new1"}, Cause: Fresh}, {Ref: Ref{k, "new2"}, Cause: Fresh}}, nil
	}
	for _, surface := range []Surface{Home, Discover, Product, Cart, Rewards, Community, Family, Replenish} {
		for _, err := range []error{nil, down} {
			s, shelf := newService(nil)
			s.Last, shelf.err = last, err
			shown, page := all(t, s, Asked{Surface: surface, Member: "me", Personal: true}, 1, nil)
			if strings.Join(shown, " ") != "new1:NEW@0 new2:NEW@1" || page.Personalised {
				t.Errorf("%s, lists %v: %v, personalised %v", surface, err, shown, page.Personalised)
			}
		}
	}
	s, shelf := newService(nil)
	shelf.err = down
	if _, err := s.Recommend(t.Context(), Asked{Surface: Home}, cursor.Args{}, viewer.English, nil); !fault.Is(err, fault.Unavailable) {
		t.Errorf("with nothing at all it answers %v", err)
	}
	s, _ = newService(map[Key]List{PopularList(OfProduct): list(Popular, "p1 p2")})
	s.Last = func(context.Context, Kind, int) ([]Item, error) {
		t.Error("the last resort was asked although the lists go on")
		return nil, nil
	}
	one := 1
	if _, err := s.Recommend(t.Context(), Asked{Surface: Home}, cursor.Args{First: &one}, viewer.English, nil); err != nil {
		t.Error(err)
	}
}

func TestDiscoveriesAreNotFollowedByWhatWasBought(t *testing.T) {
	s, _ := newService(map[Key]List{
		MemberList("me", Discover): list(SimilarTo, "d1 d2"), PopularList(OfProduct): list(Popular, "bought"),
	})
	s.Last = func(context.Context, Kind, int) ([]Item, error) { return list(Fresh, "bought").Items, nil }
	shown, _ := all(t, s, Asked{Surface: Discover, Member: "me", Personal: true}, 1, nil)
	if strings.Join(shown, " ") != "d1:SIMILAR_TO@0 d2:SIMILAR_TO@1" {
		t.Errorf("shown: %v", shown)
	}
}

func TestReasonsAreSaidInTheReadersLanguage(t *testing.T) {
	s, _ := newService(map[Key]List{MemberList("me", Home): list(SimilarTo, "h1")})
	for l, want := range map[viewer.Locale]string{
		viewer.SimplifiedChinese: "与您买过的商品相似", viewer.TraditionalChinese: "與您買過的商品相似", viewer.English: "Similar to what you bought",
	} {
		page, err := s.Recommend(t.Context(), Asked{Surface: Home, Member: "me", Personal: true}, cursor.Args{}, l, nil)
		if err != nil {
			t.Fatal(err)
		}
		want := Reason{Cause: SimilarTo, Text: want, Removable: true, Because: []Ref{product("bought")}}
		if got := page.Nodes[0].Reasons; len(got) != 1 || !reflect.DeepEqual(got[0], want) {
			t.Errorf("%s: %+v; want %+v", l, got, want)
		}
	}
	for _, c := range []Cause{SimilarTo, BoughtTogether, Replenishing, FollowedTopic, Popular, Fresh, Editorial, Nearby, Among, InSeason, InScene, AtHome, BoughtBefore, LookedAt, Liked, ForYou} {
		if text := (Item{Cause: c}).reason(viewer.English, &programme.Recommendations{}).Text; strings.HasPrefix(text, "reason.") {
			t.Errorf("%s has no words", c)
		}
	}
}

func TestAnswersHaveNames(t *testing.T) {
	lists := map[Key]List{PopularList(OfProduct): list(Popular, "p1 p2")}
	s, _ := newService(lists)
	ask := func(a Asked) Page {
		page, err := s.Recommend(t.Context(), a, cursor.Args{}, viewer.English, nil)
		if err != nil {
			t.Fatal(err)
		}
		return page
	}
	me := Asked{Surface: Home, Member: "me"}
	first := ask(me)
	if again := ask(me); again.ID != first.ID || again.Nodes[0].ID != first.Nodes[0].ID {
		t.Error("the same list has another name")
	}
	names := map[string]string{first.ID: "the list", first.Nodes[0].ID: "its first thing", first.Nodes[1].ID: "its second"}
	other := list(Popular, "p1 p2")
	other.Version = "v2"
	for what, page := range map[string]Page{
		"another member's": ask(Asked{Surface: Home, Member: "other"}), "another surface's": ask(Asked{Surface: Family, Member: "me"}),
		"of another version": func() Page { lists[PopularList(OfProduct)] = other; return ask(me) }(),
	} {
		for _, id := range []string{page.ID, page.Nodes[0].ID, page.Nodes[1].ID} {
			if names[id] != "" {
				t.Errorf("one %s is named as %s", what, names[id])
			}
			names[id] = what
		}
	}
}

func TestACursorIsOfOneList(t *testing.T) {
	s, _ := newService(map[Key]List{PopularList(OfProduct): list(Popular, "p1 p2 p3")})
	one, many := 1, 51
	page, err := s.Recommend(t.Context(), Asked{Surface: Home, Member: "me"}, cursor.Args{First: &one}, viewer.English, nil)
	if err != nil {
		t.Fatal(err)
	}
	for what, a := range map[string]Asked{
		"another surface": {Surface: Family, Member: "me"}, "another member": {Surface: Home, Member: "other"},
		"another context": {Surface: Home, Member: "me", Context: product("tea")},
	} {
		if _, err := s.Recommend(t.Context(), a, cursor.Args{After: page.End()}, viewer.English, nil); !fault.Is(err, fault.BadInput) {
			t.Errorf("%s takes it: %v", what, err)
		}
	}
	if _, err := s.Recommend(t.Context(), Asked{Surface: Home}, cursor.Args{First: &many}, viewer.English, nil); !fault.Is(err, fault.BadInput) {
		t.Errorf("51 are given: %v", err)
	}
}

func TestChosenPostsKeepTheirPlaces(t *testing.T) {
	s, shelf := newService(map[Key]List{MemberList("me", Community): {Version: "v1", Items: []Item{
		{Ref: Ref{OfPost, "a"}}, {Ref: Ref{OfPost, "b"}}, {Ref: Ref{OfPost, "c"}},
	}}})
	shelf.hides(Ref{OfPost, "b"})
	got, err := s.Chosen(t.Context(), "me")
	if err != nil || got.Version != "v1" || fmt.Sprint(got.Posts) != "[a  c]" {
		t.Errorf("chosen: %+v, %v", got, err)
	}
	shelf.err = fault.Down("cache", nil)
	if got, err := s.Chosen(t.Context(), "me"); err != nil || len(got.Posts) > 0 {
		t.Errorf("without lists: %+v, %v", got, err)
	}
}
