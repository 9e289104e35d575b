package wallet

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"
)

// Kind is what an entry did.
type Kind string

// The kinds of entries.
const (
	Earn     Kind = "EARN"     // coins came in
	Spend    Kind = "SPEND"    // coins were spent
	Return   Kind = "RETURN"   // spent coins came back
	Clawback Kind = "CLAWBACK" // a refund took back what its order earned
	Expire   Kind = "EXPIRE"   // coins died
	Adjust   Kind = "ADJUST"   // staff corrected the balance
	SetAside Kind = "HOLD"     // available coins became held
	Release  Kind = "RELEASE"  // held coins became available again
	Activate Kind = "ACTIVATE" // pending coins became available

	Send       Kind = "TRANSFER_OUT" // held coins went to another wallet
	Receive    Kind = "TRANSFER_IN"  // coins came from another wallet, or came back from there
	ConvertOut Kind = "CONVERT_OUT"  // held coins went to a wallet of another currency
	ConvertIn  Kind = "CONVERT_IN"   // coins came from a wallet of another currency, or came back from there
	Decline    Kind = "DECLINE"      // no coins went to another wallet, or came from there; so it was decided, for ever
)

// Hidden tells whether an entry of a kind and an amount is left out of the ledger that members read unless they ask
// for its kind: it only set coins aside, or let them go.
func Hidden(k Kind, amount Coins) bool { return amount == 0 && slices.Contains(HiddenKinds, k) }

// HiddenKinds are the kinds that are hidden while they move nothing.
var HiddenKinds = []Kind{SetAside, Release, Activate, Decline}

// Line is one line of the account of an entry: how its coins came about.
type Line struct {
	Code   string `json:"code"`   // BASE, MULTIPLIER, REPAID, OWED, CAP …; apps get a sentence in their language
	Detail string `json:"detail"` // what the sentence needs, such as a rate in basis points
	Coins  Coins  `json:"coins"`
}

// Entry is one line of a ledger and, being the newest, the wallet itself.
type Entry struct {
	Wallet     ID        `json:"wallet"`
	Seq        int64     `json:"seq"` // 1, 2, 3 … without a gap
	Op         string    `json:"op"`  // what was done, once per wallet, such as "order:536365"
	Kind       Kind      `json:"kind"`
	Amount     Coins     `json:"amount"`   // change of available and held together
	Claim      Coins     `json:"claim"`    // what was asked for: for an earning all of it, repayments included; for a claw-back the owed part included
	Repaid     Coins     `json:"repaid"`   // what of an earning went to what was owed
	State      State     `json:"state"`    // after the entry
	Title      string    `json:"title"`    // code of the text that members read, such as "order.paid"
	Ref        string    `json:"ref"`      // what it was for, such as an order id; empty if nothing
	Reverses   int64     `json:"reverses"` // seq of the entry that this one takes back; 0 if none is known
	Lines      []Line    `json:"lines"`
	Programme  string    `json:"programme"`  // version that computed it
	OccurredAt time.Time `json:"occurredAt"` // programme time of the cause
	RecordedAt time.Time `json:"recordedAt"`
	Actor      string    `json:"actor"` // system, member or staff
	PrevHash   string    `json:"prevHash"`
	Hash       string    `json:"hash"`

	Of     int64   `json:"of,omitempty"`     // seq of the entry whose hold or promise this one ends
	Parts  []Share `json:"parts,omitempty"`  // SPEND: from which lots; RETURN: to which
	Fen    int64   `json:"fen,omitempty"`    // SPEND at a checkout: what the coins took off the order
	Input  string  `json:"input,omitempty"`  // fingerprint of what was asked for, for an op that is an app's
	Reason string  `json:"reason,omitempty"` // ADJUST: why; never names a person

	Booked time.Time `json:"booked,omitzero"` // of one that came late: see BookedAt
}

// BalanceAfter is available and held after the entry.
func (e Entry) BalanceAfter() Coins { return e.State.Owned() }

// BookedAt is when the entry counts in statements: when its cause happened or, if it came late, when the newest cause
// before it did. It never goes back from one entry to the next, so that a month of a ledger is one piece of it, and what
// comes late does not change a statement of a month that is closed.
func (e Entry) BookedAt() time.Time {
	if e.Booked.IsZero() {
		return e.OccurredAt
	}
	return e.Booked
}

// behind books an entry that follows a head.
func (e Entry) behind(head Entry) Entry {
	if last := stored(head.BookedAt()); last.After(stored(e.OccurredAt)) {
		e.Booked = last
	}
	return e
}

// seal chains the entry to the one before it: its hash is the SHA-256 of all it says, the previous hash included.
func (e Entry) seal(prev string) Entry {
	e.PrevHash = prev
	e.Hash = e.digest()
	return e
}

// Intact tells whether the entry says what it said when it was sealed, and follows the entry before it.
func (e Entry) Intact(prevSeq int64, prevHash string) bool {
	return e.Seq == prevSeq+1 && e.PrevHash == prevHash && e.Hash == e.digest()
}

// digest hashes the entry as JSON with its hash left out: field order is the struct's, times are UTC to the
// millisecond, which every store keeps.
func (e Entry) digest() string {
	e.Hash = ""
	e.OccurredAt, e.RecordedAt, e.Booked = stored(e.OccurredAt), stored(e.RecordedAt), stored(e.Booked)
	lots := make([]Lot, len(e.State.Lots))
	for i, l := range e.State.Lots {
		l.Expires = stored(l.Expires)
		lots[i] = l
	}
	e.State.Lots = lots
	e.State.Holds, e.State.Pending, e.Parts = storedHolds(e.State.Holds), storedPromises(e.State.Pending), storedShares(e.Parts)
	if len(e.Lines) == 0 {
		e.Lines = []Line{}
	}
	b, err := json.Marshal(e)
	if err != nil { // unreachable: the struct holds nothing that JSON cannot say
		panic(err)
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

func stored(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Millisecond)
}

func storedShares(all []Share) []Share {
	all = slices.Clone(all)
	for i := range all {
		all[i].Expires = stored(all[i].Expires)
	}
	return all
}

func storedHolds(all []Hold) []Hold {
	all = slices.Clone(all)
	for i, h := range all {
		all[i].Parts, all[i].At, all[i].Until = storedShares(h.Parts), stored(h.At), stored(h.Until)
	}
	return all
}

func storedPromises(all []Promise) []Promise {
	all = slices.Clone(all)
	for i, p := range all {
		all[i].From, all[i].Expires = stored(p.From), stored(p.Expires)
	}
	return all
}
