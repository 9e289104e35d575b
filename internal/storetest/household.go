package storetest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"membergate/internal/account"
)

// household seals what members tell so that a test can see whether it was.
type household struct{}

func (household) Seal(purpose, plain string) (string, error) { return purpose + ":" + plain, nil }
func (household) Open(purpose, sealed string) (string, error) {
	plain, ok := strings.CutPrefix(sealed, purpose+":")
	if !ok {
		return "", errors.New("another purpose")
	}
	return plain, nil
}

// blind holds no keys.
type blind struct{ household }

func (blind) Open(string, string) (string, error) { return "", errors.New("no key") }

// keptSealed looks below a store that seals.
func keptSealed(t *testing.T, ctx context.Context, s, below account.Store) {
	below = account.Seal(below, blind{})
	h := someone(dice(1))
	must(t, s.Create(ctx, h))
	raw := load(t, ctx, below, h.Profile.ID).Profile
	if raw.Sealed == "" || !raw.Household.Empty() || raw.Preferences != nil {
		t.Errorf("without keys it reads %+v, %v; kept is %q", raw.Household, raw.Preferences, raw.Sealed)
	}
	raw.DisplayName = "Somebody else"
	must(t, below.SaveProfile(ctx, raw))
	h.Profile.DisplayName, h.Profile.Version = raw.DisplayName, 2
	same(t, "what somebody without keys saved", load(t, ctx, s, h.Profile.ID), h)
	got := load(t, ctx, s, h.Profile.ID).Profile
	got.Household, got.Preferences = someone(dice(2)).Profile.Household, nil
	must(t, s.SaveProfile(ctx, got))
	h.Profile.Household, h.Profile.Preferences, h.Profile.Version = got.Household, nil, 3
	same(t, "what was told anew", load(t, ctx, s, h.Profile.ID), h)
	h.Profile.Household.Children, h.Profile.Household.Diet, h.Profile.Household.LifeStage, h.Profile.Household.Size = nil, nil, "", 0
	must(t, s.SaveProfile(ctx, h.Profile))
	if p := load(t, ctx, below, h.Profile.ID).Profile; p.Sealed != "" {
		t.Errorf("nothing told is kept as %q", p.Sealed)
	}
}
