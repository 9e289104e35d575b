package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/benefit"
	coupons "membergate/internal/coupon"
	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/notice"
	"membergate/internal/order"
	"membergate/internal/wallet"
)

// Board is what members are told with.
type Board struct {
	Notices  notice.Store
	Accounts account.Store
	Wallets  wallet.Store
	Orders   order.Store
	Coupons  coupons.Store
	Usages   benefit.Store
	Talk     Writings
	Families family.Store
}

// Notices tests the promises of notice.Store, and that notice.Service keeps its own on it.
func Notices(t *testing.T, s Board) {
	group[Board]{
		{"every field of an inbox, a notice and what a member has set comes back", fieldsOfNotices},
		{"an inbox and what a member has set change by their versions", versionsOfInbox},
		{"who is marked is due, and a look that began before is refused", marksOfInbox},
		{"an inbox is removed unless somebody changed it", removedInbox},
		{"nobody keeps the inbox of who has no account", inboxOfNobody},
		{"a notice that is added fifty times at once is there once", putNotices},
		{"a group that grows is unread again and keeps its push", grownNotices},
		{"pages, counts and readers leave out what is hidden", pagesOfNotices},
		{"fifty readers at once mark exactly what they saw", readersOfNotices},
		{"old notices are dropped", droppedNotices},
		{"of fifty who claim a push one has it", claimedPushes},
		{"a device is found by its hash", ownersOfDevices},
		{"orders become notices, grouped by day", toldOfOrders},
		{"every cause has one notice, though workers are killed at every write", toldThoughKilled},
		{"ten workers at once tell each cause once", toldByMany},
		{"a walk finds whom nobody has marked", foundByWalk},
		{"coupons are told before they are over, but not while an order keeps them", toldOfCoupons},
		{"coupons and benefits are told once, though workers are killed at every write", apartThoughKilled},
		{"ten workers at once tell each coupon and each benefit once", apartByMany},
		{"a walk finds whose coupon or benefit nobody has marked", apartByWalk},
		{"of comments a member is told once for each post and day, when others can read them", toldOfComments},
		{"nobody is told of comments that they do not see", unheardComments},
		{"comments are told once, though workers are killed at every write", heardThoughKilled},
		{"ten workers at once tell of a post's comments once", heardByMany},
		{"a walk finds whom nobody has told of a comment", heardByWalk},
		{"who may decide is told of a wish, and who wished what became of it", toldOfWishes},
		{"wishes are told once, though workers are killed at every write", askedThoughKilled},
		{"ten workers at once tell of each wish once", askedByMany},
		{"a walk finds whom nobody has told of a wish", askedByWalk},
	}.run(t, s)
}

func someNotice(seed uint64, who member.ID, number int64) notice.Notice {
	n := filled[notice.Notice](dice(seed))
	n.ID, n.Member, n.Number, n.Rev, n.ReadAt, n.Hidden = name("notice"), who, number, 1, time.Time{}, false
	n.Push = notice.Push{}
	return n
}

func fieldsOfNotices(t *testing.T, ctx context.Context, s Board) {
	for seed := range uint64(5) {
		in := filled[notice.Inbox](dice(seed))
		in.Member, in.Version = member.ID(name("member")), 0
		must(t, s.Notices.Save(ctx, in))
		in.Version = 1
		inboxes, err := s.Notices.Inboxes(ctx, []member.ID{in.Member, "nobody"})
		must(t, err)
		same(t, "the inboxes", inboxes, map[member.ID]notice.Inbox{in.Member: in})

		read, waits := filled[notice.Notice](dice(seed)), someNotice(seed, in.Member, 2)
		read.ID = name("notice")
		waits.Push = filled[notice.Push](dice(seed))
		waits.Push.State = notice.Waiting
		must(t, s.Notices.Put(ctx, []notice.Notice{read, waits}))
		got, err := s.Notices.ByIDs(ctx, []string{read.ID, waits.ID, name("nothing")})
		must(t, err)
		same(t, "the notices", got, map[string]notice.Notice{read.ID: read, waits.ID: waits})

		set := filled[notice.Settings](dice(seed))
		set.Member, set.Version = in.Member, 0
		must(t, s.Notices.SaveSettings(ctx, set))
		set.Version = 1
		settings, err := s.Notices.Settings(ctx, []member.ID{in.Member, "nobody"})
		must(t, err)
		same(t, "the settings", settings, map[member.ID]notice.Settings{in.Member: set})
	}
}

func versionsOfInbox(t *testing.T, ctx context.Context, s Board) {
	in, set := notice.Inbox{Member: member.ID(name("member")), Due: notice.Ever}, notice.Settings{Member: member.ID(name("member"))}
	onlyWinner(t, together(writers, func(int) error { return s.Notices.Save(ctx, in) }), notice.ErrStale)
	onlyWinner(t, together(writers, func(int) error { return s.Notices.SaveSettings(ctx, set) }), notice.ErrStale)
	in.Version, set.Version = 1, 1
	onlyWinner(t, together(writers, func(int) error { return s.Notices.Save(ctx, in) }), notice.ErrStale)
	onlyWinner(t, together(writers, func(int) error { return s.Notices.SaveSettings(ctx, set) }), notice.ErrStale)
	in.Member, set.Member = member.ID(name("member")), member.ID(name("member"))
	if err := s.Notices.Save(ctx, in); !errors.Is(err, notice.ErrStale) {
		t.Errorf("saved without being there: %v", err)
	}
	if err := s.Notices.SaveSettings(ctx, set); !errors.Is(err, notice.ErrStale) {
		t.Errorf("settings saved without being there: %v", err)
	}
}

func marksOfInbox(t *testing.T, ctx context.Context, s Board) {
	who, of := member.ID(name("member")), wallet.NewID()
	due := func(by time.Time) bool {
		ids, err := s.Notices.Due(ctx, by, 1_000_000)
		must(t, err)
		return slices.Contains(ids, who)
	}
	must(t, s.Notices.Mark(ctx, []notice.Touched{{Wallet: of}}))
	if due(notice.Ever) {
		t.Error("a wallet that nobody knows made somebody due")
	}
	must(t, s.Notices.Mark(ctx, []notice.Touched{{Member: who, Wallet: of}, {Member: who, Wallet: of}}))
	if !due(notice.Marked) {
		t.Error("who is marked is not due")
	}
	look := func() notice.Inbox {
		found, err := s.Notices.Inboxes(ctx, []member.ID{who})
		must(t, err)
		return found[who]
	}
	in := look()
	if in.Wallet != of || in.Member != who || in.Version == 0 {
		t.Fatalf("the inbox is %+v", in)
	}
	must(t, s.Notices.Mark(ctx, []notice.Touched{{Member: who}}))
	if again := look(); again.Wallet != of || again.Version != in.Version+1 || !due(notice.Marked) {
		t.Errorf("marked by who does not know the wallet: %+v", again)
	}
	in = look()
	stranger := member.ID(name("member"))
	must(t, s.Notices.Mark(ctx, []notice.Touched{{Member: stranger}}))
	if found, err := s.Notices.Inboxes(ctx, []member.ID{stranger}); err != nil || found[stranger].Version != 1 || found[stranger].Wallet != "" {
		t.Errorf("one without an inbox, marked by who does not know the wallet: %+v, %v", found, err)
	}
	later := time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
	in.Due = later
	must(t, s.Notices.Save(ctx, in))
	if due(later.Add(-1*time.Millisecond)) || !due(later) {
		t.Error("it is not due from its moment on")
	}
	in = look()
	must(t, s.Notices.Mark(ctx, []notice.Touched{{Wallet: of}}))
	if err := s.Notices.Save(ctx, in); !errors.Is(err, notice.ErrStale) || !due(notice.Marked) {
		t.Errorf("a look that began before the mark: %v, due %v", err, due(notice.Marked))
	}
	in = look()
	in.Due = notice.Ever
	must(t, s.Notices.Save(ctx, in))
	if due(notice.Ever.Add(-time.Hour)) {
		t.Error("what is never due is due")
	}
}

func putNotices(t *testing.T, ctx context.Context, s Board) {
	who := member.ID(name("member"))
	all := []notice.Notice{someNotice(1, who, 1), someNotice(2, who, 2)}
	must(t, errors.Join(together(50, func(int) error { return s.Notices.Put(ctx, all) })...))
	page, err := s.Notices.Page(ctx, who, notice.Query{Limit: 10})
	must(t, err)
	same(t, "the inbox", page, []notice.Notice{all[1], all[0]})
}

func grownNotices(t *testing.T, ctx context.Context, s Board) {
	who, at := member.ID(name("member")), time.Date(2026, 7, 6, 4, 0, 0, 0, time.UTC)
	first := someNotice(1, who, 1)
	first.Push = notice.Push{State: notice.Waiting, Due: at}
	must(t, s.Notices.Put(ctx, []notice.Notice{first}))
	claimed := notice.Push{State: notice.Claimed, Due: at, Tries: 1}
	if ok, err := s.Notices.SavePush(ctx, first.ID, first.Push, claimed); !ok || err != nil {
		t.Fatalf("it cannot be claimed: %v, %v", ok, err)
	}
	must(t, s.Notices.Read(ctx, who, 1, nil, at))
	must(t, s.Notices.Put(ctx, []notice.Notice{first})) // by who does not know that it was added
	grown := first
	grown.Rev, grown.Number, grown.Count, grown.Fill.Coins, grown.At = 2, 7, 3, 99, at
	if n, err := s.Notices.Unread(ctx, who); n != 0 || err != nil {
		t.Errorf("%d unread after it was read and added again: %v", n, err)
	}
	must(t, s.Notices.Put(ctx, []notice.Notice{grown}))
	must(t, s.Notices.Put(ctx, []notice.Notice{first}))
	grown.Push = claimed
	page, err := s.Notices.Page(ctx, who, notice.Query{Limit: 10, Unread: true})
	must(t, err)
	same(t, "the inbox", page, []notice.Notice{grown})
}

func pagesOfNotices(t *testing.T, ctx context.Context, s Board) {
	who := member.ID(name("member"))
	var all []notice.Notice
	for i := int64(1); i <= 6; i++ {
		all = append(all, someNotice(uint64(i), who, i))
	}
	all[3].Hidden, all[4].ReadAt = true, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	must(t, s.Notices.Put(ctx, append(slices.Clone(all), someNotice(9, member.ID(name("member")), 3))))
	for _, c := range []struct {
		q    notice.Query
		want []notice.Notice
	}{
		{notice.Query{Limit: 2}, []notice.Notice{all[5], all[4]}},
		{notice.Query{Limit: 2, Before: 5}, []notice.Notice{all[2], all[1]}},
		{notice.Query{Limit: 50, Unread: true}, []notice.Notice{all[5], all[2], all[1], all[0]}},
		{notice.Query{Limit: 50, Unread: true, Before: 3}, []notice.Notice{all[1], all[0]}},
		{notice.Query{Limit: 0}, nil},
	} {
		got, err := s.Notices.Page(ctx, who, c.q)
		must(t, err)
		same(t, fmt.Sprintf("the page %+v", c.q), got, c.want)
	}
	if n, err := s.Notices.Unread(ctx, who); n != 4 || err != nil {
		t.Errorf("%d unread, want 4: %v", n, err)
	}
}

func readersOfNotices(t *testing.T, ctx context.Context, s Board) {
	who, other, at := member.ID(name("member")), member.ID(name("member")), time.Date(2026, 7, 6, 4, 0, 0, 0, time.UTC)
	var all []notice.Notice
	for i := int64(1); i <= 20; i++ {
		all = append(all, someNotice(uint64(i), who, i))
	}
	foreign := someNotice(99, other, 1)
	must(t, s.Notices.Put(ctx, append(slices.Clone(all), foreign)))
	errs := together(50, func(i int) error {
		if i%2 == 0 {
			return s.Notices.Read(ctx, who, int64(1+i%10), nil, at.Add(time.Duration(i)*time.Second))
		}
		return s.Notices.Read(ctx, who, 0, []string{all[14].ID, foreign.ID, name("nothing")}, at)
	})
	must(t, errors.Join(errs...))
	page, err := s.Notices.Page(ctx, who, notice.Query{Limit: 50})
	must(t, err)
	for _, n := range page {
		if want := n.Number <= 9 || n.Number == 15; want == n.ReadAt.IsZero() {
			t.Errorf("number %d was read at %v", n.Number, n.ReadAt)
		}
	}
	if n, err := s.Notices.Unread(ctx, who); n != 10 || err != nil {
		t.Errorf("%d unread, want 10: %v", n, err)
	}
	if n, err := s.Notices.Unread(ctx, other); n != 1 || err != nil {
		t.Errorf("%d of somebody else unread, want 1: %v", n, err)
	}
	before := page
	must(t, s.Notices.Read(ctx, who, 9, nil, at.AddDate(1, 0, 0)))
	page, err = s.Notices.Page(ctx, who, notice.Query{Limit: 50})
	must(t, err)
	same(t, "what is read again", page, before)
}

func droppedNotices(t *testing.T, ctx context.Context, s Board) {
	who := member.ID(name("member"))
	all := []notice.Notice{someNotice(1, who, 1), someNotice(2, who, 2), someNotice(3, who, 3)}
	all[0].Hidden = true
	must(t, s.Notices.Put(ctx, all))
	must(t, s.Notices.Drop(ctx, who, 2))
	found, err := s.Notices.ByIDs(ctx, []string{all[0].ID, all[1].ID, all[2].ID})
	must(t, err)
	same(t, "what is left", found, map[string]notice.Notice{all[2].ID: all[2]})
	if n, err := s.Notices.Unread(ctx, who); n != 1 || err != nil {
		t.Errorf("%d unread, want 1: %v", n, err)
	}
}

func claimedPushes(t *testing.T, ctx context.Context, s Board) {
	n, at := someNotice(1, member.ID(name("member")), 1), time.Date(2002, 7, 6, 4, 0, 0, 0, time.UTC)
	n.Push = notice.Push{State: notice.Waiting, Due: at}
	must(t, s.Notices.Put(ctx, []notice.Notice{n}))
	waits := func(by time.Time) bool {
		found, err := s.Notices.Pushes(ctx, by, 1_000_000)
		must(t, err)
		return slices.ContainsFunc(found, func(o notice.Notice) bool { return o.ID == n.ID })
	}
	if waits(at.Add(-time.Millisecond)) || !waits(at) {
		t.Error("it does not wait from its moment on")
	}
	claimed := notice.Push{State: notice.Claimed, Due: at, Tries: 1}
	won := make([]bool, 50)
	must(t, errors.Join(together(50, func(i int) (err error) {
		won[i], err = s.Notices.SavePush(ctx, n.ID, n.Push, claimed)
		return err
	})...))
	if got := len(slices.DeleteFunc(won, func(w bool) bool { return !w })); got != 1 {
		t.Errorf("%d have claimed it, want 1", got)
	}
	if waits(notice.Ever) {
		t.Error("a claimed push waits")
	}
	again := notice.Push{State: notice.Waiting, Due: at.AddDate(0, 0, 1), Tries: 1, Done: []string{"d1"}}
	if ok, err := s.Notices.SavePush(ctx, n.ID, claimed, again); !ok || err != nil || waits(at) || !waits(at.AddDate(0, 0, 1)) {
		t.Errorf("given back: %v, %v", ok, err)
	}
	if ok, err := s.Notices.SavePush(ctx, name("nothing"), n.Push, claimed); ok || err != nil {
		t.Errorf("one that is not there: %v, %v", ok, err)
	}
}

func ownersOfDevices(t *testing.T, ctx context.Context, s Board) {
	hash, a, b := name("hash"), member.ID(name("a")), member.ID(name("b"))
	with := func(who member.ID, version int64, hashes ...string) {
		set := notice.Settings{Member: who, Version: version}
		for _, h := range hashes {
			set.Devices = append(set.Devices, notice.Device{ID: name("device"), Hash: h})
		}
		must(t, s.Notices.SaveSettings(ctx, set))
	}
	owners := func(want ...member.ID) {
		t.Helper()
		got, err := s.Notices.Owners(ctx, hash)
		must(t, err)
		same(t, "the owners", got, want)
	}
	owners()
	with(a, 0, name("other"), hash)
	with(b, 0, hash)
	owners(a, b)
	with(a, 1)
	owners(b)
}
