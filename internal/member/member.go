// Package member holds the people who joined: their profile, and what others may see of it.
package member

import (
	"time"

	"membergate/internal/fault"
)

// ID is a member's id as tokens and events carry it, such as "17850".
type ID string

// Check refuses ids that cannot be a member's: 1 to 64 visible ASCII characters.
func (id ID) Check(field string) error {
	if len(id) == 0 || len(id) > 64 {
		return fault.Bad(field, "%s has %d characters; allowed are 1 to 64", field, len(id))
	}
	for _, c := range []byte(id) {
		if c <= ' ' || c > '~' {
			return fault.Bad(field, "%s is %q; allowed are visible ASCII characters", field, string(id))
		}
	}
	return nil
}

// Profile is what a member is called and looks like. Version grows with every change of it.
type Profile struct {
	ID          ID
	Handle      string // random public name of the member: what other people's apps see instead of the id
	DisplayName string
	Avatar      string // path of a picture, empty if none
	JoinedAt    time.Time
	Country     string             // the last one known, empty if none
	Birthday    string             // local date, such as 1990-02-28; empty if unknown
	Locale      string             // zh-CN, zh-TW or en; empty = what the app asks for
	Channel     string             // where they joined, empty if unknown
	Demo        bool               // made by the demo, so that demos can offer a token for it
	TimeZone    string             // IANA name of the zone that the member lives in; empty = the programme's
	Consents    map[string]Consent // by purpose; a purpose that is missing was never granted
	Version     int64

	// Corrections are what staff changed of the profile, oldest first; they say what, and never what it was or is.
	Corrections []Correction `json:",omitempty"`

	// ClosedAt is since when the account is closed: nobody signs in any more, and everything is being deleted. Zero while it is
	// open.
	ClosedAt time.Time `json:",omitzero"`

	// Suspension is why staff stopped the member from changing anything; nil where nobody did.
	Suspension *Suspension `json:",omitempty"`

	// What the member told of home and likes. It is kept sealed and never as it is: a store that is not asked through
	// account.Seal gives Sealed instead. Rules ask Told, which knows the consents.
	Household   Household `json:"-"`
	Preferences []string  `json:"-"`
	Sealed      string    `json:",omitempty"` // the two above, unreadable; empty where they were opened or nothing was told
}

// Suspension is why somebody may read and not change. Who of the staff said so is among the corrections.
type Suspension struct {
	Reason string // code of one of the programme's reasons of moderators
	At     time.Time
}

// Correction is a change of a profile by staff.
type Correction struct {
	Field string // such as birthday; a suspension and the reason, such as suspended:ABUSE, or its end
	By    string // id of who of the staff
	At    time.Time
}

// BornIn tells whether t lies in the member's birthday month, in the zone.
func (p Profile) BornIn(t time.Time, zone *time.Location) bool {
	born, err := time.Parse(time.DateOnly, p.Birthday)
	return err == nil && born.Month() == t.In(zone).Month()
}

// BornOn tells whether a local day is the member's birthday. Who was born on 29 February has it on the 28th in other years.
func (p Profile) BornOn(local time.Time) bool {
	born, err := time.Parse(time.DateOnly, p.Birthday)
	if err != nil {
		return false
	}
	day := born.AddDate(local.Year()-born.Year(), 0, 0) // 1 March where there is no 29 February
	if day.Month() != born.Month() {
		day = day.AddDate(0, 0, -1)
	}
	return local.Month() == day.Month() && local.Day() == day.Day()
}
