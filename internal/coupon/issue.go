package coupon

import (
	"context"
	"time"

	"membergate/internal/clock"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// Issue is a coupon that a member is to get.
type Issue struct {
	Op       string // unique per member: issued again under it, it is the same coupon
	Template string
	Member   member.ID
	Source   Source
	Ref      string
	At       time.Time // the programme in force then says what it is
	Value    int64     `json:",omitempty"` // in place of its template's; 0 = that

	By     string `json:",omitempty"` // the member id of staff; empty where a rule gives it
	Reason string `json:",omitempty"` // theirs
}

// Book gives the programme in force at a time.
type Book interface {
	At(t time.Time) *programme.Programme
}

// Service gives coupons, keeps them for orders, and marks them as used.
type Service struct {
	Store  Store
	Book   Book
	Missed func(Missed) // is told of uses of what was not usable; nil tells nobody
}

// Codes of refusals that are made here.
const (
	Unknown = "NOT_FOUND" // no such template, coupon, campaign or code
)

// ID is the id of the coupon that an issue makes.
func (i Issue) ID() string { return idOf(i.Member, i.Op) }

// Issue gives coupons, each once per member and op, and answers them in the order asked for, as they are now. If one of
// them names no template, none is given. Refusals: NOT_FOUND.
func (s *Service) Issue(ctx context.Context, all []Issue) ([]Coupon, error) {
	if len(all) == 0 {
		return nil, nil
	}
	made := make([]Coupon, len(all))
	ids := make([]string, len(all))
	for i, each := range all {
		c, err := s.make(each)
		if err != nil {
			return nil, err
		}
		made[i], ids[i] = c, c.ID
	}
	if err := s.Store.Add(ctx, made); err != nil {
		return nil, err
	}
	found, err := s.Store.ByIDs(ctx, ids)
	for i, id := range ids {
		made[i] = found[id]
	}
	return made, err
}

func (s *Service) make(i Issue) (Coupon, error) {
	if i.Op == "" || i.Member == "" || i.At.IsZero() {
		return Coupon{}, fault.New(fault.Internal, "an issue of %s has no op, member or time", i.Template)
	}
	p := s.Book.At(i.At)
	t, known := p.Template(i.Template)
	if !known {
		return Coupon{}, fault.Refuse(Unknown, "templateCode", "no coupon %s is given by programme %s %s", i.Template, p.Code, p.Version)
	}
	if i.Value != 0 {
		t.Value = i.Value
	}
	at := i.At.UTC().Truncate(time.Millisecond)
	return Coupon{
		ID: i.ID(), Member: i.Member, Terms: terms(p, t), Source: i.Source, Ref: i.Ref, Reason: i.Reason, IssuedBy: i.By,
		IssuedAt: at, Until: until(p, t.Validity, at), State: Issued, Version: 1,
	}, nil
}

func terms(p *programme.Programme, t programme.CouponTemplate) Terms {
	return Terms{
		Template: t.Code, Programme: p.Version, Version: t.Version, Kind: t.Kind, Value: t.Value, MinOrderFen: t.MinOrderFen,
		MaxOffFen: t.MaxOffFen, Channels: t.Channels, Regions: t.Regions, Stores: t.Stores, Categories: t.Categories, FirstOrder: t.FirstOrder,
		Group: t.Group, Titles: t.Titles, Texts: t.Terms,
	}
}

// until is when a coupon that is issued at a time is over.
func until(p *programme.Programme, v programme.Validity, at time.Time) time.Time {
	switch {
	case v.Until != nil:
		return v.Until.UTC().Truncate(time.Millisecond)
	case v.MonthEnd:
		return clock.MonthStart(at, 1, p.Zone()).UTC()
	default:
		return clock.AddDays(at, v.Days, p.Zone()).UTC()
	}
}
