package notice

import "time"

// Device is where notices are pushed to.
type Device struct {
	ID     string // random; what apps name it by
	Kind   string // APNS, FCM or WECHAT
	Token  string // sealed: nobody reads it but who sends
	Hash   string // keyed, of kind and token: a token belongs to one member
	Locale string // the language of what is sent
	At     time.Time
}

// The kinds of devices, by the service that reaches them.
const (
	Apple  = "APNS"
	Google = "FCM"
	WeChat = "WECHAT"
)

// Push is how far the sending of a notice has come.
type Push struct {
	State PushState
	Due   time.Time // of Waiting: not before
	Tries int       // how often it was claimed
	Done  []string  // ids of the devices that need no other try
}

// PushState is how far a push is.
type PushState string

// The states of a push. A claimed one is never sent again by anybody but its claimer: what a killed worker left claimed
// stays so, and the inbox has the notice.
const (
	NoPush  PushState = ""        // nothing is to be sent
	Waiting PushState = "WAITING" //
	Claimed PushState = "CLAIMED" // somebody sends it, or died doing so
	Over    PushState = "OVER"    // sent, refused, or not wanted any more
)

// Same tells whether two pushes are at the same point.
func (p Push) Same(o Push) bool { return p.State == o.State && p.Tries == o.Tries }
