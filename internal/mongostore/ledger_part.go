package mongostore

import (
	"time"

	"membergate/internal/wallet"
)

// The parts that entries and postings are made of.

type lineDoc struct {
	Code   string `bson:"code"`
	Detail string `bson:"detail,omitempty"`
	Coins  int64  `bson:"coins,omitempty"`
}

type lotShareDoc struct {
	Expires time.Time `bson:"expires,omitempty"`
	Coins   int64     `bson:"coins"`
}

type holdDoc struct {
	Seq     int64         `bson:"seq"`
	Coins   int64         `bson:"coins"`
	Parts   []lotShareDoc `bson:"parts,omitempty"`
	Purpose string        `bson:"purpose,omitempty"`
	Ref     string        `bson:"ref,omitempty"`
	About   string        `bson:"about,omitempty"`
	Percent int64         `bson:"percent,omitempty"`
	Fen     int64         `bson:"fen,omitempty"`
	At      time.Time     `bson:"at"`
	Until   time.Time     `bson:"until"`
	Grace   int64         `bson:"grace,omitempty"`
}

type promiseDoc struct {
	Seq     int64     `bson:"seq"`
	Coins   int64     `bson:"coins"`
	From    time.Time `bson:"from,omitempty"`
	Event   string    `bson:"event,omitempty"`
	Expires time.Time `bson:"expires,omitempty"`
}

func toLine(l wallet.Line) lineDoc          { return lineDoc(l) }
func (d lineDoc) line() wallet.Line         { return wallet.Line(d) }
func toLot(l wallet.Lot) lotDoc             { return lotDoc(l) }
func (d lotDoc) lot() wallet.Lot            { return wallet.Lot(d) }
func toLotShare(s wallet.Share) lotShareDoc { return lotShareDoc(s) }
func (d lotShareDoc) share() wallet.Share   { return wallet.Share(d) }
func toPromise(p wallet.Promise) promiseDoc { return promiseDoc(p) }
func (d promiseDoc) promise() wallet.Promise {
	return wallet.Promise(d)
}

func toHold(h wallet.Hold) holdDoc {
	return holdDoc{
		Seq: h.Seq, Coins: h.Coins, Parts: each(h.Parts, toLotShare), Purpose: h.Purpose, Ref: h.Ref, About: h.About,
		Percent: h.Percent, Fen: h.Fen, At: h.At, Until: h.Until, Grace: h.Grace,
	}
}

func (d holdDoc) hold() wallet.Hold {
	return wallet.Hold{
		Seq: d.Seq, Coins: d.Coins, Parts: each(d.Parts, lotShareDoc.share), Purpose: d.Purpose, Ref: d.Ref, About: d.About,
		Percent: d.Percent, Fen: d.Fen, At: d.At, Until: d.Until, Grace: d.Grace,
	}
}
