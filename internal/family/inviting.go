package family

import (
	"slices"
	"time"

	"membergate/internal/clock"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// Codes of refusals that are made here, besides the obstacles.
const (
	Unknown       = "NOT_FOUND"                 // no such person, invitation or request that the member may know of
	Off           = "FAMILIES_OFF"              // the programme has no families
	NoFamily      = "NOT_IN_FAMILY"             // the member is in none
	NotPermitted  = "NOT_PERMITTED"             // the member's role does not allow it
	ConsentNeeded = "GUARDIAN_CONSENT_REQUIRED" // to a child's joining
	InviteLimit   = "INVITE_LIMIT"              // as many as one may send in a day are sent
	InviteUsed    = "INVITE_USED"
	InviteExpired = "INVITE_EXPIRED"
	KeyReused     = "IDEMPOTENCY_CONFLICT"
	Unconfirmed   = "CONFIRMATION_REQUIRED"
)

// keepInvitations is how long an invitation is kept: longer than any is good for, and than any daily limit counts.
const keepInvitations = 31 * 24 * time.Hour

// Inviting is a wish to invite somebody.
type Inviting struct {
	By     member.ID
	Role   Role
	Tokens []string // one for each key of the server, newest first: all that this wish may have made
	Before int      // invitations that the member sent today in families left since
	At     time.Time
}

// Invite is the family with an invitation, and its token. The same wish again finds the invitation that it made.
func (f Family) Invite(p *programme.Programme, g Gate, w Inviting) (next Family, made Invitation, token string, replayed bool, err error) {
	by, in := f.Of(w.By)
	if !in {
		return f, made, "", false, fault.Refuse(NoFamily, "", "the member is in no family")
	}
	for _, token := range w.Tokens {
		hash := HashToken(token)
		for _, i := range f.Invitations {
			switch {
			case i.Hash != hash:
			case i.Role != w.Role:
				return f, made, "", false, fault.Refuse(KeyReused, "idempotencyKey", "the key was used to invite a %s", i.Role)
			default:
				return f, i, token, true, nil
			}
		}
	}
	if !May(by.Role, Invite) {
		return f, made, "", false, fault.Refuse(NotPermitted, "", "a %s does not invite", by.Role)
	}
	if !MayInvite(by.Role, w.Role) {
		return f, made, "", false, fault.Refuse(NotPermitted, "role", "a %s does not invite a %s", by.Role, w.Role)
	}
	sent := w.Before
	today := clock.DayStart(w.At, p.Zone())
	for _, i := range f.Invitations {
		if i.InvitedBy == w.By && !i.CreatedAt.Before(today) {
			sent++
		}
	}
	switch {
	case !g.Open:
		err = fault.Refuse(string(Paused), "", "the owner's tier may not own a family any more")
	case len(f.Active()) >= p.Family.Capacity():
		err = fault.Refuse(string(Full), "", "the family has %d people; allowed are %d", len(f.Active()), p.Family.Capacity())
	case sent >= p.Family.InvitesPerDay:
		err = fault.Refuse(InviteLimit, "", "%d invitations were sent today; allowed are %d", sent, p.Family.InvitesPerDay).Until(clock.AddDays(today, 1, p.Zone()))
	}
	if err != nil {
		return f, made, "", false, err
	}
	made = Invitation{
		ID: NewID("fi"), Hash: HashToken(w.Tokens[0]), Role: w.Role, State: Invited, InvitedBy: w.By, CreatedAt: w.At,
		ExpiresAt: clock.AddDays(w.At, p.Family.InvitationDays, p.Zone()),
	}
	f.Invitations = slices.DeleteFunc(slices.Clone(f.Invitations), func(i Invitation) bool {
		return i.StateAt(w.At) != Invited && i.CreatedAt.Before(w.At.Add(-keepInvitations))
	})
	f.Invitations = append(f.Invitations, made)
	return f.wrote(Change{At: w.At, By: w.By, What: DidInvite, Role: w.Role}), made, w.Tokens[0], false, nil
}

// Revoke takes an invitation back: one's own, or any by the owner. Taking back what was taken back changes nothing.
func (f Family) Revoke(by member.ID, id string, now time.Time) (next Family, made Invitation, changed bool, err error) {
	v, in := f.Of(by)
	n := slices.IndexFunc(f.Invitations, func(i Invitation) bool { return i.ID == id })
	if !in || n < 0 || !May(v.Role, Invite) {
		return f, made, false, fault.Refuse(Unknown, "invitationId", "invitationId names no invitation that is known")
	}
	made = f.Invitations[n]
	switch state := made.StateAt(now); {
	case made.InvitedBy != by && v.Role != Owner:
		return f, made, false, fault.Refuse(NotPermitted, "invitationId", "another person's invitation is taken back by the owner alone")
	case state == Revoked:
		return f, made, false, nil
	case state == Unclaimed:
		return f, made, false, fault.Refuse(InviteExpired, "invitationId", "the invitation ended at %s", made.ExpiresAt.Format(time.RFC3339))
	case state != Invited:
		return f, made, false, fault.Refuse(InviteUsed, "invitationId", "the invitation was answered")
	}
	f = f.answered(n, Revoked, by, now)
	return f.wrote(Change{At: now, By: by, What: DidRevoke, Role: made.Role}), f.Invitations[n], true, nil
}

// answered is the family with an answer to an invitation, on a copy.
func (f Family) answered(n int, a Answer, by member.ID, now time.Time) Family {
	f.Invitations = slices.Clone(f.Invitations)
	f.Invitations[n].State, f.Invitations[n].By, f.Invitations[n].Answered = a, by, now
	return f
}

// Reply is what somebody does with an invitation.
type Reply struct {
	Hash    string // of the token
	Accept  bool
	Consent bool // of a guardian, to a child's joining
}

// Answer is the family after a candidate's reply to an invitation. The same reply again changes nothing.
func (f Family) Answer(p *programme.Programme, g Gate, c Candidate, r Reply, now time.Time) (next Family, changed bool, err error) {
	n := slices.IndexFunc(f.Invitations, func(i Invitation) bool { return i.Hash == r.Hash })
	none := fault.Refuse(Unknown, "token", "token is of no invitation that is known")
	if n < 0 || c.hidden(f) {
		return f, false, none
	}
	i := f.Invitations[n]
	_, here := f.Of(c.Member)
	switch state := i.StateAt(now); {
	case i.By == c.Member && (state == Accepted && r.Accept && here || state == Refused && !r.Accept):
		return f, false, nil
	case state == Accepted || state == Refused:
		return f, false, fault.Refuse(InviteUsed, "token", "the invitation was answered")
	case state == Unclaimed:
		return f, false, fault.Refuse(InviteExpired, "token", "the invitation ended at %s", i.ExpiresAt.Format(time.RFC3339))
	case state != Invited || !f.stands(i):
		return f, false, none
	case !r.Accept:
		f = f.answered(n, Refused, c.Member, now)
		return f.wrote(Change{At: now, By: c.Member, What: DidDecline, Role: i.Role}), true, nil
	}
	if o := f.takingBlockedBy(p, g, c, i.Role, now); o != "" {
		no := fault.Refuse(string(o), "", "the member cannot join: %s", o)
		if o == Cooldown {
			no = no.Until(cooldown(p, c.lastLeft()))
		}
		return f, false, no
	}
	if i.Role == Child && !r.Consent {
		return f, false, fault.Refuse(ConsentNeeded, "guardianConsent", "guardianConsent is missing; a child joins with a guardian's yes")
	}
	f = f.answered(n, Accepted, c.Member, now).With(c.Member, i.Role, now)
	k := slices.IndexFunc(f.People, func(p Person) bool { return p.Member == c.Member })
	if i.Role == Child || i.Role == Teen {
		f.People[k].TeenAt, f.People[k].AdultAt = ages(p, c.Birthday)
	}
	if i.Role == Child {
		f.People[k].Consent = &Consent{By: i.InvitedBy, At: now}
	}
	return f.wrote(Change{At: now, By: c.Member, What: DidJoin, Whom: i.InvitedBy, Role: i.Role}), true, nil
}
