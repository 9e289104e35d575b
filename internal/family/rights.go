package family

import (
	"slices"

	"membergate/internal/member"
)

// Permission is the code of something that a person may do in a family.
type Permission string

// The permissions. Apps show them as codes; more may come.
const (
	Invite         Permission = "INVITE"
	Remove         Permission = "REMOVE_MEMBERS"
	ChangeRoles    Permission = "CHANGE_ROLES" // and limits
	SpendOwn       Permission = "SPEND_OWN"
	SpendPool      Permission = "SPEND_POOL"
	AskToSpend     Permission = "ASK_TO_SPEND" // instead of the two above: every spending waits for a yes
	Approve        Permission = "APPROVE"
	ViewBalances   Permission = "VIEW_MEMBER_BALANCES"
	ViewActivity   Permission = "VIEW_MEMBER_ACTIVITY"
	LeaveByOneself Permission = "LEAVE"
)

// reach is upon whom a permission may be used.
type reach int

const (
	nobody   reach = iota
	upon           // what concerns no other person
	children       // upon children
	sharing        // upon those who share their coins
	others         // upon everybody else but the owner
)

// rights is the matrix of who may do what, and upon whom.
var rights = map[Role]map[Permission]reach{
	Owner: {
		Invite: upon, Remove: others, ChangeRoles: others, SpendOwn: upon, SpendPool: upon, Approve: upon,
		ViewBalances: sharing, LeaveByOneself: upon,
	},
	Guardian: {
		Invite: upon, Remove: children, ChangeRoles: children, SpendOwn: upon, SpendPool: upon, Approve: upon,
		ViewBalances: children, ViewActivity: children, LeaveByOneself: upon,
	},
	Adult: {SpendOwn: upon, SpendPool: upon, ViewBalances: sharing, LeaveByOneself: upon},
	Teen:  {SpendOwn: upon, SpendPool: upon, LeaveByOneself: upon},
	Child: {AskToSpend: upon},
}

// order is that in which permissions are listed.
var order = []Permission{
	Invite, Remove, ChangeRoles, SpendOwn, SpendPool, AskToSpend, Approve, ViewBalances, ViewActivity, LeaveByOneself,
}

// Permissions lists what a role may do, upon whomever.
func Permissions(r Role) []Permission {
	return slices.DeleteFunc(slices.Clone(order), func(p Permission) bool { return rights[r][p] == nobody })
}

// May tells whether a role has a permission at all.
func May(r Role, p Permission) bool { return rights[r][p] != nobody }

// MayUpon tells whether one person of a family may do something upon another. What people do with their own things
// needs no permission upon themselves.
func MayUpon(actor, target Person, p Permission) bool {
	if actor.Member == target.Member || actor.State != Active || target.State != Active {
		return false
	}
	switch rights[actor.Role][p] {
	case children:
		return target.Role == Child
	case sharing:
		return target.Share.Mode != ShareNone
	case others:
		return target.Role != Owner
	default:
		return false
	}
}

// LimitOf is a person's limit as a viewer may see it: the own one, and those of whom the viewer may limit. Nil for
// none and for what is not the viewer's to see.
func (f Family) LimitOf(viewer member.ID, p Person) *Limit {
	if v, ok := f.Of(viewer); ok && (v.Member == p.Member || MayUpon(v, p, ChangeRoles)) {
		return p.Limit
	}
	return nil
}
