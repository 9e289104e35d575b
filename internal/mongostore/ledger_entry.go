package mongostore

import (
	"fmt"
	"time"

	"membergate/internal/wallet"
)

// entryDoc is one entry of a ledger.
type entryDoc struct {
	ID        string        `bson:"_id"`
	SV        int           `bson:"sv"`
	Wallet    string        `bson:"w"`
	Seq       int64         `bson:"seq"`
	Op        string        `bson:"opKey"`
	Kind      wallet.Kind   `bson:"kind"`
	Amount    int64         `bson:"amount"`
	Claim     int64         `bson:"claim"`
	Repaid    int64         `bson:"repaid,omitempty"`
	State     stateDoc      `bson:"state"`
	Title     string        `bson:"title,omitempty"`
	Ref       string        `bson:"ref,omitempty"`
	Reverses  int64         `bson:"reverses,omitempty"`
	Lines     []lineDoc     `bson:"lines,omitempty"`
	Programme string        `bson:"programme,omitempty"`
	At        time.Time     `bson:"at"`
	Recorded  time.Time     `bson:"recorded"`
	Actor     string        `bson:"actor,omitempty"`
	PrevHash  string        `bson:"prevHash,omitempty"`
	Hash      string        `bson:"hash"`
	Of        int64         `bson:"of,omitempty"`
	Parts     []lotShareDoc `bson:"parts,omitempty"`
	Fen       int64         `bson:"fen,omitempty"`
	Input     string        `bson:"input,omitempty"`
	Reason    string        `bson:"reason,omitempty"`
	Booked    time.Time     `bson:"booked,omitempty"`
}

type stateDoc struct {
	Lots            []lotDoc `bson:"lots,omitempty"`
	Owed            int64    `bson:"owed,omitempty"`
	LifetimeEarned  int64    `bson:"earned,omitempty"`
	LifetimeSpent   int64    `bson:"spent,omitempty"`
	LifetimeExpired int64    `bson:"expired,omitempty"`
	LifetimeClawed  int64    `bson:"clawed,omitempty"`
	LifetimeMoved   int64    `bson:"moved,omitempty"`

	Holds   []holdDoc    `bson:"holds,omitempty"`
	Pending []promiseDoc `bson:"pending,omitempty"`
}

type lotDoc struct {
	Expires time.Time `bson:"expires,omitempty"`
	Free    int64     `bson:"free,omitempty"`
	Held    int64     `bson:"held,omitempty"`
}

func entryID(w wallet.ID, n int64) string { return fmt.Sprintf("%s:%012d", w, n) }

func toEntry(e wallet.Entry) entryDoc {
	s := e.State
	return entryDoc{
		ID: entryID(e.Wallet, e.Seq), SV: 1, Wallet: string(e.Wallet), Seq: e.Seq, Op: e.Op, Kind: e.Kind,
		Amount: e.Amount, Claim: e.Claim, Repaid: e.Repaid, Title: e.Title, Ref: e.Ref, Reverses: e.Reverses,
		Lines: each(e.Lines, toLine), Programme: e.Programme, At: e.OccurredAt, Recorded: e.RecordedAt, Actor: e.Actor,
		PrevHash: e.PrevHash, Hash: e.Hash, Of: e.Of, Parts: each(e.Parts, toLotShare), Fen: e.Fen, Input: e.Input, Reason: e.Reason, Booked: e.Booked,
		State: stateDoc{
			Lots: each(s.Lots, toLot), Owed: s.Owed, LifetimeEarned: s.LifetimeEarned, LifetimeSpent: s.LifetimeSpent,
			LifetimeExpired: s.LifetimeExpired, LifetimeClawed: s.LifetimeClawed, LifetimeMoved: s.LifetimeMoved,
			Holds: each(s.Holds, toHold), Pending: each(s.Pending, toPromise),
		},
	}
}

func (d entryDoc) entry() wallet.Entry {
	s := d.State
	return wallet.Entry{
		Wallet: wallet.ID(d.Wallet), Seq: d.Seq, Op: d.Op, Kind: d.Kind,
		Amount: d.Amount, Claim: d.Claim, Repaid: d.Repaid, Title: d.Title, Ref: d.Ref, Reverses: d.Reverses,
		Lines: each(d.Lines, lineDoc.line), Programme: d.Programme, OccurredAt: d.At, RecordedAt: d.Recorded, Actor: d.Actor,
		PrevHash: d.PrevHash, Hash: d.Hash, Of: d.Of, Parts: each(d.Parts, lotShareDoc.share), Fen: d.Fen, Input: d.Input, Reason: d.Reason, Booked: d.Booked,
		State: wallet.State{
			Lots: each(s.Lots, lotDoc.lot), Owed: s.Owed, LifetimeEarned: s.LifetimeEarned, LifetimeSpent: s.LifetimeSpent,
			LifetimeExpired: s.LifetimeExpired, LifetimeClawed: s.LifetimeClawed, LifetimeMoved: s.LifetimeMoved,
			Holds: each(s.Holds, holdDoc.hold), Pending: each(s.Pending, promiseDoc.promise),
		},
	}
}
