package family_test

import (
	"slices"
	"testing"
	"time"

	"membergate/internal/family"
	"membergate/internal/member"

	"github.com/google/go-cmp/cmp"
)

func TestRolesMayDoWhatTheMatrixSays(t *testing.T) {
	want := map[family.Role][]family.Permission{
		family.Owner:    {"INVITE", "REMOVE_MEMBERS", "CHANGE_ROLES", "SPEND_OWN", "SPEND_POOL", "APPROVE", "VIEW_MEMBER_BALANCES", "VIEW_HISTORY", "TRANSFER_OWNERSHIP", "DISSOLVE", "LEAVE"},
		family.Guardian: {"INVITE", "REMOVE_MEMBERS", "CHANGE_ROLES", "SPEND_OWN", "SPEND_POOL", "APPROVE", "VIEW_MEMBER_BALANCES", "VIEW_MEMBER_ACTIVITY", "VIEW_HISTORY", "LEAVE"},
		family.Adult:    {"SPEND_OWN", "SPEND_POOL", "VIEW_MEMBER_BALANCES", "LEAVE"},
		family.Teen:     {"SPEND_OWN", "SPEND_POOL", "LEAVE"},
		family.Child:    {"ASK_TO_SPEND"},
		"STRANGER":      {},
	}
	for role, permissions := range want {
		if diff := cmp.Diff(permissions, family.Permissions(role)); diff != "" {
			t.Errorf("%s (-want, +got)\n%s", role, diff)
		}
	}
}

func TestRightsReachOnlyThosePeopleThatTheMatrixNames(t *testing.T) {
	f := household(t)
	f = let(f, "teen", func(p *family.Person) { p.Share = family.Share{Mode: family.ShareNone} })
	f = f.With("gone", family.Child, at(t, "2026-01-01 00:00"))
	f = let(f, "gone", func(p *family.Person) { p.State = family.Left })
	want := map[family.Permission]map[string][]string{ // who may, upon whom
		family.Remove:       {"owner": {"adult", "child", "guardian", "teen"}, "guardian": {"child"}},
		family.ChangeRoles:  {"owner": {"adult", "child", "guardian", "teen"}, "guardian": {"child"}},
		family.ViewBalances: {"owner": {"adult", "child", "guardian"}, "guardian": {"child"}, "adult": {"child", "guardian", "owner"}},
		family.ViewActivity: {"guardian": {"child"}},
	}
	for permission, upon := range want {
		got := map[string][]string{}
		for _, actor := range f.People {
			for _, target := range f.People {
				if family.MayUpon(actor, target, permission) {
					got[string(actor.Member)] = append(got[string(actor.Member)], string(target.Member))
				}
			}
			slices.Sort(got[string(actor.Member)])
			if got[string(actor.Member)] == nil {
				delete(got, string(actor.Member))
			}
		}
		if diff := cmp.Diff(upon, got); diff != "" {
			t.Errorf("%s (-want, +got)\n%s", permission, diff)
		}
	}
}

func TestLimitsAreSeenByThoseTheyConcern(t *testing.T) {
	f := household(t)
	for _, who := range []member.ID{"teen", "child"} {
		f = let(f, who, func(p *family.Person) { p.Limit = &family.Limit{PerPeriod: 100, Period: family.PerMonth} })
	}
	teen, _ := f.Of("teen")
	child, _ := f.Of("child")
	for viewer, want := range map[member.ID][2]bool{
		"owner": {true, true}, "guardian": {false, true}, "adult": {false, false}, "teen": {true, false}, "child": {false, true}, "stranger": {false, false}, "": {false, false},
	} {
		got := [2]bool{f.LimitOf(viewer, teen) != nil, f.LimitOf(viewer, child) != nil}
		if got != want {
			t.Errorf("%q sees the teen's and the child's limit: %v, want %v", viewer, got, want)
		}
	}
}

func TestPeopleAreListedOwnerFirstThenByJoining(t *testing.T) {
	f := household(t).With("gone", family.Adult, at(t, "2026-01-01 00:00"))
	f = let(f, "gone", func(p *family.Person) { p.State = family.Removed })
	if diff := cmp.Diff([]member.ID{"owner", "child", "teen", "adult", "guardian"}, f.Members()); diff != "" {
		t.Errorf("(-want, +got)\n%s", diff)
	}
	gone := f.People[len(f.People)-1]
	if _, ok := f.Of("gone"); ok {
		t.Error("somebody who was removed is in the family")
	}
	if _, ok := f.Person(gone.ID); ok {
		t.Error("the place of somebody who was removed is found")
	}
	back := f.With("gone", family.Teen, at(t, "2026-03-01 00:00"))
	p, ok := back.Of("gone")
	if !ok || p.ID != gone.ID || p.Role != family.Teen || !p.LeftAt.IsZero() {
		t.Errorf("who comes back has %+v, want the old place %s", p, gone.ID)
	}
	if _, ok := f.Of("gone"); ok {
		t.Error("the change shows in the family that it was made from")
	}
}

func TestInvitationsAreSeenByThoseWhoMayInvite(t *testing.T) {
	now := at(t, "2026-07-08 12:00")
	f := household(t)
	for i, state := range []family.Answer{family.Invited, family.Accepted, family.Refused, family.Revoked, family.Invited} {
		f.Invitations = append(f.Invitations, family.Invitation{
			ID: string(rune('a' + i)), State: state, ExpiresAt: now.Add(time.Duration(i) * time.Minute),
		})
	}
	for viewer, want := range map[member.ID]int{"owner": 5, "guardian": 5, "adult": 0, "teen": 0, "child": 0, "stranger": 0, "": 0} {
		if got := f.InvitationsFor(viewer, now); len(got) != want {
			t.Errorf("%q sees %d invitations, want %d", viewer, len(got), want)
		}
	}
	states := func(asked ...family.Answer) (out []string) {
		for _, i := range f.InvitationsFor("owner", now, asked...) {
			out = append(out, i.ID+" "+string(i.State))
		}
		return out
	}
	if diff := cmp.Diff([]string{"e PENDING", "d REVOKED", "c DECLINED", "b ACCEPTED", "a EXPIRED"}, states()); diff != "" {
		t.Errorf("newest first, and over at the very moment (-want, +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"e PENDING", "a EXPIRED"}, states(family.Invited, family.Unclaimed)); diff != "" {
		t.Errorf("by state (-want, +got)\n%s", diff)
	}
	for len(f.Invitations) < 80 {
		f.Invitations = append(f.Invitations, family.Invitation{ID: "new", State: family.Revoked})
	}
	if got := f.InvitationsFor("owner", now); len(got) != family.ShownInvitations || got[0].ID != "new" {
		t.Errorf("%d invitations are shown, the first is %s", len(got), got[0].ID)
	}
}

func TestApprovalsAreSeenByApproversAndByWhoAsked(t *testing.T) {
	now := at(t, "2026-07-08 12:00")
	f := household(t)
	f.Approvals = []family.Approval{
		{ID: "old", Requester: "child", State: family.Undecided, ExpiresAt: now},
		{ID: "yes", Requester: "teen", State: family.Approved, ExpiresAt: now.Add(time.Hour), DecidedBy: "owner"},
		{ID: "child", Requester: "child", State: family.Undecided, ExpiresAt: now.Add(time.Hour)},
		{ID: "guardian", Requester: "guardian", State: family.Undecided, ExpiresAt: now.Add(time.Hour)},
	}
	for i := range f.Approvals {
		f.Approvals[i].CreatedAt = now.Add(time.Duration(i-10) * time.Hour)
	}
	ids := func(viewer member.ID, state family.Decision) (out []string) {
		for _, a := range f.ApprovalsFor(viewer, now, state) {
			out = append(out, a.ID)
		}
		return out
	}
	for viewer, want := range map[member.ID][]string{
		"owner": {"guardian", "child", "yes", "old"}, "guardian": {"guardian", "child", "yes", "old"},
		"child": {"child", "old"}, "teen": {"yes"}, "adult": nil, "stranger": nil, "": nil,
	} {
		if got := ids(viewer, ""); !slices.Equal(got, want) {
			t.Errorf("%q sees %v, want %v", viewer, got, want)
		}
	}
	if got := ids("owner", family.Undecided); !slices.Equal(got, []string{"guardian", "child"}) {
		t.Errorf("undecided are %v", got)
	}
	if got := ids("owner", family.Lapsed); !slices.Equal(got, []string{"old"}) {
		t.Errorf("lapsed are %v", got)
	}
	for viewer, want := range map[member.ID]int{"owner": 2, "guardian": 1, "child": 0, "adult": 0, "": 0} {
		if got := f.Waiting(viewer, now); got != want {
			t.Errorf("%d requests wait for %q, want %d", got, viewer, want)
		}
	}
}
