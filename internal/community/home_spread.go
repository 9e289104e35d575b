package community

import (
	"cmp"
	"context"
	"time"

	"membergate/internal/member"
)

// Spreading pushes posts to the lists of those who follow.
type Spreading struct {
	Store HomeStore
	Homes Homes
	Most  int // followers to whom one post is pushed; of whom more follow is read beside the lists
	Now   func() time.Time
	Lag   time.Duration // 0 = SpreadLag
	Known time.Duration // 0 = wideKnown
}

const (
	// spreadAtOnce is how many posts one round pushes.
	spreadAtOnce = 200
	// spreadBack is how far a round goes back to where the last one ended. Beyond that it begins anew with the present, and
	// the lists of before are made anew when they are read.
	spreadBack = time.Hour
)

// Round pushes at most spreadAtOnce posts, and tells how many and whether there are more. It may be cut off anywhere, and
// several may run at once: what is pushed is noted last, and pushed again it is the same.
func (s *Spreading) Round(ctx context.Context) (n int, more bool, err error) {
	until := s.Now().Add(-cmp.Or(s.Lag, SpreadLag)).Truncate(time.Millisecond)
	done, err := s.Homes.Spread(ctx)
	if err != nil {
		return 0, false, err
	}
	if until.Sub(done.To) > spreadBack {
		return 0, false, s.Homes.SetSpread(ctx, Spread{From: until, To: until})
	}
	if !until.After(done.To) {
		return 0, false, nil
	}
	touched, reached, err := s.touched(ctx, done.To, until)
	if err != nil {
		return 0, false, err
	}
	wide, err := s.Store.Wide(ctx)
	if err != nil {
		return 0, false, err
	}
	pushes, known := map[member.ID][]PostID{}, map[WideKey][]member.ID{}
	for i, t := range touched {
		whole, err := s.push(ctx, t, wide, known, pushes)
		if err != nil {
			return 0, false, err
		}
		if !whole { // the next rounds go on here
			touched, reached = touched[:i], t.At.Add(-time.Millisecond)
			break
		}
	}
	if err := s.Homes.PushHomes(ctx, pushes); err != nil {
		return 0, false, err
	}
	if !reached.After(done.To) {
		return len(touched), false, nil
	}
	return len(touched), reached.Before(until) && len(touched) > 0, s.Homes.SetSpread(ctx, Spread{From: done.From, To: reached})
}

// touched gives some posts that were touched after a time, and until when they are all.
func (s *Spreading) touched(ctx context.Context, after, until time.Time) ([]Touch, time.Time, error) {
	for n := spreadAtOnce; ; n *= 4 { // of an import more than that share a millisecond
		all, err := s.Store.Touched(ctx, after, until, n)
		if err != nil || len(all) < n {
			return all, until, err
		}
		last := all[n-1].At
		for len(all) > 0 && all[len(all)-1].At.Equal(last) {
			all = all[:len(all)-1]
		}
		if len(all) > 0 {
			return all, last.Add(-time.Millisecond), nil
		}
	}
}

// push notes for whom a post is. It is not whole while a process may not know yet that one of its sources is wide.
func (s *Spreading) push(ctx context.Context, t Touch, wide Wide, known map[WideKey][]member.ID, pushes map[member.ID][]PostID) (whole bool, err error) {
	if t.Gone {
		return true, nil
	}
	sources := []WideKey{{Follow, string(t.Author)}}
	for _, topic := range t.Topics {
		sources = append(sources, WideKey{FollowTopic, string(topic)})
	}
	whole = true
	for _, from := range sources {
		if since, ok := wide[from]; ok {
			whole = whole && s.Now().Sub(since) >= cmp.Or(s.Known, wideKnown)
			continue
		}
		followers, asked := known[from]
		if !asked {
			if followers, err = s.Store.Followers(ctx, from.Kind, from.To, s.Most+1); err != nil {
				return false, err
			}
			if len(followers) > s.Most {
				at := s.Now()
				if err := s.Store.AddWide(ctx, from.Kind, from.To, at); err != nil {
					return false, err
				}
				wide[from], whole = at, false
				continue
			}
			known[from] = followers
		}
		for _, m := range followers {
			if of := pushes[m]; len(of) == 0 || of[len(of)-1] != t.ID {
				pushes[m] = append(of, t.ID)
			}
		}
	}
	return whole, nil
}
