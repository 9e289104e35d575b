package benefit

import (
	"context"
	"slices"

	"membergate/internal/member"
)

// Find gives a member's use, and false if there is no such one.
func (s *Service) Find(ctx context.Context, who member.ID, use string) (Use, bool, error) {
	r, known, err := s.Uses.ByID(ctx, use)
	return r, known && r.Member == who, err
}

// Filter leaves out uses; what is empty keeps all.
type Filter struct {
	Benefits []string // codes
	States   []State
}

func (f Filter) keeps(u Use) bool {
	return (len(f.Benefits) == 0 || slices.Contains(f.Benefits, u.Benefit)) && (len(f.States) == 0 || slices.Contains(f.States, u.State))
}

// pageOf is how many uses are read at once: a page of the largest size and one more.
const pageOf = 51

// Page lists at most n of a member's uses, newest first, behind a place or from the first one.
func (s *Service) Page(ctx context.Context, who member.ID, f Filter, after *Place, n int) ([]Use, error) {
	var out []Use
	for {
		read, err := s.Uses.Page(ctx, who, after, pageOf)
		if err != nil {
			return nil, err
		}
		for _, u := range read {
			if !f.keeps(u) {
				continue
			}
			if out = append(out, u); len(out) == n {
				return out, nil
			}
		}
		if len(read) < pageOf {
			return out, nil
		}
		last := read[len(read)-1].Place()
		after = &last
	}
}
