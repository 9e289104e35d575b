package wallet

import (
	"slices"
	"time"

	"membergate/internal/fault"
)

// Posting is one thing to be done to a wallet, decided elsewhere; Op makes it happen once.
type Posting struct {
	Op        string    `json:"op"`
	Kind      Kind      `json:"kind"`
	Coins     Coins     `json:"coins"`   // 1 or more; ADJUST: not 0; DECLINE: 0; RELEASE and ACTIVATE: 0, whatever it ends has
	Expires   time.Time `json:"expires"` // EARN, ADJUST, ACTIVATE: when the coins die; zero = never, of ACTIVATE as promised
	OwnOp     string    `json:"ownOp"`   // CLAWBACK: the earning whose lot pays first; empty if none
	OwnSeq    int64     `json:"ownSeq"`  // CLAWBACK, RETURN, and what comes back to where it left: where the entry taken back stands in the ledger; 0 = look for OwnOp among the postings before
	Own       time.Time `json:"own"`     // CLAWBACK: when that lot dies
	Title     string    `json:"title"`
	Ref       string    `json:"ref"`
	Lines     []Line    `json:"lines"`
	Programme string    `json:"programme"`
	At        time.Time `json:"at"`
	Actor     string    `json:"actor"`

	From    time.Time `json:"from,omitzero"`        // EARN: when the coins become available; zero = now, or by the event
	Event   string    `json:"event,omitempty"`      // EARN: what the coins wait for; empty = nothing
	Of      int64     `json:"of,omitempty"`         // SPEND, RELEASE, ACTIVATE, TRANSFER_OUT, CONVERT_OUT: seq of the entry whose hold or promise ends
	IfOpen  bool      `json:"ifOpen,omitempty"`     // SPEND of a hold: nothing is done where the hold has ended already
	Until   time.Time `json:"until,omitzero"`       // HOLD: when it ends by itself
	Purpose string    `json:"purpose,omitempty"`    // HOLD: code of what it is for
	About   string    `json:"about,omitempty"`      // HOLD: what is got for it
	Percent int64     `json:"percent,omitempty"`    // HOLD: what a coin is worth, in percent of its usual value
	Fen     int64     `json:"fen,omitempty"`        // HOLD, SPEND: what the coins are worth at a checkout
	Parts   []Share   `json:"parts,omitempty"`      // RETURN: the lots that the spending took from; TRANSFER_IN, CONVERT_IN: what comes in; HOLD: from which lots, if not first to expire first
	Given   Coins     `json:"given,omitempty"`      // RETURN: how much of that spending came back before
	Input   string    `json:"input,omitempty"`      // fingerprint of what an app asked for
	Grace   int64     `json:"graceHours,omitempty"` // HOLD, RETURN: how much longer coins live that died meanwhile; 0 = Grace
	Asking  bool      `json:"asking,omitempty"`     // HOLD: for what is spent only if somebody agrees; rules that bind the member see it
	Reason  string    `json:"reason,omitempty"`     // ADJUST: why; never names a person
}

// Next gives the entry that a posting makes after the head (its zero value for an empty wallet). What has become due by
// the posting's time must have happened before. It refuses a spending beyond the balance; what comes in stops at most
// coins in the wallet.
func (p Posting) Next(head Entry, most Coins, recordedAt time.Time) (Entry, error) {
	e := Entry{
		Wallet: head.Wallet, Seq: head.Seq + 1, Op: p.Op, Kind: p.Kind, Claim: p.Coins,
		State: head.State.clone(), Title: p.Title, Ref: p.Ref, Lines: slices.Clone(p.Lines), Programme: p.Programme,
		OccurredAt: p.At, RecordedAt: recordedAt, Actor: p.Actor, Reverses: p.OwnSeq, Of: p.Of, Input: p.Input,
	}
	if err := p.check(); err != nil {
		return Entry{}, err
	}
	if err := e.do(p, most); err != nil {
		return Entry{}, err
	}
	return e.behind(head).seal(head.Hash), nil
}

// MaxCoins bounds one posting: a wallet holds no more, and sums of a few postings stay far inside 64 bits.
const MaxCoins = 1 << 40

// check refuses amounts that no rule of a kind could mean.
func (p Posting) check() error {
	ok := p.Coins >= 1
	switch p.Kind {
	case Release, Activate, Decline:
		ok = p.Coins == 0
	case Adjust:
		ok = p.Coins != 0
	}
	if !ok || p.Coins > MaxCoins || p.Coins < -MaxCoins {
		return fault.New(fault.Internal, "posting %s of kind %s moves %d coins", p.Op, p.Kind, p.Coins)
	}
	return nil
}

func (e *Entry) do(p Posting, most Coins) error {
	switch p.Kind {
	case Earn:
		if !p.From.IsZero() || p.Event != "" {
			e.promise(p, most)
		} else {
			e.earn(p, most)
		}
	case Clawback:
		e.clawBack(p)
	case Spend:
		if p.Of != 0 {
			return e.capture(p)
		}
		return e.spend(p)
	case SetAside:
		return e.hold(p)
	case Release:
		return e.release(p)
	case Return:
		return e.giveBack(p, most)
	case Activate:
		return e.activate(p.Of, p.Expires)
	case Adjust:
		return e.adjust(p, most)
	case Send, ConvertOut:
		return e.leave(p)
	case Receive, ConvertIn:
		return e.arrive(p, most)
	case Decline: // it says so, and nothing else
	default:
		return fault.New(fault.Internal, "posting %s has kind %q", p.Op, p.Kind)
	}
	return nil
}

// earn adds coins to the lot of their expiry; what is owed is repaid first.
func (e *Entry) earn(p Posting, most Coins) {
	e.Claim = e.room(p.Coins, min(p.Coins, e.State.Owed), most)
	e.State.LifetimeEarned += e.Claim
	e.Amount = e.Claim
	e.State.put(p.Expires, e.Claim)
	e.repay()
}

// clawBack takes a claim: from the lot of the order that earned it, then first to expire first; what the available
// balance cannot cover is owed. Pending and held coins are not touched.
func (e *Entry) clawBack(p Posting) { e.claim(p.Coins, p) }

func (e *Entry) claim(n Coins, p Posting) {
	taken := Coins(0)
	if p.OwnOp != "" {
		taken = e.State.takeFrom(p.Own, n)
	}
	taken += e.State.take(n - taken)
	owed := n - taken
	e.State.Owed += owed
	e.State.LifetimeClawed += n
	e.Amount = -taken
	if owed > 0 {
		e.Lines = append(e.Lines, Line{Code: "OWED", Coins: owed})
	}
}
