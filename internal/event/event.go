// Package event is what other services tell about members: orders, refunds and deeds, as entries of streams. It reads
// them strictly and applies them, each exactly once, however often and by however many it is told.
package event

import (
	"encoding/json"
	"hash/crc32"
	"strings"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/order"
)

// Message is an event as it travels: five texts.
type Message struct {
	ID     string // unique; it counts once
	Type   string // such as order.paid
	Member string
	At     string // RFC 3339
	Data   string // JSON object, by type
}

// maxData bounds the data of one event: an order of some thousand lines.
const maxData = 1 << 20

// Partition is where a member's events travel: CRC-32 (IEEE) of the member's id, modulo n. One member's events stay
// in their order because they stay in one partition.
func Partition(member string, n int) int {
	return int(crc32.ChecksumIEEE([]byte(member)) % uint32(n)) //nolint:gosec // n is 1 or more
}

// Decode reads a message. Its error has one sentence for each field that is wrong.
func Decode(m Message) (order.Told, error) {
	f, told, err := decode(m)
	if err != nil {
		return order.Told{}, err
	}
	if f.word != nil || f.confirmed != nil {
		return order.Told{}, fault.Bad("type", "type is %q, which is no order and no deed", m.Type)
	}
	return told, told.Check()
}

// decode reads a message into what it tells of orders and deeds or, where it is only a word, into the fields' word.
func decode(m Message) (*fields, order.Told, error) {
	f := &fields{kind: m.Type}
	f.id(m.ID)
	who := member.ID(m.Member)
	if err := who.Check("member"); err != nil {
		f.refuse("member", "%s.", err.Error())
	}
	at, err := time.Parse(time.RFC3339, m.At)
	if err != nil {
		f.refuse("at", "at is %q; allowed is an RFC 3339 time such as 2026-07-06T12:00:00+08:00.", clip(m.At))
	}
	at = at.UTC().Truncate(time.Millisecond)
	read, known := readers[m.Type]
	switch {
	case !known:
		f.refuse("type", "type is %q; allowed are %s.", clip(m.Type), strings.Join(Types(), ", "))
	case m.Type == memberIdentified && (json.Unmarshal([]byte(m.Data), &f.raw) != nil || f.raw == nil):
		f.refuse("data", "data is something else than a JSON object; allowed is one.")
	case len(m.Data) > maxData:
		f.refuse("data", "data has %d bytes; allowed are %d.", len(m.Data), maxData)
	case json.Unmarshal([]byte(m.Data), &f.raw) != nil || f.raw == nil:
		f.refuse("data", "data is %q; allowed is a JSON object.", clip(m.Data))
	}
	if len(f.wrong) > 0 {
		return f, order.Told{}, f.fault()
	}
	told := order.Told{ID: m.ID}
	read(f, &told, who, at)
	f.rest()
	if len(f.wrong) > 0 {
		return f, order.Told{}, f.fault()
	}
	return f, told, nil
}

// fault is everything that is wrong, under the first field's name.
func (f *fields) fault() error {
	return &fault.Fault{Kind: fault.BadInput, Field: f.first, Message: strings.Join(f.wrong, " ")}
}

// clip keeps what a stranger wrote short.
func clip(s string) string {
	const most = 80
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
