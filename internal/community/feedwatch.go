package community

import (
	"maps"
	"slices"
)

// watchedPosts is how many posts of a feed are watched, and how many new ones are counted.
const watchedPosts = 50

// FeedWatch tells what has become of a feed in order of time since it was looked at first. The zero FeedWatch has not
// looked yet.
type FeedWatch struct {
	// Base is the id of the post that stood first when an earlier watch began, which this one continues; empty when there
	// was none. What stands above it is new at the first look.
	Base string

	looked bool
	mark   PostID          // what stood first when it began
	floor  PostID          // the oldest post of the first look; empty when all of the feed was seen
	known  map[PostID]bool // of the first look
	fresh  map[PostID]bool // came since
	gone   map[PostID]bool // known or fresh ones that are not there any more
}

// Look sees the feed's newest posts, at most watchedPosts, and whether more follow.
func (w *FeedWatch) Look(page []Post, more bool) {
	if !w.looked {
		w.begin(page, more)
		return
	}
	there := map[PostID]bool{}
	for _, p := range page {
		there[p.ID] = true
		delete(w.gone, p.ID)
		if !w.known[p.ID] && !w.fresh[p.ID] && p.ID > w.floor {
			w.fresh[p.ID] = true
		}
	}
	for id := range w.known {
		w.missed(id, page, more, there)
	}
	for id := range w.fresh {
		w.missed(id, page, more, there)
	}
	for _, id := range slices.Sorted(maps.Keys(w.fresh)) { // the oldest are forgotten first
		if len(w.fresh) <= watchedPosts {
			break
		}
		delete(w.fresh, id)
	}
}

func (w *FeedWatch) begin(page []Post, more bool) {
	w.looked, w.known, w.fresh, w.gone = true, map[PostID]bool{}, map[PostID]bool{}, map[PostID]bool{}
	w.mark = PostID(w.Base)
	if len(page) > 0 && w.mark == "" {
		w.mark = page[0].ID
	}
	if more {
		w.floor = page[len(page)-1].ID
	}
	for _, p := range page {
		if w.Base != "" && p.ID > w.mark {
			w.fresh[p.ID] = true
		} else {
			w.known[p.ID] = true
		}
	}
}

// missed notes a post as gone if the page would show it. What lies below the page is not looked at.
func (w *FeedWatch) missed(id PostID, page []Post, more bool, there map[PostID]bool) {
	if !there[id] && (!more || id > page[len(page)-1].ID) {
		w.gone[id] = true
	}
}

// New are the posts that came and are there, newest first, at most 50.
func (w *FeedWatch) New() []PostID {
	var out []PostID
	for id := range w.fresh {
		if !w.gone[id] {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	slices.Reverse(out)
	return out
}

// Gone are the posts that were there and are not, newest first.
func (w *FeedWatch) Gone() []PostID {
	out := slices.Sorted(maps.Keys(w.gone))
	slices.Reverse(out)
	return out
}

// Mark is the Base with which another watch continues this one.
func (w *FeedWatch) Mark() string { return string(w.mark) }
