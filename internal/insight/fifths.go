package insight

import (
	"slices"
	"time"

	"membergate/internal/order"
)

// Buying is how lately, how often and for how much somebody buys.
type Buying struct {
	Days   int64 // since the last order
	Orders int64
	Fen    int64 // of all of them, at least 0
}

// buying counts the orders of the last days; false if there is none. An order that took nothing of money counts too.
func buying(orders []order.Record, days int64, now time.Time) (b Buying, ok bool) {
	from := now.AddDate(0, 0, -int(days))
	for _, r := range orders {
		if r.Event.At.Before(from) || r.Event.At.After(now) {
			continue
		}
		if since := int64(now.Sub(r.Event.At) / (24 * time.Hour)); b.Orders == 0 || since < b.Days {
			b.Days = since
		}
		b.Orders++
		b.Fen += max(0, r.Event.Fen)
	}
	return b, b.Orders > 0
}

// Marks part numbers into fifths: what is above the first mark is in the second fifth, and so on.
type Marks [4]int64

// marks parts numbers so that each fifth has as many as can be; equal numbers stay together.
func marks(all []int64) (m Marks) {
	slices.Sort(all)
	for k := range m {
		if n := len(all) * (k + 1) / 5; n > 0 {
			m[k] = all[n-1]
		}
	}
	return m
}

// fifth is the place of a number: 1 to 5.
func (m Marks) fifth(v int64) int64 {
	n := int64(1)
	for _, mark := range m {
		if v > mark {
			n++
		}
	}
	return n
}

// Fifths are the marks between the fifths of all members who agreed and bought something. They say nothing of anybody.
type Fifths struct {
	At                         time.Time // when they were made; zero if they never were
	Members                    int64     // so many were counted
	Recency, Frequency, Amount Marks     // days, orders, fen
}

// fifthsOf parts members by what they bought.
func fifthsOf(all []Buying, now time.Time) Fifths {
	days, orders, fen := make([]int64, len(all)), make([]int64, len(all)), make([]int64, len(all))
	for i, b := range all {
		days[i], orders[i], fen[i] = b.Days, b.Orders, b.Fen
	}
	return Fifths{At: now, Members: int64(len(all)), Recency: marks(days), Frequency: marks(orders), Amount: marks(fen)}
}

// RFM places somebody among all: 5 is the best fifth, 1 the last.
type RFM struct{ Recency, Frequency, Monetary int64 }

// place gives somebody's fifths. Who bought lately is in a high one.
func (f Fifths) place(b Buying) RFM {
	return RFM{6 - f.Recency.fifth(b.Days), f.Frequency.fifth(b.Orders), f.Amount.fifth(b.Fen)}
}
