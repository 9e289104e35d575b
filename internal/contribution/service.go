package contribution

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"membergate/internal/community"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// Book gives the programme in force at a time.
type Book interface {
	At(t time.Time) *programme.Programme
}

// Service counts boards and shows them.
type Service struct {
	Store   Store
	Company Company
	Book    Book
	Clock   func() time.Time // the real one: it tells which of two counts is the later
	Fresh   time.Duration    // how old a board of this month may be before who reads it counts anew; 0 = any

	mu      sync.Mutex // guards what follows
	seen    map[string]Board
	flights singleflight.Group
}

const (
	// atOnce is how many posts or comments are read in one call.
	atOnce = 1_000
	// mostInGroup is how many members of a group are looked at: more than any group of a programme has seats.
	mostInGroup = 100_000
	// remembered is how many boards a process keeps: a large one has some 10 MB.
	remembered = 32
	// Fresh is how old a board may be where no sweep counts it.
	Fresh = 5 * time.Minute
	// overlap is by how much the clocks of two processes may differ.
	overlap = time.Minute
)

// Count counts all boards of a month from what was written in it, and stores them.
func (s *Service) Count(ctx context.Context, m Month) error {
	at := s.Clock().UTC().Truncate(time.Millisecond)
	all, err := s.count(ctx, m)
	for _, b := range all {
		b.At = at
		if err == nil {
			err = s.Store.SaveBoard(ctx, b)
		}
	}
	return err
}

// count counts the boards of a month, by the rules at its end.
func (s *Service) count(ctx context.Context, m Month) ([]Board, error) {
	p, start, end := s.rules(m)
	if p.Contributions == nil {
		return nil, nil
	}
	t := newTally(p.Contributions)
	above, below := before(start), first(end)
	if err := s.posts(ctx, above, below, t); err != nil {
		return nil, err
	}
	if err := s.comments(ctx, above, below, t); err != nil {
		return nil, err
	}
	hidden, err := s.Store.Hidden(ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	away := set(hidden)
	var out []Board
	for _, id := range All(p, m) {
		_, of, _ := Find(p, id, start)
		may := func(who member.ID) bool { return !away[who] }
		if id.Group {
			people, err := s.Company.Company(ctx, id.Code, "", mostInGroup)
			if err != nil {
				return nil, err
			}
			in := set(people)
			may = func(who member.ID) bool { return !away[who] && in[who] }
		}
		out = append(out, Board{ID: id.String(), Entries: t.board(of, may)})
	}
	return out, nil
}

// rules are those at the end of a month, and when it begins and ends. Months are those of the zone in force then.
func (s *Service) rules(m Month) (p *programme.Programme, start, end time.Time) {
	_, end, _ = m.Span(time.UTC)
	p = s.Book.At(end)
	start, end, _ = m.Span(p.Zone())
	return s.Book.At(end.Add(-time.Millisecond)), start, end
}

// first is below every id of a time, before is above every id of earlier ones.
func first(t time.Time) string { return community.IDOf(t, [10]byte{}) }
func before(t time.Time) string {
	return community.IDOf(t.Add(-time.Millisecond), [10]byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 255})
}

func (s *Service) posts(ctx context.Context, above, below string, t *tally) error {
	for {
		read, err := s.Store.PostsOf(ctx, above, below, atOnce)
		if err != nil {
			return err
		}
		own, err := s.Store.OwnMarks(ctx, liked(read), nil)
		if err != nil {
			return err
		}
		for _, p := range read {
			p.Own = own[p.ID]
			t.post(p)
			above = p.ID
		}
		if len(read) < atOnce {
			return nil
		}
	}
}

func (s *Service) comments(ctx context.Context, above, below string, t *tally) error {
	for {
		read, err := s.Store.CommentsOf(ctx, above, below, atOnce)
		if err != nil {
			return err
		}
		var on []string
		for _, c := range read {
			on = append(on, c.Post)
		}
		slices.Sort(on)
		posts, err := s.Store.PostsByID(ctx, slices.Compact(on))
		if err != nil {
			return err
		}
		own, err := s.Store.OwnMarks(ctx, nil, liked(read))
		if err != nil {
			return err
		}
		for _, c := range read {
			c.Own = own[c.ID]
			t.comment(c, posts[c.Post])
			above = c.ID
		}
		if len(read) < atOnce {
			return nil
		}
	}
}

// liked are those that somebody reacted to.
func liked(all []Writing) []Writing {
	return slices.DeleteFunc(slices.Clone(all), func(w Writing) bool { return w.Reactors == 0 })
}

func set(who []member.ID) map[member.ID]bool {
	out := make(map[member.ID]bool, len(who))
	for _, id := range who {
		out[id] = true
	}
	return out
}
