package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"
	"testing"
	"time"

	"membergate/internal/invitation"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// Door is where newcomers come in.
type Door struct {
	Desk
	Invitations invitation.Store
}

// Inviting tests the promises of invitation.Store, and that who brings somebody along is rewarded once.
func Inviting(t *testing.T, s Door) {
	group[Door]{
		{"every field of an inviter comes back, and it is changed by its version", fieldsOfInviter},
		{"a code is one member's", codeTaken},
		{"an invitee moves on and never back", inviteesMoveOn},
		{"invitees are listed newest first, a page at a time, and counted", listedInvitees},
		{"fifty who ask for their code at once see one", oneCode},
		{"both are rewarded once, whatever is told again", rewardedOnce},
		{"an order that is told before its member joined counts", orderBeforeJoining},
		{"an invitation that does not count loses nothing and has its reason", uninvited},
		{"fifty invitees at once are each rewarded, and the inviter up to the cap", invitedAtOnce},
		{"one invitee told fifty times at once is one, over a bad network", invitedOnce},
		{"nobody is rewarded twice or not at all, wherever the process is killed", invitedKilled},
		{"a refund afterwards takes nothing back, and a second order gives nothing", refundedInvitee},
	}.run(t, s)
}

func someInvitee(seed uint64, inviter member.ID, at time.Time) invitation.Invitee {
	i := filled[invitation.Invitee](dice(seed))
	i.Member, i.ID, i.Inviter, i.State, i.At = member.ID(name("member")), name("i"), inviter, invitation.Registered, at
	return i
}

func fieldsOfInviter(t *testing.T, ctx context.Context, s Door) {
	for seed := range uint64(4) {
		want := filled[invitation.Inviter](dice(seed))
		want.Member, want.Code, want.Version = member.ID(name("member")), name("code"), 0
		if _, known, err := s.Invitations.Inviter(ctx, want.Member); known || err != nil {
			t.Errorf("before: %v, %v", known, err)
		}
		must(t, s.Invitations.Save(ctx, want))
		if err := s.Invitations.Save(ctx, want); !errors.Is(err, invitation.ErrStale) {
			t.Errorf("saved at version 0 again: %v", err)
		}
		want.Version = 1
		for _, find := range []func() (invitation.Inviter, bool, error){
			func() (invitation.Inviter, bool, error) { return s.Invitations.Inviter(ctx, want.Member) },
			func() (invitation.Inviter, bool, error) { return s.Invitations.ByCode(ctx, want.Code) },
		} {
			got, known, err := find()
			must(t, err)
			same(t, "the inviter", got, want)
			if !known {
				t.Error("it is not known")
			}
		}
		onlyWinner(t, together(writers, func(int) error { return s.Invitations.Save(ctx, want) }), invitation.ErrStale)
	}
	for _, code := range []string{"", name("code")} {
		if _, known, err := s.Invitations.ByCode(ctx, code); known || err != nil {
			t.Errorf("the code %q of nobody: %v, %v", code, known, err)
		}
	}
}

func codeTaken(t *testing.T, ctx context.Context, s Door) {
	code := name("code")
	errs := together(writers, func(int) error {
		return s.Invitations.Save(ctx, invitation.Inviter{Member: member.ID(name("member")), Code: code})
	})
	onlyWinner(t, errs, invitation.ErrStale)
}

func inviteesMoveOn(t *testing.T, ctx context.Context, s Door) {
	inviter := member.ID(name("member"))
	i := someInvitee(1, inviter, time.UnixMilli(1_700_000_000_000).UTC())
	put := func(state invitation.State, ended time.Time, want invitation.State) {
		t.Helper()
		next := i
		next.State, next.EndedAt = state, ended
		must(t, errors.Join(together(4, func(int) error { return s.Invitations.Put(ctx, next) })...))
		all, err := s.Invitations.Page(ctx, inviter, nil, 10)
		must(t, err)
		if len(all) != 1 || all[0].State != want {
			t.Errorf("after %s there are %+v, want one %s", state, all, want)
		}
	}
	put(invitation.Registered, time.Time{}, invitation.Registered)
	put(invitation.Ordered, time.Time{}, invitation.Ordered)
	put(invitation.Registered, time.Time{}, invitation.Ordered)
	put(invitation.Rewarded, i.EndedAt, invitation.Rewarded)
	put(invitation.Beyond, i.EndedAt.Add(time.Hour), invitation.Rewarded)
	all, err := s.Invitations.Page(ctx, inviter, nil, 10)
	must(t, err)
	i.State = invitation.Rewarded
	same(t, "the invitee", all, []invitation.Invitee{i})
}

func listedInvitees(t *testing.T, ctx context.Context, s Door) {
	inviter, base := member.ID(name("member")), time.UnixMilli(1_700_000_000_000).UTC()
	var want []invitation.Invitee
	for n := range 7 {
		i := someInvitee(uint64(n), inviter, base.Add(time.Duration(n/2)*time.Hour)) // two at a time
		i.EndedAt = time.Time{}
		if n%3 == 0 {
			i.State = invitation.Ordered
		}
		must(t, s.Invitations.Put(ctx, i))
		must(t, s.Invitations.Put(ctx, someInvitee(uint64(n), inviter+"2", i.At)))
		want = append(want, i)
	}
	slices.SortFunc(want, func(a, b invitation.Invitee) int {
		if n := b.At.Compare(a.At); n != 0 {
			return n
		}
		return map[bool]int{true: -1, false: 1}[a.ID < b.ID]
	})
	for _, n := range []int{1, 2, 3, 7, 50} {
		var got []invitation.Invitee
		var after *invitation.Place
		for {
			page, err := s.Invitations.Page(ctx, inviter, after, n)
			must(t, err)
			if len(page) == 0 {
				break
			}
			got = append(got, page...)
			place := page[len(page)-1].Place()
			after = &place
		}
		same(t, "the list", got, want)
	}
	counts, err := s.Invitations.Count(ctx, inviter)
	must(t, err)
	same(t, "the counts", counts, map[invitation.State]int64{invitation.Registered: 4, invitation.Ordered: 3})
	counts, err = s.Invitations.Count(ctx, member.ID(name("member")))
	must(t, err)
	same(t, "the counts of nobody", counts, map[invitation.State]int64{})
}

// door is a programme's front door on the stores of one process.
type door struct {
	*freshShop
	Invitations invitation.Store
}

// newDoor opens a door with a few members, who may invite. What the programme says of invitations can be changed.
func newDoor(t *testing.T, ctx context.Context, s Door, n int, change func(*programme.Invitations)) *door {
	t.Helper()
	f := newFreshShop(t, ctx, s.Desk, n)
	if change != nil {
		p, v := *f.Programme, *f.Programme.Invitations
		change(&v)
		p.Invitations = &v
		f.Programme = &p
	}
	return &door{f, s.Invitations}
}

// doorKeys are keys that everybody has.
type doorKeys struct{}

func (doorKeys) Hashes(purpose, value string) []string {
	sum := sha256.Sum256([]byte(purpose + "\x00" + value))
	return []string{"k:" + base64.RawURLEncoding.EncodeToString(sum[:16])}
}

// members is what applies events to the door's members, and invites what rewards who brought them.
func (d *door) members() *order.Service {
	o := d.freshShop.orders()
	o.Invitations = d.invites(o)
	return o
}

func (d *door) invites(o *order.Service) *invitation.Service {
	return &invitation.Service{Store: d.Invitations, Accounts: o.Accounts, Book: o.Book, Outbox: o, Keys: doorKeys{}}
}

func (d *door) code(t *testing.T, ctx context.Context, who member.ID) string {
	t.Helper()
	i, err := d.invites(d.members()).Inviter(ctx, who)
	must(t, err)
	return invitation.Show(i.Code)
}

// joins tells that somebody registered by a code, and pays tells of an order.
func joins(who member.ID, code string, at time.Time) order.Told {
	return order.Told{ID: name("event"), Deed: &order.Deed{Type: programme.MemberJoined, Member: who, At: at, Fields: map[string]string{}, Code: code}}
}

func pays(who member.ID, fen int64, at time.Time) order.Told {
	return order.Told{ID: name("event"), Event: &order.Event{Kind: order.Paid, ID: name("order"), Member: who, At: at, Fen: fen, Channel: "STORE"}}
}

// tell tells what happened to one member, in one batch.
func (d *door) tell(ctx context.Context, all ...order.Told) error {
	who := member.Profile{ID: all[0].Member(), DisplayName: "Member " + string(all[0].Member())}
	return d.members().Tell(ctx, who, all, all[len(all)-1].At())
}

// days are the ids of the grants that a member has by invitations.
func (d *door) days(t *testing.T, ctx context.Context, who member.ID) (n int) {
	t.Helper()
	for _, g := range d.grants(t, ctx, who) {
		if g.Route == programme.ByDays && g.Tier == "SILVER" {
			n++
		}
	}
	return n
}

// state is how far an invitee has come in the list of an inviter; empty if not there.
func (d *door) state(t *testing.T, ctx context.Context, inviter, who member.ID) (state invitation.State) {
	t.Helper()
	all, err := d.Invitations.Page(ctx, inviter, nil, 1000)
	must(t, err)
	for _, i := range all {
		if i.Member == who {
			state = i.State
		}
	}
	return state
}

func (d *door) earned(t *testing.T, ctx context.Context, who member.ID) wallet.Coins {
	t.Helper()
	a := load(t, ctx, d.Accounts, who).Account
	all, err := d.Wallets.Page(ctx, a.Wallet, wallet.Query{Limit: 100})
	must(t, err)
	var sum wallet.Coins
	for _, e := range all {
		if e.Title == "coins.invitation" {
			sum += e.Claim
		}
	}
	if len(a.Outbox) > 0 {
		t.Errorf("the outbox of %s holds %+v", who, a.Outbox)
	}
	return sum
}
