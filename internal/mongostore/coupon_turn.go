package mongostore

import (
	"time"

	"membergate/internal/coupon"
	"membergate/internal/member"
)

// What an account keeps of coupons. The documents have their domain struct's fields in its order.

type basketDoc struct {
	Order   string    `bson:"order"`
	Coupons []string  `bson:"coupons"`
	Until   time.Time `bson:"until"`
}

type couponTurnDoc struct {
	Issue []couponIssueDoc `bson:"issue,omitempty"`
	Use   []couponUseDoc   `bson:"use,omitempty"`
	Back  []couponBackDoc  `bson:"back,omitempty"`
}

type couponIssueDoc struct {
	Op       string        `bson:"op"`
	Template string        `bson:"template"`
	Member   member.ID     `bson:"member"`
	Source   coupon.Source `bson:"source"`
	Ref      string        `bson:"ref,omitempty"`
	At       time.Time     `bson:"at"`
	Value    int64         `bson:"value,omitempty"`
	By       string        `bson:"by,omitempty"`
	Reason   string        `bson:"reason,omitempty"`
}

type couponUseDoc struct {
	Coupon   string    `bson:"coupon"`
	Order    string    `bson:"order,omitempty"`
	At       time.Time `bson:"at"`
	Told     bool      `bson:"told,omitempty"`
	SavedFen int64     `bson:"saved,omitempty"`
}

type couponBackDoc struct {
	Order   string    `bson:"order"`
	Coupons []string  `bson:"coupons"`
	At      time.Time `bson:"at"`
}

func toCouponTurn(t *coupon.Turn) *couponTurnDoc {
	if t == nil {
		return nil
	}
	return &couponTurnDoc{
		Issue: each(t.Issue, func(i coupon.Issue) couponIssueDoc { return couponIssueDoc(i) }),
		Use:   each(t.Use, func(u coupon.Use) couponUseDoc { return couponUseDoc(u) }),
		Back:  each(t.Back, func(b coupon.Back) couponBackDoc { return couponBackDoc(b) }),
	}
}

func (d *couponTurnDoc) turn() *coupon.Turn {
	if d == nil {
		return nil
	}
	return &coupon.Turn{
		Issue: each(d.Issue, func(i couponIssueDoc) coupon.Issue { return coupon.Issue(i) }),
		Use:   each(d.Use, func(u couponUseDoc) coupon.Use { return coupon.Use(u) }),
		Back:  each(d.Back, func(b couponBackDoc) coupon.Back { return coupon.Back(b) }),
	}
}
