package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/community"
	"membergate/internal/member"
)

// The guild is the company of one group: guild-0 is its official, guild-1 a key member, guild-10 was its star, guild-9 is not
// in it, and the others are ordinary. Tests of roles change those from 3 to 8.
const guildGroup = "CITY_ELITE"

func guild(n int) string { return fmt.Sprint("guild-", n) }

func putGuild(ctx context.Context, _ Settings, st *stores, rules book) error {
	service := &community.Service{Store: st.community}
	var err error
	for n := range 11 {
		h := account.Open(rules, member.Profile{ID: member.ID(guild(n)), DisplayName: guild(n), JoinedAt: foundation})
		err = errors.Join(err, st.accounts.Create(ctx, h), st.community.SetCircle(ctx, guildGroup, h.Profile.ID, n != 9, 0))
	}
	for n, role := range []string{"OFFICIAL", "KEY_MEMBER"} {
		_, wrong := service.SetRole(ctx, rules.At(written(0)), guildGroup, community.RoleChange{
			Member: member.ID(guild(n)), To: role, At: written(2), Staff: "anna", Reason: "They look after it.",
		})
		err = errors.Join(err, wrong)
	}
	return errors.Join(err, st.boardService(rules).Count(ctx, villageMonth), putStars(ctx, st, rules, guildStar, 3))
}

// guildStar was the guild's star of three months running, with posts that are gone.
const guildStar = "guild-10"

// putStars makes somebody the guild's star of the first months of summer 2026, in order.
func putStars(ctx context.Context, st *stores, rules book, who member.ID, months int) error {
	for n := range months {
		wrote := time.Date(2026, time.Month(6+n), 10, 4, 0, 0, 0, time.UTC)
		p := community.Post{ID: community.PostID(community.IDOf(wrote, [10]byte{9, 9})), CreatedAt: wrote, Board: "EXCHANGE", Author: who, Body: "Here I am.",
			Visibility: community.Members, State: community.Published, Version: 1}.Counted(community.Counts{})
		err := st.community.Put(ctx, []community.Post{p})
		if err == nil {
			err = st.starService(rules).Sweep(ctx, wrote.AddDate(0, 1, 0), 50)
		}
		p.DeletedAt = wrote.AddDate(0, 1, 0)
		if err = errors.Join(err, st.community.Put(ctx, []community.Post{p})); err != nil {
			return err
		}
	}
	return nil
}

// The month in which the village was founded, and a day on which it is over and its boards stay as they are.
const (
	villageMonth = "2011-01"
	// monthLaterStill is a day on which the guild's star has been one for three months.
	monthLaterStill = "2026-09-20T12:00:00+08:00"

	monthLater = "2011-02-20T12:00:00+08:00"
)

// profileOf is the id by which others know a member.
func profileOf(t testing.TB, e *engine, who string) string {
	t.Helper()
	id, _ := good(t, e.gateway.url, question{who: who, query: `{ me { publicProfile { id } } }`}).at(t, "me", "publicProfile", "id").(string)
	return id
}

// inGuild sends an operation of groups; with roles as staff.
func inGuild(t testing.TB, e *engine, who, operation string, variables map[string]any, roles ...string) reply {
	t.Helper()
	q := question{query: writtenBy(t, "group", operation), variables: variables, who: who}
	if len(roles) > 0 {
		q.who, q.header = "", staff(t.(*testing.T), roles...)
	}
	r := ask(t, e.gateway.url, q)
	for try := 1; try < 20 && r.comeAgain(); try++ {
		r = ask(t, e.gateway.url, q)
	}
	return r
}

func TestRolesInAGroupAreSetByStaffAndShown(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		group := globalID("Group", guildGroup)
		set := func(n int, role string, more ...any) string {
			in := given(append([]any{"groupId", group, "memberId", profileOf(t, e, guild(n)), "role", role, "reason", "Knows everybody."}, more...)...)
			if role == "" {
				delete(in, "role")
			}
			return inGuild(t, e, "", "GroupRoleSet", map[string]any{"input": in}, "operations").refusal(t, "groupRoleSet")
		}
		told := fiftyTimes(6, func(i int) string { return set(3+i, "KEY_MEMBER") }) // two desks and more want the last seat
		if told[""] != 1 || told["ROLE_FULL"] != 5 {
			t.Fatalf("of six who give the last seat they are told %v", told)
		}
		page := func(who string, roles ...string) reply {
			return inGuild(t, e, who, "GroupPage", map[string]any{"id": group, "first": 50}, roles...)
		}
		shown := page(guild(5))
		people, _ := shown.at(t, "node", "staff").([]any)
		if len(people) != 4 || shown.at(t, "node", "staff", 0, "role", "code") != "OFFICIAL" || shown.at(t, "node", "members") != nil {
			t.Errorf("an ordinary member sees %s", shown.text)
		}
		lucky := 0
		for n := 3; n < 9; n++ {
			held := inGuild(t, e, "", "PersonInGroups", map[string]any{"id": profileOf(t, e, guild(n))})
			if all, _ := held.at(t, "node", "groupRoles").([]any); len(all) == 1 && held.at(t, "node", "groupRoles", 0, "role", "title") == "Key member" {
				lucky = n
			}
		}
		for name, r := range map[string]reply{"the official": page(guild(0)), "operations": page("", "operations")} {
			if all, _ := r.at(t, "node", "members", "nodes").([]any); len(all) != 10 {
				t.Errorf("%s sees %s", name, r.text)
			}
		}
		first := inGuild(t, e, guild(0), "GroupPage", map[string]any{"id": group, "first": 5})
		rest := inGuild(t, e, guild(0), "GroupPage", map[string]any{"id": group, "first": 5, "after": first.at(t, "node", "members", "pageInfo", "endCursor")})
		if all, _ := rest.at(t, "node", "members", "nodes").([]any); len(all) != 5 || strings.Contains(jsonOf(first.at(t, "node", "members")), rest.at(t, "node", "members", "nodes", 0, "profile", "id").(string)) {
			t.Errorf("the second page is %s", rest.text)
		}
		for want, got := range map[string]string{
			"UNKNOWN_ROLE": set(3, "KING"), "NOT_JOINED": set(9, "ASSISTANT"), "NOT_FOUND": set(3, "ASSISTANT", "groupId", globalID("Group", "NONE")),
			"NOT_FOUND ": set(3, "ASSISTANT", "memberId", globalID("PublicProfile", "none")), "": set(lucky, ""),
		} {
			if got != strings.TrimSpace(want) {
				t.Errorf("it is told %q, want %q", got, want)
			}
		}
		long := given("groupId", group, "memberId", profileOf(t, e, guild(3)), "reason", strings.Repeat("x", 501))
		inGuild(t, e, "", "GroupRoleSet", map[string]any{"input": long}, "operations").refusedOnce(t, "BAD_USER_INPUT", "reason has 501 characters; allowed are 1 to 500")
		log := inGuild(t, e, "", "GroupRoleLog", map[string]any{"groupId": group, "first": 2}, "legal")
		if log.at(t, "groupRoleLog", "edges", 0, "node", "from") != "KEY_MEMBER" || log.at(t, "groupRoleLog", "edges", 0, "node", "to") != nil ||
			log.at(t, "groupRoleLog", "edges", 1, "node", "staff") != "clerk" || log.at(t, "groupRoleLog", "edges", 1, "node", "reason") != "Knows everybody." {
			t.Errorf("the log says %s", log.text)
		}
		older := inGuild(t, e, "", "GroupRoleLog", map[string]any{"groupId": group, "after": log.at(t, "groupRoleLog", "pageInfo", "endCursor")}, "legal")
		if older.at(t, "groupRoleLog", "edges", 0, "node", "reason") != guildGroup+"/2026-08" || older.at(t, "groupRoleLog", "edges", 0, "node", "staff") != nil ||
			older.at(t, "groupRoleLog", "edges", 1, "node", "staff") != "anna" {
			t.Errorf("before that it says %s", older.text)
		}
	})
}

func TestABlockHidesWhoHasARole(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		in := map[string]any{"memberId": profileOf(t, e, guild(1)), "on": true}
		app := communityApp(t, e, guild(2))
		app.insist("Block", in)
		t.Cleanup(func() { in["on"] = false; app.insist("Block", in) })
		for _, who := range []string{guild(1), guild(2)} {
			r := inGuild(t, e, who, "GroupPage", map[string]any{"id": globalID("Group", guildGroup)})
			want := map[string]int{guild(1): 3, guild(2): 2}[who] // the blocker is no staff
			if all, _ := r.at(t, "node", "staff").([]any); len(all) != want {
				t.Errorf("%s sees %s", who, r.text)
			}
		}
	})
}
