// Package eligibility says whether a member meets the conditions that a programme names, and what is missing if not.
// Benefits, coupons, earning rules and offers all ask it.
package eligibility

import (
	"slices"
	"time"

	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
)

// Facts is what eligibility asks about one member at one moment.
type Facts struct {
	Profile  member.Profile
	Tier     string   // code of the tier held
	Region   string   // where the member lives, such as "CN-BJ"; empty = unknown, which no condition on regions meets
	Segments []string // codes of the segments that the member is in
	Stages   []string // codes of the stages of life with the shop that the member is in
	Channel  string   // where it is to be used; empty asks about all channels at once
	Store    string   // the store where it is to be used; empty asks about all stores at once

	Told member.Told // what the member told of home and likes, as far as it is consented to
}

// Gather reads the facts off a member's profile and standing, which must have been advanced to now.
func Gather(p *programme.Programme, who member.Profile, s tier.Standing, now time.Time) Facts {
	return Facts{
		Profile:  who,
		Tier:     s.Held(p, now).Code,
		Region:   who.Country,
		Segments: append(Segments(p, s.Read(p, now)), named(p, who, s.Named)...),
		Stages:   Stages(p, who.JoinedAt, LastOrder(p, s), now),
		Told:     who.Told(p.Household),
	}
}

// Segments are the codes of those segments whose condition a reading meets. Those without one are named by others.
func Segments(p *programme.Programme, r tier.Reading) []string {
	var out []string
	for _, s := range p.Lifecycle.Segments {
		if s.When != nil && r.Met(s.When) {
			out = append(out, s.Code)
		}
	}
	return out
}

// named are those segments that another system says the member is in, while the member agrees to be taken for one of
// them.
func named(p *programme.Programme, who member.Profile, n tier.Naming) []string {
	var out []string
	for _, s := range p.Lifecycle.Segments {
		if s.Named() && slices.Contains(n.Segments, s.Code) && (s.Consent == "" || who.Agreed(s.Consent)) {
			out = append(out, s.Code)
		}
	}
	return out
}

// Stages are the codes of the stages of life that a member is in: several at once, because some count from joining
// and some from the last order. Who never ordered is as far from the last order as from joining.
func Stages(p *programme.Programme, joined, lastOrder, now time.Time) []string {
	if lastOrder.IsZero() {
		lastOrder = joined
	}
	var out []string
	for _, s := range p.Lifecycle.Stages {
		since := joined
		if s.Since == programme.SinceLastOrder {
			since = lastOrder
		}
		days := localDays(since, now, p.Zone())
		if days >= s.FromDays && (s.ToDays == 0 || days <= s.ToDays) {
			out = append(out, s.Code)
		}
	}
	return out
}

// LastOrder is when a member last paid an order, as far as the standing's facts still tell; zero if none does. Facts
// are kept for the longest window of a metric, so an order that is forgotten lies at least that far back.
func LastOrder(p *programme.Programme, s tier.Standing) time.Time {
	var last time.Time
	for _, f := range s.Facts {
		m, _ := p.Metric(f.Metric)
		if (m.Kind == programme.Spend || m.Kind == programme.Orders) && f.Value > 0 && f.At.After(last) {
			last = f.At
		}
	}
	return last
}

// Ordered tells whether a member has ever paid an order, however long ago.
func Ordered(p *programme.Programme, s tier.Standing) bool {
	return !s.FirstPaid.IsZero() || !LastOrder(p, s).IsZero()
}

// localDays counts the midnights between two moments.
func localDays(from, to time.Time, zone *time.Location) int {
	a, b := from.In(zone), to.In(zone)
	day := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	return int(day(b).Sub(day(a)) / (24 * time.Hour))
}
