package wallet

import (
	"fmt"
	"slices"
	"time"

	"membergate/internal/fault"
)

// Posting is one thing to be done to a wallet, decided elsewhere; Op makes it happen once.
type Posting struct {
	Op        string    `json:"op"`
	Kind      Kind      `json:"kind"`
	Coins     Coins     `json:"coins"`   // 1 or more
	Expires   time.Time `json:"expires"` // EARN: when the coins die; zero = never
	OwnOp     string    `json:"ownOp"`   // CLAWBACK: the earning whose lot pays first; empty if none
	OwnSeq    int64     `json:"ownSeq"`  // CLAWBACK: where that earning stands in the ledger; 0 = look for it among the postings before
	Own       time.Time `json:"own"`     // CLAWBACK: when that lot dies
	Title     string    `json:"title"`
	Ref       string    `json:"ref"`
	Lines     []Line    `json:"lines"`
	Programme string    `json:"programme"`
	At        time.Time `json:"at"`
	Actor     string    `json:"actor"`
}

// Next gives the entry that a posting makes after the head (its zero value for an empty wallet). What has died by
// the posting's time must have been taken off before. It refuses a spending beyond the balance; an earning stops at
// most coins in the wallet.
func (p Posting) Next(head Entry, most Coins, recordedAt time.Time) (Entry, error) {
	e := Entry{
		Wallet: head.Wallet, Seq: head.Seq + 1, Op: p.Op, Kind: p.Kind, Claim: p.Coins,
		State: head.State, Title: p.Title, Ref: p.Ref, Lines: slices.Clone(p.Lines), Programme: p.Programme,
		OccurredAt: p.At, RecordedAt: recordedAt, Actor: p.Actor, Reverses: p.OwnSeq,
	}
	e.State.Lots = slices.Clone(head.State.Lots)
	if p.Coins < 1 {
		return Entry{}, fault.New(fault.Internal, "posting %s moves %d coins; allowed are 1 and more", p.Op, p.Coins)
	}
	switch p.Kind {
	case Earn:
		e.earn(p, most)
	case Clawback:
		e.clawBack(p)
	case Spend:
		if short := p.Coins - head.State.Available(); short > 0 {
			return Entry{}, fault.Bad("coins", "%d coins are asked for but %d are available", p.Coins, head.State.Available())
		}
		e.State.LifetimeSpent += p.Coins
		e.Amount = -e.State.take(p.Coins)
	default:
		return Entry{}, fault.New(fault.Internal, "posting %s has kind %q", p.Op, p.Kind)
	}
	return e.seal(head.Hash), nil
}

// earn adds coins: what is owed is repaid first, the rest joins the lot of its expiry.
func (e *Entry) earn(p Posting, most Coins) {
	e.Repaid = min(p.Coins, e.State.Owed)
	if over := p.Coins - e.Repaid - (most - e.State.Owned()); over > 0 {
		e.Claim -= over
		e.Lines = append(e.Lines, Line{Code: "WALLET_FULL", Coins: -over})
	}
	e.State.Owed -= e.Repaid
	e.State.LifetimeEarned += e.Claim
	e.Amount = e.Claim - e.Repaid
	if e.Repaid > 0 {
		e.Lines = append(e.Lines, Line{Code: "REPAID", Coins: -e.Repaid})
	}
	e.State.put(p.Expires, e.Amount)
}

// clawBack takes a claim: from the lot of the order that earned it, then first to expire first; what the available
// balance cannot cover is owed. Held coins are not touched.
func (e *Entry) clawBack(p Posting) {
	taken := Coins(0)
	if p.OwnOp != "" {
		taken = e.State.takeFrom(p.Own, p.Coins)
	}
	taken += e.State.take(p.Coins - taken)
	owed := p.Coins - taken
	e.State.Owed += owed
	e.State.LifetimeClawed += p.Coins
	e.Amount = -taken
	if owed > 0 {
		e.Lines = append(e.Lines, Line{Code: "OWED", Coins: owed})
	}
}

// put adds n coins to the lot that dies at expires.
func (s *State) put(expires time.Time, n Coins) {
	if n == 0 {
		return
	}
	l := Lot{Expires: expires, Free: n}
	i, found := slices.BinarySearchFunc(s.Lots, l, before)
	if found {
		s.Lots[i].Free += n
		return
	}
	s.Lots = slices.Insert(s.Lots, i, l)
}

// take removes up to n free coins, first to expire first, and tells how many there were.
func (s *State) take(n Coins) Coins {
	taken := Coins(0)
	for i := range s.Lots {
		part := min(n-taken, s.Lots[i].Free)
		s.Lots[i].Free -= part
		taken += part
	}
	s.Lots = slices.DeleteFunc(s.Lots, Lot.empty)
	return taken
}

// takeFrom removes up to n free coins from the lot that dies at expires.
func (s *State) takeFrom(expires time.Time, n Coins) Coins {
	i, found := slices.BinarySearchFunc(s.Lots, Lot{Expires: expires}, before)
	if !found {
		return 0
	}
	part := min(n, s.Lots[i].Free)
	s.Lots[i].Free -= part
	s.Lots = slices.DeleteFunc(s.Lots, Lot.empty)
	return part
}

// Expiry gives the entry that takes off the first dead lot by t, and false if nothing has died. One lot makes one
// entry, whose op names the lot and the head, so that any number of sweeps write it once, and coins that came late
// into a month that is over die in an entry of their own.
func Expiry(head Entry, t, recordedAt time.Time, programme string) (Entry, bool) {
	for i, l := range head.State.Lots {
		if !l.dead(t) || l.Free == 0 {
			continue
		}
		e := Entry{
			Wallet: head.Wallet, Seq: head.Seq + 1, Op: fmt.Sprintf("expire:%s@%d", l.Expires.UTC().Format(time.RFC3339), head.Seq), Kind: Expire,
			Amount: -l.Free, Claim: l.Free, State: head.State, Title: "coins.expired", Programme: programme,
			OccurredAt: l.Expires, RecordedAt: recordedAt, Actor: "system",
		}
		e.State.Lots = slices.Clone(head.State.Lots)
		e.State.Lots[i].Free = 0
		e.State.Lots = slices.DeleteFunc(e.State.Lots, Lot.empty)
		e.State.LifetimeExpired += l.Free
		return e.seal(head.Hash), true
	}
	return Entry{}, false
}
