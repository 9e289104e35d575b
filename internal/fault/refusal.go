package fault

import (
	"fmt"
	"time"
)

// Refusal is a no that the asker can mend: a code for machines, where it applies, and one sentence. It is also a
// fault, so that whoever does not know the code still answers rightly.
type Refusal struct {
	Code        string    // such as "INSUFFICIENT_COINS"; it never changes
	Field       string    // of the input that it is about, empty if none
	ShortBy     int64     // how many are missing, 0 if nothing is counted
	Nearest     int64     // what would have been granted instead, 0 if nothing would
	Of          string    // code of what is needed first, such as a privacy purpose; empty if nothing is
	AvailableAt time.Time // from when on it would be granted, zero if that is not known
	fault       *Fault
}

// Refuse makes a refusal of bad input from a format.
func Refuse(code, field string, format string, args ...any) *Refusal {
	return &Refusal{Code: code, Field: field, fault: &Fault{Kind: BadInput, Field: field, Message: fmt.Sprintf(format, args...)}}
}

// Short says how many are missing.
func (r *Refusal) Short(by int64) *Refusal {
	r.ShortBy = by
	return r
}

// Near says what would have been granted instead.
func (r *Refusal) Near(n int64) *Refusal {
	r.Nearest = n
	return r
}

// Needs says what is needed first.
func (r *Refusal) Needs(code string) *Refusal {
	r.Of = code
	return r
}

// Error is the sentence.
func (r *Refusal) Error() string { return r.fault.Error() }

// Unwrap gives the fault.
func (r *Refusal) Unwrap() error { return r.fault }

// Until says from when on it would be granted.
func (r *Refusal) Until(t time.Time) *Refusal {
	r.AvailableAt = t
	return r
}
