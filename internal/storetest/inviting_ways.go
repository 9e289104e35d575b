package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/invitation"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

func oneCode(t *testing.T, ctx context.Context, s Door) {
	d := newDoor(t, ctx, s, 2, nil)
	codes := make([]string, 50)
	must(t, errors.Join(together(50, func(i int) error {
		v, err := d.invites(d.members()).Inviter(ctx, d.people[0])
		codes[i] = v.Code
		return err
	})...))
	for _, code := range codes {
		if code != codes[0] || len(code) != 10 || invitation.Read(" "+invitation.Show(code)) != code {
			t.Fatalf("the codes are %q", codes)
		}
	}
	if other := d.code(t, ctx, d.people[1]); invitation.Read(other) == codes[0] {
		t.Errorf("two members have the code %s", other)
	}
}

func rewardedOnce(t *testing.T, ctx context.Context, s Door) {
	d := newDoor(t, ctx, s, 1, nil)
	inviter, who := d.people[0], member.ID(name("member"))
	code := d.code(t, ctx, inviter)
	came, paid := joins(who, code, d.at), pays(who, 5000, d.at.Add(time.Hour))
	must(t, d.tell(ctx, came))
	if all := d.vouchers(t, ctx, who); len(all) != 1 || all[0].Terms.Template != "FIRST_ORDER_20" || all[0].Source != "INVITATION" {
		t.Errorf("a newcomer has %+v", all)
	}
	if state := d.state(t, ctx, inviter, who); state != invitation.Registered || d.days(t, ctx, who)+d.days(t, ctx, inviter) != 0 {
		t.Errorf("before any order it is %s", state)
	}
	must(t, d.tell(ctx, pays(who, 0, d.at.Add(time.Minute)))) // nothing was paid
	if state := d.state(t, ctx, inviter, who); state != invitation.Registered {
		t.Errorf("after an order of nothing it is %s", state)
	}
	for range 2 {
		must(t, d.tell(ctx, came, paid, joins(who, code, d.at), pays(who, 700, d.at.Add(2*time.Hour))))
		if state := d.state(t, ctx, inviter, who); state != invitation.Rewarded || d.days(t, ctx, who) != 1 || d.days(t, ctx, inviter) != 1 || len(d.vouchers(t, ctx, who)) != 1 {
			t.Errorf("it is %s, the invitee has %d, the inviter %d", state, d.days(t, ctx, who), d.days(t, ctx, inviter))
		}
	}
	in := load(t, ctx, d.Accounts, who).Account.Invited
	for id, want := range map[member.ID]int{who: 30, inviter: 30} {
		for _, g := range d.grants(t, ctx, id) {
			if got := int(g.Until.Sub(g.From).Hours() / 24); got != want || g.ID == "" || g.Reason != "" {
				t.Errorf("the grant is %+v", g)
			}
		}
	}
	if in == nil || in.By != inviter || in.Order != paid.Event.ID || !in.OrderAt.Equal(paid.Event.At) {
		t.Errorf("the account says %+v", in)
	}
}

func orderBeforeJoining(t *testing.T, ctx context.Context, s Door) {
	for name1, batches := range map[string]func(came, paid order.Told) [][]order.Told{
		"in one batch":   func(came, paid order.Told) [][]order.Told { return [][]order.Told{{paid, came}} },
		"in two batches": func(came, paid order.Told) [][]order.Told { return [][]order.Told{{paid}, {came}, {paid, came}} },
		"in time":        func(came, paid order.Told) [][]order.Told { return [][]order.Told{{came, paid}} },
	} {
		t.Run(name1, func(t *testing.T) {
			d := newDoor(t, ctx, s, 1, nil)
			inviter, who := d.people[0], member.ID(name("member"))
			for _, b := range batches(joins(who, d.code(t, ctx, inviter), d.at), pays(who, 5000, d.at.Add(time.Hour))) {
				must(t, d.tell(ctx, b...))
			}
			if state := d.state(t, ctx, inviter, who); state != invitation.Rewarded || d.days(t, ctx, who) != 1 || d.days(t, ctx, inviter) != 1 {
				t.Errorf("it is %s, the invitee has %d, the inviter %d", state, d.days(t, ctx, who), d.days(t, ctx, inviter))
			}
		})
	}
}

func uninvited(t *testing.T, ctx context.Context, s Door) {
	d := newDoor(t, ctx, s, 2, nil)
	inviter, other := d.people[0], d.people[1]
	code, second := d.code(t, ctx, inviter), d.code(t, ctx, other)
	gone := invitation.Inviter{Member: member.ID(name("member")), Code: "ABCDE23456"}
	for n := 'A'; ; n++ { // whatever others left in this database
		gone.Code = "ABCDE2345" + string(n)
		if err := s.Invitations.Save(ctx, gone); err == nil || !errors.Is(err, invitation.ErrStale) {
			must(t, err)
			break
		}
	}
	newcomer := func() member.ID { return member.ID(name("member")) }
	twice := newcomer()
	must(t, d.tell(ctx, joins(twice, code, d.at)))
	for _, c := range []struct {
		says string
		told order.Told
		want string
	}{
		{"a code that nobody has", joins(newcomer(), "ZZZZZ-ZZZZZ", d.at), invitation.UnknownCode},
		{"no code at all", joins(newcomer(), "☃", d.at), invitation.UnknownCode},
		{"the own code", joins(inviter, code, d.at), invitation.OwnCode},
		{"somebody who was there before", joins(other, code, d.at), invitation.NotNew},
		{"a second code", joins(twice, second, d.at), invitation.Invited},
		{"an inviter who has left", joins(newcomer(), gone.Code, d.at), invitation.InviterGone},
	} {
		var why []string
		members := d.members()
		members.Uninvited = func(reason string) { why = append(why, reason) }
		who := c.told.Member()
		for range 2 {
			must(t, members.Tell(ctx, member.Profile{ID: who}, []order.Told{c.told, pays(who, 100, d.at)}, d.at))
		}
		if len(why) != 1 || why[0] != c.want {
			t.Errorf("%s: the reasons are %v, want %s once", c.says, why, c.want)
		}
		if a := load(t, ctx, d.Accounts, who).Account; (a.Invited != nil) != (who == twice) || len(a.Outbox) > 0 {
			t.Errorf("%s: the account says %+v", c.says, a.Invited)
		}
	}
	if in := load(t, ctx, d.Accounts, twice).Account.Invited; in.By != inviter {
		t.Errorf("a second code makes it %+v", in)
	}
	none := *d.Programme
	none.Invitations = nil
	d.Programme = &none
	var why string
	members := d.members()
	members.Uninvited = func(reason string) { why = reason }
	who := newcomer()
	must(t, members.Tell(ctx, member.Profile{ID: who}, []order.Told{joins(who, code, d.at)}, d.at))
	if why != invitation.NoProgramme || load(t, ctx, d.Accounts, who).Account.Invited != nil {
		t.Errorf("a programme that rewards nobody says %q", why)
	}
}

func invitedAtOnce(t *testing.T, ctx context.Context, s Door) {
	const all, most = 50, 10
	d := newDoor(t, ctx, s, 1, func(v *programme.Invitations) { v.Cap = &programme.InvitationCap{Count: most, Per: programme.PerMonth} })
	inviter, code := d.people[0], d.code(t, ctx, d.people[0])
	people := make([]member.ID, all)
	for i := range people {
		people[i] = member.ID(name("member"))
	}
	must(t, errors.Join(together(all, func(i int) error {
		return d.tell(ctx, joins(people[i], code, d.at), pays(people[i], 100, d.at.Add(time.Minute)))
	})...))
	states := map[invitation.State]int{}
	for _, who := range people {
		states[d.state(t, ctx, inviter, who)]++
		if n := d.days(t, ctx, who); n != 1 {
			t.Errorf("an invitee has %d", n)
		}
	}
	if n := d.days(t, ctx, inviter); n != most || states[invitation.Rewarded] != most || states[invitation.Beyond] != all-most {
		t.Errorf("the inviter has %d, the list %v; want %d", n, states, most)
	}
	later := member.ID(name("member")) // another month has room again
	next := d.at.AddDate(0, 1, 0)
	must(t, d.tell(ctx, joins(later, code, next), pays(later, 100, next)))
	if state := d.state(t, ctx, inviter, later); state != invitation.Rewarded || d.days(t, ctx, inviter) != most+1 {
		t.Errorf("in the next month it is %s, and the inviter has %d", state, d.days(t, ctx, inviter))
	}
}

func invitedOnce(t *testing.T, ctx context.Context, s Door) {
	d := newDoor(t, ctx, s, 1, nil)
	inviter, who, code := d.people[0], member.ID(name("member")), d.code(t, ctx, d.people[0])
	came, paid := joins(who, code, d.at), pays(who, 100, d.at.Add(time.Minute))
	must(t, errors.Join(together(50, func(i int) error {
		shaky := &flaky{r: dice(uint64(i))}
		bad := &door{&freshShop{}, &flakyInvitations{s.Invitations, shaky}}
		*bad.freshShop = *d.freshShop
		bad.freshShop.Desk.Accounts, bad.freshShop.Desk.Orders = &flakyAccounts{s.Accounts, shaky}, &flakyOrders{s.Orders, shaky}
		for range 1000 {
			if err := bad.tell(ctx, came, paid); !fault.Is(err, fault.Unavailable) {
				return err
			}
		}
		return errors.New("a thousand tries failed")
	})...))
	if state := d.state(t, ctx, inviter, who); state != invitation.Rewarded || d.days(t, ctx, who) != 1 || d.days(t, ctx, inviter) != 1 || len(d.vouchers(t, ctx, who)) != 1 {
		t.Errorf("it is %s, the invitee has %d, the inviter %d", state, d.days(t, ctx, who), d.days(t, ctx, inviter))
	}
}

// invitedKilled lets somebody join and pay where both get days, coins and coupons, and kills the process after every call
// to a store, which is as before the next one. What a sweep finishes must be possible, and told again it must be right.
func invitedKilled(t *testing.T, ctx context.Context, s Door) {
	for step := 0; ; step++ {
		d := newDoor(t, ctx, s, 1, func(v *programme.Invitations) {
			v.Invitee = append([]programme.InvitationReward{{Kind: programme.RewardUnits, Coins: 7}}, v.Invitee...)
			v.Inviter = append([]programme.InvitationReward{{Kind: programme.RewardUnits, Coins: 11}, {Kind: programme.RewardCoupon, Coupon: "FIVE_OFF"}}, v.Inviter...)
		})
		inviter, who := d.people[0], member.ID(name("member"))
		came, paid := joins(who, d.code(t, ctx, inviter), d.at), pays(who, 100, d.at.Add(time.Minute))
		k := &doomed{left: step, after: true}
		bad := &door{&freshShop{}, &doomedInvitations{s.Invitations, k}}
		*bad.freshShop = *d.freshShop
		bad.freshShop.Desk = Desk{s.Claims, &doomedAccounts{s.Accounts, k}, &doomedWallets{s.Wallets, k}, &doomedOrders{s.Orders, k}, &doomedCoupons{s.Desk.Coupons, k}}
		err := bad.tell(ctx, came)
		if err == nil {
			err = bad.tell(ctx, paid)
		}
		if err != nil && !fault.Is(err, fault.Unavailable) {
			t.Fatalf("killed after call %d it answers %v", step, err)
		}
		found, left := s.Accounts.ByIDs(ctx, []member.ID{who, inviter}, account.Whole)
		must(t, left)
		for _, id := range []member.ID{inviter, who} { // as a sweep does
			if h, there := found[id]; there {
				if _, err := d.members().Finish(ctx, h.Account); err != nil && !errors.Is(err, account.ErrStale) {
					t.Fatal(err)
				}
			}
		}
		if _, there := found[who]; there && !d.have(t, ctx, inviter, who, d.days(t, ctx, who)) {
			t.Errorf("killed after call %d and finished by a sweep, one has something and the other has not", step)
		}
		for range 2 {
			must(t, d.tell(ctx, came, paid))
		}
		if !d.have(t, ctx, inviter, who, 1) || len(d.vouchers(t, ctx, who)) != 1 || d.state(t, ctx, inviter, who) != invitation.Rewarded {
			t.Errorf("killed after call %d, told again it is %s, and they have %v and %v", step,
				d.state(t, ctx, inviter, who), d.grants(t, ctx, who), d.grants(t, ctx, inviter))
		}
		if err == nil {
			if step < 25 {
				t.Errorf("it took %d calls: the test kills nothing", step)
			}
			return
		}
	}
}

// have tells whether both have what so many times gives them.
func (d *door) have(t *testing.T, ctx context.Context, inviter, who member.ID, times int) bool {
	t.Helper()
	n := wallet.Coins(times)
	return d.days(t, ctx, who) == times && d.days(t, ctx, inviter) == times && len(d.vouchers(t, ctx, inviter)) == times &&
		d.earned(t, ctx, who) == 7*n && d.earned(t, ctx, inviter) == 11*n
}

func refundedInvitee(t *testing.T, ctx context.Context, s Door) {
	d := newDoor(t, ctx, s, 1, nil)
	inviter, who := d.people[0], member.ID(name("member"))
	paid := pays(who, 5000, d.at.Add(time.Hour))
	must(t, d.tell(ctx, joins(who, d.code(t, ctx, inviter), d.at), paid))
	back := order.Told{ID: name("event"), Event: &order.Event{Kind: order.Refunded, ID: name("refund"), Member: who, At: d.at.Add(2 * time.Hour), Fen: 5000, OrderID: paid.Event.ID}}
	must(t, d.tell(ctx, back, pays(who, 5000, d.at.Add(3*time.Hour))))
	if state := d.state(t, ctx, inviter, who); state != invitation.Rewarded || d.days(t, ctx, who) != 1 || d.days(t, ctx, inviter) != 1 {
		t.Errorf("it is %s, the invitee has %d, the inviter %d", state, d.days(t, ctx, who), d.days(t, ctx, inviter))
	}
}

type flakyInvitations struct {
	invitation.Store
	f *flaky
}

func (s *flakyInvitations) Save(ctx context.Context, i invitation.Inviter) error {
	return s.f.call(func() error { return s.Store.Save(ctx, i) })
}

func (s *flakyInvitations) Put(ctx context.Context, i invitation.Invitee) error {
	return s.f.call(func() error { return s.Store.Put(ctx, i) })
}

// doomedInvitations is an invitation.Store of a process that is about to be killed.
type doomedInvitations struct {
	invitation.Store
	d *doomed
}

func (s *doomedInvitations) Inviter(ctx context.Context, who member.ID) (i invitation.Inviter, ok bool, err error) {
	err = s.d.call(func() error { i, ok, err = s.Store.Inviter(ctx, who); return err })
	return i, ok, err
}

func (s *doomedInvitations) ByCode(ctx context.Context, code string) (i invitation.Inviter, ok bool, err error) {
	err = s.d.call(func() error { i, ok, err = s.Store.ByCode(ctx, code); return err })
	return i, ok, err
}

func (s *doomedInvitations) Save(ctx context.Context, i invitation.Inviter) error {
	return s.d.call(func() error { return s.Store.Save(ctx, i) })
}

func (s *doomedInvitations) Put(ctx context.Context, i invitation.Invitee) error {
	return s.d.call(func() error { return s.Store.Put(ctx, i) })
}
