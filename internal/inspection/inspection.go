// Package inspection has a service look at what members write and show after it was sent: at texts that it could not be
// asked about then, and at pictures, whose verdicts come by themselves. Until it has, their authors alone see them.
package inspection

import (
	"context"
	"time"

	"membergate/internal/community"
	"membergate/internal/moderation"
)

// Finding is what a service found, or is to find, of a text or a picture. Findings are kept for good.
type Finding struct {
	Trace   string            // the service's own number of the case; names it
	On      community.Subject // what it is about
	Picture string            // path of the picture; empty = the text
	State   moderation.State  // of what was told
	Reason  moderation.Reason // why it did not pass
	Asked   time.Time         // to the millisecond
	Told    time.Time         // when the verdict came; zero = it has not
}

// Waits tells whether a verdict is still to come at a time. What did not come within the service's time never comes.
func (f Finding) Waits(now time.Time) bool { return f.Told.IsZero() && now.Sub(f.Asked) < Within }

// Within is how long after the question WeChat tells its verdict on a picture, at the latest.
const Within = 30 * time.Minute

// Store keeps findings. Times are kept to the millisecond.
type Store interface {
	// AddFinding adds a finding; if one with its trace is there, nothing changes.
	AddFinding(ctx context.Context, f Finding) error
	// Finding gives one by its trace, and false if there is none.
	Finding(ctx context.Context, trace string) (Finding, bool, error)
	// Tell notes the verdict on what was asked, unless one came before, and tells whether it did.
	Tell(ctx context.Context, trace string, v moderation.Verdict, at time.Time) (bool, error)
	// Findings gives those of a post or comment, first asked first.
	Findings(ctx context.Context, on community.Subject) ([]Finding, error)
}

// Sum is what is known of the pictures at paths: Pass when each has passed, Review or Block as soon as one has that
// verdict, and Waiting of those for which nothing is known and nothing is on its way.
type Sum struct {
	Verdict moderation.Verdict
	Passed  bool     // all have
	Ask     []string // about these somebody has to ask
}

// SumOf adds findings up at a time. A picture that did not pass once does not pass.
func SumOf(paths []string, found []Finding, now time.Time) Sum {
	out := Sum{Passed: true}
	for _, p := range paths {
		passed, waits := false, false
		for _, f := range found {
			switch {
			case f.Picture != p:
			case f.Waits(now):
				waits = true
			case f.Told.IsZero():
			case f.State == moderation.Pass:
				passed = true
			default:
				out.Verdict = out.Verdict.Heavier(moderation.Verdict{State: f.State, Reason: f.Reason, Trace: f.Trace})
			}
		}
		out.Passed = out.Passed && passed
		if !passed && !waits {
			out.Ask = append(out.Ask, p)
		}
	}
	if out.Verdict.State > moderation.Pass {
		out.Passed, out.Ask = false, nil
	}
	return out
}
