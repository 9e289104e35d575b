package contribution

import (
	"context"
	"time"

	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// Place is somebody's on a board, as one reader sees it.
type Place struct {
	Entry
	Rank int // 1 is the first
}

// Sight is a board as one reader sees it: nobody is on it who does not see the reader, whom the reader does not see, or
// who does not want to be on it, and those below them move up.
type Sight struct {
	Board  Board
	Start  time.Time // of the month
	End    time.Time // of the month, exclusive
	Places []Place
	Me     int // index of the reader's own; -1 = not on it
}

// Look shows a board to a reader; the zero Reader is nobody.
func (s *Service) Look(ctx context.Context, r community.Reader, id ID, now time.Time) (Sight, error) {
	b, hidden, err := s.board(ctx, id, now)
	if err != nil {
		return Sight{}, err
	}
	_, start, end := s.rules(id.Month)
	out := Sight{Board: b, Start: start, End: end, Me: -1}
	for _, e := range b.Entries {
		if hidden[e.Member] || r.Apart(e.Member) {
			continue
		}
		if r.Owns(e.Member) {
			out.Me = len(out.Places)
		}
		out.Places = append(out.Places, Place{e, len(out.Places) + 1})
	}
	return out, nil
}

// Around are the places near the reader's own.
func (v Sight) Around(radius int) []Place {
	if v.Me < 0 {
		return nil
	}
	return v.Places[max(0, v.Me-radius):min(len(v.Places), v.Me+radius+1)]
}

// At is where a place stands in the list.
func (v Sight) At(p Place) cursor.Place { return cursor.Place{Key: p.Key(v.Start), ID: p.Mark()} }

// Before tells whether one place of the list comes before another.
func Before(a, b cursor.Place) bool { return a.Key > b.Key || a.Key == b.Key && a.ID < b.ID }

// board gives a board, and who has gone from it since it was counted. One that was not counted yet, or of this month and
// not lately, is counted first.
func (s *Service) board(ctx context.Context, id ID, now time.Time) (Board, map[member.ID]bool, error) {
	b, ok, err := s.load(ctx, id.String())
	if err != nil {
		return b, nil, err
	}
	p, _, end := s.rules(id.Month)
	if !ok || now.Before(end.Add(closing(p.Contributions))) && s.Clock().Sub(b.At) >= s.Fresh {
		_, err, _ = s.flights.Do(string(id.Month), func() (any, error) {
			alone, cancel := context.WithTimeout(context.WithoutCancel(ctx), countWithin)
			defer cancel()
			return nil, s.Count(alone, id.Month)
		})
		if err == nil {
			b, _, err = s.load(ctx, id.String())
		}
	}
	if err != nil {
		return b, nil, err
	}
	gone, err := s.Store.Hidden(ctx, b.At.Add(-overlap))
	return b, set(gone), err
}

// countWithin bounds a count that readers wait for: it belongs to no single request.
const countWithin = 20 * time.Second

// closing is how long after a month's end its boards still change.
func closing(rules *programme.Contributions) time.Duration {
	if rules == nil || rules.Star == nil {
		return 0
	}
	return time.Duration(rules.Star.AfterHours) * time.Hour
}

// load gives a board out of the store; its entries are those of the process if they are the same.
func (s *Service) load(ctx context.Context, id string) (Board, bool, error) {
	s.mu.Lock()
	last := s.seen[id]
	s.mu.Unlock()
	b, ok, err := s.Store.LoadBoard(ctx, id, last.At)
	if err != nil || !ok {
		return b, false, err
	}
	if b.At.Equal(last.At) {
		return last, true, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.seen) >= remembered || s.seen == nil {
		s.seen = map[string]Board{}
	}
	s.seen[id] = b
	return b, true, nil
}

// Hide takes a member off all boards at once, or lets them on again at the next count.
func (s *Service) Hide(ctx context.Context, who member.ID, hidden bool) error {
	return s.Store.SetHidden(ctx, who, hidden, s.Clock().UTC().Truncate(time.Millisecond))
}

// Final counts the boards of groups of a month that is over, as it stands now, by code of the group, without those who do
// not want to be on them.
func (s *Service) Final(ctx context.Context, m Month) (map[string][]Entry, error) {
	all, err := s.count(ctx, m)
	out := map[string][]Entry{}
	for _, b := range all {
		if id := ParseID(b.ID); id.Group {
			out[id.Code] = b.Entries
		}
	}
	return out, err
}

// Moving are the months whose boards still change: this one, and the last one for a while.
func (s *Service) Moving(now time.Time) []Month {
	p := s.Book.At(now)
	if p.Contributions == nil {
		return nil
	}
	is := MonthOf(now, p.Zone())
	out := []Month{is}
	if start, _, _ := is.Span(p.Zone()); now.Before(start.Add(closing(p.Contributions))) {
		out = append(out, is.After(-1))
	}
	return out
}
