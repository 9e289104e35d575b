// Package contribution is what members did for one another in a month, and the boards that show who did most. Posts and
// comments are the truth: a board is counted from them, whole, and never added to.
package contribution

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"time"

	"membergate/internal/member"
	"membergate/internal/programme"
)

// Writing is what of a post or a comment counts.
type Writing struct {
	ID         string // begins with its time
	Author     member.ID
	Live       bool   // others can see it
	Reactors   int64  // members who reacted
	Own        bool   // its author is one of them
	Post       string // of a comment: what it is on
	Board      string // of a post: code
	Visibility string // of a post
	Adopted    bool   // of a post
}

// At is when it was written.
func (w Writing) At() time.Time {
	if len(w.ID) < 12 {
		return time.Time{}
	}
	ms, err := strconv.ParseInt(w.ID[:12], 16, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// Entry is what a member has done on a board.
type Entry struct {
	Member  member.ID
	Points  int64
	Reached time.Time // when the newest of what counts was written
}

// Key orders entries in the same way as Before, but for equals: more points first, of equals who had them first.
func (e Entry) Key(start time.Time) int64 {
	return e.Points<<32 | (1<<32 - 1 - e.Reached.Sub(start).Milliseconds())
}

// Mark tells equals apart, and says nothing of whom it is.
func (e Entry) Mark() string {
	sum := sha256.Sum256([]byte("contribution\x00" + string(e.Member)))
	return hex.EncodeToString(sum[:12])
}

// compare is the order of a board.
func compare(a, b Entry) int {
	return cmp.Or(cmp.Compare(b.Points, a.Points), a.Reached.Compare(b.Reached), cmp.Compare(a.Mark(), b.Mark()))
}

// tally counts writings by the rules of a month, those of one kind in the order of their ids.
type tally struct {
	rules *programme.Contributions
	sums  map[string]map[member.ID]*Entry // by the code of the board of posts; "" = of all
	heard map[string]int64                // comments that counted, by member and post
}

func newTally(rules *programme.Contributions) *tally {
	return &tally{rules: rules, sums: map[string]map[member.ID]*Entry{}, heard: map[string]int64{}}
}

// counts tells whether a post counts for anybody.
func (t *tally) counts(p Writing) bool {
	return p.Live && slices.Contains(t.rules.Visibilities, p.Visibility)
}

// liked are the points of those who reacted; one's own like is none.
func (t *tally) liked(w Writing) int64 {
	n := w.Reactors
	if w.Own {
		n--
	}
	return t.rules.Like * max(0, min(n, t.rules.LikesMax))
}

// post counts a post.
func (t *tally) post(p Writing) {
	if !t.counts(p) {
		return
	}
	points := t.rules.Post + t.liked(p)
	if p.Adopted {
		points += t.rules.Adoption
	}
	t.add(p.Board, p, points)
}

// comment counts a comment on a post.
func (t *tally) comment(c, on Writing) {
	if !c.Live || on.ID != c.Post || !t.counts(on) || on.Author == c.Author {
		return
	}
	key := string(c.Author) + "\x00" + c.Post
	if t.heard[key] >= t.rules.CommentsMax {
		return
	}
	t.heard[key]++
	t.add(on.Board, c, t.rules.Comment+t.liked(c))
}

func (t *tally) add(board string, w Writing, points int64) {
	for _, of := range slices.Compact([]string{"", board}) {
		sums := t.sums[of]
		if sums == nil {
			sums = map[member.ID]*Entry{}
			t.sums[of] = sums
		}
		e := sums[w.Author]
		if e == nil {
			e = &Entry{Member: w.Author}
			sums[w.Author] = e
		}
		if e.Points += points; w.At().After(e.Reached) {
			e.Reached = w.At()
		}
	}
}

// board is who did most, of those that may be on it.
func (t *tally) board(of string, may func(member.ID) bool) []Entry {
	var out []Entry
	for _, e := range t.sums[of] {
		if e.Points > 0 && may(e.Member) {
			out = append(out, *e)
		}
	}
	slices.SortFunc(out, compare)
	return out[:min(len(out), most)]
}

// most is how many a board holds; those below have no place on it.
const most = 100_000
