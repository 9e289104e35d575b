package family

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"membergate/internal/member"
)

// Deed is the code of what was changed in a family.
type Deed string

// The deeds. Apps show a text for each; more may come.
const (
	Opened         Deed = "CREATED"
	DidInvite      Deed = "INVITED"
	DidRevoke      Deed = "INVITATION_REVOKED"
	DidJoin        Deed = "JOINED"
	DidDecline     Deed = "INVITATION_DECLINED"
	DidLeave       Deed = "LEFT"
	DidRemove      Deed = "REMOVED"
	DidTransfer    Deed = "OWNERSHIP_TRANSFERRED"
	DidDissolve    Deed = "DISSOLVED"
	DidGiveRole    Deed = "ROLE_CHANGED"
	DidLimit       Deed = "LIMIT_SET"
	DidLiftLimit   Deed = "LIMIT_LIFTED"
	DidChangeShare Deed = "SHARING_CHANGED"
)

// KeptChanges is how many changes a family keeps: years of them at any sensible pace, in far less than a document holds.
const KeptChanges = 1000

// Change is one thing that somebody changed in a family.
type Change struct {
	ID   string // its number in the family: later ones have higher ones
	At   time.Time
	By   member.ID
	What Deed
	Whom member.ID // empty where it is about nobody else
	Role Role      // that was given or offered; empty where none was
}

// wrote is the family with a change written down, on a copy.
func (f Family) wrote(c Change) Family {
	n := 0
	if newest, ok := f.last(); ok {
		n, _ = strconv.Atoi(newest.ID)
	}
	c.ID = fmt.Sprintf("%09d", n+1)
	f.Changes = append(slices.Clone(f.Changes), c)
	if over := len(f.Changes) - KeptChanges; over > 0 {
		f.Changes = f.Changes[over:]
	}
	return f
}

// last is the newest change, and false if there is none.
func (f Family) last() (Change, bool) {
	if len(f.Changes) == 0 {
		return Change{}, false
	}
	return f.Changes[len(f.Changes)-1], true
}

// ChangesFor lists what was changed, newest first, for a viewer who may see it; others see none.
func (f Family) ChangesFor(viewer member.ID) []Change {
	v, ok := f.Of(viewer)
	if !ok || !May(v.Role, ViewHistory) {
		return nil
	}
	out := slices.Clone(f.Changes)
	slices.Reverse(out)
	return out
}
