package wallet

import "membergate/internal/fault"

// leave ends a hold whose coins go to another wallet, all of them. A transfer moves coins; a conversion burns them here,
// and others are issued there.
func (e *Entry) leave(p Posting) error {
	h, err := e.State.end(p.Of)
	if err != nil {
		return err
	}
	if p.Coins != h.Coins {
		return fault.New(fault.Internal, "posting %s moves %d coins of a hold of %d", p.Op, p.Coins, h.Coins)
	}
	if e.Ref == "" {
		e.Ref = h.Ref
	}
	for _, part := range h.Parts {
		e.State.unhold(part)
	}
	e.Parts, e.Amount = h.Parts, -h.Coins
	if e.Kind == ConvertOut {
		e.State.LifetimeSpent += h.Coins
	} else {
		e.State.LifetimeMoved -= h.Coins
	}
	return nil
}

// arrive takes in the coins that left another wallet, all of them or none: where there is no room for all the entry says
// that they were declined. Coins that come back to where they left need no room, since they had it. Each keeps its
// expiry; those that died on the way live on for the grace.
func (e *Entry) arrive(p Posting, most Coins) error {
	if n := total(p.Parts); n != p.Coins {
		return fault.New(fault.Internal, "posting %s brings %d coins in parts of %d", p.Op, p.Coins, n)
	}
	if p.OwnSeq == 0 && !e.State.Takes(p.Coins, most) {
		e.Kind, e.Claim = Decline, 0
		return nil
	}
	for _, part := range p.Parts {
		to := e.alive(part, p.At, graceOf(p.Grace))
		e.State.put(to, part.Coins)
		e.Parts = append(e.Parts, Share{to, part.Coins})
	}
	e.Amount = p.Coins
	if e.Kind == ConvertIn {
		e.State.LifetimeEarned += p.Coins
	} else {
		e.State.LifetimeMoved += p.Coins
	}
	e.repay()
	return nil
}

// Takes tells whether n coins that come in fit into a wallet of at most so many. Those that repay what is owed need no
// room.
func (s State) Takes(n, most Coins) bool { return n-min(n, s.Owed) <= most-s.Whole() }

// Convert makes parts of n coins in all out of others, in proportion and without losing any: each part ends at the floor
// of what all up to it come to, and the last at n. Parts keep their order and their expiry; empty ones are left out.
func Convert(parts []Share, n Coins) []Share {
	all := total(parts)
	var out []Share
	var before, done Coins
	for _, part := range parts {
		before += part.Coins
		upTo := floor(n, before, all)
		if upTo > done {
			out = append(out, Share{part.Expires, upTo - done})
		}
		done = upTo
	}
	return out
}

// floor is ⌊n × part / all⌋: both factors are at most 2,000,000,000, and so their product is inside 64 bits.
func floor(n, part, all Coins) Coins { return n * part / all }
