package recommend

import (
	"context"
	"errors"
	"slices"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
)

// Action is what a member says of a thing that was recommended.
type Action string

// The actions.
const (
	NotInterested Action = "NOT_INTERESTED" // never again
	AlreadyOwn    Action = "ALREADY_OWN"    // never again, but where it may be used up
	MoreLikeThis  Action = "MORE_LIKE_THIS" // what is like it rises
	LessLikeThis  Action = "LESS_LIKE_THIS" // never again, and what is like it sinks
	NotBecauseOf  Action = "NOT_BECAUSE_OF" // the evidence counts no more, for whatever it spoke
)

// Near is a thing that is like another, and how much: 1 for the likest.
type Near struct {
	Ref
	Strength float64
}

// Saying is one thing that a member said. It is of a thing, or of evidence.
type Saying struct {
	Action Action
	Of     Ref
	At     time.Time
	Near   []Near // of MoreLikeThis and LessLikeThis: what was like it then
}

// Taste is all that a member said, oldest first. It counts until the member takes it back.
type Taste struct {
	Member  member.ID
	Version int64 // how often it was saved
	Sayings []Saying
}

// CodeListFull refuses to keep more sayings; Nearest is how many are kept.
const CodeListFull = "LIST_FULL"

// Say adds a saying: said again it changes nothing, and of actions that cannot both hold the later one does.
func (t Taste) Say(s Saying, most int64) (next Taste, changed bool, err error) {
	for _, old := range t.Sayings {
		if old.Of == s.Of && old.Action == s.Action {
			return t, false, nil
		}
	}
	next = t
	next.Sayings = slices.DeleteFunc(slices.Clone(t.Sayings), func(old Saying) bool {
		return old.Of == s.Of && (old.Action == NotBecauseOf) == (s.Action == NotBecauseOf)
	})
	if int64(len(next.Sayings)) >= most {
		return t, false, fault.Refuse(CodeListFull, "itemId", "as much is kept as can be, %d; take something back first", most).Near(most)
	}
	next.Sayings = append(next.Sayings, s)
	return next, true, nil
}

// Unsay takes a saying back. What was never said changes nothing.
func (t Taste) Unsay(a Action, of Ref) (next Taste, changed bool) {
	next = t
	next.Sayings = slices.DeleteFunc(slices.Clone(t.Sayings), func(old Saying) bool { return old.Of == of && old.Action == a })
	return next, len(next.Sayings) != len(t.Sayings)
}

// Hidden counts the things that the member does not want to see.
func (t Taste) Hidden() (n int) {
	for _, s := range t.Sayings {
		if s.Action.hides() {
			n++
		}
	}
	return n
}

func (a Action) hides() bool { return a == NotInterested || a == AlreadyOwn || a == LessLikeThis }

// hidden are the things that a surface does not show, and gone the evidence that no longer counts.
func (t Taste) hidden(on Surface) (hidden, gone map[Ref]bool) {
	hidden, gone = map[Ref]bool{}, map[Ref]bool{}
	for _, s := range t.Sayings {
		switch {
		case s.Action == NotBecauseOf:
			gone[s.Of] = true
		case s.Action == AlreadyOwn && on == Replenish:
		case s.Action.hides():
			hidden[s.Of] = true
		}
	}
	return hidden, gone
}

// Tastes keeps what members said.
type Tastes interface {
	// Of gives a member's taste; of who said nothing an empty one of version 0.
	Of(ctx context.Context, m member.ID) (Taste, error)
	// Save replaces the version that was read, and counts it up; ErrStale if another came before.
	Save(ctx context.Context, t Taste) error
	// Erase takes away all that a member said.
	Erase(ctx context.Context, m member.ID) error
}

// ErrStale says that a member said something else meanwhile.
var ErrStale = errors.New("recommend: the taste was saved meanwhile")
