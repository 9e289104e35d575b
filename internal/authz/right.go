// Package authz is the table of rights: who may ask each field of the schema, and whose the things of each type are. The gateway
// enforces it at every field, tests try it cell by cell, and docs/authorization.md is written from it.
package authz

import (
	"fmt"
	"slices"
	"strings"
)

// Relation says how somebody must stand to a thing to see it.
type Relation string

// The relations. Rights that name roles of staff let those in besides; a right of staff alone has no relation.
const (
	Anyone   Relation = "anyone"   // with or without a token
	Reader   Relation = "reader"   // whoever it is published for: anybody, members, members of a tier, a family
	Member   Relation = "member"   // whoever is signed in
	Own      Relation = "own"      // only the member whose it is
	Guardian Relation = "guardian" // whose it is, and the owner and guardians of the family
	Head     Relation = "head"     // the owner and guardians of the family alone
	Family   Relation = "family"   // everybody in the family whose it is
	Staff    Relation = "staff"    // nobody but the staff named
)

// roles are all that a staff token can give.
var roles = []string{"clerk", "moderator", "service", "operations", "dpo", "legal"}

// Right is one row's word: the relation that is needed, or else one of some roles of staff.
type Right struct {
	Relation Relation
	Roles    []string // of staff who may look at every such thing
	Desk     []string // of staff who see those that their desk asks for, by a code or as their own work, and none by its id
	Kept     bool     // of changes: suspended members keep it
}

// read makes a right of its words, such as "own staff service operations", "own desk clerk" or "member kept".
func read(words string) (Right, error) {
	var r Right
	var to *[]string
	for i, w := range strings.Fields(words) {
		switch {
		case w == "desk" && i > 0:
			to = &r.Desk
		case w == string(Staff):
			to = &r.Roles
			if i == 0 {
				r.Relation = Staff
			}
		case to != nil && slices.Contains(roles, w):
			*to = append(*to, w)
		case w == "kept" && i > 0:
			r.Kept = true
		case i == 0 && slices.Contains([]Relation{Anyone, Reader, Member, Own, Guardian, Head, Family}, Relation(w)):
			r.Relation = Relation(w)
		default:
			return r, fmt.Errorf("authz: %q is no right: %q is not known there", words, w)
		}
	}
	if r.Relation == "" || to != nil && len(*to) == 0 {
		return r, fmt.Errorf("authz: %q is no right", words)
	}
	return r, nil
}

// Staffed tells whether the right lets in staff with a role.
func (r Right) Staffed(role string) bool {
	return slices.Contains(r.Roles, role) || slices.Contains(r.Desk, role)
}

// Enters tells whether a root field that has the right may be asked by somebody who is signed in, as staff with some roles or as
// a member.
func (r Right) Enters(staff bool, roles ...string) bool {
	switch {
	case r.Relation == Staff:
		return staff && slices.ContainsFunc(roles, r.Staffed)
	case staff && len(r.Desk) > 0:
		return slices.ContainsFunc(roles, r.Staffed)
	}
	return true
}

// Open tells whether nobody is kept out of what has the right, so that there is nothing to look at.
func (r Right) Open() bool { return r.Relation == Anyone || r.Relation == Reader }

// String gives the words of the right back.
func (r Right) String() string {
	out := string(r.Relation)
	if len(r.Roles) > 0 {
		if r.Relation != Staff {
			out += " or staff"
		}
		out += " " + strings.Join(r.Roles, ", ")
	}
	if len(r.Desk) > 0 {
		out += " or desk " + strings.Join(r.Desk, ", ")
	}
	return out
}
