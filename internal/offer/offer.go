// Package offer is what members are offered besides the price list: a tier to buy or to try at a share of its price, for
// a while. What was shown keeps its price until its own end, whatever becomes of the programme.
package offer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"time"

	"membergate/internal/clock"
	"membergate/internal/eligibility"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
)

// Made is an offer as it was made to a member, with its price and its end.
type Made struct {
	ID         string // a payment names it
	Code       string
	Version    string // of its terms
	Programme  string // the programme's version
	Tier       string
	Route      programme.RouteKind
	Fen        int64 // what is to be paid
	FullFen    int64 // what the price list asked for then
	Months     int
	Days       int
	Exclusive  string
	Titles     programme.Text
	Terms      programme.Text
	From       time.Time // when it was first shown
	Until      time.Time // exclusive
	AcceptedAt time.Time // zero before
}

// Open tells whether it can be accepted or paid at a time, as far as it alone says.
func (m Made) Open(now time.Time) bool { return now.Before(m.Until) }

// Offers is everything that one member was offered, kept and changed as one value.
type Offers struct {
	Member  member.ID
	Made    []Made // oldest first
	Version int64  // grows with every change; 0 = nothing was ever offered
}

// ErrStale is a store's answer when somebody else changed the value first.
var ErrStale = errors.New("offer: somebody else changed it first")

// Store keeps offers, one value per member.
type Store interface {
	// ByMember gives what was offered to a member; to whom nothing was, nothing at version 0.
	ByMember(ctx context.Context, who member.ID) (Offers, error)
	// Save stores it at the next version if the stored version is still o.Version, else it answers ErrStale.
	Save(ctx context.Context, o Offers) error
}

// ByID finds an offer, and false if there is none.
func (o Offers) ByID(id string) (Made, bool) {
	i := slices.IndexFunc(o.Made, func(m Made) bool { return m.ID == id })
	if i < 0 {
		return Made{}, false
	}
	return o.Made[i], true
}

// Taken tells whether an offer was paid.
func Taken(s tier.Standing, id string) bool {
	return slices.ContainsFunc(s.Grants, func(g tier.Grant) bool { return g.Offer == id && g.Tier != "" })
}

// Shown are the offers that a member may take now: made before, and not over nor paid.
func (o Offers) Shown(s tier.Standing, now time.Time) []Made {
	return slices.DeleteFunc(slices.Clone(o.Made), func(m Made) bool { return !m.Open(now) || Taken(s, m.ID) })
}

// With is the same with the offers that the programme makes the member now, and whether it made any. The standing must
// have been advanced to now. An offer is made once, or again after its cool-down; of one exclusive name none is made while
// another one is open. A trial is offered to nobody who has had one, and no tier to who holds it or a higher one.
func (o Offers) With(p *programme.Programme, who member.Profile, s tier.Standing, now time.Time) (Offers, bool) {
	f, read := eligibility.Gather(p, who, s, now), s.Read(p, now)
	made := false
	for _, u := range p.TierOffers {
		t, _ := p.Tier(u.Tier)
		r, sold := t.Route(u.Route)
		before := 0
		blocked := slices.ContainsFunc(o.Made, func(m Made) bool {
			if m.Code == u.Code {
				before++
				return u.CooldownDays == 0 || now.Before(clock.AddDays(m.Until, u.CooldownDays, p.Zone()))
			}
			return u.Exclusive != "" && m.Exclusive == u.Exclusive && m.Open(now) && !Taken(s, m.ID)
		})
		switch {
		case !sold, blocked, p.Rank(f.Tier) >= t.Rank, u.Route == programme.Trial && s.Tried(""), !inMonths(p, u, who.JoinedAt, now),
			u.Eligibility != nil && !eligibility.Met(p, u.Code, *u.Eligibility, f, now), !read.Met(u.Met):
			continue
		}
		o.Made = append(slices.Clone(o.Made), Made{
			ID: idOf(who.ID, u.Code, before), Code: u.Code, Version: u.Version, Programme: p.Version, Tier: u.Tier, Route: u.Route,
			Fen: u.Price(r.FeeFen), FullFen: r.FeeFen, Months: r.Months, Days: r.Days, Exclusive: u.Exclusive, Titles: u.Titles, Terms: u.Terms,
			From: now, Until: clock.AddDays(now, u.ValidDays, p.Zone()),
		})
		made = true
	}
	return o, made
}

// inMonths tells whether now lies in the months of being a member that an offer is for, counted by the local clock from
// joining: the first month is 1.
func inMonths(p *programme.Programme, u programme.TierOffer, joined, now time.Time) bool {
	return (u.FromMonth == 0 || !now.Before(clock.AddMonths(joined, u.FromMonth-1, p.Zone()))) &&
		(u.ToMonth == 0 || now.Before(clock.AddMonths(joined, u.ToMonth, p.Zone())))
}

func idOf(who member.ID, code string, n int) string {
	sum := sha256.Sum256([]byte("offer\x00" + string(who) + "\x00" + code + "\x00" + strconv.Itoa(n)))
	return "of_" + hex.EncodeToString(sum[:12])
}
