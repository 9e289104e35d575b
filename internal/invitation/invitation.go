// Package invitation is how members bring somebody along: codes that nobody guesses, who came by them, and what both get
// for it, each once.
package invitation

import (
	"context"
	"errors"
	"slices"
	"time"

	"membergate/internal/member"
)

// State is how far somebody who was brought along has come.
type State string

// The states, in their order.
const (
	Registered State = "REGISTERED"   // joined, and has still to do what is asked
	Ordered    State = "FIRST_ORDER"  // paid a first order; the inviter's rewards are on their way
	Rewarded   State = "REWARDED"     // the inviter has them
	Beyond     State = "NOT_REWARDED" // the inviter had the most rewards of the period already, or has left
)

// Stage orders the states: none leads back, and the last two are both the end.
func (s State) Stage() int {
	return min(slices.Index([]State{Registered, Ordered, Rewarded, Beyond}, s), 2)
}

// Invitee is somebody who was brought along, as it is shown to who did.
type Invitee struct {
	Member  member.ID // who came
	ID      string    // random: places in lists name it instead of the member
	Inviter member.ID
	State   State
	At      time.Time // when they joined
	EndedAt time.Time // when what was asked was done; zero before
}

// Place is where an invitee stands in the inviter's list: newest first.
type Place struct {
	At time.Time
	ID string
}

// Place is the invitee's place.
func (i Invitee) Place() Place { return Place{i.At, i.ID} }

// Inviter is a member who has a code, and whom they were rewarded for as far as the programme bounds that.
type Inviter struct {
	Member  member.ID
	Code    string
	Periods []Period // those of caps, oldest first
	Version int64    // grows with every change; 0 = not stored yet
}

// Period is one period of a cap.
type Period struct {
	Name  string   // such as 2026-07
	Taken []string // ids of the invitees that were counted
}

// keepPeriods is how many periods are kept: of months more than a year, so that what comes late finds its own.
const keepPeriods = 16

// Take counts an invitee in a period in which at most so many are counted, and tells whether they are, now or before. The
// same one is counted once.
func (i Inviter) Take(period, id string, most int64) (next Inviter, counted bool) {
	at := slices.IndexFunc(i.Periods, func(p Period) bool { return p.Name == period })
	if at >= 0 && slices.Contains(i.Periods[at].Taken, id) {
		return i, true
	}
	if at >= 0 && int64(len(i.Periods[at].Taken)) >= most {
		return i, false
	}
	i.Periods = slices.Clone(i.Periods)
	if at < 0 {
		i.Periods, at = append(i.Periods, Period{Name: period}), len(i.Periods)
	}
	i.Periods[at].Taken = append(slices.Clone(i.Periods[at].Taken), id)
	if extra := len(i.Periods) - keepPeriods; extra > 0 {
		i.Periods = i.Periods[extra:]
	}
	return i, true
}

// Taken is how many are counted in a period.
func (i Inviter) Taken(period string) int64 {
	for _, p := range i.Periods {
		if p.Name == period {
			return int64(len(p.Taken))
		}
	}
	return 0
}

// ErrStale is a store's answer when somebody else changed an inviter first, or has the code.
var ErrStale = errors.New("invitation: somebody else changed it first")

// Store keeps inviters and invitees.
type Store interface {
	// Inviter finds a member who has a code, and false if the member has none.
	Inviter(ctx context.Context, who member.ID) (Inviter, bool, error)
	// ByCode finds the member who has a code, and false if nobody has it.
	ByCode(ctx context.Context, code string) (Inviter, bool, error)
	// Save stores an inviter at the next version if the stored version is still i.Version; else ErrStale, also where
	// somebody else has the code. A code does not change.
	Save(ctx context.Context, i Inviter) error
	// Put adds an invitee, or moves one on to a later state. What is as far already stays as it is. Who brought whom along,
	// when, and the id do not change.
	Put(ctx context.Context, i Invitee) error
	// Page lists at most n invitees of an inviter, newest first, those of one moment by id: those after a place, or from the
	// first one if it is nil.
	Page(ctx context.Context, inviter member.ID, after *Place, n int) ([]Invitee, error)
	// Count counts an inviter's invitees by state.
	Count(ctx context.Context, inviter member.ID) (map[State]int64, error)
}
