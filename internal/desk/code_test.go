package desk_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"membergate/internal/desk"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/secret"
)

// drawer keeps cards of a test, and what was seen; down is one that does not answer.
type drawer struct {
	cards map[member.ID]desk.Card
	seen  map[string]bool
	down  bool
}

func (d *drawer) Create(_ context.Context, c desk.Card) error {
	if _, known := d.cards[c.Member]; known {
		return desk.ErrExists
	}
	d.cards[c.Member] = c
	return nil
}

func (d *drawer) Of(_ context.Context, who member.ID) (desk.Card, bool, error) {
	c, known := d.cards[who]
	return c, known, nil
}

func (d *drawer) ByShort(_ context.Context, short string) (desk.Card, bool, error) {
	for _, c := range d.cards {
		if c.Short == short {
			return c, true, nil
		}
	}
	return desk.Card{}, false, nil
}

func (d *drawer) Save(_ context.Context, c desk.Card) error {
	if d.cards[c.Member].Version != c.Version {
		return desk.ErrStale
	}
	c.Version++
	d.cards[c.Member] = c
	return nil
}

func (d *drawer) Once(_ context.Context, key string, _ time.Duration) (bool, error) {
	if d.down {
		return false, fault.Down("cache", errors.New("gone"))
	}
	first := !d.seen[key]
	d.seen[key] = true
	return first, nil
}

// codesAt are codes at a fixed time, with keys of the test, newest first.
func codesAt(t *testing.T, now *time.Time, ids ...string) (*desk.Codes, *drawer) {
	t.Helper()
	d := &drawer{cards: map[member.ID]desk.Card{}, seen: map[string]bool{}}
	return &desk.Codes{Cards: d, Seen: d, Keys: ring(t, ids...), Now: func() time.Time { return *now }}, d
}

func ring(t *testing.T, ids ...string) *secret.Keys {
	t.Helper()
	var all []secret.Key
	for _, id := range ids {
		all = append(all, secret.Key{ID: id, Secret: bytes.Repeat([]byte(id[:1]), secret.KeyBytes)})
	}
	keys, err := secret.NewKeys(all)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestACodeIsReadInItsStepAndThoseBesideItAndNoOther(t *testing.T) {
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	now := start
	s, _ := codesAt(t, &now, "k1")
	ctx := context.Background()
	anna, err := s.Card(ctx, "anna")
	if err != nil {
		t.Fatal(err)
	}
	bert, err := s.Card(ctx, "bert")
	if err != nil {
		t.Fatal(err)
	}
	code, until := s.Current(anna)
	if len(code) != 24 || !until.Equal(start.Add(30*time.Second)) {
		t.Errorf("the code is %q until %v", code, until)
	}
	theirs, _ := s.Current(bert)
	later := desk.Code(desk.CodeKeys(s.Keys, "anna", "", 0)[0], anna.Short, desk.Step(start)+1)
	for name, c := range map[string]struct {
		code  string
		after time.Duration
		right bool
	}{
		"at once":                {code, 0, true},
		"small letters":          {strings.ToLower(code), 0, true},
		"a step before":          {code, -time.Second, true},
		"two steps before":       {code, -31 * time.Second, false},
		"the step after":         {code, 59 * time.Second, true},
		"two steps after":        {code, 60 * time.Second, false},
		"a day after":            {code, 24 * time.Hour, false},
		"wrong proof":            {code[:15] + later[15:], 0, false},
		"another's proof":        {code[:8] + theirs[8:], 0, false},
		"another's id":           {theirs[:8] + code[8:], 0, false},
		"a step that it was not": {code[:8] + later[8:15] + code[15:], 0, false},
		"too short":              {code[:23], 0, false},
		"too long":               {code + "A", 0, false},
		"an end of a line":       {code[:23] + "\n", 0, false},
		"no base32":              {"0" + code[1:], 0, false},
		"nothing":                {"", 0, false},
	} {
		now = start.Add(c.after)
		_, who, err := s.Read(ctx, c.code)
		var refused *fault.Refusal
		if c.right && (err != nil || who != "anna") || !c.right && (!errors.As(err, &refused) || refused.Code != desk.Unknown) {
			t.Errorf("%s: %q, %v", name, who, err)
		}
	}
}

func TestAnyChangedCodeIsWrong(t *testing.T) {
	keys := ring(t, "k1")
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(0, 1<<36).Draw(t, "at"), 0)
		who, device := member.ID(rapid.StringN(1, 20, -1).Draw(t, "member")), rapid.StringMatching(`[!-~]{0,64}`).Draw(t, "device")
		short := rapid.StringMatching(`[A-Z2-7]{8}`).Draw(t, "short")
		mine := desk.CodeKeys(keys, who, device, 1)
		code := desk.Code(mine[0], short, desk.Step(at))
		shown, ok := desk.ReadCode(code)
		if !ok || shown.Short != short || shown.Step != desk.Step(at) || !shown.Fresh(at) || !shown.By(mine) {
			t.Fatalf("%q is read as %+v, %v", code, shown, ok)
		}
		if shown.By(desk.CodeKeys(keys, who, device, 2)) || shown.By(desk.CodeKeys(keys, who+"x", device, 1)) || shown.By(desk.CodeKeys(keys, who, device+"x", 1)) {
			t.Fatal("another key passes")
		}
		place := rapid.IntRange(0, len(code)-1).Draw(t, "place")
		letter := rapid.StringMatching(`[A-Z2-7]`).Draw(t, "letter")
		if changed := code[:place] + letter + code[place+1:]; changed != code {
			if other, ok := desk.ReadCode(changed); ok && other.By(mine) {
				t.Fatalf("%q passes for %q", changed, code)
			}
		}
	})
}

func TestAPhoneMakesCodesUntilItsKeyIsTaken(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s, d := codesAt(t, &now, "k1")
	ctx := context.Background()
	card, key, err := s.Phone(ctx, "anna", "phone-0")
	if err != nil {
		t.Fatal(err)
	}
	if _, again, err := s.Phone(ctx, "anna", "phone-0"); err != nil || again != key {
		t.Errorf("asked again: %v", err)
	}
	raw, _ := base64.RawURLEncoding.DecodeString(key)
	shown := func() error {
		_, _, err := s.Read(ctx, desk.Code(raw, card.Short, desk.Step(now)))
		return err
	}
	if err := shown(); err != nil {
		t.Error(err)
	}
	s.Keys = ring(t, "n2", "k1") // a new key came: what phones have stays good
	if err := shown(); err != nil {
		t.Errorf("after a new key: %v", err)
	}
	if _, err := s.Revoke(ctx, "anna", "phone-0"); err != nil {
		t.Fatal(err)
	}
	if shown() == nil {
		t.Error("a key that was taken away is good")
	}
	for n := range desk.MostPhones {
		if _, next, err := s.Phone(ctx, "anna", fmt.Sprint("phone-", n)); err != nil || next == key {
			t.Errorf("phone %d: %v", n, err)
		}
	}
	var refused *fault.Refusal
	if _, _, err := s.Phone(ctx, "anna", "one more"); !fault.Is(err, fault.BadInput) {
		t.Errorf("a space in a name: %v", err)
	}
	if _, _, err := s.Phone(ctx, "anna", "more"); !errors.As(err, &refused) || refused.Code != desk.TooManyPhones {
		t.Errorf("one phone more: %v", err)
	}
	if _, err := s.Revoke(ctx, "anna", "more"); !errors.As(err, &refused) || refused.Code != desk.Unknown {
		t.Errorf("one that has no key: %v", err)
	}
	if text := fmt.Sprintf("%+v", d.cards); strings.Contains(text, key) {
		t.Error("a key is stored")
	}
}

func TestWithoutAMemoryAGateOpensAndATillWaits(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s, d := codesAt(t, &now, "k1")
	ctx := context.Background()
	card, err := s.Card(ctx, "anna")
	if err != nil {
		t.Fatal(err)
	}
	code, _ := s.Current(card)
	shown, _, err := s.Read(ctx, code)
	if err != nil {
		t.Fatal(err)
	}
	d.down = true
	if checked, err := s.Use(ctx, shown, true); checked || err != nil {
		t.Errorf("a gate: %v, %v", checked, err)
	}
	if _, err := s.Use(ctx, shown, false); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a till: %v", err)
	}
	d.down = false
	if checked, err := s.Use(ctx, shown, false); !checked || err != nil {
		t.Errorf("the first time: %v, %v", checked, err)
	}
	var refused *fault.Refusal
	if _, err := s.Use(ctx, shown, true); !errors.As(err, &refused) || refused.Code != desk.AlreadyUsed {
		t.Errorf("again: %v", err)
	}
}
