package community

import (
	"context"
	"time"

	"membergate/internal/member"
)

// The feed FOLLOWING is kept for each member who reads it, as a list of the ids of what is followed: posts are pushed to
// the lists of those who follow their authors and topics (home_spread.go), and what was not pushed yet is read beside the list
// (home_page.go). A list only says where to look. Every rule is applied when it is read, and it is believed only
//
//   - for the ties that it was made with: each change of what is followed gives them a new version;
//   - for what was touched until its mark, or until what has been pushed everywhere since before that mark;
//   - from its floor on. Below it, and wherever a list is missing or not to be believed, posts are found by ties.
//
// So nothing is lost with a list, or when pushing was cut off: that moves no mark.

const (
	// HomeMost is how many posts a list keeps, as Mastodon's do: twenty screens.
	HomeMost = 400
	// HomeLife is how long after the last look a list is kept and pushed to.
	HomeLife = 30 * 24 * time.Hour
	// homeWide is how many of those with more followers than are pushed to one page asks beside a list.
	homeWide = 50
	// homeLate is how far a list may lag behind to be read: what came since is looked through for each page.
	homeLate = 2 * SpreadLag
	// homeOld is how far a list may lag behind before it is made anew.
	homeOld = 10 * time.Minute
	// homeSlack is how long a write may take to be found after its time was taken: longer than any store waits.
	homeSlack = 40 * time.Second
	// SpreadLag is how old a post is when it is pushed. It is longer than homeSlack by what clocks may differ: a list that
	// was begun before its posts were asked for is pushed all that this question may have missed.
	SpreadLag = homeSlack + 10*time.Second
	// wideFresh is how old the list of those with too many followers may be in a process. Nothing of theirs counts as pushed
	// until wideKnown has passed, when every process knows.
	wideFresh = 5 * time.Second
	wideKnown = 3 * wideFresh
)

// Home is a part of a member's list.
type Home struct {
	Ties  int64     // version of the ties that it was made with
	Mark  time.Time // what was touched until then is in it
	Posts []PostID  // newest first
	Ended bool      // the part reaches the list's end
	Floor PostID    // the oldest post, of a list that is full; empty = it holds the oldest there is
	Done  Spread    // what is pushed everywhere
}

// Spread is the time of which all that was touched, From excluded, is pushed everywhere. The zero Spread is nothing.
type Spread struct{ From, To time.Time }

// upTo is until when what was touched is in the list: pushing goes on where the mark is, or it says nothing of this list.
func (h Home) upTo() time.Time {
	if !h.Done.From.After(h.Mark) && h.Done.To.After(h.Mark) {
		return h.Done.To
	}
	return h.Mark
}

// Homes keep the lists. They may be lost at any time, whole or back to an earlier state of all of them.
type Homes interface {
	// Home gives at most n posts of a member's list below a post (empty = from the newest), in one step with what is
	// pushed everywhere; false where there is no whole list.
	Home(ctx context.Context, m member.ID, below PostID, n int) (Home, bool, error)
	// OpenHome begins a member's list anew, which is pushed to from then on, and gives a number for FillHome.
	OpenHome(ctx context.Context, m member.ID, ties int64) (nonce int64, err error)
	// FillHome adds posts to the list that has the number, and makes it whole up to a mark. One that was begun anew
	// meanwhile stays as it is.
	FillHome(ctx context.Context, m member.ID, nonce int64, mark time.Time, posts []PostID) error
	// PushHomes adds posts to the lists that are there, and keeps the newest HomeMost of each.
	PushHomes(ctx context.Context, posts map[member.ID][]PostID) error
	// Spread gives what is pushed everywhere.
	Spread(ctx context.Context) (Spread, error)
	// SetSpread notes it. Whoever reads a list with it finds all that was pushed before.
	SetSpread(ctx context.Context, s Spread) error
}

// HomeStore is what of the community lists are made of. A post is touched when it is added or changed, counts excepted;
// the time is the store's own, taken when it begins to write.
type HomeStore interface {
	// Ties gives a member's ties; of an unknown member they are empty.
	Ties(ctx context.Context, m member.ID) (Ties, error)
	// Newest gives at most n posts by one of the authors or on one of the topics, newest first, of whatever state, those
	// deleted left out.
	Newest(ctx context.Context, authors []member.ID, topics []TopicID, n int) ([]PostID, error)
	// Touched gives at most n posts that were touched after a time and until another, in that order; of equals the higher
	// id comes last.
	Touched(ctx context.Context, after, until time.Time, n int) ([]Touch, error)
	// Followers gives at most n members who follow a member or a topic.
	Followers(ctx context.Context, k TieKind, to string, n int) ([]member.ID, error)
	// Wide gives whom and what too many follow for pushing, and since when that is known.
	Wide(ctx context.Context) (Wide, error)
	// AddWide notes it of one more; what is noted already keeps its time.
	AddWide(ctx context.Context, k TieKind, to string, at time.Time) error
	// Beside gives posts by id, and those that a list does not have, in one call.
	Beside(ctx context.Context, q BesideQuery) (Beside, error)
}

// Touch is that a post was added or changed.
type Touch struct {
	ID     PostID
	Author member.ID
	Topics []TopicID
	Gone   bool // it is deleted
	At     time.Time
}

// Wide is whom and what too many follow for pushing, with the time since which that is known. What is noted once stays, also
// when fewer follow it later: lists have missed its posts.
type Wide map[WideKey]time.Time

// WideKey names a member (Follow) or a topic (FollowTopic).
type WideKey struct {
	Kind TieKind
	To   string
}

// of gives those of a reader's ties that are wide.
func (w Wide) of(t Ties) (authors []member.ID, topics []TopicID) {
	for _, a := range t.Follows {
		if _, ok := w[WideKey{Follow, string(a)}]; ok {
			authors = append(authors, a)
		}
	}
	for _, topic := range t.Topics {
		if _, ok := w[WideKey{FollowTopic, string(topic)}]; ok {
			topics = append(topics, topic)
		}
	}
	return authors, topics
}

// BesideQuery asks for the posts of a page. Fresh and Wide are newest first, below a post (empty = from the newest), and
// Audience.Has holds for each of them but for its words.
type BesideQuery struct {
	Posts    []PostID
	Authors  []member.ID // Fresh: by one of them or on one of the topics,
	Topics   []TopicID
	Since    time.Time   // and touched after that
	ByWide   []member.ID // Wide: by one of them or on one of the topics
	OnWide   []TopicID
	Below    PostID
	Limit    int // of Fresh, and of Wide
	Audience Audience
}

// Beside is what a page is made of.
type Beside struct {
	Kept  []Post // by id, in no order; those unknown are missing
	Fresh []Post
	Wide  []Post
}
