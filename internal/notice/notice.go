// Package notice tells members what has happened to their coins, tiers and benefits, what soon will, who answered what they
// wrote, and what waits for their yes: one inbox for each, in which every cause stands once.
//
// Nothing writes a notice while it does something else. Whoever looks at a member reads the state, and a rule says which
// causes it holds; those that the inbox has not seen become notices, in one compare-and-swap that also says when the
// state calls for the next one without anybody's doing. Members are marked to be looked at by who changes them, they
// fall due by themselves, and a walk finds whom a killed process forgot to mark.
package notice

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"membergate/internal/member"
	"membergate/internal/wallet"
)

// Notice is one entry of an inbox.
type Notice struct {
	ID      string // of member, kind and key: what is added twice is there once
	Member  member.ID
	Kind    string // code of the programme's kind
	Key     string // its cause, or the group of its causes
	Number  int64  // place in the inbox: 1, 2, 3 …; a group that grows moves to the end
	Rev     int64  // 1 when it is new, one more whenever the group grows
	Count   int    // causes in it; 1 but for groups
	At      time.Time
	Fill    Fill   // what its texts say
	Subject string // kind and key of the object that it is about, such as "LedgerEntry:w_1/7"; empty for none
	ReadAt  time.Time
	Hidden  bool // pushed only: the member wants none of the kind in the inbox
	Push    Push
}

// Fill is what the blanks of a notice's texts are filled with; which of them its kind uses is the programme's.
type Fill struct {
	Coins    wallet.Coins // of all causes together
	Points   int64        // whole points of growth
	Days     int          // until it happens
	Day      time.Time    // when it happened, or will
	Tier     string       // code
	From     string       // code of the tier before
	Currency string       // code; empty for the programme's own
	Benefit  string       // code
	Case     string       // which of several things the kind tells of; empty of kinds that tell of one
}

// Inbox is what is kept of a member beside the notices: what was seen already, and when to look next.
type Inbox struct {
	Member  member.ID
	Wallet  wallet.ID
	Version int64     // grows with every change, marks included; 0 while there is none
	Due     time.Time // when the member must be looked at; Ever for never
	Last    int64     // number of the newest notice
	Account int64     // version of the account that was seen
	Ledgers []Ledger  // how far each wallet was read
	Seen    []Seen    // causes that have no place in a ledger, as long as a look may find them again
	Outbox  []Notice  // decided, and maybe not added yet
}

// Ledger is how far a member's ledger of one currency was read.
type Ledger struct {
	Currency string // empty for the programme's own
	Seq      int64
}

// Seen is a cause that was told, or that the member wants to hear nothing of.
type Seen struct {
	Cause string
	Until time.Time // from then on no look finds it any more
}

// Ever is later than anything that is due, and stands for what is never due.
var Ever = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// Marked is the due time of members whom somebody has marked to be looked at.
var Marked = time.Unix(0, 0).UTC()

// Touched is a member whose state has changed. Who only knows the wallet leaves the member empty, and who does not know
// it the wallet.
type Touched struct {
	Member member.ID
	Wallet wallet.ID
}

// Query asks for a page of an inbox, newest first. What is hidden is in no inbox.
type Query struct {
	Before int64 // only numbers below; 0 = from the newest
	Limit  int
	Unread bool // only what is unread
}

// What stores answer.
var ErrStale = errors.New("notice: somebody else changed it first")

// Store keeps inboxes, notices, and what members have set.
type Store interface {
	// Inboxes gives those that there are.
	Inboxes(ctx context.Context, ids []member.ID) (map[member.ID]Inbox, error)
	// Save replaces an inbox if its stored version is still in.Version, 0 for none, and stores it at the next version;
	// otherwise ErrStale.
	Save(ctx context.Context, in Inbox) error
	// Mark makes members due at once, at the next version, and opens inboxes of members who have none. One of whom only the
	// wallet is known, and who has no inbox, is passed over; of one whose wallet is not known the inbox keeps what it has.
	Mark(ctx context.Context, touched []Touched) error
	// Remove deletes an inbox whose stored version is still in.Version; one that was changed stays.
	Remove(ctx context.Context, in Inbox) error
	// Due gives at most n members who are due by a time, those who are marked included.
	Due(ctx context.Context, by time.Time, n int) ([]member.ID, error)
	// Put adds notices, or replaces those whose stored revision is lower; others stay. What is replaced becomes unread
	// again, and keeps its push.
	Put(ctx context.Context, all []Notice) error
	// ByIDs gives notices, hidden ones included; those unknown are missing.
	ByIDs(ctx context.Context, ids []string) (map[string]Notice, error)
	// Page lists notices of a member.
	Page(ctx context.Context, id member.ID, q Query) ([]Notice, error)
	// Unread counts what a member has not read.
	Unread(ctx context.Context, id member.ID) (int, error)
	// Read marks a member's notices as read: those up to a number, and those with ids. What is read already, or somebody
	// else's, stays as it is.
	Read(ctx context.Context, id member.ID, upTo int64, ids []string, at time.Time) error
	// Drop forgets a member's notices up to a number.
	Drop(ctx context.Context, id member.ID, upTo int64) error

	// Settings gives what members have set; of who has set nothing it is missing.
	Settings(ctx context.Context, ids []member.ID) (map[member.ID]Settings, error)
	// SaveSettings replaces what a member has set, by its version as Save does.
	SaveSettings(ctx context.Context, s Settings) error
	// Owners lists the members who have registered a device, by the hash of its token.
	Owners(ctx context.Context, hash string) ([]member.ID, error)

	// Pushes gives at most n notices whose push is waiting and due by a time.
	Pushes(ctx context.Context, by time.Time, n int) ([]Notice, error)
	// SavePush replaces the push of a notice if it is still before; false if it is another one by now.
	SavePush(ctx context.Context, id string, before, after Push) (bool, error)
}

// NoticeID names the notice of a member's cause or group.
func NoticeID(who member.ID, kind, key string) string {
	sum := sha256.Sum256([]byte(string(who) + "\x00" + kind + "\x00" + key))
	return hex.EncodeToString(sum[:16])
}

// seq is how far a ledger was read.
func (in Inbox) seq(currency string) int64 {
	for _, l := range in.Ledgers {
		if l.Currency == currency {
			return l.Seq
		}
	}
	return 0
}

// has tells whether a cause was seen.
func (in Inbox) has(cause string) bool {
	return slices.ContainsFunc(in.Seen, func(s Seen) bool { return s.Cause == cause })
}
