package mongostore

import (
	"slices"
	"time"

	"membergate/internal/account"
	"membergate/internal/coupon"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// accountDoc is the account's part of a member's document. A standing keeps hundreds of facts, so those have short
// names: a is at, m the metric, v the value, s the source.
//
// The small documents have their domain struct's fields in its order, so that one converts to the other, and a field
// that is added there does not compile here until it is named.
type accountDoc struct {
	Version    int64       `bson:"version"`
	Wallet     string      `bson:"wallet"`
	Standing   standingDoc `bson:"standing"`
	Outbox     []stepDoc   `bson:"outbox,omitempty"`
	Unfinished bool        `bson:"unfinished,omitempty"` // whether there is anything in the outbox
	Ends       time.Time   `bson:"ends,omitempty"`       // the earliest end of a grant that is ahead
	Stamp      string      `bson:"stamp,omitempty"`      // of the save that wrote it, if that came with others
	Baskets    []basketDoc `bson:"baskets,omitempty"`
	Invited    *invitedDoc `bson:"invited,omitempty"`
}

// invitedDoc is how the member was brought along.
type invitedDoc struct {
	ID      string    `bson:"id"`
	By      member.ID `bson:"by"`
	Code    string    `bson:"code"`
	At      time.Time `bson:"at"`
	Order   string    `bson:"order,omitempty"`
	OrderAt time.Time `bson:"orderAt,omitempty"`
}

type standingDoc struct {
	Earned         string      `bson:"earned"`
	State          tier.State  `bson:"state"`
	Since          time.Time   `bson:"since"`
	ProtectedUntil time.Time   `bson:"protectedUntil,omitempty"`
	Tasks          []string    `bson:"tasks,omitempty"`
	Steps          []string    `bson:"steps,omitempty"`
	Grants         []grantDoc  `bson:"grants,omitempty"`
	Facts          []factDoc   `bson:"facts,omitempty"`
	FirstPaid      time.Time   `bson:"firstPaid,omitempty"`
	Clock          time.Time   `bson:"clock"`
	Settled        time.Time   `bson:"settled"`
	History        []changeDoc `bson:"history,omitempty"`
	Turns          []turnDoc   `bson:"turns,omitempty"`
	Named          namingDoc   `bson:"named,omitempty"`
	Due            time.Time   `bson:"due"` // account.Ever if nothing is due; missing in documents of before there was one
	Choices        []choiceDoc `bson:"choices,omitempty"`
}

type factDoc struct {
	At     time.Time `bson:"a"`
	Metric string    `bson:"m"`
	Value  int64     `bson:"v"`
	Source string    `bson:"s,omitempty"`
}

type grantDoc struct {
	Tier   string              `bson:"tier"`
	Route  programme.RouteKind `bson:"route"`
	From   time.Time           `bson:"from"`
	Until  time.Time           `bson:"until,omitempty"`
	Reason string              `bson:"reason,omitempty"`
	Ended  bool                `bson:"ended,omitempty"`

	ID        string    `bson:"id,omitempty"`
	ToldFrom  time.Time `bson:"toldFrom,omitempty"`
	ToldUntil time.Time `bson:"toldUntil,omitempty"`
	TakenBack time.Time `bson:"takenBack,omitempty"`
	AutoRenew bool      `bson:"autoRenew,omitempty"`
	Offer     string    `bson:"offer,omitempty"`
}

type choiceDoc struct {
	Tier   string    `bson:"tier"`
	On     bool      `bson:"on"`
	At     time.Time `bson:"at"`
	Source string    `bson:"source"`
	Terms  string    `bson:"terms,omitempty"`
	Fen    int64     `bson:"fen,omitempty"`
}

type changeDoc struct {
	At        time.Time   `bson:"at"`
	From      string      `bson:"from,omitempty"`
	To        string      `bson:"to"`
	Reason    tier.Reason `bson:"reason"`
	Score     int64       `bson:"score,omitempty"`
	Threshold int64       `bson:"threshold,omitempty"`
	Programme string      `bson:"programme,omitempty"`

	Window   time.Time      `bson:"window,omitempty"`
	Measures []tier.Measure `bson:"measures,omitempty"` // metric, sum, asked
	By       string         `bson:"by,omitempty"`
	Ref      string         `bson:"ref,omitempty"`
}

type namingDoc struct {
	Segments []string  `bson:"segments,omitempty"`
	At       time.Time `bson:"at"`
}

type turnDoc struct {
	At   time.Time `bson:"at"`
	Tier string    `bson:"tier"`
}

type stepDoc struct {
	Record  string      `bson:"record,omitempty"`
	Posting *postingDoc `bson:"posting,omitempty"`

	Currency string `bson:"currency,omitempty"`

	Coupons *couponTurnDoc `bson:"coupons,omitempty"`
	Invited *invitedDoc    `bson:"invited,omitempty"`
}

func toAccount(a account.Account) accountDoc {
	s := a.Standing
	return accountDoc{
		Version: a.Version, Wallet: string(a.Wallet), Outbox: each(a.Outbox, toStep), Unfinished: len(a.Outbox) > 0, Ends: a.EndsAt(),
		Invited: (*invitedDoc)(a.Invited),
		Baskets: each(a.Baskets, func(b coupon.Basket) basketDoc { return basketDoc(b) }),
		Standing: standingDoc{
			Earned: s.Earned, State: s.State, Since: s.Since, ProtectedUntil: s.ProtectedUntil, FirstPaid: s.FirstPaid, Clock: s.Clock, Settled: s.Settled,
			Tasks: s.Tasks, Steps: s.Steps, Due: a.DueAt(), Named: namingDoc(s.Named),
			Grants:  each(s.Grants, func(g tier.Grant) grantDoc { return grantDoc(g) }),
			Facts:   each(s.Facts, func(f tier.Fact) factDoc { return factDoc(f) }),
			History: each(s.History, func(c tier.Change) changeDoc { return changeDoc(c) }),
			Turns:   each(s.Turns, func(t tier.Turn) turnDoc { return turnDoc(t) }),
			Choices: each(s.Choices, func(c tier.Choice) choiceDoc { return choiceDoc(c) }),
		},
	}
}

func (d accountDoc) account(id member.ID) account.Account {
	s := d.Standing
	return account.Account{
		Member: id, Version: d.Version, Wallet: wallet.ID(d.Wallet), Outbox: each(d.Outbox, stepDoc.step),
		Invited: (*account.Invited)(d.Invited),
		Baskets: each(d.Baskets, func(b basketDoc) coupon.Basket { return coupon.Basket(b) }),
		Standing: tier.Standing{
			Earned: s.Earned, State: s.State, Since: s.Since, ProtectedUntil: s.ProtectedUntil, FirstPaid: s.FirstPaid, Clock: s.Clock, Settled: s.Settled,
			Tasks: slices.Clone(s.Tasks), Steps: slices.Clone(s.Steps), Due: due(s.Due),
			Named:   tier.Naming{Segments: slices.Clone(s.Named.Segments), At: s.Named.At},
			Grants:  each(s.Grants, func(g grantDoc) tier.Grant { return tier.Grant(g) }),
			Facts:   each(s.Facts, func(f factDoc) tier.Fact { return tier.Fact(f) }),
			History: each(s.History, func(c changeDoc) tier.Change { return tier.Change(c) }),
			Turns:   each(s.Turns, func(t turnDoc) tier.Turn { return tier.Turn(t) }),
			Choices: each(s.Choices, func(c choiceDoc) tier.Choice { return tier.Choice(c) }),
		},
	}
}

// due is zero for what is never due.
func due(t time.Time) time.Time {
	if t.Equal(account.Ever) {
		return time.Time{}
	}
	return t
}

func toStep(s account.Step) stepDoc {
	d := stepDoc{Record: s.Record, Currency: s.Currency, Coupons: toCouponTurn(s.Coupons), Invited: (*invitedDoc)(s.Invited)}
	if p := s.Posting; p != nil {
		d.Posting = toPosting(*p)
	}
	return d
}

func (d stepDoc) step() account.Step {
	s := account.Step{Record: d.Record, Currency: d.Currency, Coupons: d.Coupons.turn(), Invited: (*account.Invited)(d.Invited)}
	if d.Posting != nil {
		s.Posting = d.Posting.posting()
	}
	return s
}
