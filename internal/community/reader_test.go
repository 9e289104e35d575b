package community

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"membergate/internal/member"
	"membergate/internal/programme"
)

const author = member.ID("author")

func published(v Visibility) Post {
	return Post{ID: "p", Author: author, State: Published, Visibility: v, MinRank: 2, Family: "f1"}
}

// Who sees what: one line per reader, one column per visibility.
func TestWhoSeesWhat(t *testing.T) {
	columns := []Visibility{Public, Members, OfTier, OfFamily, Followers, "SOMETHING_NEW"}
	for name, c := range map[string]struct {
		r    Reader
		want string // one letter per column: y or -
	}{
		"nobody signed in":     {Reader{}, "y-----"},
		"the author":           {Reader{Member: author}, "yyyyyy"},
		"a stranger":           {Reader{Member: "m"}, "yy----"},
		"of a lower tier":      {Reader{Member: "m", Rank: 1}, "yy----"},
		"of the tier":          {Reader{Member: "m", Rank: 2}, "yyy---"},
		"of the family":        {Reader{Member: "m", Family: "f1"}, "yy-y--"},
		"of another family":    {Reader{Member: "m", Family: "f2"}, "yy----"},
		"a follower":           {Reader{Member: "m", Ties: Ties{Follows: []member.ID{author}}}, "yy--y-"},
		"who blocked":          {Reader{Member: "m", Rank: 9, Family: "f1", Ties: Ties{Follows: []member.ID{author}, Blocks: []member.ID{author}}}, "------"},
		"who is blocked":       {Reader{Member: "m", Rank: 9, Family: "f1", Ties: Ties{Follows: []member.ID{author}, BlockedBy: []member.ID{author}}}, "------"},
		"who blocked somebody": {Reader{Member: "m", Ties: Ties{Blocks: []member.ID{"else"}}}, "yy----"},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			for _, v := range columns {
				if c.r.CanSee(published(v)) {
					got += "y"
				} else {
					got += "-"
				}
			}
			if got != c.want {
				t.Errorf("sees %s of %v; want %s", got, columns, c.want)
			}
		})
	}
}

func TestOnlyItsAuthorSeesAPostThatIsNotPublished(t *testing.T) {
	for _, state := range []Moderation{Draft, Pending, Limited, Removed, "SOMETHING_NEW"} {
		p := published(Public)
		p.State = state
		if !(Reader{Member: author}).CanSee(p) {
			t.Errorf("the author does not see a %s post", state)
		}
		for _, r := range []Reader{{}, {Member: "m", Rank: 9, Family: "f1", Ties: Ties{Follows: []member.ID{author}}}} {
			if r.CanSee(p) {
				t.Errorf("%q sees a %s post of somebody else", r.Member, state)
			}
		}
	}
}

func TestNobodySeesADeletedPost(t *testing.T) {
	p := published(Public)
	p.DeletedAt = time.Now()
	for _, r := range []Reader{{}, {Member: author}, {Member: "m"}} {
		if r.CanSee(p) || r.Audience().Has(p) || len(r.Permissions(p)) > 0 {
			t.Errorf("%q sees it", r.Member)
		}
	}
}

// A post without an author belongs to nobody, also not to the nobody who is not signed in.
func TestNobodyOwnsAPostWithoutAuthor(t *testing.T) {
	p := published(Members)
	p.Author = ""
	if (Reader{}).CanSee(p) || (Reader{}).Audience().Has(p) {
		t.Error("somebody who is not signed in sees a members' post of an erased author")
	}
}

// The audience in values says what the rule says in words, for every post and reader.
func TestTheAudienceIsTheRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawReader(t)
		for range 50 { // most posts are not for most readers, so that one of each would seldom meet
			p := drawPost(t)
			if r.Wants(p) != r.Audience().Has(p) {
				t.Fatalf("reader %+v, post %+v: the rule says %v, the audience %v", r, p, r.Wants(p), r.Audience().Has(p))
			}
			if r.SignedIn() && r.CanSee(p) && !(Audience{Own: r.Member}).Has(p) {
				t.Fatalf("post %+v is not among what is read before the facts are known", p)
			}
		}
	})
}

func drawReader(t *rapid.T) Reader {
	people := rapid.SliceOfDistinct(rapid.SampledFrom([]member.ID{"a", "b", "c"}), func(m member.ID) member.ID { return m })
	r := Reader{Member: rapid.SampledFrom([]member.ID{"", "a", "b", "x"}).Draw(t, "reader")}
	if r.SignedIn() {
		r.Rank = rapid.IntRange(0, 4).Draw(t, "rank")
		r.Family = rapid.SampledFrom([]string{"", "f1", "f2"}).Draw(t, "family")
		r.Ties = Ties{Follows: people.Draw(t, "follows"), Blocks: people.Draw(t, "blocks"), BlockedBy: people.Draw(t, "blockedBy"), Mutes: people.Draw(t, "mutes")}
	}
	return r
}

func drawPost(t *rapid.T) Post {
	p := Post{
		Author:     rapid.SampledFrom([]member.ID{"a", "b", "c"}).Draw(t, "author"),
		Visibility: rapid.SampledFrom([]Visibility{Public, Members, OfTier, OfFamily, Followers}).Draw(t, "visibility"),
		State:      rapid.SampledFrom([]Moderation{Draft, Pending, Published, Published, Published, Limited, Removed}).Draw(t, "state"),
		MinRank:    rapid.IntRange(0, 5).Draw(t, "minRank"),
		Family:     rapid.SampledFrom([]string{"f1", "f2"}).Draw(t, "of family"),
	}
	if rapid.IntRange(0, 9).Draw(t, "deleted") == 0 {
		p.DeletedAt = epoch
	}
	return p
}

func TestPermissions(t *testing.T) {
	pending, removed, locked, gone := published(Public), published(Public), published(Public), published(Public)
	pending.State, removed.State, locked.Locked, gone.DeletedAt = Pending, Removed, true, epoch
	for name, c := range map[string]struct {
		r    Reader
		p    Post
		want []string
	}{
		"nobody signed in":    {Reader{}, published(Public), nil},
		"a member":            {Reader{Member: "m"}, published(Public), []string{"COMMENT", "REACT", "REPORT"}},
		"the author":          {Reader{Member: author}, published(Public), []string{"EDIT", "DELETE", "COMMENT", "REACT"}},
		"of a pending post":   {Reader{Member: author}, pending, []string{"EDIT", "DELETE"}},
		"of a removed post":   {Reader{Member: author}, removed, []string{"DELETE"}},
		"on a locked post":    {Reader{Member: "m"}, locked, []string{"REACT", "REPORT"}},
		"on somebody's draft": {Reader{Member: "m"}, pending, nil},
		"on what is gone":     {Reader{Member: author}, gone, nil},
		"of a lower tier":     {Reader{Member: "m"}, published(OfTier), nil},
	} {
		if got := c.r.Permissions(c.p); !slices.Equal(got, c.want) || got == nil {
			t.Errorf("%s: %v; want %v", name, got, c.want)
		}
	}
}

var ladder = &programme.Programme{Tiers: []programme.Tier{{Code: "LOW"}, {Code: "MID", Rank: 1}, {Code: "HIGH", Rank: 2}}}

func TestWhoMayPost(t *testing.T) {
	all, mid := programme.Board{}, programme.Board{PostMinTier: "MID"}
	staff := programme.Board{PostRoles: []string{"moderator", "operations"}}
	for name, c := range map[string]struct {
		r    Reader
		b    programme.Board
		want bool
	}{
		"nobody signed in":          {Reader{}, all, false},
		"a member":                  {Reader{Member: "m"}, all, true},
		"below the board's tier":    {Reader{Member: "m"}, mid, false},
		"of the board's tier":       {Reader{Member: "m", Rank: 1}, mid, true},
		"a member on a staff board": {Reader{Member: "m", Rank: 2}, staff, false},
		"another role on it":        {Reader{Member: "m", Roles: []string{"clerk"}}, staff, false},
		"the role that it asks for": {Reader{Member: "m", Roles: []string{"operations"}}, staff, true},
		"a role, but not signed in": {Reader{Roles: []string{"operations"}}, staff, false},
	} {
		if got := c.r.CanPost(ladder, c.b); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestWhoMayJoin(t *testing.T) {
	open, mid := programme.Group{}, programme.Group{MinTier: "MID", MaxSize: 2}
	vip := programme.Group{Segment: "VIP"}
	for name, c := range map[string]struct {
		r    Reader
		g    programme.Group
		c    Circle
		want bool
	}{
		"nobody signed in":     {Reader{}, open, Circle{}, false},
		"a member":             {Reader{Member: "m"}, open, Circle{Members: 100_000}, true},
		"who is in it already": {Reader{Member: "m"}, open, Circle{Joined: true}, false},
		"below the tier":       {Reader{Member: "m"}, mid, Circle{}, false},
		"of the tier":          {Reader{Member: "m", Rank: 1}, mid, Circle{Members: 1}, true},
		"no seat left":         {Reader{Member: "m", Rank: 1}, mid, Circle{Members: 2}, false},
		"not of the segment":   {Reader{Member: "m", Rank: 2}, vip, Circle{}, false},
		"of the segment":       {Reader{Member: "m", Segments: []string{"VIP"}}, vip, Circle{}, true},
	} {
		if got := c.r.CanJoin(ladder, c.g, c.c); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestAnswersHangBesideTheDeepest(t *testing.T) {
	c := Comment{ID: "c0", Post: "p"}
	for i := 1; i <= 9; i++ {
		c = Comment{ID: CommentID(fmt.Sprintf("c%d", i))}.AnswerTo(c)
		if want := min(i, MaxDepth); c.Depth != want || c.Post != "p" {
			t.Fatalf("c%d hangs at depth %d of %s; want %d of p", i, c.Depth, c.Post, want)
		}
	}
	if c.Parent != "c5" || c.Path != "c0.c1.c2.c3.c4.c5" || c.Under() != "c5" {
		t.Errorf("the ninth hangs below %s by the path %s", c.Parent, c.Path)
	}
}

func TestACommentOfSomebodyApartIsOnlyAPlace(t *testing.T) {
	apart := Reader{Member: "m", Ties: Ties{BlockedBy: []member.ID{author}}}
	c := Comment{ID: "c", Post: "p", Author: author, Body: "hello", State: Published, CreatedAt: epoch, Replies: 1, Counts: Counts{Reactors: 3}}
	p := published(Public)
	p.Author = "else"
	if !apart.CanRead(p, c) {
		t.Error("it has no place in the thread although a reply hangs below it")
	}
	if got := c.As(apart); got.Author != "" || got.Body != "" || got.Counts.Reactors != 0 || !got.Tombstone() || got.Replies != 1 {
		t.Errorf("it shows as %+v", got)
	}
	if got := c.As(Reader{Member: "m"}); got.Body != "hello" || got.Tombstone() {
		t.Errorf("others see %+v", got)
	}
	c.Replies = 0
	if apart.CanRead(p, c) || !(Reader{}).CanRead(p, c) {
		t.Error("without replies it must be left out for who is apart, and for nobody else")
	}
}

func TestADeletedCommentStaysWhileRepliesHangBelowIt(t *testing.T) {
	c := Comment{ID: "c", Post: "p", Author: author, Body: "hello", State: Published, DeletedAt: epoch, Replies: 2}
	p := published(Public)
	if got := c.As(Reader{Member: author}); !(Reader{}).CanRead(p, c) || got.Body != "" || got.Author != "" {
		t.Errorf("it shows as %+v", got)
	}
	c.Replies = 0
	if (Reader{Member: author}).CanRead(p, c) {
		t.Error("it is listed although nothing hangs below it")
	}
}

func TestAPendingCommentIsItsAuthorsAlone(t *testing.T) {
	p := published(Public)
	c := Comment{ID: "c", Post: "p", Author: "m", State: Pending}
	if !(Reader{Member: "m"}).CanRead(p, c) || (Reader{}).CanRead(p, c) || (Reader{Member: author}).CanRead(p, c) {
		t.Error("somebody else reads it, or its author does not")
	}
}
