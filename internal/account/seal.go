package account

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"membergate/internal/member"
)

// Sealer keeps secret what members told of home.
type Sealer interface {
	// Seal makes what only who holds the keys can read.
	Seal(purpose, plain string) (string, error)
	// Open reads it.
	Open(purpose, sealed string) (string, error)
}

// SealPurpose names the keys that seal what members told of home.
const SealPurpose = "household"

// Seal gives the same store, which keeps Profile.Household and Profile.Preferences in Profile.Sealed. What cannot be
// opened with the keys that are here counts as not told and stays as it is until the member tells it anew.
func Seal(s Store, keys Sealer) Store { return sealed{s, keys} }

type sealed struct {
	Store
	keys Sealer
}

// Create implements Store.
func (s sealed) Create(ctx context.Context, h Holder) error {
	p, err := s.close(h.Profile)
	if err != nil {
		return err
	}
	h.Profile = p
	return s.Store.Create(ctx, h)
}

// SaveProfile implements Store.
func (s sealed) SaveProfile(ctx context.Context, p member.Profile) error {
	p, err := s.close(p)
	if err != nil {
		return err
	}
	return s.Store.SaveProfile(ctx, p)
}

func (s sealed) close(p member.Profile) (member.Profile, error) {
	told := member.Told{Household: p.Household, Preferences: p.Preferences}
	p.Household, p.Preferences = member.Household{}, nil
	if told.Empty() {
		return p, nil
	}
	plain, err := json.Marshal(told)
	if err == nil {
		p.Sealed, err = s.keys.Seal(SealPurpose, string(plain))
	}
	if err != nil {
		return p, fmt.Errorf("account: what member %s told cannot be sealed: %w", p.ID, err)
	}
	return p, nil
}

func (s sealed) open(h Holder) Holder { return Opened(h, s.keys) }

// Opened gives a holder, as another store keeps it, with what was sealed.
func Opened(h Holder, keys Sealer) Holder {
	if h.Profile.Sealed == "" {
		return h
	}
	var told member.Told
	plain, err := keys.Open(SealPurpose, h.Profile.Sealed)
	if err != nil || json.Unmarshal([]byte(plain), &told) != nil {
		return h
	}
	h.Profile.Household, h.Profile.Preferences, h.Profile.Sealed = told.Household, told.Preferences, ""
	return h
}

func (s sealed) all(list []Holder, err error) ([]Holder, error) {
	for i := range list {
		list[i] = s.open(list[i])
	}
	return list, err
}

// ByIDs implements Store.
func (s sealed) ByIDs(ctx context.Context, ids []member.ID, d Detail) (map[member.ID]Holder, error) {
	found, err := s.Store.ByIDs(ctx, ids, d)
	for id, h := range found {
		if h.Profile.Sealed != "" {
			found[id] = s.open(h)
		}
	}
	return found, err
}

// Walk implements Store.
func (s sealed) Walk(ctx context.Context, after member.ID, n int) ([]Holder, error) {
	return s.all(s.Store.Walk(ctx, after, n))
}

// Due implements Store.
func (s sealed) Due(ctx context.Context, by time.Time, after member.ID, n int) ([]Holder, error) {
	return s.all(s.Store.Due(ctx, by, after, n))
}

// Late implements Store.
func (s sealed) Late(ctx context.Context, by time.Time, n int) ([]Holder, error) {
	return s.all(s.Store.Late(ctx, by, n))
}

// Unfinished implements Store.
func (s sealed) Unfinished(ctx context.Context, after member.ID, n int) ([]Holder, error) {
	return s.all(s.Store.Unfinished(ctx, after, n))
}

// Demo implements Store.
func (s sealed) Demo(ctx context.Context) ([]Holder, error) { return s.all(s.Store.Demo(ctx)) }

// ByHandle implements Store.
func (s sealed) ByHandle(ctx context.Context, handle string) (Holder, bool, error) {
	h, ok, err := s.Store.ByHandle(ctx, handle)
	return s.open(h), ok, err
}

// Ending implements Store.
func (s sealed) Ending(ctx context.Context, by time.Time, after Mark, n int) ([]Holder, error) {
	return s.all(s.Store.Ending(ctx, by, after, n))
}
