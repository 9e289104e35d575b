package push

import (
	"time"

	"membergate/internal/notice"
)

// Meter counts what becomes of notices on their way to devices: once for each device, and again for each further try.
type Meter interface {
	// Tried is told of each sending, by the kinds of device and notice.
	Tried(device, kind string, o Outcome)
	// LeftOut is told of each device that a notice is never sent to.
	LeftOut(device, kind string, why Reason)
}

// Reason is why a notice is not sent to a device.
type Reason string

// The reasons.
const (
	Retired  Reason = "RETIRED"  // the programme tells of the kind no more
	Read     Reason = "READ"     // the member has read it meanwhile
	Late     Reason = "LATE"     // it is older than it is worth
	Unwanted Reason = "UNWANTED" // the member has switched the kind off
	GivenUp  Reason = "GIVEN_UP" // the service put it off too often
	Sealed   Reason = "SEALED"   // the token was sealed with keys that are no more
)

// leftOut is why a notice is sent to nobody any more; empty if it is sent.
func leftOut(n notice.Notice, known, wanted bool, now time.Time) Reason {
	switch {
	case !known:
		return Retired
	case !n.ReadAt.IsZero():
		return Read
	case !now.Before(n.At.Add(worth)):
		return Late
	case !wanted:
		return Unwanted
	case n.Push.Tries >= mostTries:
		return GivenUp
	default:
		return ""
	}
}

func (s *Sender) meter() Meter {
	if s.Meter == nil {
		return nobody{}
	}
	return s.Meter
}

type nobody struct{}

func (nobody) Tried(string, string, Outcome)  {}
func (nobody) LeftOut(string, string, Reason) {}
