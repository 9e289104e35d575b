package community

import (
	"context"
	"slices"

	"membergate/internal/cursor"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// FeedKind says which posts a feed holds, and in which order.
type FeedKind string

// The feeds.
const (
	Hot       FeedKind = "HOT"
	New       FeedKind = "NEW"
	Following FeedKind = "FOLLOWING" // of members and on topics that the reader follows
	ForYou    FeedKind = "FOR_YOU"   // chosen for the reader; Hot where nothing is
	OfBoard   FeedKind = "BOARD"
	OnTopic   FeedKind = "TOPIC"
	FamilyOwn FeedKind = "FAMILY" // written for the reader's family alone
)

// timed tells whether a feed is in order of time, newest first: then it pages both ways.
func (k FeedKind) timed() bool { return k != Hot && k != ForYou }

// FeedQuery asks for a page of a feed.
type FeedQuery struct {
	Kind  FeedKind
	Board string    // OfBoard: code
	Topic TopicID   // OnTopic
	Who   member.ID // who reads; empty = nobody signed in
	Args  cursor.Args
}

// FeedPage is a page of a feed. All of its posts can be seen by the reader, and it is short only where the feed ends.
type FeedPage struct {
	cursor.Page[Post]
	Stale bool // the choice that the page goes on with has been made anew meanwhile
}

// Newest is the cursor above which newer posts appear, nil on an empty page.
func (p FeedPage) Newest() *string { return p.Start() }

// Facts loads what the rules must know of who reads. A feed calls it once, at the same time as it asks for posts where
// it can.
type Facts func(context.Context) (Reader, error)

// Service reads the community and counts its marks.
type Service struct {
	Store   Store
	Cursors *cursor.Book
	Choice  Chooser  // nil = nothing is chosen for anybody
	Hottest *Hottest // nil = the hot feed is read along its keys, which move while members like
	Keeping *Keeping // nil = what members follow is found by their ties
}

// PageSize is how many posts or comments there are on a page that does not say: about three screens of a telephone.
const PageSize = 20

// spare is how many posts more than asked for are read at once, since a few may not be for the reader: a fifth of a
// usual page, so that a second look is rare.
const spare = 4

// Feed gives a page of a feed. Hot, New, OfBoard and OnTopic cost the reader one look at the posts, beside the facts;
// a second one only if several posts of the first were not for the reader. Of a topic that is not there the page is
// empty: whoever asks says so.
func (s *Service) Feed(ctx context.Context, p *programme.Programme, q FeedQuery, facts Facts) (FeedPage, error) {
	if err := q.check(p); err != nil {
		return FeedPage{}, err
	}
	list := q.list()
	span, err := s.Cursors.Span(list, q.Args, cursor.Rules{Default: PageSize, TwoWay: q.Kind.timed()})
	if err != nil {
		return FeedPage{}, err
	}
	ask := Query{Board: q.Board, Topic: q.Topic, Span: span}
	switch q.Kind {
	case Following:
		return s.following(ctx, q, list, ask, facts)
	case FamilyOwn:
		return s.own(ctx, q, list, ask, facts)
	case ForYou:
		return s.forYou(ctx, q, list, span, facts)
	case Hot:
		return s.hot(ctx, q, list, span, facts)
	}
	return s.shared(ctx, q.Who, list, ask, facts)
}

// check refuses questions that no feed answers.
func (q FeedQuery) check(p *programme.Programme) error {
	has := func(b programme.Board) bool { return b.Code == q.Board }
	switch {
	case q.Kind == OfBoard && q.Board == "":
		return fault.Bad("boardCode", "boardCode is missing; the feed BOARD needs the code of a board")
	case q.Kind != OfBoard && q.Board != "":
		return fault.Bad("boardCode", "boardCode is %q; it is allowed with the feed BOARD only", q.Board)
	case q.Kind == OnTopic && q.Topic == "":
		return fault.Bad("topicId", "topicId is missing; the feed TOPIC needs the id of a topic")
	case q.Kind != OnTopic && q.Topic != "":
		return fault.Bad("topicId", "topicId is %q; it is allowed with the feed TOPIC only", string(q.Topic))
	case q.Kind == OfBoard && !slices.ContainsFunc(p.Boards, has):
		return fault.New(fault.NotFound, "there is no board %q", q.Board)
	case (q.Kind == Following || q.Kind == FamilyOwn) && q.Who == "":
		return fault.New(fault.Unauthenticated, "the feed %s is there for signed-in members only", q.Kind)
	default:
		return nil
	}
}

// list names the feed for its cursors. What everybody reads the same list of, everybody may pass cursors of.
func (q FeedQuery) list() cursor.List {
	l := cursor.List{Name: "feed." + string(q.Kind), Filter: []string{q.Board, string(q.Topic)}}
	if q.Kind == Following || q.Kind == FamilyOwn || q.Kind == ForYou {
		l.Owner = string(q.Who)
	}
	return l
}

// own gives a page of a feed that only the facts can find.
func (s *Service) own(ctx context.Context, q FeedQuery, list cursor.List, ask Query, facts Facts) (FeedPage, error) {
	r, err := facts(ctx)
	if err != nil {
		return FeedPage{}, err
	}
	ask.Family, ask.Authors, ask.Topics = r.Family, nil, nil
	if q.Kind == Following {
		ask.Family, ask.Authors, ask.Topics = "", r.Ties.Follows, r.Ties.Topics
	}
	if ask.Family == "" && len(ask.Authors)+len(ask.Topics) == 0 {
		return FeedPage{}, nil
	}
	want := ask.Span.Limit
	ask.Audience, ask.Span.Limit = r.Audience(), want+1
	posts, err := s.Store.Page(ctx, ask)
	if err != nil {
		return FeedPage{}, err
	}
	return s.page(list, ask, want, posts), nil
}
