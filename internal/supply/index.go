package supply

import (
	"fmt"
	"math/big"
	"time"

	"membergate/internal/clock"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// Adjustment is one look at the inflation index, and what it did to the earn rate. There is one for a period of a
// currency, for ever: it is the audit of that period.
type Adjustment struct {
	Currency   string
	Period     string       // such as "2026-Q3" or "2026-09"
	From, To   time.Time    // of the period; exclusive end
	MeasuredAt time.Time    // when the coins were counted
	InForce    time.Time    // from when on orders earn at the rate after it
	Programme  string       // version whose limits were used
	Amounts    Amounts      // all coins, as they were counted
	Came       wallet.Coins // since the count before: issued less clawed back
	Went       wallet.Coins // since then: spent less returned, and expired
	Index      int64        // in tenths: 1000 is 100.0, in balance; 0 = it cannot be told
	Before     int64        // basis points that were added to the earn rate before it
	After      int64        // that are since
}

// ID names an adjustment: a currency has one for each period.
func (a Adjustment) ID() string { return a.Currency + ":" + a.Period }

// Index is how much faster coins come in than they go, measured on what was there, in tenths:
//
//	index = 100 × (stock + came) / (stock + went)
//
// rounded half up to one decimal, and that rounded number decides. Stock is what members had, less what they owed, at
// the beginning of the period; came is what was issued in it, less what refunds claimed back; went is what was spent,
// less what came back, and what expired. At the fixed parity a coin that is spent is a fen's worth that members got, so
// the index compares the growth of coins with the value that was had for them: as many out as in is 100, however many
// that is; 3 % of the stock more in than out is about 103. It does not look at prices: a coin's worth is fixed.
// False if nothing can be told: there was nothing, and nothing went.
func Index(stock, came, went wallet.Coins) (int64, bool) {
	if stock+went <= 0 || stock+came < 0 {
		return 0, false
	}
	top, bottom := big.NewInt(stock+came), big.NewInt(stock+went) // of all members: their product is beyond 64 bits
	top.Mul(top, big.NewInt(2000)).Add(top, bottom)
	return top.Quo(top, bottom.Lsh(bottom, 1)).Int64(), true
}

// Step is the earn rate's change after an index, in basis points: one step down above the limits' high, one up below
// their low, and never beyond floor and ceiling. On the limits themselves nothing changes.
func Step(x programme.Index, before, index int64) int64 {
	after := before
	switch {
	case index > 10*x.High:
		after -= x.StepBasisPoints
	case index < 10*x.Low:
		after += x.StepBasisPoints
	}
	return min(max(after, x.FloorBasis), x.CeilBasis)
}

// LastPeriod is the period of a programme's index that ended last at a time.
func LastPeriod(kind string, now time.Time, zone *time.Location) (name string, from, to time.Time) {
	months := 1
	if kind == programme.Quarterly {
		months = 3
	}
	local := now.In(zone)
	into := (int(local.Month()) - 1) % months
	to = clock.MonthStart(now, -into, zone)
	from = clock.MonthStart(now, -into-months, zone)
	first := from.In(zone)
	name = first.Format("2006-01")
	if kind == programme.Quarterly {
		name = fmt.Sprintf("%d-Q%d", first.Year(), (int(first.Month())-1)/3+1)
	}
	return name, from, to
}

// Shifts are what adjustments of a currency do to its earn rate, by time.
func Shifts(all []Adjustment, currency string) []programme.Shift {
	var out []programme.Shift
	for _, a := range all {
		if a.Currency == currency {
			out = append(out, programme.Shift{From: a.InForce, BasisPoints: a.After, Audit: a.Period})
		}
	}
	return out
}
