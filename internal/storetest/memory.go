package storetest

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"

	"membergate/internal/account"
	"membergate/internal/admission"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/wallet"
)

// Memory makes the plainest stores that keep all promises, for the tests of services and as what others are compared
// with. They lose everything when the test ends.
func Memory() Stores {
	return Stores{
		Accounts:   &holders{all: map[member.ID]account.Holder{}},
		Wallets:    &ledgers{all: map[wallet.ID][]wallet.Entry{}},
		Orders:     &records{},
		Admissions: &admissions{seats: map[string]admission.Seats{}, dossiers: map[string]map[member.ID]admission.Dossier{}},
	}
}

// copied makes a value that shares nothing with the one given, as if it had been written to a disk.
func copied[T any](v T) (out T) {
	raw, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(raw, &out)
	}
	if err != nil {
		panic(err)
	}
	return out
}

type holders struct {
	mu  sync.Mutex
	all map[member.ID]account.Holder
}

// locked runs f alone, unless the caller has gone.
func locked(ctx context.Context, mu *sync.Mutex, f func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	mu.Lock()
	defer mu.Unlock()
	return f()
}

func (s *holders) Create(ctx context.Context, h account.Holder) error {
	return locked(ctx, &s.mu, func() error {
		if _, ok := s.all[h.Profile.ID]; ok {
			return account.ErrExists
		}
		h.Profile.Version, h.Account.Version = 1, 1
		return s.put(h)
	})
}

// put keeps a holder whose handle is not another one's.
func (s *holders) put(h account.Holder) error {
	for id, other := range s.all {
		if other.Profile.Handle == h.Profile.Handle && id != h.Profile.ID {
			return fault.New(fault.Conflict, "the handle %s is taken", h.Profile.Handle)
		}
	}
	s.all[h.Profile.ID] = copied(h)
	return nil
}

func (s *holders) ByIDs(ctx context.Context, ids []member.ID, d account.Detail) (map[member.ID]account.Holder, error) {
	out := map[member.ID]account.Holder{}
	return out, locked(ctx, &s.mu, func() error {
		for _, id := range ids {
			h, ok := s.all[id]
			if d == account.Public {
				h.Profile.Consents, h.Profile.Sealed, h.Profile.Corrections, h.Profile.Suspension, h.Account.Outbox, h.Account.Invited = nil, "", nil, nil, nil, nil
				h.Account.Standing.Facts, h.Account.Standing.History, h.Account.Standing.FirstPaid = nil, nil, time.Time{}
			}
			if ok {
				out[id] = copied(h)
			}
		}
		return nil
	})
}

func (s *holders) Save(ctx context.Context, a account.Account) error {
	return locked(ctx, &s.mu, func() error {
		h, ok := s.all[a.Member]
		if !ok || h.Account.Version != a.Version {
			return account.ErrStale
		}
		h.Account = a
		h.Account.Version++
		return s.put(h)
	})
}

func (s *holders) SaveProfile(ctx context.Context, p member.Profile) error {
	return locked(ctx, &s.mu, func() error {
		h, ok := s.all[p.ID]
		if !ok || h.Profile.Version != p.Version {
			return account.ErrStale
		}
		h.Profile = p
		h.Profile.Version++
		return s.put(h)
	})
}

// list gives the holders that f wants, by id.
func (s *holders) list(ctx context.Context, f func(account.Holder) bool) (out []account.Holder, err error) {
	err = locked(ctx, &s.mu, func() error {
		for h := range maps.Values(s.all) {
			if f(h) {
				out = append(out, copied(h))
			}
		}
		slices.SortFunc(out, func(a, b account.Holder) int { return cmp.Compare(a.Profile.ID, b.Profile.ID) })
		return nil
	})
	return out, err
}

func (s *holders) Walk(ctx context.Context, after member.ID, n int) ([]account.Holder, error) {
	out, err := s.list(ctx, func(h account.Holder) bool { return h.Profile.ID > after })
	return out[:min(n, len(out))], err
}

func (s *holders) Due(ctx context.Context, by time.Time, after member.ID, n int) ([]account.Holder, error) {
	out, err := s.list(ctx, func(h account.Holder) bool { return h.Profile.ID > after && !h.Account.DueAt().After(by) })
	return out[:min(n, len(out))], err
}

func (s *holders) Late(ctx context.Context, by time.Time, n int) ([]account.Holder, error) {
	return s.Due(ctx, by, "", n)
}

func (s *holders) CountDue(ctx context.Context, by time.Time) (int, error) {
	out, err := s.list(ctx, func(h account.Holder) bool { return !h.Account.DueAt().After(by) })
	return len(out), err
}

func (s *holders) Granted(ctx context.Context, tier string) (out []member.ID, err error) {
	all, err := s.list(ctx, func(h account.Holder) bool { return h.Account.HasGrant(tier) })
	for _, h := range all {
		out = append(out, h.Profile.ID)
	}
	return out, err
}

func (s *holders) Ending(ctx context.Context, by time.Time, after account.Mark, n int) ([]account.Holder, error) {
	out, err := s.list(ctx, func(h account.Holder) bool {
		at := h.Account.EndsAt()
		behind := after.Member == "" || at.After(after.At) || at.Equal(after.At) && h.Profile.ID > after.Member
		return !at.IsZero() && !at.After(by) && behind
	})
	slices.SortStableFunc(out, func(a, b account.Holder) int { return a.Account.EndsAt().Compare(b.Account.EndsAt()) })
	return out[:min(n, len(out))], err
}

func (s *holders) Unfinished(ctx context.Context, after member.ID, n int) ([]account.Holder, error) {
	out, err := s.list(ctx, func(h account.Holder) bool { return h.Profile.ID > after && len(h.Account.Outbox) > 0 })
	return out[:min(n, len(out))], err
}

func (s *holders) Demo(ctx context.Context) ([]account.Holder, error) {
	return s.list(ctx, func(h account.Holder) bool { return h.Profile.Demo })
}

func (s *holders) ByHandle(ctx context.Context, handle string) (account.Holder, bool, error) {
	out, err := s.list(ctx, func(h account.Holder) bool { return h.Profile.Handle == handle })
	if err != nil || len(out) == 0 {
		return account.Holder{}, false, err
	}
	return out[0], true, nil
}
