package wallet

import "membergate/internal/fault"

// capture spends a hold, or the first part of it: its coins that expire first. The rest is let go.
func (e *Entry) capture(p Posting) error {
	h, err := e.State.end(p.Of)
	if err != nil {
		return err
	}
	if p.Coins > h.Coins {
		return fault.Refuse(HoldExceeded, "coins", "%d coins are asked for but the hold has %d", p.Coins, h.Coins)
	}
	if e.Ref == "" {
		e.Ref = h.Ref
	}
	spent, rest := cut(h.Parts, p.Coins)
	for _, part := range spent {
		e.State.unhold(part)
	}
	e.Parts, e.Fen = spent, p.Fen
	e.State.LifetimeSpent += p.Coins
	e.Amount = -p.Coins
	e.letGo(h, rest, p.At)
	e.repay()
	return nil
}

// spend takes available coins at once.
func (e *Entry) spend(p Posting) error {
	if err := e.State.covers(p.Coins); err != nil {
		return err
	}
	e.Parts, e.Fen = e.State.draw(p.Coins), p.Fen
	e.State.LifetimeSpent += p.Coins
	e.Amount = -p.Coins
	return nil
}

// cut divides shares after the first n coins.
func cut(all []Share, n Coins) (first, rest []Share) {
	for _, s := range all {
		part := min(n, s.Coins)
		n -= part
		if part > 0 {
			first = append(first, Share{s.Expires, part})
		}
		if part < s.Coins {
			rest = append(rest, Share{s.Expires, s.Coins - part})
		}
	}
	return first, rest
}

func total(all []Share) Coins {
	var n Coins
	for _, s := range all {
		n += s.Coins
	}
	return n
}
