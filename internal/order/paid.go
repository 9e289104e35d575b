package order

import (
	"context"
	"fmt"

	"membergate/internal/account"
	"membergate/internal/checkout"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// Spending is coins that paid a part of an order, and how many of them came back.
type Spending struct {
	Seq   int64          // of its entry
	Parts []wallet.Share // from which lots
	Given wallet.Coins
}

// around puts what moves the coins that paid an order before and after the step of the order or the refund itself. In a
// full wallet what leaves makes room for what comes: the capture is before the earning, the return after the claw-back,
// of which it repays what is owed.
func around(p *programme.Programme, e Event, k Known, step account.Step) []account.Step {
	var out []account.Step
	if e.Kind == Paid && k.Hold != nil {
		out = append(out, account.Step{Posting: capture(p, e, *k.Hold)})
	}
	out = append(out, step)
	if e.Kind == Refunded {
		out = append(out, giveBack(p, e, k)...)
	}
	return out
}

// capture is the posting that spends an order's hold. Whoever else ended the hold was first: then it does nothing.
func capture(p *programme.Programme, e Event, h wallet.Hold) *wallet.Posting {
	out := posting(p, e, wallet.Spend, h.Coins)
	out.Op, out.Title, out.Of, out.Fen, out.IfOpen = e.RecordID()+":coins", "coins.spent", h.Seq, h.Fen, true
	return out
}

// giveBack are the steps of a refund that bring back coins which paid its order.
func giveBack(p *programme.Programme, e Event, k Known) []account.Step {
	var out []account.Step
	for _, s := range k.Paid {
		coins := CoinsBack(total(s.Parts), s.Given, k.Original.Event.Fen, k.Original.Refunds, e.ID)
		if coins == 0 {
			continue
		}
		back := posting(p, e, wallet.Return, coins)
		back.Op, back.Title, back.Ref = fmt.Sprintf("%s:coins:%d", e.RecordID(), s.Seq), "coins.returned", e.OrderID
		back.OwnSeq, back.Parts, back.Given = s.Seq, s.Parts, s.Given
		out = append(out, account.Step{Posting: back})
	}
	return out
}

// CoinsBack is how many coins that paid an order one refund of it brings back: ⌊spent × refunded so far / paid with
// money⌋ less those that came back before. Refunds of the whole order bring all of them. Where no money was paid there is
// no part: the first refund brings all.
func CoinsBack(spent, given wallet.Coins, paidFen int64, refunds []Part, refundID string) wallet.Coins {
	if paidFen <= 0 {
		return spent - given
	}
	_, upTo := Cumulative(paidFen, refunds, refundID)
	return max(0, share(spent, upTo, paidFen)-given)
}

func total(parts []wallet.Share) wallet.Coins {
	var n wallet.Coins
	for _, p := range parts {
		n += p.Coins
	}
	return n
}

// holds reads the holds that orders name, by sequence. What an order names must be a hold of the member's own wallet
// that was made for it at a checkout; whether it is still open is only known when it is captured.
func (s *Service) holds(ctx context.Context, w wallet.ID, told []Told) (map[int64]wallet.Hold, error) {
	var seqs []int64
	for _, t := range told {
		if t.Event == nil || t.Event.Hold == 0 {
			continue
		}
		if t.HoldOf != "" && t.HoldOf != w {
			return nil, fault.Bad("data.coinsHoldId", "coinsHoldId of order %s names a hold of another member", t.Event.ID)
		}
		seqs = append(seqs, t.Event.Hold)
	}
	if len(seqs) == 0 {
		return nil, nil
	}
	found, err := s.Wallets.Store.BySeqs(ctx, w, seqs)
	if err != nil {
		return nil, err
	}
	out := map[int64]wallet.Hold{}
	for _, t := range told {
		if t.Event == nil || t.Event.Hold == 0 {
			continue
		}
		made := found[t.Event.Hold]
		h, is := made.State.Open(made.Seq)
		if made.Kind != wallet.SetAside || !is || h.Purpose != checkout.Purpose {
			return nil, fault.Bad("data.coinsHoldId", "coinsHoldId of order %s names no hold of a checkout", t.Event.ID)
		}
		if h.Ref != t.Event.ID {
			return nil, fault.Bad("data.coinsHoldId", "coinsHoldId of order %s names a hold that was made for order %s", t.Event.ID, h.Ref)
		}
		out[h.Seq] = h
	}
	return out, nil
}

// Missed is a hold that an order named and that had ended before: the order takes no coins then, and nothing is ever
// charged twice.
type Missed struct {
	Member member.ID
	Order  string
	Hold   int64
	State  wallet.HoldState // CAPTURED: the app settled it; RELEASED or EXPIRED: the coins are the member's again
}

// missed tells of the captures that did nothing. One that was done by an earlier try is none.
func (s *Service) missed(ctx context.Context, a account.Account, postings []wallet.Posting, done map[string]wallet.Entry) error {
	for _, p := range postings {
		if _, captured := done[p.Op]; captured || !p.IfOpen || s.Missed == nil {
			continue
		}
		found, err := s.Wallets.Store.ByOps(ctx, a.Wallet, []string{p.Op})
		if err != nil {
			return err
		}
		if _, captured := found[p.Op]; captured {
			continue
		}
		v, _, err := s.Wallets.Find(ctx, a.Wallet, p.Of, p.At)
		if err != nil {
			return err
		}
		s.Missed(Missed{Member: a.Member, Order: p.Ref, Hold: p.Of, State: v.State})
	}
	return nil
}

// known reads what a refund needs to know of its order.
func (s *Service) known(ctx context.Context, w wallet.ID, e Event) (Known, error) {
	if e.Kind != Refunded || e.OrderID == "" {
		return Known{}, nil
	}
	r, ok, err := s.Orders.AddRefund(ctx, e.OrderID, Part{ID: e.ID, Fen: e.Fen})
	if err != nil || !ok {
		return Known{}, err
	}
	if r.Event.Member != e.Member {
		return Known{}, fault.Bad("orderId", "order %s of refund %s belongs to another member", e.OrderID, e.ID)
	}
	k := Known{Original: &r}
	earnedIn := w
	if r.Event.Currency != "" {
		earnedIn = w.In(r.Event.Currency)
	}
	found, err := s.Wallets.Store.ByOps(ctx, earnedIn, []string{r.ID})
	if err != nil {
		return Known{}, err
	}
	if entry, earned := found[r.ID]; earned {
		k.Entry = &entry
	}
	k.Paid, err = s.paid(ctx, w, e.OrderID)
	return k, err
}

// paidPage is how many entries about an order are read at once.
const paidPage = 100

// paid reads what coins paid of an order, over all its holds and whoever captured them, and what came back of it.
func (s *Service) paid(ctx context.Context, w wallet.ID, orderID string) ([]Spending, error) {
	var out []Spending
	given := map[int64]wallet.Coins{}
	q := wallet.Query{Kinds: []wallet.Kind{wallet.Spend, wallet.Return}, Ref: orderID, Limit: paidPage}
	for {
		page, err := s.Wallets.Store.Page(ctx, w, q)
		if err != nil {
			return nil, err
		}
		for _, e := range page { // newest first: what came back is met before the spending that it came back from
			if e.Kind == wallet.Return {
				given[e.Reverses] += e.Claim
			} else if e.Of != 0 {
				out = append(out, Spending{Seq: e.Seq, Parts: e.Parts, Given: given[e.Seq]})
			}
		}
		if len(page) < q.Limit {
			return out, nil
		}
		q.Before = page[len(page)-1].Seq
	}
}
