package notice

import (
	"context"
	"crypto/rand"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/tier"
)

// Sealer keeps tokens of devices from being read, and finds them again.
type Sealer interface {
	Seal(purpose, plain string) string
	Hashes(purpose, value string) []string // one for each key, the newest first
}

// DevicePurpose is what tokens of devices are sealed and hashed for.
const DevicePurpose = "push token"

// Desk takes what members want.
type Desk struct {
	Store Store
	Keys  Sealer
	Book  tier.Book
}

const (
	// mostDevices is how many devices a member is told on: every phone and tablet of years.
	mostDevices = 10
	// mostToken is the longest token of the services, with room: FCM says that 4 KB must be expected.
	mostToken = 4096
	// tries bounds how often what somebody else changed is read again; each time somebody got through.
	tries = 64
	// mostSwitches is how many kinds one change may name.
	mostSwitches = 50
)

// Change is what a member wants otherwise; nil leaves it as it is.
type Change struct {
	Quiet    *Quiet
	TimeZone *string
	Switches []Switch
}

var hourPattern = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)

// Set changes a member's settings at a time.
func (d *Desk) Set(ctx context.Context, who member.ID, c Change, now time.Time) (Settings, error) {
	if c.Quiet != nil {
		for field, v := range map[string]string{"from": c.Quiet.From, "until": c.Quiet.Until} {
			if !hourPattern.MatchString(v) {
				return Settings{}, fault.Bad("input.quietHours."+field, "input.quietHours.%s is %q; allowed is a time of the day such as 22:00", field, v)
			}
		}
	}
	if c.TimeZone != nil && *c.TimeZone != "" {
		if _, err := time.LoadLocation(*c.TimeZone); err != nil || *c.TimeZone == "Local" {
			return Settings{}, fault.Bad("input.timeZone", "input.timeZone is %q; allowed are IANA zones such as Asia/Shanghai", *c.TimeZone)
		}
	}
	if n := len(c.Switches); n > mostSwitches {
		return Settings{}, fault.Bad("input.kinds", "input.kinds names %d kinds; allowed are at most %d", n, mostSwitches)
	}
	p := d.Book.At(now)
	for _, s := range c.Switches {
		if _, ok := p.Notice(s.Kind); !ok {
			return Settings{}, fault.Refuse("UNKNOWN_KIND", "kinds", "the programme tells nobody of %q", s.Kind)
		}
	}
	return d.change(ctx, who, func(s *Settings) error {
		if c.Quiet != nil {
			s.Quiet = c.Quiet
		}
		if c.TimeZone != nil {
			s.TimeZone = *c.TimeZone
		}
		for _, w := range c.Switches {
			s.Switches = slices.DeleteFunc(s.Switches, func(o Switch) bool { return o.Kind == w.Kind })
			s.Switches = append(s.Switches, w)
		}
		return nil
	})
}

// change changes what a member has set, however many do so at once.
func (d *Desk) change(ctx context.Context, who member.ID, do func(*Settings) error) (Settings, error) {
	for range tries {
		found, err := d.Store.Settings(ctx, []member.ID{who})
		if err != nil {
			return Settings{}, err
		}
		s := found[who]
		s.Member = who
		if err := do(&s); err != nil {
			return Settings{}, err
		}
		if err = d.Store.SaveSettings(ctx, s); err == nil {
			s.Version++
			return s, nil
		}
		if !errors.Is(err, ErrStale) {
			return Settings{}, err
		}
	}
	return Settings{}, fault.New(fault.Unavailable, "the settings of member %s are being changed by too many at once", who)
}

// Register lets a member be told on a device from a time on, and nobody else any more. Its language must be one that
// there is.
func (d *Desk) Register(ctx context.Context, who member.ID, kind, token, locale string, now time.Time) (Device, error) {
	if len(token) == 0 || len(token) > mostToken || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return Device{}, fault.Bad("input.token", "input.token has %d characters; allowed are 1 to %d visible ASCII characters", len(token), mostToken)
	}
	if !slices.Contains([]string{"zh-CN", "zh-TW", "en"}, locale) {
		return Device{}, fault.Bad("input.locale", "input.locale is %q; allowed are zh-CN, zh-TW, en", locale)
	}
	hashes := d.Keys.Hashes(DevicePurpose, kind+"\x00"+token)
	mine := Device{ID: rand.Text(), Kind: kind, Token: d.Keys.Seal(DevicePurpose, token), Hash: hashes[0], Locale: locale, At: now.UTC().Truncate(time.Millisecond)}
	_, err := d.change(ctx, who, func(s *Settings) error {
		if i := slices.IndexFunc(s.Devices, func(o Device) bool { return slices.Contains(hashes, o.Hash) }); i >= 0 {
			mine.ID = s.Devices[i].ID
			s.Devices = slices.Delete(s.Devices, i, i+1)
		}
		s.Devices = append([]Device{mine}, s.Devices...)
		s.Devices = s.Devices[:min(len(s.Devices), mostDevices)]
		return nil
	})
	if err != nil {
		return Device{}, err
	}
	return mine, d.takeFrom(ctx, who, mine, hashes)
}

// takeFrom leaves a token to whoever registered it last; of two at one moment, to the one whose name comes first.
func (d *Desk) takeFrom(ctx context.Context, who member.ID, mine Device, hashes []string) error {
	for _, hash := range hashes {
		owners, err := d.Store.Owners(ctx, hash)
		if err != nil {
			return err
		}
		for _, other := range owners {
			if other == who {
				continue
			}
			_, err := d.change(ctx, other, func(s *Settings) error {
				s.Devices = slices.DeleteFunc(s.Devices, func(o Device) bool {
					return o.Hash == hash && (o.At.Before(mine.At) || o.At.Equal(mine.At) && who < other)
				})
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// Remove tells a member nothing more on a device.
func (d *Desk) Remove(ctx context.Context, who member.ID, id string) error {
	_, err := d.change(ctx, who, func(s *Settings) error {
		i := slices.IndexFunc(s.Devices, func(o Device) bool { return o.ID == id })
		if i < 0 {
			return fault.Refuse("NOT_FOUND", "deviceId", "deviceId names no device of the member")
		}
		s.Devices = slices.Delete(s.Devices, i, i+1)
		return nil
	})
	return err
}

// Read marks a member's notices as read at a time: those up to a number, and those with ids, all of which must be the
// member's.
func (d *Desk) Read(ctx context.Context, who member.ID, upTo int64, ids []string, at time.Time) error {
	if len(ids) > 0 {
		found, err := d.Store.ByIDs(ctx, ids)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if n, ok := found[id]; !ok || n.Member != who || n.Hidden {
				return fault.Refuse("NOT_FOUND", "ids", "ids names a notification that the member does not have")
			}
		}
	}
	return d.Store.Read(ctx, who, upTo, ids, at)
}
