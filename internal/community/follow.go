package community

import (
	"context"
	"time"

	"membergate/internal/cursor"
)

const (
	// overlap is how far back a follower looks each time: a comment has the moment at which it was judged, and may be stored
	// later than one that was judged after it, or by a machine whose clock is behind.
	overlap = 5 * time.Second
	// appearedAtOnce is how many comments are read at once.
	appearedAtOnce = 50
)

// Follower hears of each comment on a post once, in the order in which they appear.
type Follower struct {
	Post PostID
	At   cursor.Place // ByAppearance of the comment that was told last

	told map[CommentID]int64 // those behind At by the overlap at most, with when they were published
}

// Begin passes over all that appeared up to now, or up to the place that an earlier follower came to.
func (f *Follower) Begin(ctx context.Context, s Comments, now time.Time, came *cursor.Place) error {
	f.At, f.told = cursor.Place{Key: now.UnixMilli()}, map[CommentID]int64{}
	if came != nil {
		f.At = *came
	}
	for behind := f.window(); ; {
		found, err := s.Appeared(ctx, f.Post, behind, appearedAtOnce)
		if err != nil {
			return err
		}
		for _, c := range found {
			behind = c.ByAppearance()
			if came != nil && later(behind, *came) {
				return nil
			}
			f.told[c.ID] = behind.Key
		}
		if len(found) < appearedAtOnce {
			return nil
		}
	}
}

// Next gives comments that were not told, first come first, none when all were.
func (f *Follower) Next(ctx context.Context, s Comments) ([]Comment, error) {
	for behind := f.window(); ; {
		found, err := s.Appeared(ctx, f.Post, behind, appearedAtOnce)
		if err != nil {
			return nil, err
		}
		var fresh []Comment
		for _, c := range found {
			behind = c.ByAppearance()
			if _, told := f.told[c.ID]; !told {
				fresh = append(fresh, c)
			}
		}
		if len(fresh) > 0 || len(found) < appearedAtOnce {
			return fresh, nil
		}
	}
}

// Told notes that a comment was told, or is not to be told.
func (f *Follower) Told(c Comment) {
	at := c.ByAppearance()
	f.told[c.ID] = at.Key
	if !later(at, f.At) {
		return // one that came late
	}
	f.At = at
	for id, key := range f.told {
		if key < f.window().Key {
			delete(f.told, id)
		}
	}
}

// window is the place from which on a follower looks.
func (f *Follower) window() cursor.Place { return cursor.Place{Key: f.At.Key - overlap.Milliseconds()} }

func later(a, b cursor.Place) bool { return a.Key > b.Key || a.Key == b.Key && a.ID > b.ID }
