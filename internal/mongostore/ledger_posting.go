package mongostore

import (
	"time"

	"membergate/internal/wallet"
)

// postingDoc is a posting that waits in an account's outbox.
type postingDoc struct {
	Op        string        `bson:"op"`
	Kind      wallet.Kind   `bson:"kind"`
	Coins     int64         `bson:"coins"`
	Expires   time.Time     `bson:"expires,omitempty"`
	OwnOp     string        `bson:"ownOp,omitempty"`
	OwnSeq    int64         `bson:"ownSeq,omitempty"`
	Own       time.Time     `bson:"own,omitempty"`
	Title     string        `bson:"title,omitempty"`
	Ref       string        `bson:"ref,omitempty"`
	Lines     []lineDoc     `bson:"lines,omitempty"`
	Programme string        `bson:"programme,omitempty"`
	At        time.Time     `bson:"at"`
	Actor     string        `bson:"actor,omitempty"`
	From      time.Time     `bson:"from,omitempty"`
	Event     string        `bson:"event,omitempty"`
	Of        int64         `bson:"of,omitempty"`
	IfOpen    bool          `bson:"ifOpen,omitempty"`
	Until     time.Time     `bson:"until,omitempty"`
	Purpose   string        `bson:"purpose,omitempty"`
	About     string        `bson:"about,omitempty"`
	Percent   int64         `bson:"percent,omitempty"`
	Fen       int64         `bson:"fen,omitempty"`
	Parts     []lotShareDoc `bson:"parts,omitempty"`
	Given     int64         `bson:"given,omitempty"`
	Input     string        `bson:"input,omitempty"`
	Reason    string        `bson:"reason,omitempty"`
	Grace     int64         `bson:"grace,omitempty"`
	Asking    bool          `bson:"asking,omitempty"`
}

func toPosting(p wallet.Posting) *postingDoc {
	return &postingDoc{
		Op: p.Op, Kind: p.Kind, Coins: p.Coins, Expires: p.Expires, OwnOp: p.OwnOp, OwnSeq: p.OwnSeq, Own: p.Own, Title: p.Title, Ref: p.Ref,
		Lines: each(p.Lines, toLine), Programme: p.Programme, At: p.At, Actor: p.Actor, From: p.From, Event: p.Event, Of: p.Of, IfOpen: p.IfOpen,
		Until: p.Until, Purpose: p.Purpose, About: p.About, Percent: p.Percent, Fen: p.Fen, Parts: each(p.Parts, toLotShare), Given: p.Given,
		Input: p.Input, Reason: p.Reason, Grace: p.Grace, Asking: p.Asking,
	}
}

func (d *postingDoc) posting() *wallet.Posting {
	return &wallet.Posting{
		Op: d.Op, Kind: d.Kind, Coins: d.Coins, Expires: d.Expires, OwnOp: d.OwnOp, OwnSeq: d.OwnSeq, Own: d.Own, Title: d.Title, Ref: d.Ref,
		Lines: each(d.Lines, lineDoc.line), Programme: d.Programme, At: d.At, Actor: d.Actor, From: d.From, Event: d.Event, Of: d.Of, IfOpen: d.IfOpen,
		Until: d.Until, Purpose: d.Purpose, About: d.About, Percent: d.Percent, Fen: d.Fen, Parts: each(d.Parts, lotShareDoc.share), Given: d.Given,
		Input: d.Input, Reason: d.Reason, Grace: d.Grace, Asking: d.Asking,
	}
}
