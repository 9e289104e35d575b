package mongostore

import (
	"time"

	"membergate/internal/account"
	"membergate/internal/supply"
	"membergate/internal/wallet"
)

type shardDoc struct {
	ID any `bson:"_id"` // a number; of a further currency a text

	Currency string `bson:"c,omitempty"`
	N        int    `bson:"n,omitempty"`

	SV      int          `bson:"sv"`
	Version int64        `bson:"version"`
	Total   sumDoc       `bson:"total"`
	Open    []countedDoc `bson:"open,omitempty"`
	Swept   time.Time    `bson:"swept,omitempty"`
	Held    time.Time    `bson:"held,omitempty"`
}

type countedDoc struct {
	ID  string `bson:"_id"`
	SV  int    `bson:"sv"`
	Seq int64  `bson:"seq"`
	Sum sumDoc `bson:"sum"`
	// Due is account.Ever if nothing is due; it is missing in documents of before it was kept.
	Due time.Time `bson:"due"`
}

type sumDoc struct {
	Amounts amountsDoc      `bson:"now"`
	Turns   []supplyTurnDoc `bson:"turns,omitempty"`
}

type supplyTurnDoc struct {
	At     time.Time  `bson:"at"`
	Change amountsDoc `bson:"change"`
}

type amountsDoc struct {
	Issued      int64 `bson:"issued,omitempty"`
	ClawedBack  int64 `bson:"clawed,omitempty"`
	Burned      int64 `bson:"burned,omitempty"`
	Expired     int64 `bson:"expired,omitempty"`
	Outstanding int64 `bson:"outstanding,omitempty"`
	Owed        int64 `bson:"owed,omitempty"`
}

func toSum(s supply.Sum) sumDoc {
	return sumDoc{Amounts: amountsDoc(s.Amounts), Turns: each(s.Turns, func(t supply.Turn) supplyTurnDoc {
		return supplyTurnDoc{At: t.At, Change: amountsDoc(t.Change)}
	})}
}

func (d sumDoc) sum() supply.Sum {
	return supply.Sum{Amounts: supply.Amounts(d.Amounts), Turns: each(d.Turns, func(t supplyTurnDoc) supply.Turn {
		return supply.Turn{At: t.At, Change: supply.Amounts(t.Change)}
	})}
}

func toCounted(m supply.Mark) countedDoc {
	d := countedDoc{ID: string(m.Wallet), SV: 1, Seq: m.Seq, Sum: toSum(m.Sum), Due: m.Due}
	if m.Due.IsZero() {
		d.Due = account.Ever
	}
	return d
}

func (d countedDoc) mark() supply.Mark {
	return supply.Mark{Wallet: wallet.ID(d.ID), Seq: d.Seq, Sum: d.Sum.sum(), Due: due(d.Due)}
}

func toShard(s supply.Shard) shardDoc {
	return shardDoc{N: s.N, SV: 1, Version: s.Version, Total: toSum(s.Total), Open: each(s.Open, toCounted), Swept: s.Swept, Held: s.Held}
}

func (d shardDoc) shard() supply.Shard {
	return supply.Shard{N: d.number(), Version: d.Version, Total: d.Total.sum(), Open: each(d.Open, countedDoc.mark), Swept: d.Swept, Held: d.Held}
}

// number is the shard's: its id, or beside it where that is a text.
func (d shardDoc) number() int {
	switch id := d.ID.(type) {
	case int32:
		return int(id)
	case int64:
		return int(id)
	}
	return d.N
}
