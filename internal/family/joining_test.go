package family_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"membergate/internal/family"
	"membergate/internal/fault"
	"membergate/internal/member"
)

// code is why something was refused; empty if it was not.
func code(err error) string {
	var no *fault.Refusal
	if errors.As(err, &no) {
		return no.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// asked is a family of an owner with an invitation to a role, whose token is "t".
func asked(t *testing.T, role family.Role) family.Family {
	t.Helper()
	f, _, token, _, err := family.Open("home", "owner", at(t, "2026-07-01 00:00")).
		Invite(retail5(t), sharing, family.Inviting{By: "owner", Role: role, Tokens: []string{"t", "older"}, At: at(t, "2026-07-08 12:00")})
	if err != nil || token != "t" {
		t.Fatalf("%q, %v", token, err)
	}
	return f
}

func TestWhoJoinsMustSuitTheRoleByAge(t *testing.T) {
	p, now := retail5(t), at(t, "2026-07-08 12:00")
	for _, c := range []struct {
		role     family.Role
		birthday string
		consent  bool
		want     string
	}{
		{family.Child, "2016-01-01", true, ""},
		{family.Child, "2016-01-01", false, "GUARDIAN_CONSENT_REQUIRED"},
		{family.Child, "", false, "GUARDIAN_CONSENT_REQUIRED"},
		{family.Child, "", true, ""},
		{family.Child, "2010-01-01", true, ""},
		{family.Child, "1990-01-01", true, "ROLE_UNSUITABLE"},
		{family.Teen, "2016-01-01", true, "ROLE_UNSUITABLE"},
		{family.Teen, "2012-07-08", false, ""}, // 14 today
		{family.Teen, "2012-07-09", false, "ROLE_UNSUITABLE"},
		{family.Teen, "2008-07-09", false, ""},
		{family.Teen, "2008-07-08", false, "ROLE_UNSUITABLE"}, // 18 today
		{family.Adult, "2008-07-08", false, ""},
		{family.Adult, "2008-07-09", false, "ROLE_UNSUITABLE"},
		{family.Adult, "", false, ""},
		{family.Guardian, "2016-01-01", true, "ROLE_UNSUITABLE"},
	} {
		next, changed, err := asked(t, c.role).Answer(p, sharing, family.Candidate{Member: "me", Birthday: c.birthday}, family.Reply{Hash: family.HashToken("t"), Accept: true, Consent: c.consent}, now)
		me, in := next.Of("me")
		if code(err) != c.want || changed != (c.want == "") || in != (c.want == "") {
			t.Errorf("a %s born %q, consent %v: %v", c.role, c.birthday, c.consent, err)
		}
		if in && (me.Role != c.role || (c.role == family.Child) != (me.Consent != nil) || c.role == family.Child && me.Consent.By != "owner") {
			t.Errorf("a %s has become %+v", c.role, me)
		}
	}
}

func TestChildrenGrowUpAtTheirBirthdays(t *testing.T) {
	p := retail5(t)
	f, _, err := asked(t, family.Child).Answer(p, sharing, family.Candidate{Member: "me", Birthday: "2013-02-03"},
		family.Reply{Hash: family.HashToken("t"), Accept: true, Consent: true}, at(t, "2026-07-08 12:00"))
	if err != nil {
		t.Fatal(err)
	}
	for moment, want := range map[string]string{
		"2027-02-02 23:59": "CHILD ALL", "2027-02-03 00:00": "TEEN NONE", "2031-02-02 23:59": "TEEN NONE", "2031-02-03 00:00": "ADULT NONE",
	} {
		me, _ := f.At(at(t, moment)).Of("me")
		if got := fmt.Sprint(me.Role, " ", me.Share.Mode); got != want {
			t.Errorf("at %s: %s, want %s", moment, got, want)
		}
	}
	said, _, err := f.At(at(t, "2027-03-01 00:00")).SetShare("me", family.Share{Mode: family.ShareAll}, at(t, "2027-03-01 00:00"))
	if err != nil {
		t.Fatal(err)
	}
	if me, _ := said.At(at(t, "2027-04-01 00:00")).Of("me"); me.Share.Mode != family.ShareAll || me.Role != family.Teen {
		t.Errorf("what a teen said anew is forgotten: %+v", me)
	}
	if me, _ := f.Of("me"); me.Role != family.Child {
		t.Error("looking at a later time changes the family")
	}
}

func TestAnInvitationIsAnsweredOnceAndTheSameAnswerAgainChangesNothing(t *testing.T) {
	p, now := retail5(t), at(t, "2026-07-08 12:00")
	yes, no := family.Reply{Hash: family.HashToken("t"), Accept: true}, family.Reply{Hash: family.HashToken("t")}
	me, other := family.Candidate{Member: "me"}, family.Candidate{Member: "other"}
	f := asked(t, family.Adult)
	joined, _, err := f.Answer(p, sharing, me, yes, now)
	if err != nil {
		t.Fatal(err)
	}
	declined, _, err := f.Answer(p, sharing, me, no, now)
	if err != nil {
		t.Fatal(err)
	}
	revoked, _, _, err := f.Revoke("owner", f.Invitations[0].ID, now)
	if err != nil {
		t.Fatal(err)
	}
	left, err := joined.Leave("me", now)
	if err != nil {
		t.Fatal(err)
	}
	alone := f.With("guest", family.Guardian, now)
	alone.Invitations[0].InvitedBy = "guest"
	left2, err := alone.Leave("guest", now)
	if err != nil {
		t.Fatal(err)
	}
	apart := family.Candidate{Member: "me", Apart: func(other member.ID) bool { return other == "owner" }}
	f.Invitations[0].InvitedBy = "owner"
	for name, c := range map[string]struct {
		f     family.Family
		who   family.Candidate
		reply family.Reply
		now   time.Time
		want  string
	}{
		"joined, again":                  {joined, me, yes, now, ""},
		"declined, again":                {declined, me, no, now, ""},
		"joined, then declined":          {joined, me, no, now, "INVITE_USED"},
		"declined, then joined":          {declined, me, yes, now, "INVITE_USED"},
		"joined, by another":             {joined, other, yes, now, "INVITE_USED"},
		"joined, and left since":         {left, me, yes, now, "INVITE_USED"},
		"too late":                       {f, me, yes, at(t, "2026-07-15 12:00"), "INVITE_EXPIRED"},
		"at the last moment":             {f, me, family.Reply{Hash: family.HashToken("t")}, at(t, "2026-07-15 11:59"), "changed"},
		"taken back":                     {revoked, me, yes, now, "NOT_FOUND"},
		"of one who has gone":            {left2, me, yes, now, "NOT_FOUND"},
		"unknown":                        {f, me, family.Reply{Hash: "x", Accept: true}, now, "NOT_FOUND"},
		"of one whom the member blocked": {f, apart, yes, now, "NOT_FOUND"},
		"the owner's own":                {f, family.Candidate{Member: "owner", Families: []family.Family{f}}, yes, now, "ALREADY_IN_FAMILY"},
	} {
		next, changed, err := c.f.Answer(p, sharing, c.who, c.reply, c.now)
		got := code(err)
		if changed {
			got = "changed"
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if err != nil && len(next.Changes) != len(c.f.Changes) {
			t.Errorf("%s: a refusal is written down", name)
		}
	}
}

func TestInvitationsAreCountedByTheDayAndNamedByTheirKey(t *testing.T) {
	p, now := retail5(t), at(t, "2026-07-08 23:00")
	f := family.Open("home", "owner", now)
	ask := func(f family.Family, key string, role family.Role, before int, now time.Time) (family.Family, bool, error) {
		next, _, _, replayed, err := f.Invite(p, sharing, family.Inviting{By: "owner", Role: role, Tokens: []string{"new " + key, "old " + key}, Before: before, At: now})
		return next, replayed, err
	}
	var err error
	for n := range 10 {
		if f, _, err = ask(f, fmt.Sprint(n), family.Adult, 0, now); err != nil {
			t.Fatal(n, err)
		}
	}
	if _, _, err := ask(f, "11", family.Adult, 0, now); code(err) != "INVITE_LIMIT" {
		t.Errorf("the eleventh: %v", err)
	}
	var no *fault.Refusal
	if _, _, err := ask(f, "11", family.Adult, 0, now); !errors.As(err, &no) || !no.AvailableAt.Equal(at(t, "2026-07-09 00:00")) {
		t.Errorf("the next one may be sent at %v", no.AvailableAt)
	}
	if next, replayed, err := ask(f, "3", family.Adult, 0, now); err != nil || !replayed || len(next.Invitations) != 10 {
		t.Errorf("the same key: %v, %v", replayed, err)
	}
	rotated := f
	rotated.Invitations = append(rotated.Invitations[:0:0], f.Invitations...)
	rotated.Invitations[3].Hash = family.HashToken("old 3") // made before the server had its newest key
	if _, replayed, err := ask(rotated, "3", family.Adult, 0, now); err != nil || !replayed {
		t.Errorf("the same key after a new key came: %v, %v", replayed, err)
	}
	if _, _, err := ask(f, "3", family.Teen, 0, now); code(err) != "IDEMPOTENCY_CONFLICT" {
		t.Errorf("the same key with another role: %v", err)
	}
	if _, _, err := ask(f, "tomorrow", family.Adult, 0, now.Add(2*time.Hour)); err != nil {
		t.Errorf("on the next day: %v", err)
	}
	if _, _, err := ask(family.Open("b", "owner", now), "x", family.Adult, 10, now); code(err) != "INVITE_LIMIT" {
		t.Errorf("after ten in another family: %v", err)
	}
	later, _, err := ask(f, "later", family.Adult, 0, now.AddDate(0, 0, 40))
	if err != nil || len(later.Invitations) != 1 {
		t.Errorf("what was over long ago is kept: %d, %v", len(later.Invitations), err)
	}
}
