package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"membergate/internal/community"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// staffed are rules with the roles of the tests.
var staffed = &programme.Programme{GroupRoles: []programme.GroupRole{
	{Code: "HEAD", Seats: 1, Rights: []string{programme.SeeMembers}}, {Code: "GUIDE", Seats: 2}, {Code: "FRIEND"},
}}

// company is a new group with members m0, m1 …
func company(t *testing.T, ctx context.Context, s community.Store, n int) string {
	t.Helper()
	code := name("group")
	for i := range n {
		must(t, s.SetCircle(ctx, code, member.ID(fmt.Sprint("m", i)), true, 0))
	}
	return code
}

func lastRole(t *testing.T, ctx context.Context, s community.Store) {
	service := &community.Service{Store: s}
	code := company(t, ctx, s, 20)
	give := func(i int, role string) error {
		_, err := service.SetRole(ctx, staffed, code, community.RoleChange{Member: member.ID(fmt.Sprint("m", i)), To: role, At: then, Staff: fmt.Sprint("desk-", i), Reason: "r"})
		return err
	}
	got := map[string]int{}
	for _, err := range together(20, func(i int) error { return give(i, "GUIDE") }) {
		got[refusedAs(err)]++
	}
	all, err := s.Staffings(ctx, []string{code, "none"})
	must(t, err)
	is := all[code]
	if got[""] != 2 || got[community.CodeRoleFull] != 18 || is.Taken("GUIDE") != 2 || len(is.Held) != 2 || is.Version != 2 || len(all["none"].Held) != 0 {
		t.Fatalf("they are told %v, and stand at %+v", got, is)
	}
	first := is.Held[0]
	if must(t, give(must1(t, first.Member), "GUIDE")); !first.Since.Equal(then) { // said again it changes nothing
		t.Errorf("it is held since %v", first.Since)
	}
	must(t, give(must1(t, first.Member), "HEAD")) // frees the other seat
	must(t, give(must1(t, first.Member), ""))
	lines, err := s.RoleLog(ctx, code, 0, 10)
	must(t, err)
	same(t, "the newest line", lines[0], community.RoleChange{Number: 4, Member: first.Member, From: "HEAD", At: then, Staff: lines[0].Staff, Reason: "r"})
	rest, err := s.RoleLog(ctx, code, lines[1].Number, 1)
	if must(t, err); len(lines) != 4 || len(rest) != 1 || rest[0] != lines[2] {
		t.Errorf("the log is %+v, and from its second line on %+v", lines, rest)
	}
	for want, err := range map[string]error{community.CodeUnknownRole: give(1, "KING"), community.CodeNotJoined: give(99, "GUIDE")} {
		if r, ok := errors.AsType[*fault.Refusal](err); !ok || r.Code != want {
			t.Errorf("it is told %v, want %s", err, want)
		}
	}
}

func must1(t *testing.T, m member.ID) (n int) {
	t.Helper()
	_, err := fmt.Sscanf(string(m), "m%d", &n)
	must(t, err)
	return n
}

func leaveRole(t *testing.T, ctx context.Context, s community.Store) {
	service := &community.Service{Store: s}
	for round := range 20 {
		code, who := company(t, ctx, s, 2), member.ID("m1")
		errs := together(2, func(i int) error {
			if i == 0 {
				return s.SetCircle(ctx, code, who, false, 0)
			}
			_, err := service.SetRole(ctx, staffed, code, community.RoleChange{Member: who, To: "GUIDE", At: then.Add(time.Hour)})
			return err
		})
		all, err := s.Staffings(ctx, []string{code})
		must(t, err)
		if errs[0] != nil || errs[1] != nil && refusedAs(errs[1]) != community.CodeNotJoined || len(all[code].Held) != 0 {
			t.Fatalf("round %d: %v, and who left has %+v", round, errs, all[code])
		}
	}
}

func companyInOrder(t *testing.T, ctx context.Context, s community.Store) {
	code := company(t, ctx, s, 5)
	first, err := s.Company(ctx, code, "", 3)
	must(t, err)
	rest, err := s.Company(ctx, code, first[2], 3)
	must(t, err)
	same(t, "who is in it", append(first, rest...), []member.ID{"m0", "m1", "m2", "m3", "m4"})
	if err := s.SetStaffing(ctx, code, community.Staffing{Version: 7}, community.RoleChange{}); !errors.Is(err, community.ErrStale) {
		t.Errorf("of another version: %v", err)
	}
	if err := s.SetStaffing(ctx, name("empty"), community.Staffing{}, community.RoleChange{}); !errors.Is(err, community.ErrStale) {
		t.Errorf("of a group without members: %v", err)
	}
	var is community.Staffing
	if is = is.With("m0", "HEAD", then); !is.MaySeeMembers(staffed, "m0") || is.MaySeeMembers(staffed, "m1") {
		t.Errorf("of %+v the wrong ones see the members", is)
	}
}
