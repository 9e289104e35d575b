// Package allowance keeps anybody from asking for more than a gateway can give to all: what operations cost is taken from
// buckets of the member, the address and the device that ask, and comes back with time.
package allowance

import "time"

// Rate is a bucket of cost: it holds Most, and one comes back in Each.
type Rate struct {
	Most int           // at least what the dearest operation costs
	Each time.Duration // at least a microsecond
}

// Verdict is what became of a charge.
type Verdict struct {
	Granted bool
	Left    int           // what the bucket holds now
	Wait    time.Duration // refused: until it would hold enough
}

// span is how long a cost takes to come back; a negative cost is given back.
func (r Rate) span(cost int) time.Duration { return time.Duration(min(cost, r.Most)) * r.Each }

// full is how long an empty bucket takes to be full.
func (r Rate) full() time.Duration { return time.Duration(r.Most) * r.Each }

// Take takes a cost out of a bucket that will be full in debt, and gives the debt after it. It is the generic cell rate
// algorithm of ATM networks (ITU-T I.371): one number is all that is kept of a bucket.
func (r Rate) Take(debt time.Duration, cost int) (time.Duration, Verdict) {
	debt = max(debt, 0)
	next := max(debt+r.span(cost), 0)
	if cost > 0 && next > r.full() {
		return debt, r.verdict(false, debt, next-r.full())
	}
	return next, r.verdict(true, next, 0)
}

func (r Rate) verdict(granted bool, debt, wait time.Duration) Verdict {
	return Verdict{Granted: granted, Left: int((r.full() - debt) / r.Each), Wait: wait}
}

// Answered makes a verdict of what a store that keeps debts itself says.
func (r Rate) Answered(granted bool, debt time.Duration, cost int) Verdict {
	if granted {
		return r.verdict(true, debt, 0)
	}
	return r.verdict(false, debt, debt+r.span(cost)-r.full())
}

// Spans are the two numbers that a store needs of a charge: how long the cost takes to come back, and how long the whole
// bucket does.
func (r Rate) Spans(cost int) (taken, full time.Duration) { return r.span(cost), r.full() }
