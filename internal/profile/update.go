package profile

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"membergate/internal/account"
	"membergate/internal/clock"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/viewer"
)

// Update is what a member wants to be changed; nil leaves as it is.
type Update struct {
	Version     int64 // the profile's version that the member saw
	DisplayName *string
	Avatar      *string // id of an upload
	Birthday    *string // such as 1990-02-28; once
	Locale      *string
	TimeZone    *string
}

// Update changes a profile if nobody has since the member saw it. What is so already changes nothing, not even the
// version. A new name is looked at once, before it is saved. Refusals: CONFLICT, NAME_LENGTH, NAME_CHARACTERS,
// NAME_REFUSED, NAME_UNCHECKED, BIRTHDAY_SET, BIRTHDAY_WRONG, LOCALE_UNKNOWN, TIME_ZONE_UNKNOWN, UPLOAD_UNKNOWN, GUARDIAN_CONSENT_REQUIRED.
func (s *Service) Update(ctx context.Context, who member.ID, u Update, now time.Time) (account.Holder, error) {
	name, looked := "", false
	return s.change(ctx, who, func(p member.Profile) (member.Profile, bool, error) {
		if p.Version != u.Version {
			return p, false, fault.Refuse(Changed, "expectedVersion", "the profile has version %d, not %d", p.Version, u.Version)
		}
		next, err := u.apply(p, now, s.Book.At(now).Zone())
		if name = ""; next.DisplayName != p.DisplayName {
			name = next.DisplayName
		}
		changed := next.DisplayName != p.DisplayName || next.Birthday != p.Birthday || next.Locale != p.Locale || next.TimeZone != p.TimeZone
		if err == nil && changed {
			err = s.guarded(ctx, who, next.Birthday, u.first(), now)
		}
		return next, changed, err
	}, func(member.Profile) error {
		if s.Names == nil || name == "" || looked {
			return nil
		}
		looked = true
		return s.Names.Name(ctx, who, name, now)
	})
}

// first names the first field that is to be changed.
func (u Update) first() string {
	switch {
	case u.Birthday != nil:
		return "birthday"
	case u.DisplayName != nil:
		return "displayName"
	case u.Locale != nil:
		return "locale"
	default:
		return "timeZone"
	}
}

func (u Update) apply(p member.Profile, now time.Time, zone *time.Location) (member.Profile, error) {
	if u.Avatar != nil {
		return p, fault.Refuse(UploadUnknown, "avatarUploadId", "avatarUploadId names no upload")
	}
	if u.DisplayName != nil {
		name, err := Name(*u.DisplayName)
		if err != nil {
			return p, err
		}
		p.DisplayName = name
	}
	if u.Birthday != nil && *u.Birthday != p.Birthday {
		if p.Birthday != "" {
			return p, fault.Refuse(BirthdayTaken, "birthday", "the birthday is set already; only staff changes it")
		}
		if err := born(*u.Birthday, now, zone); err != nil {
			return p, err
		}
		p.Birthday = *u.Birthday
	}
	if u.Locale != nil {
		if !slices.Contains(locales, viewer.Locale(*u.Locale)) {
			return p, fault.Refuse(LocaleUnknown, "locale", "locale is %q; allowed are zh-CN, zh-TW and en", *u.Locale)
		}
		p.Locale = *u.Locale
	}
	if u.TimeZone != nil {
		if !zoneKnown(*u.TimeZone) {
			return p, fault.Refuse(ZoneUnknown, "timeZone", "timeZone is %q; allowed are IANA names such as Asia/Shanghai", *u.TimeZone)
		}
		p.TimeZone = *u.TimeZone
	}
	return p, nil
}

var locales = []viewer.Locale{viewer.SimplifiedChinese, viewer.TraditionalChinese, viewer.English}

// Bounds of a display name. A name of one Chinese character is a name; 24 fit on a line of a phone.
const (
	leastName = 1
	mostName  = 24
)

// Name gives a display name as it is kept: in NFC, without spaces around it and with single ones in it. Refusals:
// NAME_LENGTH, NAME_CHARACTERS.
func Name(v string) (string, error) {
	if len(v) > 4*4*mostName || !utf8.ValidString(v) { // before any work: four code points of four bytes each
		return "", fault.Refuse(NameLength, "displayName", "displayName has %d bytes; allowed are %d to %d characters", len(v), leastName, mostName)
	}
	v = strings.Join(strings.FieldsFunc(norm.NFC.String(v), func(r rune) bool { return r == ' ' || r == '\u3000' }), " ")
	n, letters := 0, false
	for _, r := range v {
		switch {
		case unicode.In(r, unicode.L, unicode.N, unicode.So):
			letters = true
		case r == ' ' || r == joiner || unicode.In(r, unicode.M, unicode.P, unicode.Sm, unicode.Sc, unicode.Sk):
		default: // what cannot be seen, turns the reading direction, or belongs to nobody
			return "", fault.Refuse(NameCharacters, "displayName", "displayName holds %U; allowed are letters, digits, signs and spaces", r)
		}
		if !unicode.In(r, unicode.M) && r != joiner {
			n++
		}
	}
	switch {
	case n < leastName || n > mostName:
		return "", fault.Refuse(NameLength, "displayName", "displayName has %d characters; allowed are %d to %d", n, leastName, mostName)
	case !letters:
		return "", fault.Refuse(NameCharacters, "displayName", "displayName holds no letter; needed is one")
	}
	return v, nil
}

// Title gives the name that a member gives to what others are shown, as Name does, and has it looked at. Refusals:
// NAME_LENGTH, NAME_CHARACTERS, NAME_REFUSED, NAME_UNCHECKED.
func (s *Service) Title(ctx context.Context, who member.ID, v string, now time.Time) (string, error) {
	v, err := Name(v)
	if err != nil || s.Names == nil {
		return v, err
	}
	return v, s.Names.Name(ctx, who, v, now)
}

// joiner stands inside some emoji.
const joiner = '\u200d'

// eldest is longer than anybody has lived, in years.
const eldest = 125

// born asks for a day on which somebody who is alive may have been born.
func born(day string, now time.Time, zone *time.Location) error {
	at, err := time.ParseInLocation(time.DateOnly, day, zone)
	if err != nil || at.Format(time.DateOnly) != day {
		return fault.Refuse(BirthdayWrong, "birthday", "birthday is %q; allowed are days such as 1990-02-28", day)
	}
	if at.After(now) || at.Before(clock.AddMonths(now, -12*eldest, zone)) {
		return fault.Refuse(BirthdayWrong, "birthday", "birthday is %s; allowed are days of the last %d years", day, eldest)
	}
	return nil
}

// zoneKnown tells whether a name is one of the IANA's. UTC counts; the machine's own zone does not.
func zoneKnown(name string) bool {
	if name == "" || name == "Local" || len(name) > 64 {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}

// CorrectBirthday changes a birthday, by one of the staff, of whom the same write keeps who it was and when. Who turns out to
// be a child without a guardian's yes has agreed to nothing from then on. Refusals: NOT_FOUND, BIRTHDAY_WRONG.
func (s *Service) CorrectBirthday(ctx context.Context, who member.ID, day, by string, now time.Time) (account.Holder, error) {
	if err := born(day, now, s.Book.At(now).Zone()); err != nil {
		return account.Holder{}, err
	}
	h, err := s.change(ctx, who, func(p member.Profile) (member.Profile, bool, error) {
		if p.Birthday == day {
			return p, false, nil
		}
		p.Birthday = day
		p.Corrections = append(slices.Clone(p.Corrections), member.Correction{Field: "birthday", By: by, At: now.UTC().Truncate(time.Millisecond)})
		return p, true, nil
	}, nil)
	if err != nil {
		return h, err
	}
	return s.stillGuarded(ctx, h, now)
}
