// Package session keeps members signed in: sessions of devices, the tokens that carry them, and their end, of which every
// process hears within two seconds.
package session

import (
	"context"
	"errors"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
)

// Codes of refusals.
const (
	Unknown  = "SESSION_UNKNOWN" // no refresh token of ours
	Expired  = "SESSION_EXPIRED" // not used for too long
	Reused   = "TOKEN_REUSED"    // used before: somebody else may have it, so the session is over
	Over     = "SESSION_ENDED"   // signed out
	NotFound = "NOT_FOUND"       // no such session of the member
	None     = "NOTHING_TO_END"  // the token is of another issuer and has no id
	Stale    = "SIGN_IN_TOO_OLD" // asked again for what needs a sign-in of just now
)

// Why a session is over.
const (
	SignedOut = "SIGNED_OUT" // by the member
	Replayed  = "REUSED"     // a refresh token came twice
	Replaced  = "REPLACED"   // the member has newer ones on too many devices
	Closed    = "CLOSED"     // the account is no more
)

// The times of sessions. All of them are real time.
const (
	Access  = 15 * time.Minute    // how long an access token is good
	Idle    = 30 * 24 * time.Hour // how long a refresh token is good
	Most    = 180 * 24 * time.Hour
	Overlap = 10 * time.Second // an app that starts may refresh twice at once
	Fresh   = 10 * time.Minute // how long somebody who signed in counts as just there
	Grace   = time.Minute      // how far clocks of two processes and of issuers may be apart

	// MostDevices is how many sessions a member has at most; the one that was used longest ago goes first.
	MostDevices = 20
)

// Session is one device where somebody is signed in. One without a Way is only the end of something: of a token of another
// issuer, or of all that a member had at a moment.
type Session struct {
	ID      string    // random; stands in the tokens
	Member  member.ID //
	Way     string    // how the member proved who they are, such as APPLE
	Device  string    // what the app calls the device; empty if it says nothing
	Begun   time.Time // when the member proved who they are
	Used    time.Time // when the newest refresh token was made
	Turn    int64     // number of the newest refresh token
	Until   time.Time // until when it is good
	Ended   time.Time // zero while it lasts
	Why     string    // why it is over
	Keep    time.Time // until when anybody need know of it
	Version int64     // grows with every change; 1 when created
}

// Start begins a session.
func Start(id string, who member.ID, way, device string, now time.Time) Session {
	s := Session{ID: id, Member: who, Way: way, Device: device, Begun: now, Used: now, Version: 1}
	return s.prolonged()
}

func (s Session) prolonged() Session {
	s.Until = s.Used.Add(Idle)
	if end := s.Begun.Add(Most); end.Before(s.Until) {
		s.Until = end
	}
	s.Keep = s.Until
	return s
}

// Lasts tells whether the session is there at a time.
func (s Session) Lasts(now time.Time) bool { return s.Ended.IsZero() && now.Before(s.Until) }

// Turned is what a refresh token with a number comes to: the next session, whose newest token is the answer. A token that was
// answered within the overlap is answered alike, and the session stays. One that was used before ends it: then the session
// that is over comes with the refusal, to be kept.
func (s Session) Turned(turn int64, now time.Time) (Session, error) {
	switch {
	case !s.Ended.IsZero():
		return s, fault.Refuse(Over, "refreshToken", "the session was ended")
	case !now.Before(s.Until):
		return s, fault.Refuse(Expired, "refreshToken", "the refresh token was not used for too long")
	case turn > s.Turn:
		return s, fault.Refuse(Unknown, "refreshToken", "the refresh token is none of this gateway's")
	case turn == s.Turn:
		s.Turn, s.Used = s.Turn+1, now
		return s.prolonged(), nil
	case turn == s.Turn-1 && !now.After(s.Used.Add(Overlap)):
		return s, nil
	}
	return s.Over(Replayed, now), fault.Refuse(Reused, "refreshToken", "the refresh token was used before, so its session is over")
}

// Over is the session when it is over. What is over already stays as it is.
func (s Session) Over(why string, now time.Time) Session {
	if !s.Ended.IsZero() {
		return s
	}
	s.Ended, s.Why = now, why
	s.Keep = now.Add(Access + 2*Grace)
	return s
}

// What stores answer.
var (
	ErrExists = errors.New("session: it exists")
	ErrStale  = errors.New("session: somebody else changed it first")
)

// Store keeps sessions.
type Store interface {
	// Create adds a session at version 1, or answers ErrExists and changes nothing.
	Create(ctx context.Context, s Session) error
	// ByID finds a session, and false if there is none.
	ByID(ctx context.Context, id string) (Session, bool, error)
	// Save replaces a session if its stored version is still s.Version, and stores it at the next one; else ErrStale.
	Save(ctx context.Context, s Session) error
	// Of gives a member's sessions, those used last first, ended ones too.
	Of(ctx context.Context, who member.ID) ([]Session, error)
	// EndedSince gives at most n sessions that ended at a time or later, in the order of their ends.
	EndedSince(ctx context.Context, since time.Time, n int) ([]Session, error)
	// Expire removes at most n sessions that nobody need know of at a time, and tells how many.
	Expire(ctx context.Context, at time.Time, n int) (int, error)
}
