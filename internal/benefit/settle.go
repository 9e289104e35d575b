package benefit

import (
	"context"
	"errors"
	"time"

	"membergate/internal/member"
)

// Step is what must still follow a change of a usage. Whoever sees it may do it; it is done once.
type Step struct {
	Back bool  // the use is taken back; else it is given
	Use  Use   // as it will be written
	Most int64 // how many of its stock there are
}

// usage reads a member's usage, and finishes what somebody left.
func (s *Service) usage(ctx context.Context, id member.ID) (Usage, error) {
	u, err := s.Usages.ByMember(ctx, id)
	if err == nil {
		u, _, err = s.settle(ctx, u)
	}
	return u, err
}

// settle does what must still follow, and tells which uses were given or taken back; those for which nothing was left in
// stock are counted no more.
func (s *Service) settle(ctx context.Context, u Usage) (after Usage, done map[string]bool, err error) {
	done = map[string]bool{}
	for try := range tries {
		if len(u.Steps) == 0 {
			return u, done, nil
		}
		next := u
		next.Steps = nil
		for _, step := range u.Steps {
			ok, err := s.carry(ctx, step)
			if err != nil {
				return u, done, err
			}
			if done[step.Use.ID] = ok; !ok {
				next = next.uncount(step.Use)
			}
		}
		err := s.Usages.Save(ctx, next)
		if !errors.Is(err, ErrStale) {
			next.Version++
			return next, done, err
		}
		if err := pause(ctx, try); err != nil { // somebody else finished it, or began more
			return u, done, err
		}
		if u, err = s.Usages.ByMember(ctx, u.Member); err != nil {
			return u, done, err
		}
	}
	return u, done, busy("the usage")
}

// carry does one step, and tells whether it came to anything. Done again it changes nothing and says the same.
func (s *Service) carry(ctx context.Context, step Step) (bool, error) {
	r := step.Use
	if step.Back {
		return true, s.back(ctx, r)
	}
	if r.Stock != "" {
		n, err := s.Stock.Move(ctx, r.Stock, r.StockOp, 1, step.Most)
		if err != nil || n == 0 {
			return false, err
		}
	}
	err := s.Uses.Create(ctx, r)
	if err != nil && !errors.Is(err, ErrExists) {
		return false, err
	}
	if s.Follow != nil {
		err = s.Follow(ctx, r)
	} else {
		err = nil
	}
	return err == nil, err
}

// back gives the stock its part again, and writes down that the use is cancelled.
func (s *Service) back(ctx context.Context, r Use) error {
	if r.Stock != "" {
		if _, err := s.Stock.Move(ctx, r.Stock, r.StockOp+" back", -1, 0); err != nil {
			return err
		}
	}
	err := s.Uses.Save(ctx, r)
	if errors.Is(err, ErrStale) { // a use changes once, so somebody else has done it
		err = nil
	}
	return err
}

// Sweep finishes what somebody left of at most n members' uses.
func (s *Service) Sweep(ctx context.Context, _ time.Time, n int) error {
	left, err := s.Usages.Unfinished(ctx, n)
	for _, id := range left {
		_, wrong := s.usage(ctx, id)
		err = errors.Join(err, wrong)
	}
	return err
}
