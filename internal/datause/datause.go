// Package datause is the log of what members' data was used for: who used which kind of it, for which purpose, and when.
// Members read it; whoever uses data writes it.
package datause

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"membergate/internal/member"
)

// Use is one use of a member's data. Uses of one hour that differ in nothing but the moment are one, listed with the first.
type Use struct {
	ID       string // of all that makes it differ from others: what is added twice is there once
	Member   member.ID
	At       time.Time
	Purpose  string // code of one of the programme's purposes, or of those below
	Category string // what kind of data
	Actor    string // who used it
}

// Purposes that need no consent, because the member or the law asks for them.
const (
	ForAccess   = "ACCESS_REQUEST"  // the member asked for a copy
	ForIncident = "INCIDENT_NOTICE" // whom an incident concerns was looked up
	ForStaff    = "STAFF_READ"      // staff read what is sealed, with the approvals that this needs
)

// Kinds of data, beside the categories that members can have deleted.
const (
	Lists      = "RECOMMENDATIONS" // lists made from the member's history, and what was hidden from them
	Purchases  = "PURCHASES"       // which products orders were of
	Household  = "HOUSEHOLD"       // what was told of home and likes
	Portrait   = "PORTRAIT"        // what a portrait is made of
	Tags       = "TAGS"            // what data platforms take the member for
	Behaviour  = "BEHAVIOUR"       // what the member does in apps
	Follows    = "FOLLOWS"         // whom and what the member follows
	Choices    = "CHOICES"         // what was chosen of benefits
	Contact    = "CONTACT"         // where the member can be told
	Identity   = "IDENTITY"        // phone, name, address, number of an id
	Everything = "EVERYTHING"      // all that is kept of the member
)

// Who uses data.
const (
	Recommender = "RECOMMENDER"    // puts lists into the order of the moment
	ListBuilder = "LIST_BUILDER"   // makes lists ahead
	Painter     = "PORTRAIT"       // shows the member's portrait
	Collector   = "COLLECTOR"      // takes down what apps tell
	Notifier    = "NOTIFIER"       // sends notices
	Exporter    = "EXPORTER"       // makes archives
	Partners    = "OTHER_SERVICES" // services of others that are told
	Staff       = "STAFF"          // somebody at a desk
)

// hour is what uses are listed by.
const hour = time.Hour

// New makes the use of an hour.
func New(who member.ID, purpose, category, actor string, at time.Time) Use {
	at = at.UTC().Truncate(time.Millisecond)
	return single(who, purpose, category, actor, at.Truncate(hour).Format(time.RFC3339), at)
}

// Single makes a use that is listed by itself, however many there are in an hour: a reference tells it from the others.
func Single(who member.ID, purpose, category, actor, reference string, at time.Time) Use {
	return single(who, purpose, category, actor, "of "+reference, at.UTC().Truncate(time.Millisecond))
}

func single(who member.ID, purpose, category, actor, of string, at time.Time) Use {
	sum := sha256.Sum256([]byte(strings.Join([]string{string(who), purpose, category, actor, of}, "\x00")))
	return Use{ID: hex.EncodeToString(sum[:16]), Member: who, At: at, Purpose: purpose, Category: category, Actor: actor}
}

// Place is where a page of a member's uses goes on.
type Place struct {
	At time.Time
	ID string
}

// Store keeps uses.
type Store interface {
	// Add keeps uses; of those with one id the first stays. It may be repeated.
	Add(ctx context.Context, all []Use) error
	// Of gives at most n of a member's uses behind a place, newest first.
	Of(ctx context.Context, who member.ID, after *Place, n int) ([]Use, error)
	// Trim deletes at most n uses from before a time, and gives how many there were.
	Trim(ctx context.Context, before time.Time, n int) (int, error)
}
