package family

import (
	"slices"
	"time"

	"membergate/internal/programme"
)

// ages are from when on somebody is a teen, and an adult, in a family of the programme; zero where the birthday is not
// known.
func ages(p *programme.Programme, birthday string) (teen, adult time.Time) {
	born, err := time.ParseInLocation(time.DateOnly, birthday, p.Zone())
	if err != nil || p.Family == nil {
		return time.Time{}, time.Time{}
	}
	return born.AddDate(p.Family.ConsentAge, 0, 0).UTC(), born.AddDate(p.Family.AdultAge, 0, 0).UTC()
}

// Suits tells whether a role is one for somebody with a birthday at now: below the age of consent a child, up to that of
// adults a teen or a child, then none of the two. Whose birthday is not known may be anything.
func Suits(p *programme.Programme, r Role, birthday string, now time.Time) bool {
	teen, adult := ages(p, birthday)
	minor := r == Child || r == Teen
	switch {
	case teen.IsZero():
		return true
	case now.Before(teen):
		return r == Child
	case now.Before(adult):
		return minor
	default:
		return !minor
	}
}

// At is the family as it is at now, on a copy where anything differs: children who have come of age are teens, and teens
// adults. What a child shared is shared no more until the teen says so anew.
func (f Family) At(now time.Time) Family {
	cloned := false
	for i, p := range f.People {
		next := p.at(now)
		if next.Role == p.Role && next.Share == p.Share {
			continue
		}
		if !cloned {
			f.People, cloned = slices.Clone(f.People), true
		}
		f.People[i] = next
	}
	return f
}

func (p Person) at(now time.Time) Person {
	grown := func(at time.Time) bool { return !at.IsZero() && !now.Before(at) }
	if p.State != Active {
		return p
	}
	if p.Role == Child && grown(p.TeenAt) {
		p.Role = Teen
		if p.SharedAt.Before(p.TeenAt) {
			p.Share = Share{Mode: ShareNone}
		}
	}
	if p.Role == Teen && grown(p.AdultAt) {
		p.Role = Adult
	}
	return p
}
