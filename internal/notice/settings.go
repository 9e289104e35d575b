package notice

import (
	"slices"
	"time"

	"membergate/internal/clock"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// Settings are what a member has decided on notices, and where to send them.
type Settings struct {
	Member   member.ID
	Version  int64 // 0 while nothing was set
	Quiet    *Quiet
	TimeZone string // IANA zone of the quiet hours; empty = the programme's
	Switches []Switch
	Devices  []Device
}

// Quiet are the member's own quiet hours; with neither time there are none.
type Quiet struct {
	From  string // such as 22:00
	Until string
}

// Switch is what a member wants of a kind.
type Switch struct {
	Kind  string
	Inbox bool
	Push  bool
}

// Wants is what a member gets of a kind: the own switch, else the programme's.
func (s Settings) Wants(k programme.NoticeKind) Switch {
	if k.Always() {
		return Switch{Kind: k.Code, Inbox: true, Push: k.Push}
	}
	if i := slices.IndexFunc(s.Switches, func(o Switch) bool { return o.Kind == k.Code }); i >= 0 {
		return s.Switches[i]
	}
	return Switch{Kind: k.Code, Inbox: k.Inbox, Push: k.Push}
}

// Hours are the quiet hours that count for the member, and their zone; false for none.
func (s Settings) Hours(p *programme.Programme) (programme.Hours, *time.Location, bool) {
	zone := p.Zone()
	if s.TimeZone != "" {
		if own, err := time.LoadLocation(s.TimeZone); err == nil {
			zone = own
		}
	}
	switch {
	case s.Quiet != nil:
		return programme.Hours{From: s.Quiet.From, Until: s.Quiet.Until}, zone, s.Quiet.From != s.Quiet.Until
	case p.Notices != nil && p.Notices.Quiet != nil:
		return *p.Notices.Quiet, zone, true
	default:
		return programme.Hours{}, zone, false
	}
}

// Loud is the first moment from t on that lies in no quiet hours.
func (s Settings) Loud(p *programme.Programme, t time.Time) time.Time {
	h, zone, ok := s.Hours(p)
	if !ok {
		return t
	}
	today := clock.DayStart(t, zone)
	for day := -1; day <= 0; day++ { // those that began yesterday, and today's
		from, until := hourOn(today, day, h.From, zone), hourOn(today, day, h.Until, zone)
		if !from.Before(until) {
			until = hourOn(today, day+1, h.Until, zone)
		}
		if !t.Before(from) && t.Before(until) {
			return until
		}
	}
	return t
}

// hourOn is an hour such as 22:00 on the day that lies n days after one.
func hourOn(day time.Time, n int, hour string, zone *time.Location) time.Time {
	of, _ := time.Parse("15:04", hour)
	l := day.In(zone)
	return time.Date(l.Year(), l.Month(), l.Day()+n, of.Hour(), of.Minute(), 0, 0, zone).UTC()
}
