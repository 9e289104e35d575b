package authz

import "slices"

// Actor is one of those for whom the table says what comes of asking.
type Actor string

// The actors. What the rows of types are about belongs to AMember, who is in a family with the next three.
const (
	Nobody      Actor = "anonymous"
	AMember     Actor = "member"
	FamilyOwner Actor = "family owner"
	FamilyAdult Actor = "family adult"
	FamilyChild Actor = "child under 14"
	OtherMember Actor = "other member"
	Suspended   Actor = "suspended"
	Clerk       Actor = "store clerk"
	Moderator   Actor = "moderator"
	Service     Actor = "customer service"
	Operations  Actor = "operations"
	DPO         Actor = "data protection officer"
	Legal       Actor = "legal"
	Expired     Actor = "expired token"
)

// Actors are all of them, in the order of the columns.
var Actors = []Actor{Nobody, AMember, FamilyOwner, FamilyAdult, FamilyChild, OtherMember, Suspended, Clerk, Moderator, Service, Operations, DPO, Legal, Expired}

// Role is the role of staff that an actor has; empty for who is no staff.
func (a Actor) Role() string {
	return map[Actor]string{Clerk: "clerk", Moderator: "moderator", Service: "service", Operations: "operations", DPO: "dpo", Legal: "legal"}[a]
}

// Outcome is what comes of asking.
type Outcome string

// The outcomes.
const (
	Answered        Outcome = "✓"
	Nothing         Outcome = "–"               // as for a thing that is not there
	AtTheDesk       Outcome = "desk"            // what the desk asks for, and nothing by its id
	Unauthenticated Outcome = "UNAUTHENTICATED" // nothing runs
	Forbidden       Outcome = "FORBIDDEN"
	SuspendedNow    Outcome = "SUSPENDED" // FORBIDDEN, with the reason SUSPENDED
)

// Root is what comes of an actor's asking a root field that has the right; change says that it is one of Mutation.
func (r Right) Root(a Actor, change bool) Outcome {
	switch {
	case a == Expired:
		return Unauthenticated
	case r.Relation == Anyone:
		return Answered
	case a == Nobody:
		return Unauthenticated
	case !r.Enters(a.Role() != "", a.Role()):
		return Forbidden
	case change && a == Suspended && !r.Kept:
		return SuspendedNow
	}
	return Answered
}

// Thing is what comes of an actor's looking at a thing of AMember's that has the right.
func (r Right) Thing(a Actor) Outcome {
	switch {
	case a == Expired:
		return Unauthenticated
	case slices.Contains(r.Roles, a.Role()), r.Open(), r.sees(a):
		return Answered
	case slices.Contains(r.Desk, a.Role()):
		return AtTheDesk
	}
	return Nothing
}

// sees tells whether an actor stands to AMember as the right wants.
func (r Right) sees(a Actor) bool {
	switch r.Relation {
	case Member:
		return a != Nobody
	case Own:
		return a == AMember
	case Guardian:
		return a == AMember || a == FamilyOwner
	case Head:
		return a == FamilyOwner
	case Family:
		return slices.Contains([]Actor{AMember, FamilyOwner, FamilyAdult, FamilyChild}, a)
	}
	return false
}
