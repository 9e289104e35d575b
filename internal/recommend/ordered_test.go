package recommend

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"membergate/internal/cursor"
	"membergate/internal/viewer"
)

// shownOn gives the things of a surface's first page.
func shownOn(t *testing.T, s *Service, a Asked) (out []string, personalised bool) {
	t.Helper()
	page, err := s.Recommend(t.Context(), a, cursor.Args{}, viewer.English, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range page.Nodes {
		out = append(out, r.Item.ID)
	}
	return out, page.Personalised
}

func TestAnOrderCountsOnTheNextRequest(t *testing.T) {
	lists := map[Key]List{
		MemberList("me", Home): list(BoughtBefore, "tea rice"), MemberList("me", Discover): list(SimilarTo, "jam tea"),
		MemberList("me", Replenish): list(Replenishing, "tea rice"), PopularList(OfProduct): list(Popular, "tea oil"),
	}
	tea := product("tea")
	for name, c := range map[string]struct {
		on        Surface
		after     time.Duration // since the order
		made      string        // the version of the member's lists
		forgotten bool
	}{
		"home, a second later":                                 {on: Home, after: time.Second},
		"home, three days later":                               {on: Home, after: 72 * time.Hour, forgotten: true},
		"no discovery for as long as the list may live":        {on: Discover, after: 6 * 24 * time.Hour},
		"beside the cart too":                                  {on: Cart, after: 6 * 24 * time.Hour},
		"beside a product":                                     {on: Product, after: time.Second},
		"not due, by a list that was made before":              {on: Replenish, after: 48 * time.Hour, made: noon.Add(-time.Second).Format(versionTime)},
		"not due, by a list of which nobody knows the time":    {on: Replenish, after: 48 * time.Hour, made: "spark-1"},
		"due again, by a list that was made with the order":    {on: Replenish, after: 48 * time.Hour, made: noon.Format(versionTime), forgotten: true},
		"for everybody, what is popular is popular afterwards": {on: Family, after: 72 * time.Hour, forgotten: true},
	} {
		t.Run(name, func(t *testing.T) {
			own := map[Key]List{}
			for k, l := range lists {
				l.Version = c.made
				own[k] = l
			}
			s, kept := newService(own)
			if err := s.Order(t.Context(), asks(c.on), []string{"tea", "tea"}); err != nil {
				t.Fatal(err)
			}
			state := kept.state
			if err := s.Order(t.Context(), asks(c.on), []string{"tea"}); err != nil || kept.state != state {
				t.Errorf("told again, the trace is changed %d times, %v", kept.state-state, err)
			}
			later := asks(c.on)
			later.Now = noon.Add(c.after)
			shown, personalised := shownOn(t, s, later)
			if slices.Contains(shown, "tea") != c.forgotten || len(shown) == 0 || !c.forgotten && !personalised {
				t.Errorf("%v are shown, personalised %v", shown, personalised)
			}
			if c.forgotten {
				return
			}
			later.Personal = false // who takes the consent back sees what everybody sees
			if shown, personalised := shownOn(t, s, later); !slices.Contains(shown, tea.ID) || personalised {
				t.Errorf("without consent %v are shown, personalised %v", shown, personalised)
			}
		})
	}
}

func TestAnOrderIsNotNotedOfWhoDidNotAgree(t *testing.T) {
	s, kept := newService(nil)
	a := asks(Home)
	a.Personal = false
	if err := s.Order(t.Context(), a, []string{"tea"}); err == nil || kept.state != 0 {
		t.Errorf("noted %d times, %v", kept.state, err)
	}
}

func TestOldOrdersAreLeftToTheLists(t *testing.T) {
	if !OrderCounts(noon, noon.Add(7*24*time.Hour-1)) || OrderCounts(noon, noon.Add(7*24*time.Hour)) {
		t.Error("an order counts for seven days")
	}
}

// slow are lists whose copies are written only when they may be.
type slow struct {
	*shelves
	mu    sync.Mutex
	may   chan struct{}
	wrote []Taste
}

func (s *slow) Know(_ context.Context, t Taste) error {
	<-s.may
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wrote = append(s.wrote, t)
	return nil
}

// A request waits for no copy, however slow the cache is; what waits when the process ends is written all the same, and
// what is too much is left out.
func TestCopiesAreWrittenBehindTheAnswer(t *testing.T) {
	s, kept := newService(map[Key]List{PopularList(OfProduct): list(Popular, "tea")})
	lists := &slow{shelves: kept, may: make(chan struct{})}
	s.Lists, s.Behind = lists, NewBehind(lists)
	for range mostNotes + 3 {
		shownOn(t, s, asks(Home))
	}
	ctx, end := context.WithCancel(t.Context())
	end()
	close(lists.may)
	if err := s.Behind.Run(ctx); err != nil || len(lists.wrote) != mostNotes || lists.wrote[0].Member != "me" {
		t.Errorf("%d copies were written, %v", len(lists.wrote), err)
	}
}
