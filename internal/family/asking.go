package family

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"membergate/internal/member"
)

// Answer is what has become of an invitation.
type Answer string

// What becomes of invitations.
const (
	Invited   Answer = "PENDING"
	Accepted  Answer = "ACCEPTED"
	Refused   Answer = "DECLINED"
	Revoked   Answer = "REVOKED"
	Unclaimed Answer = "EXPIRED" // got no answer in time
)

// Invitation asks somebody to join. Who has its secret token may answer it; only the token's hash is kept.
type Invitation struct {
	ID        string
	Hash      string // of the token, by HashToken; unique over all families
	Role      Role   // that the invited person would have
	State     Answer // as stored; StateAt tells the one that is true now
	InvitedBy member.ID
	CreatedAt time.Time
	ExpiresAt time.Time // exclusive
	Answered  time.Time // when it was accepted, turned down or taken back; zero before
	By        member.ID // who did that; empty before
}

// HashToken is what is kept of an invitation's token: its SHA-256 in hex.
func HashToken(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:])
}

// StateAt is what has become of an invitation by now.
func (i Invitation) StateAt(now time.Time) Answer {
	if i.State == Invited && !now.Before(i.ExpiresAt) {
		return Unclaimed
	}
	return i.State
}

// ShownInvitations is how many invitations a family shows: those of the last days at any sensible daily limit.
const ShownInvitations = 50

// InvitationsFor lists the newest invitations in the given states (none = all), newest first, for a viewer who may
// invite; others see none. The states are those at now.
func (f Family) InvitationsFor(viewer member.ID, now time.Time, states ...Answer) []Invitation {
	v, ok := f.Of(viewer)
	if !ok || !May(v.Role, Invite) {
		return nil
	}
	var out []Invitation
	for _, i := range slices.Backward(f.Invitations) {
		i.State = i.StateAt(now)
		if len(out) < ShownInvitations && (len(states) == 0 || slices.Contains(states, i.State)) {
			out = append(out, i)
		}
	}
	return out
}
