package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/family"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/redemption"
	"membergate/internal/reward"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// dying are the same stores as a process has them that is about to be killed: every call counts.
func (s Hearth) dying(d *doomed) Hearth {
	s.Redemptions, s.Wallets = &dyingRedemptions{s.Redemptions, d}, &doomedWallets{s.Wallets, d}
	s.Families, s.Accounts, s.Rewards = &dyingFamilies{s.Families, d}, &dyingAccounts{s.Accounts, d}, &dyingRewards{s.Rewards, d}
	return s
}

type dyingRedemptions struct {
	redemption.Store
	f caller
}

func (s *dyingRedemptions) Create(ctx context.Context, r redemption.Redemption) error {
	return s.f.call(func() error { return s.Store.Create(ctx, r) })
}

func (s *dyingRedemptions) Save(ctx context.Context, r redemption.Redemption) error {
	return s.f.call(func() error { return s.Store.Save(ctx, r) })
}

func (s *dyingRedemptions) ByID(ctx context.Context, id string) (r redemption.Redemption, ok bool, err error) {
	err = s.f.call(func() error { r, ok, err = s.Store.ByID(ctx, id); return err })
	return r, ok, err
}

func (s *dyingRedemptions) Of(ctx context.Context, id wallet.ID, reward string) (out []redemption.Redemption, err error) {
	err = s.f.call(func() error { out, err = s.Store.Of(ctx, id, reward); return err })
	return out, err
}

func (s *dyingRedemptions) Move(ctx context.Context, reward, op string, n, stock int64) (moved int64, err error) {
	err = s.f.call(func() error { moved, err = s.Store.Move(ctx, reward, op, n, stock); return err })
	return moved, err
}

type dyingFamilies struct {
	family.Store
	f caller
}

func (s *dyingFamilies) ByID(ctx context.Context, id family.ID) (f family.Family, ok bool, err error) {
	err = s.f.call(func() error { f, ok, err = s.Store.ByID(ctx, id); return err })
	return f, ok, err
}

func (s *dyingFamilies) ByMember(ctx context.Context, who member.ID) (f family.Family, ok bool, err error) {
	err = s.f.call(func() error { f, ok, err = s.Store.ByMember(ctx, who); return err })
	return f, ok, err
}

func (s *dyingFamilies) Save(ctx context.Context, f family.Family) error {
	return s.f.call(func() error { return s.Store.Save(ctx, f) })
}

type dyingAccounts struct {
	account.Store
	f caller
}

func (s *dyingAccounts) ByIDs(ctx context.Context, ids []member.ID, d account.Detail) (out map[member.ID]account.Holder, err error) {
	err = s.f.call(func() error { out, err = s.Store.ByIDs(ctx, ids, d); return err })
	return out, err
}

type dyingRewards struct {
	reward.Store
	f caller
}

func (s *dyingRewards) ByIDs(ctx context.Context, ids []string) (out map[string]reward.Reward, err error) {
	err = s.f.call(func() error { out, err = s.Store.ByIDs(ctx, ids); return err })
	return out, err
}

// lifetimes is how many processes live and die beside each other, each with a family of its own. Each dies before one of its
// calls: that is the moment after the call before, too.
const lifetimes = 20

func drawKilled(t *testing.T, ctx context.Context, s Hearth) {
	for what, least := range map[string]int{"had": 25, "taken back": 10, "not had": 25} {
		steps := 0
		for lived := false; !lived; steps += lifetimes {
			ends := make([]bool, lifetimes)
			_ = together(lifetimes, func(i int) error {
				ends[i] = s.drawAndDie(t, what, &doomed{left: steps + i}, steps+i)
				return nil
			})
			for i, end := range ends {
				if lived = lived || end; end && steps+i < least {
					t.Errorf("%s: it makes %d calls only", what, steps+i)
				}
			}
		}
	}
}

// drawAndDie lets a process die at one of its calls while something is done to a draw, and tells whether it lived to the end.
func (s Hearth) drawAndDie(t *testing.T, what string, d *doomed, step int) (lived bool) {
	const before, done = "5:100 9:400 | 7:100 8:30 | 6:100", "9:400 | 7:50 8:30 | "
	ctx := t.Context()
	h := s.open(t, 250, lots{5: 100, 9: 400}, lots{7: 100, 8: 30}, lots{6: 100})
	h.Store = &ownDraws{s.Redemptions, h.people[0].Account.Wallet}
	one := int64(1)
	must(t, s.Rewards.PutAll(ctx, []reward.Reward{{ID: h.ask.Reward, Cost: 250, Stock: &one, LimitPerMember: 1}}))
	dying := s.dying(d).service(h.Book.(tier.Book))
	if what == "not had" { // the last one goes to somebody else when everything is held
		dying.Store = &soldOut{Store: dying.Store, real: s.Redemptions}
	}
	var had redemption.Redemption
	var err error
	if what == "taken back" {
		had, _, err = h.draws(ctx, 0, "k")
		must(t, err)
		_, err = dying.Cancel(ctx, h.people[0].Account.Wallet, had.ID, shopping)
	} else {
		_, _, err = h.drawsBy(ctx, dying, 0, "k", shopping)
	}
	died := fault.Is(err, fault.Unavailable)
	if err != nil && !died && !refused(err, redemption.OutOfStock) {
		t.Errorf("%s, killed at call %d it answers %v", what, step, err)
	}
	must(t, h.Sweep(ctx, shopping.Add(time.Minute), 1000))
	shown := h.shows(t)
	if shown != before && shown != done {
		t.Errorf("%s, killed at call %d: left is %s, neither done nor undone", what, step, shown)
	}
	taken, err := s.Redemptions.Taken(ctx, []string{h.ask.Reward})
	must(t, err)
	if n := taken[h.ask.Reward]; what != "not had" && n != map[bool]int64{true: 1}[shown == done] || n > 1 {
		t.Errorf("%s, killed at call %d: left is %s but %d are taken", what, step, shown, n)
	}
	switch what { // the app tries again
	case "had":
		again, _, err := h.drawsBy(ctx, h.Service, 0, "k", shopping.Add(2*time.Minute))
		if err != nil || again.State != redemption.Reserved || h.shows(t) != done {
			t.Errorf("sent again after call %d: %+v, %v; left is %s", step, again, err, h.shows(t))
		}
	case "taken back":
		if got, err := h.Cancel(ctx, h.people[0].Account.Wallet, had.ID, shopping.Add(time.Minute)); err != nil || got.State != redemption.Cancelled || h.shows(t) != before {
			t.Errorf("taken back again after call %d: %+v, %v; left is %s", step, got, err, h.shows(t))
		}
	}
	return !died
}

// sleeper lets something else happen before one of its calls.
type sleeper struct {
	left  int
	while func()
}

func (s *sleeper) call(do func() error) error {
	if s.left == 0 {
		s.while()
	}
	s.left--
	return do()
}

func drawAsleep(t *testing.T, ctx context.Context, s Hearth) {
	const before, done, calls = "5:100 9:400 | 7:100 8:30 | 6:100", "9:400 | 7:50 8:30 | ", 40
	gaveUp := make([]bool, calls)
	_ = together(calls, func(i int) error {
		h := s.open(t, 250, lots{5: 100, 9: 400}, lots{7: 100, 8: 30}, lots{6: 100})
		h.Store = &ownDraws{s.Redemptions, h.people[0].Account.Wallet}
		one := int64(1)
		must(t, s.Rewards.PutAll(ctx, []reward.Reward{{ID: h.ask.Reward, Cost: 250, Stock: &one}}))
		f := &sleeper{left: i, while: func() {
			must(t, h.Sweep(ctx, shopping.Add(24*time.Hour), 1000)) // what is not decided by then is given up
			gaveUp[i] = h.shows(t) == before
		}}
		sleeping := s
		sleeping.Redemptions, sleeping.Wallets = &dyingRedemptions{s.Redemptions, f}, &doomedWallets{s.Wallets, f}
		sleeping.Families, sleeping.Accounts, sleeping.Rewards = &dyingFamilies{s.Families, f}, &dyingAccounts{s.Accounts, f}, &dyingRewards{s.Rewards, f}
		r, _, err := h.drawsBy(ctx, sleeping.service(h.Book.(tier.Book)), 0, "k", shopping)
		must(t, h.Sweep(ctx, shopping.Add(48*time.Hour), 1000))
		taken, wrong := s.Redemptions.Taken(ctx, []string{h.ask.Reward})
		if err != nil || wrong != nil || r.State != redemption.Reserved || h.shows(t) != done || taken[h.ask.Reward] != 1 {
			t.Errorf("asleep at call %d: %+v, %v, %v; left is %s and %d are taken", i, r, err, wrong, h.shows(t), taken[h.ask.Reward])
		}
		return nil
	})
	if n := len(slices.DeleteFunc(gaveUp, func(up bool) bool { return !up })); n < 20 {
		t.Errorf("it was given up at %d calls only", n)
	}
}

// ownDraws leaves what others left unfinished to them.
type ownDraws struct {
	redemption.Store
	id wallet.ID
}

func (s *ownDraws) Unfinished(ctx context.Context, n int) (out []redemption.Redemption, err error) {
	all, err := s.Store.Unfinished(ctx, n)
	for _, r := range all {
		if r.Wallet == s.id {
			out = append(out, r)
		}
	}
	return out, err
}

// soldOut lets somebody else have the last one just before it is asked for.
type soldOut struct {
	redemption.Store
	real redemption.Store
	done bool
}

func (s *soldOut) Move(ctx context.Context, reward, op string, n, stock int64) (int64, error) {
	if !s.done {
		s.done = true
		if _, err := s.real.Move(ctx, reward, "somebody else", 1, stock); err != nil {
			return 0, err
		}
	}
	return s.Store.Move(ctx, reward, op, n, stock)
}

// FlakyHearth gives the same stores over a network that loses one call in 15, of those half after the write has happened: a
// draw makes some forty calls.
func FlakyHearth(s Hearth, seed uint64) Hearth {
	f := &shaky{flaky{r: dice(seed)}}
	s.Redemptions, s.Wallets = &dyingRedemptions{s.Redemptions, f}, &doomedWallets{s.Wallets, f}
	s.Families, s.Accounts, s.Rewards = &dyingFamilies{s.Families, f}, &dyingAccounts{s.Accounts, f}, &dyingRewards{s.Rewards, f}
	return s
}

// shaky fails more seldom than flaky.
type shaky struct{ flaky }

func (f *shaky) call(do func() error) error {
	if f.roll(5) == 0 {
		return f.flaky.call(do)
	}
	return do()
}
