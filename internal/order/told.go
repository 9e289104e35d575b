package order

import (
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/wallet"
)

// Told is one thing that was told about a member: an order, a refund or a deed. Exactly one of Event and Deed is set.
type Told struct {
	ID     string // of the telling; it counts once. Empty for orders from files, which count by their own ids alone
	Event  *Event
	Deed   *Deed
	HoldOf wallet.ID // whose hold the order names; empty if it names none
}

// EventRecord is the id of the record of a telling.
func EventRecord(id string) string { return "event:" + id }

// Check refuses what no member's account could take, in one sentence.
func (t Told) Check() error {
	if len(t.ID) > 128 || t.Deed != nil && t.ID == "" {
		return fault.Bad("id", "the id of the event has %d characters; allowed are 1 to 128", len(t.ID))
	}
	if t.Event != nil {
		return t.Event.Check()
	}
	return t.Deed.check(t.ID)
}

// Member is whom it was told of.
func (t Told) Member() member.ID {
	if t.Event != nil {
		return t.Event.Member
	}
	return t.Deed.Member
}

// At is when it happened.
func (t Told) At() time.Time {
	if t.Event != nil {
		return t.Event.At
	}
	return t.Deed.At
}

// note is what the record of the telling keeps: enough to see that an id is used for another thing. Its kind is none
// of an order's, whose own record counts.
func (t Told) note() Event {
	if t.Event != nil {
		return Event{Kind: "told:" + t.Event.Kind, ID: t.Event.ID, Member: t.Event.Member, At: t.Event.At}
	}
	return Event{Kind: Kind("told:" + t.Deed.Type), ID: t.ID, Member: t.Deed.Member, At: t.Deed.At}
}

// sameNote tells whether two tellings under one id are the same one. Stores keep milliseconds.
func sameNote(a, b Event) bool {
	return a.Kind == b.Kind && a.ID == b.ID && a.Member == b.Member &&
		a.At.Truncate(time.Millisecond).Equal(b.At.Truncate(time.Millisecond))
}

// tell makes tellings of orders and refunds from a file.
func tell(events []Event) []Told {
	out := make([]Told, len(events))
	for i := range events {
		out[i].Event = &events[i]
	}
	return out
}

// records are what is written down before anything is decided.
func records(told []Told) []Record {
	var out []Record
	for _, t := range told {
		if t.Event != nil {
			out = append(out, Record{ID: t.Event.RecordID(), Event: *t.Event})
		}
		if t.ID != "" {
			out = append(out, Record{ID: EventRecord(t.ID), Event: t.note()})
		}
		if t.Deed != nil && t.Deed.record() != "" {
			out = append(out, Record{ID: t.Deed.record(), Event: t.note()})
		}
	}
	return out
}
