package mongostore

import (
	"time"

	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/wallet"
)

// The small documents have their domain struct's fields in its order, so that one converts to the other, and a field
// that is added there does not compile here until it is named.

type familyDoc struct {
	ID          family.ID       `bson:"_id"`
	SV          int             `bson:"sv"`
	Version     int64           `bson:"version"`
	Name        string          `bson:"name"`
	Created     time.Time       `bson:"created"`
	Active      []member.ID     `bson:"active,omitempty"`
	People      []personDoc     `bson:"people"`
	Invitations []invitationDoc `bson:"invitations,omitempty"`
	Approvals   []approvalDoc   `bson:"approvals,omitempty"`
	Changes     []deedDoc       `bson:"changes,omitempty"`
	Due         *time.Time      `bson:"due,omitempty"`
}

type personDoc struct {
	ID     string          `bson:"id"`
	Member member.ID       `bson:"member"`
	Role   family.Role     `bson:"role"`
	State  family.Presence `bson:"state"`
	Joined time.Time       `bson:"joined"`
	Left   time.Time       `bson:"left,omitempty"`
	Share  shareDoc        `bson:"share"`
	Shared time.Time       `bson:"shared,omitempty"`
	Limit  *limitDoc       `bson:"limit,omitempty"`
	Teen   time.Time       `bson:"teen,omitempty"`
	Adult  time.Time       `bson:"adult,omitempty"`

	Consent *guardDoc `bson:"consent,omitempty"`
}

type guardDoc struct {
	By member.ID `bson:"by"`
	At time.Time `bson:"at"`
}

type deedDoc struct {
	ID   string      `bson:"id"`
	At   time.Time   `bson:"at"`
	By   member.ID   `bson:"by"`
	What family.Deed `bson:"what"`
	Whom member.ID   `bson:"whom,omitempty"`
	Role family.Role `bson:"role,omitempty"`
}

type shareDoc struct {
	Mode    family.Mode `bson:"mode"`
	Percent int64       `bson:"percent,omitempty"`
	Floor   int64       `bson:"floor,omitempty"`
}

type limitDoc struct {
	PerPeriod     int64         `bson:"perPeriod"`
	Period        family.Period `bson:"period"`
	Used          int64         `bson:"used"`
	Counted       time.Time     `bson:"counted,omitempty"`
	ApprovalAbove *int64        `bson:"approvalAbove,omitempty"`
}

type invitationDoc struct {
	ID        string        `bson:"id"`
	Hash      string        `bson:"hash"`
	Role      family.Role   `bson:"role"`
	State     family.Answer `bson:"state"`
	InvitedBy member.ID     `bson:"invitedBy"`
	CreatedAt time.Time     `bson:"created"`
	ExpiresAt time.Time     `bson:"expires"`
	Answered  time.Time     `bson:"answered,omitempty"`
	By        member.ID     `bson:"by,omitempty"`
}

type approvalDoc struct {
	ID         string          `bson:"id"`
	Requester  member.ID       `bson:"requester"`
	Redemption string          `bson:"redemption"`
	Coins      wallet.Coins    `bson:"coins"`
	State      family.Decision `bson:"state"`
	CreatedAt  time.Time       `bson:"created"`
	ExpiresAt  time.Time       `bson:"expires"`
	DecidedBy  member.ID       `bson:"decidedBy,omitempty"`
	DecidedAt  time.Time       `bson:"decided,omitempty"`
	Note       string          `bson:"note,omitempty"`
	Unfinished bool            `bson:"open,omitempty"`
	Givers     []string        `bson:"givers,omitempty"`
}

func toFamily(f family.Family) familyDoc {
	d := familyDoc{
		ID: f.ID, SV: 1, Version: f.Version, Name: f.Name, Created: f.CreatedAt, Active: f.Members(),
		People: each(f.People, func(p family.Person) personDoc {
			return personDoc{
				ID: p.ID, Member: p.Member, Role: p.Role, State: p.State, Joined: p.JoinedAt, Left: p.LeftAt,
				Share: shareDoc(p.Share), Shared: p.SharedAt, Limit: (*limitDoc)(p.Limit), Teen: p.TeenAt, Adult: p.AdultAt,
				Consent: (*guardDoc)(p.Consent),
			}
		}),
		Invitations: each(f.Invitations, func(i family.Invitation) invitationDoc { return invitationDoc(i) }),
		Approvals:   each(f.Approvals, func(a family.Approval) approvalDoc { return approvalDoc(a) }),
		Changes:     each(f.Changes, func(c family.Change) deedDoc { return deedDoc(c) }),
	}
	if due, ok := f.Due(); ok {
		d.Due = &due
	}
	return d
}

func (d familyDoc) family() family.Family {
	return family.Family{
		ID: d.ID, Version: d.Version, Name: d.Name, CreatedAt: d.Created,
		People: each(d.People, func(p personDoc) family.Person {
			return family.Person{
				ID: p.ID, Member: p.Member, Role: p.Role, State: p.State, JoinedAt: p.Joined, LeftAt: p.Left,
				Share: family.Share(p.Share), SharedAt: p.Shared, Limit: (*family.Limit)(p.Limit), TeenAt: p.Teen, AdultAt: p.Adult,
				Consent: (*family.Consent)(p.Consent),
			}
		}),
		Invitations: each(d.Invitations, func(i invitationDoc) family.Invitation { return family.Invitation(i) }),
		Approvals:   each(d.Approvals, func(a approvalDoc) family.Approval { return family.Approval(a) }),
		Changes:     each(d.Changes, func(c deedDoc) family.Change { return family.Change(c) }),
	}
}
