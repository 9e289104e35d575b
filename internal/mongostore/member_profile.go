package mongostore

import (
	"maps"
	"slices"
	"time"

	"membergate/internal/member"
)

// profileDoc is the profile's part of a member's document. Consents are a list, because a purpose is not a safe name
// of a field.
type profileDoc struct {
	Version  int64        `bson:"version"`
	Handle   string       `bson:"handle"`
	Name     string       `bson:"name,omitempty"`
	Avatar   string       `bson:"avatar,omitempty"`
	Joined   time.Time    `bson:"joined"`
	Country  string       `bson:"country,omitempty"`
	Birthday string       `bson:"birthday,omitempty"`
	Locale   string       `bson:"locale,omitempty"`
	Channel  string       `bson:"channel,omitempty"`
	TimeZone string       `bson:"zone,omitempty"`
	Sealed   string       `bson:"sealed,omitempty"` // what the member told of home and likes
	Demo     bool         `bson:"demo,omitempty"`
	Consents []consentDoc `bson:"consents,omitempty"`

	Corrections []correctionDoc `bson:"corrections,omitempty"`
	Closed      time.Time       `bson:"closed,omitempty"`
	Suspension  *suspensionDoc  `bson:"suspension,omitempty"`
}

type suspensionDoc struct {
	Reason string    `bson:"reason"`
	At     time.Time `bson:"at"`
}

type correctionDoc struct {
	Field string    `bson:"field"`
	By    string    `bson:"by"`
	At    time.Time `bson:"at"`
}

type consentDoc struct {
	Purpose string    `bson:"purpose"`
	Granted bool      `bson:"granted"`
	At      time.Time `bson:"at"`
	Policy  string    `bson:"policy,omitempty"`
	Source  string    `bson:"source,omitempty"`
	Number  int       `bson:"number,omitempty"`
	Before  bool      `bson:"before,omitempty"`
}

func toProfile(p member.Profile) profileDoc {
	d := profileDoc{
		Version: p.Version, Handle: p.Handle, Name: p.DisplayName, Avatar: p.Avatar, Joined: p.JoinedAt, Country: p.Country,
		Birthday: p.Birthday, Locale: p.Locale, Channel: p.Channel, Demo: p.Demo,
		TimeZone: p.TimeZone, Sealed: p.Sealed,
		Closed: p.ClosedAt, Suspension: (*suspensionDoc)(p.Suspension), Corrections: each(p.Corrections, func(c member.Correction) correctionDoc { return correctionDoc(c) }),
	}
	for _, purpose := range slices.Sorted(maps.Keys(p.Consents)) {
		c := p.Consents[purpose]
		d.Consents = append(d.Consents, consentDoc{purpose, c.Granted, c.At, c.PolicyVersion, c.Source, c.Number, c.Before})
	}
	return d
}

func (d profileDoc) profile(id member.ID) member.Profile {
	p := member.Profile{
		ID: id, Version: d.Version, Handle: d.Handle, DisplayName: d.Name, Avatar: d.Avatar, JoinedAt: d.Joined, Country: d.Country,
		Birthday: d.Birthday, Locale: d.Locale, Channel: d.Channel, Demo: d.Demo,
		TimeZone: d.TimeZone, Sealed: d.Sealed,
		ClosedAt: d.Closed, Suspension: (*member.Suspension)(d.Suspension), Corrections: each(d.Corrections, func(c correctionDoc) member.Correction { return member.Correction(c) }),
	}
	for _, c := range d.Consents {
		if p.Consents == nil {
			p.Consents = make(map[string]member.Consent, len(d.Consents))
		}
		p.Consents[c.Purpose] = member.Consent{Granted: c.Granted, At: c.At, PolicyVersion: c.Policy, Source: c.Source, Number: c.Number, Before: c.Before}
	}
	return p
}
