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
	ViewHistory    Permission = "VIEW_HISTORY" // who changed what in the family
	Transfer       Permission = "TRANSFER_OWNERSHIP"
	Dissolve       Permission = "DISSOLVE"
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
		ViewBalances: sharing, ViewHistory: upon, Transfer: others, Dissolve: upon, LeaveByOneself: upon,
	},
	Guardian: {
		Invite: upon, Remove: children, ChangeRoles: children, SpendOwn: upon, SpendPool: upon, Approve: upon,
		ViewBalances: children, ViewActivity: children, ViewHistory: upon, LeaveByOneself: upon,
	},
	Adult: {SpendOwn: upon, SpendPool: upon, ViewBalances: sharing, LeaveByOneself: upon},
	Teen:  {SpendOwn: upon, SpendPool: upon, LeaveByOneself: upon},
	Child: {AskToSpend: upon},
}

// order is that in which permissions are listed.
var order = []Permission{
	Invite, Remove, ChangeRoles, SpendOwn, SpendPool, AskToSpend, Approve, ViewBalances, ViewActivity,
	ViewHistory, Transfer, Dissolve, LeaveByOneself,
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

// MayInvite tells whether a role may invite somebody to take a role: owners anybody but an owner, guardians those who have
// fewer rights than they have.
func MayInvite(actor, invited Role) bool {
	switch invited {
	case Guardian:
		return actor == Owner
	case Adult, Teen, Child:
		return May(actor, Invite)
	default:
		return false
	}
}

// MayGive tells whether one person may give another one a role. Roles only rise, so that nobody is made a child who can
// be made anything then; and only owners make guardians.
func MayGive(actor, target Person, role Role) bool {
	if !MayUpon(actor, target, ChangeRoles) {
		return false
	}
	switch role {
	case target.Role:
		return true
	case Teen:
		return target.Role == Child
	case Adult, Guardian:
		return actor.Role == Owner
	default:
		return false
	}
}

// ShareOf is how much a person lets the family draw, as a viewer may see it: the own share, and those of children by
// their guardians. False for what is not the viewer's to see.
func (f Family) ShareOf(viewer member.ID, p Person) (Share, bool) {
	v, ok := f.Of(viewer)
	return p.Share, ok && (v.Member == p.Member || p.Role == Child && MayUpon(v, p, ChangeRoles))
}

// LimitOf is a person's limit as a viewer may see it: the own one, and those of whom the viewer may limit. Nil for
// none and for what is not the viewer's to see.
func (f Family) LimitOf(viewer member.ID, p Person) *Limit {
	if v, ok := f.Of(viewer); ok && (v.Member == p.Member || MayUpon(v, p, ChangeRoles)) {
		return p.Limit
	}
	return nil
}
