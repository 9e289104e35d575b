package tier

import (
	"time"

	"membergate/internal/programme"
)

// Turn is a tier held from a moment on.
type Turn struct {
	At   time.Time
	Tier string
}

// outlookMonths is how far Outlook looks: a fact leaves its window within the year, the settlement after that comes
// within a quarter or a year, and a protection after it within half a year.
const outlookMonths = 36

// Outlook tells which tiers the member holds from the standing's clock on if nothing more happens. Kept with the
// standing it lets anybody show the tier of other members, true at any time, without reading their facts.
func (s Standing) Outlook(book Book) []Turn {
	turns := []Turn{{At: s.Clock, Tier: s.Held(book.At(s.Clock), s.Clock).Code}}
	end := s.Clock.AddDate(0, outlookMonths, 0)
	for {
		at, do := s.next(book, end)
		if do == nil {
			return turns
		}
		s = s.Advance(book, at)
		if code := s.Held(book.At(at), at).Code; code != turns[len(turns)-1].Tier {
			turns = append(turns, Turn{At: at, Tier: code})
		}
		if len(s.Facts) == 0 && !s.waiting() && s.Earned == book.At(at).Tiers[0].Code {
			return turns
		}
	}
}

// Foreseen is the standing with what whoever keeps it must keep beside it: the outlook, and when it is due next. Every
// change of a standing ends with it.
func (s Standing) Foreseen(book Book) Standing {
	s.Turns = s.Outlook(book)
	s.Due, _ = s.next(book, far)
	return s
}

// far is later than anything that can be due.
var far = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// Badge is the tier held at now by the outlook; it needs no facts.
func (s Standing) Badge(p *programme.Programme, now time.Time) programme.Tier {
	code := s.Earned
	for _, t := range s.Turns {
		if !t.At.After(now) {
			code = t.Tier
		}
	}
	t, ok := p.Tier(code)
	if !ok {
		return p.Tiers[0]
	}
	return t
}
