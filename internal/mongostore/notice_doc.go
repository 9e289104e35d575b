package mongostore

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"membergate/internal/member"
	"membergate/internal/notice"
	"membergate/internal/wallet"
)

type inboxDoc struct {
	ID      string      `bson:"_id"`
	SV      int         `bson:"sv"`
	Version int64       `bson:"version"`
	Wallet  wallet.ID   `bson:"wallet"`
	Due     time.Time   `bson:"due"`
	Last    int64       `bson:"last"`
	Account int64       `bson:"account"`
	Ledgers []readDoc   `bson:"ledgers,omitempty"`
	Seen    []seenDoc   `bson:"seen,omitempty"`
	Outbox  []noticeDoc `bson:"outbox,omitempty"`
}

type readDoc struct {
	Currency string `bson:"currency,omitempty"`
	Seq      int64  `bson:"seq"`
}

type seenDoc struct {
	Cause string    `bson:"cause"`
	Until time.Time `bson:"until"`
}

type noticeDoc struct {
	ID      string    `bson:"_id"`
	SV      int       `bson:"sv"`
	Member  member.ID `bson:"member"`
	Kind    string    `bson:"kind"`
	Key     string    `bson:"key"`
	Number  int64     `bson:"number"`
	Rev     int64     `bson:"rev"`
	Count   int       `bson:"count"`
	At      time.Time `bson:"at"`
	Fill    fillDoc   `bson:"fill"`
	Subject string    `bson:"subject,omitempty"`
	ReadAt  time.Time `bson:"readAt,omitempty"`
	Hidden  bool      `bson:"hidden,omitempty"`
	Unread  bool      `bson:"unread"`
	Listed  bool      `bson:"listed"`
	Push    pushDoc   `bson:"push"`
}

type fillDoc struct {
	Coins    wallet.Coins `bson:"coins,omitempty"`
	Points   int64        `bson:"points,omitempty"`
	Days     int          `bson:"days,omitempty"`
	Day      time.Time    `bson:"day,omitempty"`
	Tier     string       `bson:"tier,omitempty"`
	From     string       `bson:"from,omitempty"`
	Currency string       `bson:"currency,omitempty"`
	Benefit  string       `bson:"benefit,omitempty"`
	Case     string       `bson:"case,omitempty"`
}

type pushDoc struct {
	State notice.PushState `bson:"state"`
	Due   time.Time        `bson:"due,omitempty"` // of those that wait
	Was   time.Time        `bson:"was,omitempty"` // of all others
	Tries int              `bson:"tries"`
	Done  []string         `bson:"done,omitempty"`
}

func toInbox(in notice.Inbox) inboxDoc {
	d := inboxDoc{ID: string(in.Member), SV: 1, Version: in.Version, Wallet: in.Wallet, Due: in.Due, Last: in.Last, Account: in.Account}
	d.Ledgers = each(in.Ledgers, func(l notice.Ledger) readDoc { return readDoc(l) })
	d.Seen = each(in.Seen, func(s notice.Seen) seenDoc { return seenDoc(s) })
	d.Outbox = each(in.Outbox, toNotice)
	return d
}

func (d inboxDoc) inbox() notice.Inbox {
	in := notice.Inbox{Member: member.ID(d.ID), Version: d.Version, Wallet: d.Wallet, Due: d.Due, Last: d.Last, Account: d.Account}
	in.Ledgers = each(d.Ledgers, func(l readDoc) notice.Ledger { return notice.Ledger(l) })
	in.Seen = each(d.Seen, func(s seenDoc) notice.Seen { return notice.Seen(s) })
	in.Outbox = each(d.Outbox, noticeDoc.notice)
	return in
}

func toNotice(n notice.Notice) noticeDoc {
	return noticeDoc{
		ID: n.ID, SV: 1, Member: n.Member, Kind: n.Kind, Key: n.Key, Number: n.Number, Rev: n.Rev, Count: n.Count, At: n.At, Fill: fillDoc(n.Fill),
		Subject: n.Subject, ReadAt: n.ReadAt, Hidden: n.Hidden, Unread: n.ReadAt.IsZero() && !n.Hidden, Listed: !n.Hidden, Push: toPush(n.Push),
	}
}

func (d noticeDoc) notice() notice.Notice {
	n := notice.Notice{
		ID: d.ID, Member: d.Member, Kind: d.Kind, Key: d.Key, Number: d.Number, Rev: d.Rev, Count: d.Count, At: d.At, Fill: notice.Fill(d.Fill),
		Subject: d.Subject, ReadAt: d.ReadAt, Hidden: d.Hidden,
		Push: notice.Push{State: d.Push.State, Due: d.Push.Due, Tries: d.Push.Tries, Done: d.Push.Done},
	}
	if n.Push.Due.IsZero() {
		n.Push.Due = d.Push.Was
	}
	return n
}

func toPush(p notice.Push) pushDoc {
	d := pushDoc{State: p.State, Tries: p.Tries, Done: p.Done}
	if p.State == notice.Waiting {
		d.Due = p.Due
	} else {
		d.Was = p.Due
	}
	return d
}

// grown are the fields that a group changes when it grows, and those that it never does: all but the push.
func (d noticeDoc) grown() bson.D {
	return bson.D{
		{Key: "sv", Value: d.SV}, {Key: "member", Value: d.Member}, {Key: "kind", Value: d.Kind}, {Key: "key", Value: d.Key},
		{Key: "number", Value: d.Number}, {Key: "rev", Value: d.Rev}, {Key: "count", Value: d.Count}, {Key: "at", Value: d.At},
		{Key: "fill", Value: d.Fill}, {Key: "subject", Value: d.Subject}, {Key: "readAt", Value: d.ReadAt}, {Key: "hidden", Value: d.Hidden},
		{Key: "unread", Value: d.Unread}, {Key: "listed", Value: d.Listed},
	}
}
