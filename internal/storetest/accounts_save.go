package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/member"
)

func saveAccount(t *testing.T, ctx context.Context, s account.Store) {
	h := someone(dice(1))
	must(t, s.Create(ctx, h))
	for i := range uint64(3) {
		next := filled[account.Account](dice(10 + i))
		next.Member, next.Version = h.Profile.ID, h.Account.Version
		if i == 2 { // what was full can become empty
			next = account.Account{Member: h.Profile.ID, Version: h.Account.Version}
		}
		must(t, s.Save(ctx, next))
		next.Version++
		h.Account = next
		same(t, "the holder", load(t, ctx, s, h.Profile.ID), h)
	}
}

func saveProfile(t *testing.T, ctx context.Context, s account.Store) {
	h := someone(dice(1))
	must(t, s.Create(ctx, h))
	for i := range uint64(3) {
		next := someone(dice(10 + i)).Profile
		next.ID, next.Version = h.Profile.ID, h.Profile.Version
		if i == 2 {
			next.Consents, next.Birthday, next.Country = nil, "", ""
		}
		must(t, s.SaveProfile(ctx, next))
		next.Version++
		h.Profile = next
		same(t, "the holder", load(t, ctx, s, h.Profile.ID), h)
	}
}

func saveStale(t *testing.T, ctx context.Context, s account.Store) {
	h := someone(dice(1))
	must(t, s.Create(ctx, h))
	must(t, s.Save(ctx, h.Account))
	must(t, s.SaveProfile(ctx, h.Profile))
	now := load(t, ctx, s, h.Profile.ID)
	for _, version := range []int64{0, 1, 3} {
		a, p := filled[account.Account](dice(2)), someone(dice(2)).Profile
		a.Member, a.Version, p.ID, p.Version = h.Profile.ID, version, h.Profile.ID, version
		if err := s.Save(ctx, a); !errors.Is(err, account.ErrStale) {
			t.Errorf("saving version %d over 2 gave %v, want %v", version, err, account.ErrStale)
		}
		if err := s.SaveProfile(ctx, p); !errors.Is(err, account.ErrStale) {
			t.Errorf("saving the profile's version %d over 2 gave %v, want %v", version, err, account.ErrStale)
		}
	}
	same(t, "the holder", load(t, ctx, s, h.Profile.ID), now)
	nobody := someone(dice(3))
	if err := s.Save(ctx, nobody.Account); !errors.Is(err, account.ErrStale) {
		t.Errorf("saving an unknown member's account gave %v, want %v", err, account.ErrStale)
	}
	if err := s.SaveProfile(ctx, nobody.Profile); !errors.Is(err, account.ErrStale) {
		t.Errorf("saving an unknown member's profile gave %v, want %v", err, account.ErrStale)
	}
}

func byHandle(t *testing.T, ctx context.Context, s account.Store) {
	h := someone(dice(1))
	must(t, s.Create(ctx, h))
	got, ok, err := s.ByHandle(ctx, h.Profile.Handle)
	must(t, err)
	if !ok {
		t.Fatal("the handle finds nobody")
	}
	same(t, "the holder", got, h)
	old := h.Profile.Handle
	h.Profile.Handle = name("handle")
	must(t, s.SaveProfile(ctx, h.Profile))
	if _, ok, err := s.ByHandle(ctx, old); ok || err != nil {
		t.Errorf("the old handle still finds somebody (error %v)", err)
	}
	h.Profile.Version++
	got, _, err = s.ByHandle(ctx, h.Profile.Handle)
	must(t, err)
	same(t, "the holder", got, h)
	other := someone(dice(2)) // a handle that was given up may be taken
	other.Profile.Handle = old
	must(t, s.Create(ctx, other))
}

// writers is how many write at once where a race is tested.
const writers = 24

func createRace(t *testing.T, ctx context.Context, s account.Store) {
	h := someone(dice(1))
	errs := together(writers, func(i int) error {
		mine := h
		mine.Profile.DisplayName, mine.Profile.Handle = fmt.Sprint(i), name("handle")
		return s.Create(ctx, mine)
	})
	winner := onlyWinner(t, errs, account.ErrExists)
	if got := load(t, ctx, s, h.Profile.ID).Profile.DisplayName; got != fmt.Sprint(winner) {
		t.Errorf("writer %d was told that it won, but writer %s's holder is there", winner, got)
	}
}

func saveRace(t *testing.T, ctx context.Context, s account.Store) {
	h := someone(dice(1))
	must(t, s.Create(ctx, h))
	for version := int64(1); version <= 8; version++ {
		errs := together(writers, func(i int) error {
			a := h.Account
			a.Version, a.Standing.Earned = version, fmt.Sprint(i)
			return s.Save(ctx, a)
		})
		winner := onlyWinner(t, errs, account.ErrStale)
		got := load(t, ctx, s, h.Profile.ID).Account
		if got.Standing.Earned != fmt.Sprint(winner) || got.Version != version+1 {
			t.Errorf("writer %d won version %d, but version %d of writer %s is there", winner, version, got.Version, got.Standing.Earned)
		}
	}
}

func saveBoth(t *testing.T, ctx context.Context, s account.Store) {
	h := someone(dice(1))
	must(t, s.Create(ctx, h))
	const rounds = 20
	errs := together(2, func(i int) error {
		for version := int64(1); version <= rounds; version++ {
			a, p := h.Account, h.Profile
			a.Version, p.Version = version, version
			var err error
			if i == 0 {
				err = s.Save(ctx, a)
			} else {
				err = s.SaveProfile(ctx, p)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	must(t, errors.Join(errs...))
	got := load(t, ctx, s, h.Profile.ID)
	if got.Account.Version != rounds+1 || got.Profile.Version != rounds+1 {
		t.Errorf("the versions are %d and %d, want %d", got.Account.Version, got.Profile.Version, rounds+1)
	}
}

// onlyWinner finds the one call that succeeded; all others must have lost with the given error.
func onlyWinner(t *testing.T, errs []error, lost error) int {
	t.Helper()
	winner, winners := -1, 0
	for i, err := range errs {
		switch {
		case err == nil:
			winner, winners = i, winners+1
		case !errors.Is(err, lost):
			t.Errorf("writer %d got %v, want success or %v", i, err, lost)
		}
	}
	if winners != 1 {
		t.Fatalf("%d writers were told that they won, want 1", winners)
	}
	return winner
}

func cancelledHolders(t *testing.T, ctx context.Context, s account.Store) {
	ctx, cancel := context.WithTimeout(ctx, time.Hour)
	cancel()
	h := someone(dice(1))
	if err := s.Create(ctx, h); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled Create gave %v, want %v", err, context.Canceled)
	}
	if _, err := s.ByIDs(ctx, []member.ID{h.Profile.ID}, account.Whole); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled ByIDs gave %v, want %v", err, context.Canceled)
	}
}
