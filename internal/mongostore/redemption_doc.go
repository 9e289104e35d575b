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
}

type yesDoc struct {
	ID       string    `bson:"id"`
	By       member.ID `bson:"by"`
	AnswerBy time.Time `bson:"answerBy"`
	Family   family.ID `bson:"family,omitempty"`
}

func toRedemption(r redemption.Redemption) redemptionDoc {
	d := redemptionDoc{
		ID: r.ID, SV: 3, Version: r.Version, Wallet: r.Wallet, Reward: r.Reward, Kind: r.Kind, Slot: r.Slot, Quantity: r.Quantity,
		Cost: r.Cost, Hold: r.Hold, Code: r.Code, Voucher: r.Voucher, Sealed: r.Sealed, State: r.State, Open: r.Unfinished,
		Created: r.CreatedAt, CancelUntil: r.CancelUntil, GoodUntil: r.GoodUntil, UsableUntil: r.UsableUntil, Ended: r.EndedAt,
		Used: r.UsedAt, UsedBy: r.UsedBy,
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
		UsedAt: d.Used, UsedBy: d.UsedBy,
	}
	if d.Request != nil {
		r.Request = redemption.Request(*d.Request)
	}
	return r
}
