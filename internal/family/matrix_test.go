package family_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"membergate/internal/family"
	"membergate/internal/member"
)

var update = flag.Bool("update", false, "write docs/rights.md from the table")

// actors are who may try something, in the order of the columns: two of each role, so that each meets another of its own,
// and two who are not in the family.
var actors = []string{"OWNER", "GUARDIAN", "ADULT", "TEEN", "CHILD", "EX-MEMBER", "STRANGER"}

// deed is one thing to do in a family: whom it is done upon, and a letter for each actor: y yes, - no.
type deed struct {
	what, upon, may string
}

// The matrix of rights: role × action × relation. It is the page docs/rights.md, too.
var matrix = []deed{
	{"invite an adult", "", "yy-----"},
	{"invite a teen", "", "yy-----"},
	{"invite a child", "", "yy-----"},
	{"invite a guardian", "", "y------"},
	{"invite an owner", "", "-------"},
	{"take back the own invitation", "", "yy-----"},
	{"take back another's invitation", "", "y------"},
	{"see invitations", "", "yy-----"},
	{"see who changed what", "", "yy-----"},
	{"see the family, its people and its discount", "", "yyyyy--"},
	{"see and answer requests of others", "", "yy-----"},
	{"answer the own request", "", "-------"},
	{"see and take back the own request", "", "yyyyy--"},
	{"wait for a yes with the own spending", "", "----y--"},
	{"spend own coins without asking", "", "yyyy---"},
	{"draw the family's coins without asking", "", "yyyy---"},
	{"say how many own coins are shared", "", "yyyyy--"},
	{"leave by oneself", "", "-yyy---"},
	{"dissolve the family", "", "y------"},
	{"take out", "OWNER", "-------"},
	{"take out", "GUARDIAN", "y------"},
	{"take out", "ADULT", "y------"},
	{"take out", "TEEN", "y------"},
	{"take out", "CHILD", "yy-----"},
	{"hand the family to", "GUARDIAN", "y------"},
	{"hand the family to", "ADULT", "y------"},
	{"hand the family to", "TEEN", "-------"},
	{"hand the family to", "CHILD", "-------"},
	{"make a guardian of", "ADULT", "y------"},
	{"make a guardian of", "TEEN", "y------"},
	{"make a guardian of", "CHILD", "y------"},
	{"make an adult of", "GUARDIAN", "y------"},
	{"make an adult of", "TEEN", "y------"},
	{"make an adult of", "CHILD", "y------"},
	{"make a teen of", "GUARDIAN", "-------"},
	{"make a teen of", "ADULT", "-------"},
	{"make a teen of", "CHILD", "yy-----"},
	{"make a child of", "GUARDIAN", "-------"},
	{"make a child of", "ADULT", "-------"},
	{"make a child of", "TEEN", "-------"},
	{"make an owner of", "ADULT", "-------"},
	{"limit the spending of", "OWNER", "-------"},
	{"limit the spending of", "GUARDIAN", "y------"},
	{"limit the spending of", "ADULT", "y------"},
	{"limit the spending of", "TEEN", "y------"},
	{"limit the spending of", "CHILD", "yy-----"},
	{"see the limit of", "GUARDIAN", "y------"},
	{"see the limit of", "ADULT", "y------"},
	{"see the limit of", "TEEN", "y------"},
	{"see the limit of", "CHILD", "yy-----"},
	{"see how much is shared by", "ADULT", "-------"},
	{"see how much is shared by", "TEEN", "-------"},
	{"see how much is shared by", "CHILD", "yy-----"},
	{"do anything upon", "EX-MEMBER", "-------"},
	{"do anything upon", "STRANGER", "-------"},
}

// crowded is a family with two of each role but the owner, and one who has left it.
func crowded(t *testing.T) family.Family {
	f := household(t)
	for _, role := range []family.Role{family.Guardian, family.Adult, family.Teen, family.Child} {
		f = f.With(member.ID(names[role]+"2"), role, at(t, "2026-02-01 00:00"))
	}
	f = f.With("ex-member", family.Adult, at(t, "2026-02-01 00:00"))
	f = let(f, "ex-member", func(p *family.Person) { p.State, p.LeftAt = family.Left, at(t, "2026-03-01 00:00") })
	for _, who := range []member.ID{"owner", "guardian", "guardian2", "ex-member"} {
		f.Invitations = append(f.Invitations, family.Invitation{ID: "of " + string(who), InvitedBy: who, Role: family.Adult, State: family.Invited, ExpiresAt: at(t, "2027-01-01 00:00")})
	}
	return f
}

// tries does a deed for real and tells whether it was done.
func tries(t *testing.T, f family.Family, d deed, me member.ID) bool {
	p, now := retail5(t), at(t, "2026-07-08 12:00")
	p.Family.MaxRelatives = 20
	who := member.ID(strings.ToLower(d.upon))
	if _, in := f.Of(who + "2"); in {
		who += "2"
	}
	mine, _ := f.Of(me)
	invite := func(role family.Role) bool {
		_, _, token, _, err := f.Invite(p, sharing, family.Inviting{By: me, Role: role, Tokens: []string{"t"}, At: now})
		return err == nil && token != ""
	}
	give := func(role family.Role) bool {
		next, changed, err := f.GiveRole(p, me, who, role, "", now)
		got, _ := next.Of(who)
		return err == nil && changed && got.Role == role
	}
	switch d.what {
	case "invite an adult":
		return invite(family.Adult)
	case "invite a teen":
		return invite(family.Teen)
	case "invite a child":
		return invite(family.Child)
	case "invite a guardian":
		return invite(family.Guardian)
	case "invite an owner":
		return invite(family.Owner)
	case "take back the own invitation":
		_, _, changed, err := f.Revoke(me, "of "+string(me), now)
		return err == nil && changed
	case "take back another's invitation":
		_, _, changed, err := f.Revoke(me, "of guardian2", now)
		return err == nil && changed
	case "see invitations":
		return len(f.InvitationsFor(me, now)) > 0
	case "see who changed what":
		return len(f.ChangesFor(me)) > 0
	case "see the family, its people and its discount":
		return mine.Member == me
	case "see and answer requests of others":
		_, _, changed, err := f.Decide(me, "a", true, "", now)
		return len(f.ApprovalsFor(me, now, "")) > 0 && err == nil && changed
	case "answer the own request":
		f, _, _ = f.Ask(family.Wish{ID: "own", By: me, At: now, Until: now.AddDate(0, 0, 1)})
		_, _, changed, err := f.Decide(me, "own", true, "", now)
		return err == nil && changed
	case "see and take back the own request":
		f, _, _ = f.Ask(family.Wish{ID: "own", By: me, At: now, Until: now.AddDate(0, 0, 1)})
		seen := slices.ContainsFunc(f.ApprovalsFor(me, now, ""), func(a family.Approval) bool { return a.ID == "own" })
		_, _, changed, err := f.Withdraw("own", now)
		return seen && err == nil && changed
	case "wait for a yes with the own spending":
		return mine.Member == me && mine.NeedsYes(1)
	case "spend own coins without asking":
		return family.May(mine.Role, family.SpendOwn) && !mine.NeedsYes(1)
	case "draw the family's coins without asking":
		return family.May(mine.Role, family.SpendPool) && !mine.NeedsYes(1)
	case "say how many own coins are shared":
		_, changed, err := f.SetShare(me, family.Share{Mode: family.ShareNone}, now)
		return err == nil && changed
	case "leave by oneself":
		_, err := f.Leave(me, now)
		return err == nil
	case "dissolve the family":
		next, err := f.Dissolve(me, now)
		return err == nil && len(next.Active()) == 0
	case "take out":
		next, changed, err := f.Remove(me, who, now)
		_, still := next.Of(who)
		return err == nil && changed && !still
	case "hand the family to":
		next, changed, err := f.HandOver(p, me, who, "GOLD", "", now)
		owner, _ := next.Owner()
		return err == nil && changed && owner.Member == who
	case "make a guardian of":
		return give(family.Guardian)
	case "make an adult of":
		return give(family.Adult)
	case "make a teen of":
		return give(family.Teen)
	case "make a child of":
		return give(family.Child)
	case "make an owner of":
		return give(family.Owner)
	case "limit the spending of":
		_, changed, err := f.SetLimit(me, who, &family.Limit{PerPeriod: 5, Period: family.PerDay}, now)
		return err == nil && changed
	case "see the limit of":
		f = let(f, who, func(p *family.Person) { p.Limit = &family.Limit{PerPeriod: 5} })
		target, _ := f.Of(who)
		return f.LimitOf(me, target) != nil
	case "see how much is shared by":
		target, _ := f.Of(who)
		_, seen := f.ShareOf(me, target)
		return seen
	case "do anything upon":
		_, taken, _ := f.Remove(me, who, now)
		_, limited, _ := f.SetLimit(me, who, &family.Limit{PerPeriod: 5}, now)
		_, given, _ := f.GiveRole(p, me, who, family.Teen, "", now)
		_, handed, _ := f.HandOver(p, me, who, "GOLD", "", now)
		return taken || limited || given || handed
	}
	t.Fatalf("nobody knows how to %s", d.what)
	return false
}

func TestRightsAreThoseOfTheMatrix(t *testing.T) {
	f := crowded(t)
	f, _, err := f.SetShare("adult", family.Share{Mode: family.ShareAll}, at(t, "2026-07-08 11:00")) // something that was changed
	if err != nil {
		t.Fatal(err)
	}
	f.Approvals = []family.Approval{{ID: "a", Requester: "child2", State: family.Undecided, ExpiresAt: at(t, "2027-01-01 00:00")}}
	for _, d := range matrix {
		for i, actor := range actors {
			if want, got := d.may[i] == 'y', tries(t, f, d, member.ID(strings.ToLower(actor))); got != want {
				t.Errorf("%s may %s %s: %v, want %v", actor, d.what, d.upon, got, want)
			}
		}
	}
}

func TestThePageOfRightsIsTheMatrix(t *testing.T) {
	const file = "../../docs/rights.md"
	want := page()
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil || string(got) != want {
		t.Errorf("%s is not what the table says (%v); write it with go test ./internal/family -update", file, err)
	}
}

// page writes the matrix for people.
func page() string {
	var b strings.Builder
	b.WriteString(`# Who may do what in a family

Written by ` + "`go test ./internal/family -update`" + ` from the one table that the test tries for real, cell by cell
([matrix_test.go](../internal/family/matrix_test.go)). A dash is a refusal. "Upon" another one of the same role is meant where
the rows name it; nobody does any of these upon themselves.

`)
	row := func(cells ...string) { fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | ")) }
	row(append([]string{"may …", "upon"}, actors...)...)
	row(strings.Split(strings.Repeat("--- ", len(actors)+1)+"---", " ")...)
	for _, d := range matrix {
		cells := []string{d.what, d.upon}
		for _, c := range d.may {
			cells = append(cells, map[rune]string{'y': "✓", '-': "–"}[c])
		}
		row(cells...)
	}
	b.WriteString(`
What the table cannot say:

- A limit counts what its member spends, sends or holds by any way, read off the ledger; coins that come back count no more.
  A draw of the family counts whole for who spends it, and for nobody else who gives to it.
- A wish of who needs a yes holds its coins, and the place in the stock, until somebody answers: an owner or a guardian, but
  nobody an own one. The first answer counts. It ends after the programme's hours, when it is taken back, and when who asked
  leaves; the coins are free again then. Orders and gifts of coins do not wait: they are refused.
- Whoever becomes the owner has no limit any more: there is nobody to set it.
- A draw takes others' coins as far as they share them at the moment at which each gift is held. Who gave reads in the own
  ledger for which reward, and how much oneself gave; what others gave is theirs to know, and the redemption its spender's.
- An owner who is alone may leave, which ends the family; with others in it the owner hands over or dissolves.
- A child who joins needs a guardian's yes (` + "`guardianConsent`" + `); who invited is kept as the one who gave it. Below the
  programme's age of consent only a child's role is offered, up to the age of adults a teen's or a child's, then neither.
  At the birthday the role rises by itself: guardians lose their view, and what the child shared is shared no more until
  the teen says so anew.
- Roles never fall, so nobody can be made somebody who may not leave. An owner who hands over becomes a guardian.
- An invitation is good as long as whoever sent it is in the family and may still send it.
- To whoever is not in the family, or keeps apart from somebody in it by a block, the family, its people, invitations and
  requests answer exactly as what does not exist.
`)
	return b.String()
}
