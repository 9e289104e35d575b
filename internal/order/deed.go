package order

import (
	"time"

	"membergate/internal/account"
	"membergate/internal/coupon"
	"membergate/internal/eligibility"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
)

// Deed is what a member did besides buying, as another service tells it.
type Deed struct {
	Type    string // of the event, such as live.watched
	Member  member.ID
	At      time.Time
	Fields  map[string]string // the event's fields that rules may name
	Seconds int64             // how long it took; 0 where that says nothing
	Payment *tier.Payment     // of a membership that was paid for; nil for all else
	Naming  *tier.Naming      // of segments that another system names; nil for all else
	Undoes  string            // the payment that was given back; empty for all else
	Coupon  *coupon.Use       // of a coupon that was used; nil for all else
	Code    string            // of the invitation by which a newcomer joined; empty for all else
}

func (d Deed) check(id string) error {
	switch {
	case d.At.IsZero():
		return fault.Bad("at", "event %s has no time", id)
	case d.Seconds < 0:
		return fault.Bad("seconds", "seconds of event %s is %d; allowed are 0 and more", id, d.Seconds)
	}
	return d.Member.Check("member")
}

// matters tells whether the programme makes anything of the deed. One that it makes nothing of moves the member's
// clock and is not written down.
func (d Deed) matters(p *programme.Programme) bool {
	_, earns := p.Earning(d.Type)
	return earns || d.Payment != nil || d.Naming != nil || d.Undoes != "" || d.Coupon != nil || d.Code != "" || p.Action(d.Type, d.Fields) != ""
}

// DecideDeed applies one deed to an account: due settlements first, then what rules give for it, at the tier held, then
// what it counts for growth and tasks. The deed must not have been decided before. Earned is what was earned before by the
// rules that have caps, by their codes.
func DecideDeed(book tier.Book, who member.Profile, a account.Account, id string, d Deed, earned map[string]Earned) account.Account {
	a.Standing = a.Standing.Advance(book, d.At)
	p := book.At(d.At)
	steps := []account.Step{{Record: EventRecord(id)}}
	if rules := p.EarnRules(d.Type); len(rules) > 0 {
		steps = append(steps, rewards(p, eligibility.Gather(p, who, a.Standing, a.Standing.Clock), rules, id, d, earned)...)
	}
	action := p.Action(d.Type, d.Fields)
	if action != "" {
		a.Standing = a.Standing.Did(book, d.At, EventRecord(id), action, d.Seconds)
	}
	a.Standing = d.lift(book, a.Standing, who.JoinedAt, action)
	a.Outbox = append(a.Outbox[:len(a.Outbox):len(a.Outbox)], steps...)
	if record := d.record(); record != "" {
		a.Outbox = append(a.Outbox, account.Step{Record: record})
	}
	return a
}
