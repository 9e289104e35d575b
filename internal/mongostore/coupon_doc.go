package mongostore

import (
	"time"

	"membergate/internal/coupon"
	"membergate/internal/member"
	"membergate/internal/programme"
)

type couponDoc struct {
	ID          string         `bson:"_id"`
	SV          int            `bson:"sv"`
	Version     int64          `bson:"version"`
	Member      member.ID      `bson:"m"`
	Terms       couponTermsDoc `bson:"terms"`
	Source      coupon.Source  `bson:"source"`
	Ref         string         `bson:"ref,omitempty"`
	Reason      string         `bson:"reason,omitempty"`
	IssuedBy    string         `bson:"issuedBy,omitempty"`
	IssuedAt    time.Time      `bson:"issued"`
	Until       time.Time      `bson:"until"`
	State       coupon.State   `bson:"state"`
	Order       string         `bson:"order,omitempty"`
	FrozenUntil time.Time      `bson:"frozenUntil,omitempty"`
	Code        string         `bson:"code,omitempty"`
	UsedAt      time.Time      `bson:"used,omitempty"`
	UsedBy      string         `bson:"usedBy,omitempty"`
	Told        bool           `bson:"told,omitempty"`
	SavedFen    int64          `bson:"saved,omitempty"`
	ReturnedAt  time.Time      `bson:"returned,omitempty"`
	RevokedAt   time.Time      `bson:"revoked,omitempty"`
	RevokedBy   string         `bson:"revokedBy,omitempty"`
	RevokedFor  string         `bson:"revokedFor,omitempty"`
	Due         *time.Time     `bson:"due,omitempty"` // nil of what is not open
}

type couponTermsDoc struct {
	Template    string               `bson:"template"`
	Programme   string               `bson:"programme"`
	Version     string               `bson:"version"`
	Kind        programme.CouponKind `bson:"kind"`
	Value       int64                `bson:"value"`
	MinOrderFen int64                `bson:"minOrder,omitempty"`
	MaxOffFen   int64                `bson:"maxOff,omitempty"`
	Channels    []string             `bson:"channels,omitempty"`
	Regions     []string             `bson:"regions,omitempty"`
	Stores      []string             `bson:"stores,omitempty"`
	Categories  []string             `bson:"categories,omitempty"`
	FirstOrder  bool                 `bson:"firstOrder,omitempty"`
	Group       string               `bson:"group"`
	Titles      []titleDoc           `bson:"titles"`
	Texts       []titleDoc           `bson:"texts"`
}

func toCoupon(c coupon.Coupon) couponDoc {
	t := c.Terms
	d := couponDoc{
		ID: c.ID, SV: 1, Version: c.Version, Member: c.Member, Source: c.Source, Ref: c.Ref, Reason: c.Reason, IssuedBy: c.IssuedBy,
		IssuedAt: c.IssuedAt, Until: c.Until, State: c.State, Order: c.Order, FrozenUntil: c.FrozenUntil, Code: c.Code, UsedAt: c.UsedAt,
		UsedBy: c.UsedBy, Told: c.Told, SavedFen: c.SavedFen, ReturnedAt: c.ReturnedAt, RevokedAt: c.RevokedAt, RevokedBy: c.RevokedBy, RevokedFor: c.RevokedFor,
		Terms: couponTermsDoc{
			Template: t.Template, Programme: t.Programme, Version: t.Version, Kind: t.Kind, Value: t.Value, MinOrderFen: t.MinOrderFen,
			MaxOffFen: t.MaxOffFen, Channels: t.Channels, Regions: t.Regions, Stores: t.Stores, Categories: t.Categories, FirstOrder: t.FirstOrder, Group: t.Group,
			Titles: toTexts(t.Titles), Texts: toTexts(t.Texts),
		},
	}
	if due := c.DueAt(); !due.IsZero() {
		d.Due = &due
	}
	return d
}

func (d couponDoc) coupon() coupon.Coupon {
	t := d.Terms
	return coupon.Coupon{
		ID: d.ID, Version: d.Version, Member: d.Member, Source: d.Source, Ref: d.Ref, Reason: d.Reason, IssuedBy: d.IssuedBy,
		IssuedAt: d.IssuedAt, Until: d.Until, State: d.State, Order: d.Order, FrozenUntil: d.FrozenUntil, Code: d.Code, UsedAt: d.UsedAt,
		UsedBy: d.UsedBy, Told: d.Told, SavedFen: d.SavedFen, ReturnedAt: d.ReturnedAt, RevokedAt: d.RevokedAt, RevokedBy: d.RevokedBy, RevokedFor: d.RevokedFor,
		Terms: coupon.Terms{
			Template: t.Template, Programme: t.Programme, Version: t.Version, Kind: t.Kind, Value: t.Value, MinOrderFen: t.MinOrderFen,
			MaxOffFen: t.MaxOffFen, Channels: t.Channels, Regions: t.Regions, Stores: t.Stores, Categories: t.Categories, FirstOrder: t.FirstOrder, Group: t.Group,
			Titles: texts(t.Titles), Texts: texts(t.Texts),
		},
	}
}
