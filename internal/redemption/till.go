package redemption

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"membergate/internal/fault"
	"membergate/internal/voucher"
	"membergate/internal/wallet"
)

// ByCode finds the redemption of a code that somebody shows at a till, and false if there is none.
func (s *Service) ByCode(ctx context.Context, code string, at time.Time) (Redemption, bool, error) {
	code = plain(code)
	if code == "" {
		return Redemption{}, false, nil
	}
	r, known, err := s.Store.ByCode(ctx, code)
	if err != nil || !known {
		return r, false, err
	}
	r, err = s.finish(ctx, r, at)
	return r, err == nil && !r.Dead(), err
}

// Use takes a code at a till, once, whoever else takes it at the same moment. A refusal gives the redemption too,
// where the code is known, so that the till can say when it was used.
func (s *Service) Use(ctx context.Context, code, till string, at time.Time) (Redemption, error) {
	for range changes {
		r, known, err := s.ByCode(ctx, code, at)
		if err != nil {
			return r, err
		}
		if !known {
			return Redemption{}, fault.Refuse(Unknown, "code", "no such code is known")
		}
		switch r.StateAt(at) {
		case Used:
			return r, fault.Refuse(AlreadyUsed, "code", "the code was used at %s", r.UsedAt.UTC().Format(time.RFC3339))
		case Cancelled:
			return r, fault.Refuse(Ended, "code", "the redemption was taken back")
		case Expired:
			return r, fault.Refuse(CodeExpired, "code", "the code was good until %s", r.GoodUntil.UTC().Format(time.RFC3339))
		}
		r.State, r.UsedAt, r.UsedBy = Used, at, till
		switch err := s.Store.Save(ctx, r); {
		case errors.Is(err, ErrStale):
			continue
		case err != nil:
			return r, err
		}
		r.Version++
		return r, nil
	}
	return Redemption{}, busy()
}

// CodeOf is the code to show: the redemption's own, or the partner's once it was given. One that cannot be read, because
// its key is gone, is none.
func (s *Service) CodeOf(r Redemption) string {
	if r.Sealed == "" {
		return Spoken(r.Code)
	}
	plain, err := s.Keys.Open(voucher.Purpose, r.Sealed)
	if err != nil {
		return ""
	}
	return plain
}

// choices is how many free codes of a partner are looked at together: members who are shown theirs at the same moment
// seldom choose the same one.
const choices = 64

// give finds a partner's code for a redemption that was shown. Which code it is, is decided by the redemption's own
// compare-and-swap, so that all who finish it mean the same one; whose the code is, by the code's. A code that another
// redemption has is that one's for ever, and then the next one is meant.
func (s *Service) give(ctx context.Context, r Redemption) (Redemption, error) {
	for range 2 * choices {
		given := false
		var code voucher.Code
		if r.Voucher != "" {
			var err error
			if code, given, err = s.Vouchers.Give(ctx, r.Voucher, r.ID); err != nil {
				return r, err
			}
		}
		if given {
			r.Sealed, r.Unfinished = code.Sealed, false
		} else {
			free, err := s.Vouchers.Free(ctx, r.Reward, choices)
			if err != nil {
				return r, err
			}
			if len(free) == 0 {
				now, _, err := s.Store.ByID(ctx, r.ID)
				if err != nil || !now.Unfinished {
					return now, err
				}
				if now.Version == r.Version { // nobody went on and took the last one for it
					return r, fault.New(fault.Unavailable, "the partner's codes have run out; the shop must load more")
				}
				r = now
				continue
			}
			r.Voucher = free[rand.IntN(len(free))].ID
		}
		err := s.Store.Save(ctx, r)
		if errors.Is(err, ErrStale) { // somebody else went on; what they mean counts
			if r, _, err = s.Store.ByID(ctx, r.ID); err == nil && !r.Unfinished {
				return r, nil
			}
		} else {
			r.Version++
		}
		if err != nil || given && !r.Unfinished {
			return r, err
		}
	}
	return r, busy()
}

// Page lists a wallet's redemptions that are in one of some states now, newest first; no states keep all.
func (s *Service) Page(ctx context.Context, id wallet.ID, states []State, after *Place, n int, now time.Time) ([]Redemption, error) {
	var out []Redemption
	for {
		read, err := s.Store.Page(ctx, id, after, pageOf)
		if err != nil {
			return nil, err
		}
		for _, r := range read {
			if r.State == Undone || len(states) > 0 && !slices.Contains(states, r.StateAt(now)) {
				continue
			}
			if out = append(out, r); len(out) == n {
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

// pageOf is how many redemptions are read at once: a page of the largest size and one more.
const pageOf = 51
