package signin

import (
	"context"
	"errors"
	"slices"

	"membergate/internal/fault"
	"membergate/internal/member"
)

// Ways are those by which a member can sign in, the oldest first.
func (s *Service) Ways(ctx context.Context, who member.ID) ([]Login, error) {
	all, err := s.Store.Of(ctx, who)
	return slices.DeleteFunc(all, func(l Login) bool { return l.Member != who || l.Way == Union }), err
}

// Add adds a way to sign in, for a proof. Added again it is so already. Refusals: ALREADY_LINKED, and those of In.
func (s *Service) Add(ctx context.Context, who member.ID, in Input) error {
	proof, _, err := s.proven(ctx, in)
	if err != nil {
		return err
	}
	for _, n := range proof.Names {
		err := s.claim(ctx, who, n)
		if errors.Is(err, ErrExists) {
			l, known, found := s.find(ctx, n)
			if err = found; err == nil && known && l.Member != who {
				err = fault.Refuse(Taken, "code", "it is another member's way to sign in")
			}
		}
		if err != nil {
			return err
		}
	}
	if proof.Phone != "" && s.Confirmed != nil {
		if err := s.Confirmed(ctx, who, proof.Phone, s.now()); err != nil {
			return err
		}
	}
	return s.linked(ctx, who, in.Way, proof)
}

// Remove takes a way to sign in away, but never the last one: whoever removes one first changes another one that stays, so
// two who remove each other's both find that out. Refusals: NOT_FOUND, LAST_WAY.
func (s *Service) Remove(ctx context.Context, who member.ID, chosen func(Login) bool) error {
	for range tries {
		ways, err := s.Ways(ctx, who)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(ways, chosen)
		if i < 0 {
			return fault.Refuse(NotFound, "key", "the member has no such way to sign in")
		}
		if len(ways) == 1 {
			return fault.Refuse(Last, "key", "it is the last way to sign in")
		}
		stays := ways[(i+1)%len(ways)]
		if err = s.Store.Save(ctx, stays); err == nil {
			err = s.Store.Remove(ctx, ways[i])
		}
		if errors.Is(err, ErrStale) {
			continue
		}
		return err
	}
	return fault.New(fault.Unavailable, "the ways to sign in are being changed by too many at once")
}

// Move gives all ways of a member to another one, and Back those that came from there. Both may be repeated.
func (s *Service) Move(ctx context.Context, from, to member.ID) error {
	return s.moving(ctx, from, func(l Login) (Login, bool) {
		if l.Member != from {
			return l, false
		}
		l.Member, l.Moved = to, from
		return l, true
	})
}

// Back gives those ways back that were moved from a member to another one.
func (s *Service) Back(ctx context.Context, from, to member.ID) error {
	return s.moving(ctx, from, func(l Login) (Login, bool) {
		if l.Moved != from || l.Member != to {
			return l, false
		}
		l.Member, l.Moved = from, ""
		return l, true
	})
}

func (s *Service) moving(ctx context.Context, from member.ID, change func(Login) (Login, bool)) error {
	for range tries {
		all, err := s.Store.Of(ctx, from)
		if err != nil {
			return err
		}
		again := false
		for _, l := range all {
			next, changes := change(l)
			if !changes {
				continue
			}
			if err := s.Store.Save(ctx, next); errors.Is(err, ErrStale) {
				again = true
			} else if err != nil {
				return err
			}
		}
		if !again {
			return nil
		}
	}
	return fault.New(fault.Unavailable, "the ways to sign in are being changed by too many at once")
}
