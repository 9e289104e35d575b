// Package claim gives tiers for codes that partners hand out, and days that staff add to a membership. Each counts once,
// for one member, however many send it at the same moment.
package claim

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"membergate/internal/member"
	"membergate/internal/programme"
)

// Claim is a tier that waits for one member or was taken by one.
type Claim struct {
	ID        string // the hash of its code; the code itself is kept nowhere
	Tier      string
	Route     programme.RouteKind // PARTNER, or DAYS
	Days      int                 // how long, by local days; 0 = as long as the route says
	Coins     int64               // that come with it; 0 = none
	Reason    string              // the partner's name, or why days were added
	IssuedBy  string              // the member id of staff
	IssuedAt  time.Time
	Expires   time.Time // exclusive: nobody can take it from then on; zero = never
	Withdrawn time.Time // nobody can take it from then on; zero = it was not withdrawn
	Member    member.ID // who took it; empty before
	ClaimedAt time.Time
	Given     bool  // the member's account is known to have the grant
	Version   int64 // grows with every change; 1 when added
}

// Unfinished tells whether somebody took it and may not have it yet.
func (c Claim) Unfinished() bool { return c.Member != "" && !c.Given }

// grantID names the grant that a claim gives.
func (c Claim) grantID() string { return "claim:" + c.ID }

// What stores answer.
var (
	ErrExists = errors.New("claim: it exists")
	ErrStale  = errors.New("claim: somebody else changed it first")
)

// Store keeps claims.
type Store interface {
	// Add adds claims at version 1. If one of them is there already it answers ErrExists; others may have been added.
	Add(ctx context.Context, all []Claim) error
	// ByID finds a claim, and false if there is none.
	ByID(ctx context.Context, id string) (Claim, bool, error)
	// Save replaces a claim if its stored version is still c.Version, and stores it at the next; else ErrStale.
	Save(ctx context.Context, c Claim) error
	// Unfinished lists at most n that somebody took and may not have yet.
	Unfinished(ctx context.Context, n int) ([]Claim, error)
}

// newCode makes a code of 26 letters and digits, in groups that can be read out: 130 bits that nobody guesses.
func newCode() string {
	text := rand.Text()
	var groups []string
	for len(text) > 6 {
		groups, text = append(groups, text[:6]), text[6:]
	}
	return strings.Join(append(groups, text), "-")
}

// hash is the id of the claim behind a code: capitals, spaces and dashes do not matter.
func hash(code string) string {
	return digest(strings.Map(func(c rune) rune {
		if c == '-' || c == ' ' {
			return -1
		}
		return c
	}, strings.ToUpper(code)))
}

func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}
