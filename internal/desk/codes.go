package desk

import (
	"context"
	"encoding/base64"
	"errors"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
)

// Codes of refusals of member codes.
const (
	TooManyPhones = "TOO_MANY_DEVICES"
	AlreadyUsed   = "ALREADY_USED" // a code of the member was read in the same step
)

// codeLife is how long a read code is remembered: longer than its step and those beside it can be shown.
const codeLife = 120 * time.Second

// mostDevice bounds the name that an app gives a phone, in characters.
const mostDevice = 64

// Seen remembers for a while what was seen once, for all processes.
type Seen interface {
	// Once tells whether a key is seen for the first time in its life.
	Once(ctx context.Context, key string, life time.Duration) (bool, error)
}

// Codes makes and reads short-lived codes of members.
type Codes struct {
	Cards Cards
	Seen  Seen
	Keys  Hasher
	Now   func() time.Time // the real clock: codes do not follow programme time
}

// Card gives a member's card; the first call makes it.
func (s *Codes) Card(ctx context.Context, who member.ID) (Card, error) {
	for range changes {
		c, known, err := s.Cards.Of(ctx, who)
		if err != nil || known {
			return c, err
		}
		c = newCard(who)
		if err = s.Cards.Create(ctx, c); err == nil || !errors.Is(err, ErrExists) {
			return c, err
		}
	}
	return Card{}, errBusyCard
}

var errBusyCard = fault.New(fault.Unavailable, "the member's card is being changed by too many at once")

// Current is the code that the gateway makes for a card now, and until when it is shown.
func (s *Codes) Current(c Card) (string, time.Time) {
	step := Step(s.Now())
	return Code(CodeKeys(s.Keys, c.Member, "", 0)[0], c.Short, step), StepEnd(step)
}

// Phone gives a phone a key of its own, in base64url, with which it makes codes without a network. Asked again it is the
// same one. Refusal: TOO_MANY_DEVICES.
func (s *Codes) Phone(ctx context.Context, who member.ID, device string) (Card, string, error) {
	if err := deviceName(device); err != nil {
		return Card{}, "", err
	}
	c, err := s.change(ctx, who, func(c Card) (Card, bool, error) {
		_, has := c.phone(device)
		switch {
		case has:
			return c, false, nil
		case len(c.Phones) >= MostPhones:
			return c, false, fault.Refuse(TooManyPhones, "deviceId", "%d phones have keys already; allowed are %d, so revoke one first", len(c.Phones), MostPhones)
		}
		return c.with(device, s.Now()), true, nil
	})
	if err != nil {
		return Card{}, "", err
	}
	p, _ := c.phone(device)
	return c, base64.RawURLEncoding.EncodeToString(CodeKeys(s.Keys, who, p.Device, p.Issue)[0]), nil
}

// Revoke takes a phone's key away: none of its codes is right from here on. Refusal: NOT_FOUND.
func (s *Codes) Revoke(ctx context.Context, who member.ID, device string) (Card, error) {
	if err := deviceName(device); err != nil {
		return Card{}, err
	}
	return s.change(ctx, who, func(c Card) (Card, bool, error) {
		if _, has := c.phone(device); !has {
			return c, false, fault.Refuse(Unknown, "deviceId", "deviceId names no phone of the member's that has a key")
		}
		return c.without(device), true, nil
	})
}

// change changes a card by compare-and-swap until nobody comes between.
func (s *Codes) change(ctx context.Context, who member.ID, rule func(Card) (Card, bool, error)) (Card, error) {
	for range changes {
		c, err := s.Card(ctx, who)
		if err != nil {
			return Card{}, err
		}
		next, changed, err := rule(c)
		if err != nil || !changed {
			return next, err
		}
		if err = s.Cards.Save(ctx, next); errors.Is(err, ErrStale) {
			continue
		}
		next.Version++
		return next, err
	}
	return Card{}, errBusyCard
}

// Read tells whose code it is. What is unknown, old, or wrong is refused alike: NOT_FOUND.
func (s *Codes) Read(ctx context.Context, code string) (Shown, member.ID, error) {
	none := fault.Refuse(Unknown, "code", "code is none that a member shows now")
	shown, ok := ReadCode(code)
	if !ok || !shown.Fresh(s.Now()) {
		return Shown{}, "", none
	}
	c, known, err := s.Cards.ByShort(ctx, shown.Short)
	if err != nil {
		return Shown{}, "", err
	}
	if !known || !shown.By(c.keys(s.Keys)) {
		return Shown{}, "", none
	}
	return shown, c.Member, nil
}

// Use lets a right code count, once for its member and step, and tells whether that could be checked: where nobody
// remembers now, a gate opens all the same, and a till hears UNAVAILABLE. Refusal: ALREADY_USED.
func (s *Codes) Use(ctx context.Context, c Shown, gate bool) (bool, error) {
	first, err := s.Seen.Once(ctx, c.step(), codeLife)
	switch {
	case err != nil && gate && fault.Is(err, fault.Unavailable):
		return false, nil
	case err != nil:
		return false, err
	case !first:
		return true, fault.Refuse(AlreadyUsed, "code", "a code of this member was read within the last half minute; the next one is good")
	}
	return true, nil
}

func deviceName(device string) error {
	if len(device) > mostDevice || device == "" {
		return fault.Bad("deviceId", "deviceId has %d characters; allowed are 1 to %d", len(device), mostDevice)
	}
	for _, r := range device {
		if r < '!' || r > '~' {
			return fault.Bad("deviceId", "deviceId has a character %q; allowed are visible ASCII characters", r)
		}
	}
	return nil
}
