package desk

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"slices"
	"time"

	"membergate/internal/member"
)

// MostPhones is how many phones of one member can make codes by themselves.
const MostPhones = 5

// Card is who may make codes for a member. It holds no key.
type Card struct {
	Member  member.ID
	Short   string  // 8 characters of base32, by chance: it says nothing of the member
	Phones  []Phone // that make codes by themselves, oldest first
	Issued  int64   // how many keys were ever handed out, so that none comes twice
	Version int64
}

// Phone is a phone that has a key of its own.
type Phone struct {
	Device string // the app's own name for it
	Issue  int64  // which of the member's keys it has
	At     time.Time
}

// Cards keeps cards.
type Cards interface {
	// Create adds a card at version 1, or answers ErrExists and changes nothing where the member has one or the short id is taken.
	Create(ctx context.Context, c Card) error
	// Of gives a member's card, and false if there is none.
	Of(ctx context.Context, who member.ID) (Card, bool, error)
	// ByShort gives the card with a short id, and false if there is none.
	ByShort(ctx context.Context, short string) (Card, bool, error)
	// Save replaces a member's card if its stored version is still c.Version, and stores it at the next one; else ErrStale.
	// The short id never changes.
	Save(ctx context.Context, c Card) error
}

// newCard makes a card that no phone has a key of yet.
func newCard(who member.ID) Card {
	raw := make([]byte, shortBytes)
	_, _ = rand.Read(raw) // never fails: crypto/rand ends the program if the machine has no randomness
	return Card{Member: who, Short: base32.StdEncoding.EncodeToString(raw), Version: 1}
}

// phone finds a phone by its name.
func (c Card) phone(device string) (Phone, bool) {
	i := slices.IndexFunc(c.Phones, func(p Phone) bool { return p.Device == device })
	if i < 0 {
		return Phone{}, false
	}
	return c.Phones[i], true
}

// with gives a phone a key of its own.
func (c Card) with(device string, now time.Time) Card {
	c.Issued++
	c.Phones = append(slices.Clone(c.Phones), Phone{Device: device, Issue: c.Issued, At: now.UTC().Truncate(time.Millisecond)})
	return c
}

// without takes a phone's key away; the next one is another.
func (c Card) without(device string) Card {
	c.Phones = slices.DeleteFunc(slices.Clone(c.Phones), func(p Phone) bool { return p.Device == device })
	return c
}

// keys are all with which codes of the card may be made now.
func (c Card) keys(from Hasher) [][]byte {
	out := CodeKeys(from, c.Member, "", 0)
	for _, p := range c.Phones {
		out = append(out, CodeKeys(from, c.Member, p.Device, p.Issue)...)
	}
	return out
}
