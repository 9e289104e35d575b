package member

import "time"

// Consent is a member's last decision on one purpose. No decision means no.
type Consent struct {
	Granted       bool
	At            time.Time
	PolicyVersion string
	Source        string // where the decision was made, such as app or import
	Number        int    // how many decisions on the purpose came before
	Before        bool   // the member had said yes at some time before
}

// Agreed tells whether the member's last word on a purpose was yes.
func (p Profile) Agreed(purpose string) bool { return p.Consents[purpose].Granted }
