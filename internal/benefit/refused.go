package benefit

import (
	"errors"
	"time"

	"membergate/internal/eligibility"
	"membergate/internal/fault"
)

// Codes of refusals that are made here.
const (
	Unknown        = "NOT_FOUND"       // no such benefit, or use
	LockedNow      = "LOCKED"          // the member does not have it; Missing says why
	ReplacedNow    = "REPLACED"        // a better one has taken its place
	UsedUp         = "USED_UP"         // the quota; ResetsAt says until when
	OutOfStock     = "OUT_OF_STOCK"    // all members together have used it up; ResetsAt says until when
	OrderNeeded    = "ORDER_NEEDED"    // the quota counts by order and none was named
	ChoiceNeeded   = "CHOICE_NEEDED"   // one of the options must be chosen
	ChoiceUnknown  = "CHOICE_UNKNOWN"  // it is none of the member's options
	GivesCoupons   = "GIVES_COUPONS"   // a use gives a coupon, which is claimed
	NotCancellable = "NOT_CANCELLABLE" // its time is over, or it belongs to something else
)

// Refused is a no to a use, with what the asker should know about it.
type Refused struct {
	*fault.Refusal
	Missing  []eligibility.Missing // of LockedNow
	ResetsAt time.Time             // of UsedUp and OutOfStock; zero = never
}

// Unwrap gives the refusal.
func (r *Refused) Unwrap() error { return r.Refusal }

// WhyOf is what a refusal of a use says; nothing for any other error.
func WhyOf(err error) (r Refused) {
	var found *Refused
	if errors.As(err, &found) {
		r = *found
	}
	return r
}

func refuse(code, field, format string, args ...any) *Refused {
	return &Refused{Refusal: fault.Refuse(code, field, format, args...)}
}
