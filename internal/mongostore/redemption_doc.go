package mongostore

import (
	"time"

	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/redemption"
	"membergate/internal/reward"
	"membergate/internal/wallet"
)

type redemptionDoc struct {
	ID          string           `bson:"_id"`
	SV          int              `bson:"sv"`
	Version     int64            `bson:"version"`
	Wallet      wallet.ID        `bson:"w"`
	Reward      string           `bson:"reward"`
	Kind        reward.Kind      `bson:"kind,omitempty"`
	Slot        string           `bson:"slot,omitempty"`
	Quantity    int64            `bson:"quantity"`
	Cost        int64            `bson:"cost"`
	Hold        int64            `bson:"hold"`
	Code        string           `bson:"code,omitempty"`
	Voucher     string           `bson:"voucher,omitempty"`
	Sealed      string           `bson:"sealed,omitempty"`
	State       redemption.State `bson:"state"`
	Open        bool             `bson:"open,omitempty"`
	Created     time.Time        `bson:"created"`
	CancelUntil time.Time        `bson:"cancelUntil,omitempty"`
	GoodUntil   time.Time        `bson:"goodUntil,omitempty"`
	UsableUntil time.Time        `bson:"usableUntil,omitempty"`
	Ended       time.Time        `bson:"ended,omitempty"`
	Used        time.Time        `bson:"used,omitempty"`
	UsedBy      string           `bson:"usedBy,omitempty"`
	Request     *yesDoc          `bson:"request,omitempty"`
	Draw        *drawDoc         `bson:"draw,omitempty"`
}

type yesDoc struct {
	ID       string    `bson:"id"`
	By       member.ID `bson:"by"`
	AnswerBy time.Time `bson:"answerBy"`
	Family   family.ID `bson:"family,omitempty"`
}

type drawDoc struct {
	Family  family.ID `bson:"family"`
	Spender string    `bson:"spender"`
	Asking  bool      `bson:"asking,omitempty"`
	Gifts   []giftDoc `bson:"gifts"`
	Op      string    `bson:"op"`
	Input   string    `bson:"input"`
	Until   time.Time `bson:"until"`
	Holds   []int64   `bson:"holds,omitempty"`
}

type giftDoc struct {
	Person string    `bson:"person"`
	Wallet wallet.ID `bson:"w"`
	Coins  int64     `bson:"n"`
}

func toDraw(d *redemption.Draw) *drawDoc {
	if d == nil {
		return nil
	}
	out := &drawDoc{Family: d.Family, Spender: d.Spender, Asking: d.Asking, Op: d.Op, Input: d.Input, Until: d.Until, Holds: d.Holds}
	out.Gifts = each(d.Gifts, func(g family.Gift) giftDoc { return giftDoc(g) })
	return out
}

func (d *drawDoc) draw() *redemption.Draw {
	if d == nil {
		return nil
	}
	gifts := each(d.Gifts, func(g giftDoc) family.Gift { return family.Gift(g) })
	return &redemption.Draw{Plan: family.Plan{Family: d.Family, Spender: d.Spender, Asking: d.Asking, Gifts: gifts}, Op: d.Op, Input: d.Input, Until: d.Until, Holds: d.Holds}
}

func toRedemption(r redemption.Redemption) redemptionDoc {
	d := redemptionDoc{
		ID: r.ID, SV: 3, Version: r.Version, Wallet: r.Wallet, Reward: r.Reward, Kind: r.Kind, Slot: r.Slot, Quantity: r.Quantity,
		Cost: r.Cost, Hold: r.Hold, Code: r.Code, Voucher: r.Voucher, Sealed: r.Sealed, State: r.State, Open: r.Unfinished,
		Created: r.CreatedAt, CancelUntil: r.CancelUntil, GoodUntil: r.GoodUntil, UsableUntil: r.UsableUntil, Ended: r.EndedAt,
		Used: r.UsedAt, UsedBy: r.UsedBy, Draw: toDraw(r.Draw),
	}
	if r.Request.ID != "" {
		d.Request = (*yesDoc)(&r.Request)
	}
	return d
}

func (d redemptionDoc) redemption() redemption.Redemption {
	r := redemption.Redemption{
		ID: d.ID, Version: d.Version, Wallet: d.Wallet, Reward: d.Reward, Kind: d.Kind, Slot: d.Slot, Quantity: d.Quantity,
		Cost: d.Cost, Hold: d.Hold, Code: d.Code, Voucher: d.Voucher, Sealed: d.Sealed, State: d.State, Unfinished: d.Open,
		CreatedAt: d.Created, CancelUntil: d.CancelUntil, GoodUntil: d.GoodUntil, UsableUntil: d.UsableUntil, EndedAt: d.Ended,
		UsedAt: d.Used, UsedBy: d.UsedBy, Draw: d.Draw.draw(),
	}
	if d.Request != nil {
		r.Request = redemption.Request(*d.Request)
	}
	return r
}
