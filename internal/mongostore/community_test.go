package mongostore

import (
	"context"
	"os"
	"reflect"
	"testing"
	"time"

	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/member"
	"membergate/internal/storetest"
	"membergate/internal/trips"
)

func TestCommunity(t *testing.T) {
	posts, scribes := 100, 10 // beside fifty a page takes a server on two busy cores half a second
	if os.Getenv("SOAK") != "" {
		posts, scribes = 2000, 50
	}
	storetest.Community(t, open(t).Community(), posts, scribes)
}

func TestHomes(t *testing.T) { storetest.Homes(t, open(t).Community()) }

func TestPosting(t *testing.T) { storetest.Posting(t, open(t).Community()) }

func TestAdoptions(t *testing.T) { storetest.Adoptions(t, open(t).Community()) }

func TestContributions(t *testing.T) {
	storetest.Contributions(t, open(t).Patient(time.Minute).Community())
}

func TestStars(t *testing.T) { storetest.Stars(t, open(t).Patient(time.Minute).Community()) }

func TestReporting(t *testing.T) {
	s := open(t)
	storetest.Reporting(t, storetest.Tribunal{Reports: s.Reports(), Contents: s.Community()})
}

// What a screen reads costs one command each, however much of it there is.
func TestCommunityTrips(t *testing.T) {
	s := open(t).Community()
	on := []community.Subject{{Kind: community.OnPost, ID: "trip-1"}, {Kind: community.OnComment, ID: "trip-2"}}
	reader := community.Reader{Member: "m", Rank: 3, Family: "f", Ties: community.Ties{Follows: []member.ID{"a"}, Blocks: []member.ID{"b"}}}
	place := cursor.Place{Key: 1, ID: "x"}
	span := cursor.Span{Limit: 20, After: &place}
	for says, c := range map[string]struct {
		want int
		call func(context.Context) error
	}{
		"a page of the hot feed": {1, func(ctx context.Context) error {
			_, err := s.Page(ctx, community.Query{Order: community.ByHot, Audience: reader.Audience(), Span: span})
			return err
		}},
		"a page of what is followed": {1, func(ctx context.Context) error {
			_, err := s.Page(ctx, community.Query{Authors: []member.ID{"a"}, Topics: []community.TopicID{"t"}, Audience: reader.Audience(), Span: span})
			return err
		}},
		"posts by id": {1, func(ctx context.Context) error { _, err := s.ByIDs(ctx, []community.PostID{"1", "2"}); return err }},
		"a thread": {1, func(ctx context.Context) error {
			_, err := s.Thread(ctx, community.ThreadQuery{Under: []string{"1"}, Span: span})
			return err
		}},
		"replies to twenty comments": {1, func(ctx context.Context) error {
			under := make([]string, 20)
			for i := range under {
				under[i] = string(rune('a' + i))
			}
			_, err := s.Thread(ctx, community.ThreadQuery{Under: under, Span: cursor.Span{Limit: 3}, Audience: reader.Audience()})
			return err
		}},
		"comments by id": {1, func(ctx context.Context) error {
			_, err := s.CommentsByIDs(ctx, []community.CommentID{"1"})
			return err
		}},
		"topics": {1, func(ctx context.Context) error { _, err := s.Topics(ctx, []community.TopicID{"1", "2"}); return err }},
		"what a hundred members hear": {1, func(ctx context.Context) error {
			who := make([]member.ID, 100)
			for i := range who {
				who[i] = member.ID(rune('a' + i))
			}
			_, err := s.Heard(ctx, who, time.Unix(0, 0), 200)
			return err
		}},
		"own marks":          {1, func(ctx context.Context) error { _, err := s.Marks(ctx, "m", on); return err }},
		"ties, both ways":    {1, func(ctx context.Context) error { _, err := s.Ties(ctx, "m"); return err }},
		"groups":             {1, func(ctx context.Context) error { _, err := s.Circles(ctx, []string{"a", "b"}, "m"); return err }},
		"a tally":            {2, func(ctx context.Context) error { _, err := s.Tally(ctx, on[0]); return err }},
		"nothing, of topics": {0, func(ctx context.Context) error { _, err := s.Topics(ctx, nil); return err }},
		"nothing, of marks":  {0, func(ctx context.Context) error { _, err := s.Marks(ctx, "m", nil); return err }},
		"nothing, of groups": {0, func(ctx context.Context) error { _, err := s.Circles(ctx, nil, "m"); return err }},
		"nothing, of replies": {0, func(ctx context.Context) error {
			_, err := s.Thread(ctx, community.ThreadQuery{Span: cursor.Span{Limit: 3}})
			return err
		}},
	} {
		ctx, count := trips.With(t.Context())
		if err := c.call(ctx); err != nil {
			t.Fatalf("%s: %v", says, err)
		}
		if got := count.Mongo(); got != c.want {
			t.Errorf("%s cost %d commands, want %d", says, got, c.want)
		}
	}
}

// A reaction costs what its steps cost: the row, the post, two tallies, the counts, and that it is settled.
func TestReactionTrips(t *testing.T) {
	s := open(t).Community()
	service := &community.Service{Store: s}
	at := time.UnixMilli(1_700_000_000_000).UTC()
	p := community.Post{ID: community.PostID(community.NewID(at)), State: community.Published, CreatedAt: at}
	if err := s.Put(t.Context(), []community.Post{p}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{7, 6} { // a mark's first reaction makes the row, its second finds it
		kind := []community.Kind{community.Like, community.Love}[i]
		ctx, count := trips.With(t.Context())
		if _, err := service.SetMark(ctx, "m", p.Subject(), kind, true, at); err != nil {
			t.Fatal(err)
		}
		if got := count.Mongo(); got != want {
			t.Errorf("reaction %d cost %d commands, want %d", i+1, got, want)
		}
	}
}

func TestMembersWithMoreCommentsThanOneQuestionFindsHearTheNewestOfEach(t *testing.T) {
	s := open(t).Community()
	at, all := time.Unix(1_700_000_000, 0).UTC(), []community.Comment{}
	for i := range 30 {
		c := community.Comment{
			ID: community.CommentID(community.IDOf(at, [10]byte{byte(i)})), Post: "p", Author: "busy", State: community.Published,
			Hearers: []member.ID{"many", "few"}[:1+i%10/9], PublishedAt: at.Add(time.Duration(i) * time.Minute),
		}
		all = append(all, c)
	}
	ctx := t.Context()
	if err := s.PutComments(ctx, all); err != nil {
		t.Fatal(err)
	}
	who, since := []member.ID{"many", "few", "none"}, at.Add(time.Minute)
	whole, err := s.Heard(ctx, who, since, 5)
	if err != nil || len(whole) != 2 || len(whole["many"]) != 5 || len(whole["few"]) != 3 || whole["many"][0] != all[29].Heard() {
		t.Fatalf("they hear %+v, %v", whole, err)
	}
	for _, most := range []int{1, 29, 30} {
		got, err := s.heardBy(ctx, who, since, 5, most)
		if err != nil || !reflect.DeepEqual(got, whole) {
			t.Errorf("asked for %d at once they hear %+v, %v, want %+v", most, got, err, whole)
		}
	}
}

func TestInspections(t *testing.T) {
	s := open(t)
	storetest.Inspections(t, storetest.Inspected{Tribunal: storetest.Tribunal{Reports: s.Reports(), Contents: s.Community()}, Findings: s.Reports()})
}
