package order

import (
	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// Known is what is known about an event besides itself when it is decided.
type Known struct {
	Original *Record       // of a refund: the record of its order, if there is one
	Entry    *wallet.Entry // of a refund: the ledger entry of its order, if that earned anything
	Paid     []Spending    // of a refund: the coins that paid a part of its order
	Hold     *wallet.Hold  // of an order: the hold that it names
}

// Decide applies one event to an account: due settlements first, then coins at the tier held, then growth and the
// tier it gives. The account's outbox says what must follow. The event must not have been decided before.
func Decide(book tier.Book, who member.Profile, a account.Account, e Event, k Known) account.Account {
	a.Standing = a.Standing.Advance(book, e.At)
	p := book.At(e.At)
	held := a.Standing.Held(p, a.Standing.Clock)
	step := account.Step{Record: e.RecordID()}
	if e.Kind == Paid {
		earned, lines := Coins(p, factsOf(p, who, a.Standing), e)
		if coins, lines := abroad(p, e, earned, lines); coins > 0 {
			step.Posting, step.Currency = posting(p, e, wallet.Earn, coins), e.Currency
			step.Posting.Expires, step.Posting.Lines = p.Expires(currencyOf(p, e), e.At), lines
		}
		a.Standing = a.Standing.Paid(book, tier.Purchase{
			At: e.At, Source: e.RecordID(), Channel: e.Channel, Fen: e.Fen, Lines: growthLines(e.Lines), Units: earned,
		})
		a.Standing = startedBy(book, p, a.Standing, who.JoinedAt, e)
	} else {
		if step.Posting = clawBack(p, held, e, k); step.Posting != nil && k.Original != nil {
			step.Currency = k.Original.Event.Currency
		}
		a.Standing = a.Standing.Refund(book, e.At, e.RecordID(), func(m programme.Metric) int64 { return lostGrowth(m, e, k) })
	}
	a.Outbox = append(a.Outbox[:len(a.Outbox):len(a.Outbox)], around(p, e, k, step)...)
	return a
}

// clawBack is the posting of a refund, nil if it takes nothing.
func clawBack(p *programme.Programme, held programme.Tier, e Event, k Known) *wallet.Posting {
	if k.Original == nil {
		if coins := LooseClawBack(p, held.Code, e.Fen); coins > 0 {
			return posting(p, e, wallet.Clawback, coins)
		}
		return nil
	}
	if k.Entry == nil {
		return nil // the order earned nothing
	}
	coins := ClawBack(k.Entry.Claim, k.Original.Event.Fen, k.Original.Refunds, e.ID)
	if coins == 0 {
		return nil
	}
	out := posting(p, e, wallet.Clawback, coins)
	out.OwnOp, out.OwnSeq, out.Own = k.Entry.Op, k.Entry.Seq, p.Expires(currencyOf(p, k.Original.Event), k.Original.Event.At)
	return out
}

// lostGrowth is the growth that a refund takes away, in fen: of a known order the cumulative share of what it grew,
// else the refund itself (coefficient 100).
func lostGrowth(m programme.Metric, e Event, k Known) int64 {
	if k.Original == nil {
		return e.Fen
	}
	o := k.Original
	grown := tier.SpendGrowth(m, growthLines(o.Event.Lines))
	if o.Event.Fen <= 0 || grown <= 0 {
		return 0
	}
	before, upTo := Cumulative(o.Event.Fen, o.Refunds, e.ID)
	return share(grown, upTo, o.Event.Fen) - share(grown, before, o.Event.Fen)
}

func posting(p *programme.Programme, e Event, kind wallet.Kind, coins wallet.Coins) *wallet.Posting {
	return &wallet.Posting{
		Op: e.RecordID(), Kind: kind, Coins: coins, Title: string(e.Kind), Ref: e.ID,
		Programme: p.Version, At: e.At, Actor: "system",
	}
}

func growthLines(lines []Line) []tier.Line {
	out := make([]tier.Line, len(lines))
	for i, l := range lines {
		out[i] = tier.Line{Category: l.Category, Fen: l.Fen}
	}
	return out
}
