// Package moderation judges what members write before others see it: local rules over lists that are files, then a
// provider such as WeChat's. It knows no posts: it is asked about a text or a picture, and gives a verdict with a reason.
package moderation

import (
	"context"
	"time"
)

// State is what a verdict asks for. They are in order of weight.
type State int

// The states.
const (
	Pass   State = iota // others may see it
	Review              // its author alone sees it until somebody has looked at it
	Block               // it is refused, and its author is told why
)

// String is the state's name in files and logs.
func (s State) String() string { return [...]string{"PASS", "REVIEW", "BLOCK"}[s] }

// Reason is the code of why something did not pass, such as TOO_LONG; lists of words bring their own, such as FRAUD.
// phrase "moderation.REASON" says it to members.
type Reason string

// The reasons that rules give by themselves.
const (
	Blank       Reason = "BLANK"       // nothing can be read in it
	TooLong     Reason = "TOO_LONG"    // more characters than its kind may have
	TooMany     Reason = "TOO_MANY"    // its author wrote too much in a short time
	Links       Reason = "LINKS"       // it leads to other places
	Contact     Reason = "CONTACT"     // it gives a telephone number or an account elsewhere
	Monotonous  Reason = "MONOTONOUS"  // it says the same again and again
	Repeated    Reason = "REPEATED"    // its author wrote the same a short time ago
	Provider    Reason = "PROVIDER"    // the provider found something, and says no more
	Unavailable Reason = "UNAVAILABLE" // the provider could not be asked, so somebody has to look
	Checking    Reason = "CHECKING"    // the provider looks at its pictures
)

// Kind is what a text is for.
type Kind string

// The kinds.
const (
	Post    Kind = "POST"
	Comment Kind = "COMMENT"
	Profile Kind = "PROFILE" // a display name
)

// Text is what is judged.
type Text struct {
	Kind Kind
	Body string
}

// Facts are what the rules know of an author. The zero Facts is somebody new who wrote nothing yet.
type Facts struct {
	JoinedAt  time.Time // zero = just now
	Published int       // texts of the author's that others have seen
	Recent    []Past    // what the author wrote within Rules.Window, in any order
	Trusted   bool      // writes for the retailer: links and pace are not judged
}

// Past is a text that an author wrote before.
type Past struct {
	Kind  Kind
	At    time.Time
	Print Print
}

// Verdict is what was decided on a text or picture.
type Verdict struct {
	State  State
	Reason Reason   // empty when it passes
	Words  []string // entries of the lists that were found, in their order; none for other reasons
	Trace  string   // the provider's own number of the case, if it was asked
}

// Heavier gives the verdict that asks for more; of two that ask for the same, the first.
func (v Verdict) Heavier(other Verdict) Verdict {
	if other.State > v.State {
		return other
	}
	return v
}

// Asked is who wrote what a provider is asked about.
type Asked struct {
	Kind   Kind
	OpenID string // the author's account with WeChat's mini-program; empty if there is none
	Away   bool   // the account was not in the mini-program for so long that WeChat judges nothing of it
}

// Judge is a service that looks at texts and pictures after the local rules. An error means that it could not be asked:
// then nobody but the author may see the text until somebody has looked at it (Held).
type Judge interface {
	// Text judges a text at once.
	Text(ctx context.Context, by Asked, body string) (Verdict, error)
	// Picture asks for a picture to be judged, by an address from which the service can load it. It answers Review with
	// a Trace when the verdict comes later, under that trace.
	Picture(ctx context.Context, by Asked, address string) (Verdict, error)
}

// Held is the verdict on what no service could judge.
func Held() Verdict { return Verdict{State: Review, Reason: Unavailable} }

// LocalOnly is the judge where no service is set: texts have passed the local rules, and pictures wait for a person when
// Pictures says so.
type LocalOnly struct {
	Pictures State // of pictures, which no local rule can judge
}

// Text implements Judge.
func (LocalOnly) Text(context.Context, Asked, string) (Verdict, error) { return Verdict{}, nil }

// Picture implements Judge.
func (l LocalOnly) Picture(context.Context, Asked, string) (Verdict, error) {
	if l.Pictures == Pass {
		return Verdict{}, nil
	}
	return Verdict{State: l.Pictures, Reason: Unavailable}, nil
}
