package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"membergate/internal/family"
	"membergate/internal/member"
)

// Families tests the promises of family.Store.
func Families(t *testing.T, s family.Store) {
	group[family.Store]{
		{"every field of a family comes back", fieldsOfFamily},
		{"a new family has version 1", newFamilyVersion},
		{"a family that exists is not created again", createFamilyTwice},
		{"those unknown are missing", unknownFamilies},
		{"saving an old version changes nothing", staleFamily},
		{"a family is found by those who are in it, not by those who were", familyByMember},
		{"many members' families are found at once", familiesByMembers},
		{"an invitation finds its family, whatever has become of it", familyByInvitation},
		{"a member finds all families that they are or were in", membershipsOfMember},
		{"many members find all families that they are or were in", homesOfMembers},
		{"nobody is in two families", inTwoFamilies},
		{"a family is due while a request in it is", dueFamilies},
		{"families that everybody left do not stand in one another's way", emptyFamilies},
		{"of many families that take one member one wins", takeRace},
		{"of many who save one version one wins", familyRace},
		{"a cancelled caller is told so", cancelledFamilies},
	}.run(t, s)
}

// someFamily makes a family with every field filled, as Create stores it. Of the members the first are in it; the last
// one was.
func someFamily(seed uint64, members ...member.ID) family.Family {
	r := dice(seed)
	f := filled[family.Family](r)
	f.ID, f.Version, f.People = family.ID(family.NewID("f")), 1, nil
	for i, who := range members {
		p := filled[family.Person](r)
		p.ID, p.Member, p.State = family.NewID("fm"), who, family.Active
		if i > 0 && i == len(members)-1 {
			p.State = family.Left
		}
		f.People = append(f.People, p)
	}
	for i := range f.Invitations {
		f.Invitations[i].Hash = family.HashToken(name("token"))
	}
	return f
}

// people makes new members' ids.
func people(n int) []member.ID {
	out := make([]member.ID, n)
	for i := range out {
		out[i] = member.ID(name("member"))
	}
	return out
}

func loadFamily(t *testing.T, ctx context.Context, s family.Store, id family.ID) family.Family {
	t.Helper()
	f, ok, err := s.ByID(ctx, id)
	must(t, err)
	if !ok {
		t.Fatalf("family %s is not there", id)
	}
	return f
}

func fieldsOfFamily(t *testing.T, ctx context.Context, s family.Store) {
	for seed := range uint64(10) {
		who := people(4)
		f := someFamily(seed, who...)
		must(t, s.Create(ctx, f))
		same(t, "the new family", loadFamily(t, ctx, s, f.ID), f)
		next := someFamily(100+seed, who[0], who[2], who[1]) // one less, another one has left
		next.ID = f.ID
		if seed == 9 {
			next.Invitations, next.Approvals = nil, nil
		}
		must(t, s.Save(ctx, next))
		next.Version = 2
		same(t, "the saved family", loadFamily(t, ctx, s, f.ID), next)
	}
}

func newFamilyVersion(t *testing.T, ctx context.Context, s family.Store) {
	f := someFamily(1, people(2)...)
	f.Version = 7
	must(t, s.Create(ctx, f))
	if got := loadFamily(t, ctx, s, f.ID); got.Version != 1 {
		t.Errorf("the version is %d, want 1", got.Version)
	}
}

func createFamilyTwice(t *testing.T, ctx context.Context, s family.Store) {
	f := someFamily(1, people(2)...)
	must(t, s.Create(ctx, f))
	other := someFamily(2, people(2)...)
	other.ID = f.ID
	for _, again := range []family.Family{f, other} {
		if err := s.Create(ctx, again); !errors.Is(err, family.ErrExists) {
			t.Errorf("creating the family again gave %v, want %v", err, family.ErrExists)
		}
	}
	same(t, "the family", loadFamily(t, ctx, s, f.ID), f)
	if _, ok, err := s.ByMember(ctx, other.People[0].Member); ok || err != nil {
		t.Errorf("somebody in the refused family has a family (error %v)", err)
	}
}

func unknownFamilies(t *testing.T, ctx context.Context, s family.Store) {
	none := func(what string, ok bool, err error) {
		if ok || err != nil {
			t.Errorf("%s is found (error %v)", what, err)
		}
	}
	_, ok, err := s.ByID(ctx, family.ID(name("f")))
	none("an unknown family", ok, err)
	_, ok, err = s.ByMember(ctx, member.ID(name("member")))
	none("the family of a stranger", ok, err)
	_, ok, err = s.ByMember(ctx, "")
	none("the family of nobody", ok, err)
	_, ok, err = s.ByInvitation(ctx, family.HashToken(name("token")))
	none("an unknown invitation", ok, err)
	all, err := s.Memberships(ctx, member.ID(name("member")))
	must(t, err)
	same(t, "a stranger's memberships", all, []family.Family(nil))
}

func staleFamily(t *testing.T, ctx context.Context, s family.Store) {
	who := people(3)
	f := someFamily(1, who...)
	must(t, s.Create(ctx, f))
	must(t, s.Save(ctx, f))
	f.Version = 2
	for _, version := range []int64{0, 1, 3} {
		other := someFamily(2, people(2)...)
		other.ID, other.Version = f.ID, version
		if err := s.Save(ctx, other); !errors.Is(err, family.ErrStale) {
			t.Errorf("saving version %d over 2 gave %v, want %v", version, err, family.ErrStale)
		}
		if _, ok, err := s.ByMember(ctx, other.People[0].Member); ok || err != nil {
			t.Errorf("somebody who was refused has a family (error %v)", err)
		}
	}
	same(t, "the family", loadFamily(t, ctx, s, f.ID), f)
	if err := s.Save(ctx, someFamily(3, people(2)...)); !errors.Is(err, family.ErrStale) {
		t.Errorf("saving an unknown family gave %v, want %v", err, family.ErrStale)
	}
}

func familyByMember(t *testing.T, ctx context.Context, s family.Store) {
	who := people(4)
	f := someFamily(1, who...)
	must(t, s.Create(ctx, f))
	for i, m := range who {
		got, ok, err := s.ByMember(ctx, m)
		must(t, err)
		if want := i < 3; ok != want {
			t.Errorf("member %d has a family: %v", i, ok)
		} else if ok {
			same(t, "the family", got, f)
		}
	}
	f.People[0].State, f.People[3].State = family.Removed, family.Active
	must(t, s.Save(ctx, f))
	if _, ok, err := s.ByMember(ctx, who[0]); ok || err != nil {
		t.Errorf("somebody who was removed has a family (error %v)", err)
	}
	if got, ok, err := s.ByMember(ctx, who[3]); !ok || err != nil || got.Version != 2 {
		t.Errorf("somebody who came back has a family: %v, version %d (error %v)", ok, got.Version, err)
	}
}

func familiesByMembers(t *testing.T, ctx context.Context, s family.Store) {
	who := people(7)
	one, two := someFamily(1, who[:4]...), someFamily(2, who[4:]...)
	must(t, s.Create(ctx, one))
	must(t, s.Create(ctx, two))
	got, err := s.ByMembers(ctx, append(who[1:], who[1], "", "nobody")) // the first one is not asked for
	must(t, err)
	same(t, "the families", got, map[member.ID]family.Family{who[1]: one, who[2]: one, who[4]: two, who[5]: two})
	got, err = s.ByMembers(ctx, nil)
	must(t, err)
	same(t, "the answer to nothing", got, map[member.ID]family.Family{})
}

func familyByInvitation(t *testing.T, ctx context.Context, s family.Store) {
	f := someFamily(1, people(2)...)
	open, over := f.Invitations[0], f.Invitations[0]
	open.Hash, open.State, open.ExpiresAt = family.HashToken(name("token")), family.Invited, time.UnixMilli(4e12).UTC()
	over.Hash, over.State = family.HashToken(name("token")), family.Accepted
	f.Invitations = []family.Invitation{open, over}
	must(t, s.Create(ctx, f))
	for _, i := range f.Invitations {
		got, ok, err := s.ByInvitation(ctx, i.Hash)
		must(t, err)
		if !ok {
			t.Fatalf("the %s invitation finds no family", i.State)
		}
		same(t, "the family", got, f)
	}
	f.Invitations = f.Invitations[:1]
	must(t, s.Save(ctx, f))
	if _, ok, err := s.ByInvitation(ctx, over.Hash); ok || err != nil {
		t.Errorf("an invitation that is gone finds a family (error %v)", err)
	}
}

func membershipsOfMember(t *testing.T, ctx context.Context, s family.Store) {
	who := people(3)
	one, two := someFamily(1, who[0], who[2]), someFamily(2, who[2], who[1]) // the third one left the first family
	must(t, s.Create(ctx, one))
	must(t, s.Create(ctx, two))
	all, err := s.Memberships(ctx, who[2])
	must(t, err)
	got := map[family.ID]family.Family{}
	for _, f := range all {
		got[f.ID] = f
	}
	same(t, "the memberships", got, map[family.ID]family.Family{one.ID: one, two.ID: two})
}

func inTwoFamilies(t *testing.T, ctx context.Context, s family.Store) {
	who := people(4)
	one, two := someFamily(1, who[0], who[1], who[3]), someFamily(2, who[2], who[3])
	must(t, s.Create(ctx, one))
	must(t, s.Create(ctx, two))
	third := someFamily(3, who[1], who[3])
	if err := s.Create(ctx, third); !errors.Is(err, family.ErrTaken) {
		t.Errorf("opening another family gave %v, want %v", err, family.ErrTaken)
	}
	if _, ok, err := s.ByID(ctx, third.ID); ok || err != nil {
		t.Errorf("the refused family is there (error %v)", err)
	}
	joined := two.With(who[1], family.Adult, time.UnixMilli(1e12))
	if err := s.Save(ctx, joined); !errors.Is(err, family.ErrTaken) {
		t.Errorf("joining another family gave %v, want %v", err, family.ErrTaken)
	}
	same(t, "the other family", loadFamily(t, ctx, s, two.ID), two)

	one.People[1].State = family.Left // after leaving it is possible
	must(t, s.Save(ctx, one))
	must(t, s.Save(ctx, joined))
	if got, ok, err := s.ByMember(ctx, who[1]); !ok || err != nil || got.ID != two.ID {
		t.Errorf("the member is in %s (error %v), want %s", got.ID, err, two.ID)
	}
}

func emptyFamilies(t *testing.T, ctx context.Context, s family.Store) {
	for range 3 {
		f := someFamily(1, people(1)...)
		must(t, s.Create(ctx, f))
		f.People[0].State = family.Left
		must(t, s.Save(ctx, f))
		f.Version = 2
		same(t, "the family that everybody left", loadFamily(t, ctx, s, f.ID), f)
	}
}

func takeRace(t *testing.T, ctx context.Context, s family.Store) {
	who := people(1)[0]
	var all []family.Family
	for i := range writers {
		f := someFamily(uint64(i), people(2)...)
		if i%2 == 0 { // half of them exist and let the member in, half are opened with the member
			must(t, s.Create(ctx, f))
		}
		all = append(all, f.With(who, family.Adult, time.UnixMilli(1e12)))
	}
	errs := together(writers, func(i int) error {
		if i%2 == 0 {
			return s.Save(ctx, all[i])
		}
		return s.Create(ctx, all[i])
	})
	winner := onlyWinner(t, errs, family.ErrTaken)
	if got, ok, err := s.ByMember(ctx, who); !ok || err != nil || got.ID != all[winner].ID {
		t.Errorf("the member is in %s (error %v), want %s", got.ID, err, all[winner].ID)
	}
	memberships, err := s.Memberships(ctx, who)
	must(t, err)
	if len(memberships) != 1 {
		t.Errorf("%d families list the member, want 1", len(memberships))
	}
}

func homesOfMembers(t *testing.T, ctx context.Context, s family.Store) {
	who := people(5)
	a, b := someFamily(1, who[0], who[1], who[2]), someFamily(2, who[2], who[3], who[0]) // the last of each has left it
	must(t, s.Create(ctx, a))
	must(t, s.Create(ctx, b))
	got, err := s.Homes(ctx, who)
	must(t, err)
	for m, all := range got {
		slices.SortFunc(all, func(x, y family.Family) int { return cmp.Compare(x.Name+string(x.ID), y.Name+string(y.ID)) })
		got[m] = all
	}
	both := []family.Family{a, b}
	slices.SortFunc(both, func(x, y family.Family) int { return cmp.Compare(x.Name+string(x.ID), y.Name+string(y.ID)) })
	same(t, "the homes", got, map[member.ID][]family.Family{who[0]: both, who[1]: {a}, who[2]: both, who[3]: {b}})
	if got, err = s.Homes(ctx, nil); err != nil || len(got) > 0 {
		t.Errorf("of none asked for: %v, %v", got, err)
	}
}

func dueFamilies(t *testing.T, ctx context.Context, s family.Store) {
	now := time.Date(2026, 7, 6, 4, 0, 0, 0, time.UTC)
	f := family.Open("Home", people(1)[0], now)
	f.Approvals = []family.Approval{
		{ID: "over", State: family.Declined, ExpiresAt: now.Add(-time.Hour)},
		{ID: "waits", State: family.Undecided, ExpiresAt: now},
	}
	must(t, s.Create(ctx, f))
	found := func(by time.Time) bool {
		all, err := s.Due(ctx, by, 10_000)
		must(t, err)
		return slices.Contains(all, f.ID)
	}
	if found(now.Add(-time.Second)) || !found(now) || !found(now.Add(time.Hour)) {
		t.Errorf("due a second before: %v, at its end: %v", found(now.Add(-time.Second)), found(now))
	}
	f.Approvals[1].State, f.Approvals[1].Unfinished = family.Lapsed, true
	must(t, s.Save(ctx, f))
	if !found(now.Add(-100 * time.Hour)) {
		t.Error("what was left unfinished is not due at once")
	}
	f.Version, f.Approvals[1].Unfinished = 2, false
	must(t, s.Save(ctx, f))
	if found(now.Add(time.Hour)) {
		t.Error("it is due though nothing waits in it")
	}
}

func familyRace(t *testing.T, ctx context.Context, s family.Store) {
	f := someFamily(1, people(2)...)
	must(t, s.Create(ctx, f))
	for version := int64(1); version <= 5; version++ {
		errs := together(writers, func(i int) error {
			mine := f.With(member.ID(name("member")), family.Adult, time.UnixMilli(1e12))
			mine.Name, mine.Version = fmt.Sprint(i), version
			return s.Save(ctx, mine)
		})
		winner := onlyWinner(t, errs, family.ErrStale)
		if got := loadFamily(t, ctx, s, f.ID); got.Name != fmt.Sprint(winner) || got.Version != version+1 || len(got.Active()) != 2 {
			t.Errorf("writer %d won version %d, but version %d of writer %s with %d people is there", winner, version, got.Version, got.Name, len(got.Active()))
		}
	}
}

func cancelledFamilies(t *testing.T, ctx context.Context, s family.Store) {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	if err := s.Create(ctx, someFamily(1, people(2)...)); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled Create gave %v, want %v", err, context.Canceled)
	}
	if _, _, err := s.ByMember(ctx, "nobody"); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled ByMember gave %v, want %v", err, context.Canceled)
	}
}
