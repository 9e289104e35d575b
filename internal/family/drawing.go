package family

import (
	"cmp"
	"context"
	"slices"
	"time"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// DrawPurpose is that of holds of coins that a family gives to a draw.
const DrawPurpose = "FAMILY"

// Codes of refusals of draws.
const (
	NoPool   = "NOT_OFFERED"    // the programme lets nobody draw in common
	DrawMost = "DRAW_TOO_LARGE" // more than the programme lets one draw take
)

// Bill is what a member wants the family to pay.
type Bill struct {
	Spender member.ID
	Coins   wallet.Coins
	Asked   map[member.ID]wallet.Coins // from whom how much, where the programme's draw order is REQUESTED; else nil
	At      time.Time
}

// Plan is who gives how much to a draw. It names places in the family and wallets, and so no member.
type Plan struct {
	Family  ID
	Spender string // id of the spender's place
	Asking  bool   // somebody must agree before it is carried out
	Gifts   []Gift // by wallet, so that draws that meet take their holds in one order
}

// Gift is what one person gives to a draw.
type Gift struct {
	Person string // id of the place in the family
	Wallet wallet.ID
	Coins  wallet.Coins // 1 or more
}

// PlanDraw divides what a member wants to spend among the family, by the programme's rule and the wallets as they stand,
// and writes nothing. Refusals: NOT_OFFERED, NOT_IN_FAMILY, DRAW_TOO_LARGE, APPROVAL_REQUIRED, TOO_MANY_WAITING,
// SPEND_LIMIT, OWNER_TIER_TOO_LOW, INSUFFICIENT_COINS, NOT_FOUND.
func (s *Service) PlanDraw(ctx context.Context, b Bill) (Plan, error) {
	p := s.Book.At(b.At)
	if p.Family == nil || !p.Family.CommonDraw {
		return Plan{}, fault.Refuse(NoPool, "fundFrom", "the programme lets nobody draw in common")
	}
	f, spender, err := s.drawer(ctx, b.Spender, b.At)
	if err != nil {
		return Plan{}, err
	}
	purses, heads, err := s.purses(ctx, f)
	if err != nil {
		return Plan{}, err
	}
	states := make(map[member.ID]wallet.State, len(purses))
	for who, id := range purses {
		states[who] = heads[id].State.At(b.At)
	}
	plan := Plan{Family: f.ID, Spender: spender.ID, Asking: spender.asksToDraw(b.Coins)}
	if err := s.mayDraw(ctx, f, spender, wallet.Entry{Wallet: purses[b.Spender], State: states[b.Spender]}, plan.posting(b.Coins, b.At)); err != nil {
		return Plan{}, err
	}
	g, err := s.Gate(ctx, f, b.At)
	if err != nil {
		return Plan{}, err
	}
	parts, err := f.divide(p, g, states, b)
	if err != nil {
		return Plan{}, err
	}
	for _, part := range parts {
		person, _ := f.Of(part.Member)
		plan.Gifts = append(plan.Gifts, Gift{Person: person.ID, Wallet: purses[part.Member], Coins: part.Coins})
	}
	slices.SortFunc(plan.Gifts, func(a, b Gift) int { return cmp.Compare(a.Wallet, b.Wallet) })
	return plan, nil
}

// divide is the pure part of a plan: who gives how much, by the states of the members' wallets.
func (f Family) divide(p *programme.Programme, g Gate, states map[member.ID]wallet.State, b Bill) ([]Part, error) {
	if (b.Asked != nil) != (p.Family.DrawOrder == programme.Requested) {
		if b.Asked != nil {
			return nil, fault.Bad("draws", "draws is given; allowed is none, because the programme says who gives how much")
		}
		return nil, fault.Bad("draws", "draws is missing; needed is who gives how much")
	}
	for who := range b.Asked {
		if _, in := f.Of(who); !in {
			return nil, fault.Refuse(Unknown, "draws", "draws names somebody who is not in the family")
		}
	}
	sources := f.Sources(b.Spender, g, states)
	var all, open wallet.Coins
	for _, s := range sources {
		all += s.Most
	}
	if short := b.Coins - all; short > 0 {
		for _, s := range f.Sources(b.Spender, Gate{Open: true}, states) {
			open += s.Most
		}
		if open >= b.Coins {
			return nil, fault.Refuse(string(Paused), "fundFrom", "sharing is paused, because the owner's tier is too low")
		}
		return nil, fault.Refuse(wallet.Insufficient, "fundFrom", "%d coins are asked for but the family can give %d", b.Coins, all).Short(short)
	}
	return Draw(p.Family.DrawOrder, b.Coins, b.Spender, sources, b.Asked)
}

// drawer finds a member's family and place.
func (s *Service) drawer(ctx context.Context, who member.ID, at time.Time) (Family, Person, error) {
	f, in, err := s.Families.ByMember(ctx, who)
	if err == nil && !in {
		err = fault.Refuse(NoFamily, "fundFrom", "the member is in no family")
	}
	if err != nil {
		return f, Person{}, err
	}
	f = f.At(at)
	p, _ := f.Of(who)
	return f, p, nil
}

// purses finds the wallets of who is in the family, and their newest entries.
func (s *Service) purses(ctx context.Context, f Family) (map[member.ID]wallet.ID, map[wallet.ID]wallet.Entry, error) {
	holders, err := s.Accounts.ByIDs(ctx, f.Members(), account.Public)
	if err != nil {
		return nil, nil, err
	}
	purses, ids := make(map[member.ID]wallet.ID, len(holders)), make([]wallet.ID, 0, len(holders))
	for who, h := range holders {
		purses[who] = h.Account.Wallet
		ids = append(ids, h.Account.Wallet)
	}
	heads, err := s.Ledger.Heads(ctx, ids)
	return purses, heads, err
}

// asksToDraw tells whether somebody must agree before the person draws so many coins.
func (p Person) asksToDraw(coins wallet.Coins) bool {
	return !May(p.Role, SpendPool) || p.NeedsYes(coins)
}

// posting is what a plan of so many coins is to the rules of spending.
func (p Plan) posting(coins wallet.Coins, at time.Time) wallet.Posting {
	return wallet.Posting{Kind: wallet.SetAside, Coins: coins, At: at, Asking: p.Asking}
}

// mayDraw refuses a draw by the spender's rights and limit; head is that of the spender's wallet.
func (s *Service) mayDraw(ctx context.Context, f Family, spender Person, head wallet.Entry, draw wallet.Posting) error {
	if err := spender.mayDraw(s.Book.At(draw.At), draw); err != nil {
		return err
	}
	return s.maySpend(ctx, f, spender, head, draw)
}

// mayDraw refuses what the programme and the person's part in the family do not let the person draw.
func (p Person) mayDraw(rules *programme.Programme, draw wallet.Posting) error {
	switch {
	case rules.Family == nil || !rules.Family.CommonDraw:
		return fault.Refuse(NoPool, "fundFrom", "the programme lets nobody draw in common")
	case rules.Family.DrawMax != 0 && draw.Coins > rules.Family.DrawMax:
		return fault.Refuse(DrawMost, "fundFrom", "one draw takes at most %d coins", rules.Family.DrawMax).Near(rules.Family.DrawMax)
	case !draw.Asking && p.asksToDraw(draw.Coins):
		return fault.Refuse(NeedsYes, "fundFrom", "a %s draws with somebody's yes", p.Role)
	}
	return nil
}

// MayDraw tells whether the spender of a plan may still spend so many coins, by the spender's newest entry: when that
// changes, it is asked again. Refusals: those of PlanDraw.
func (s *Service) MayDraw(ctx context.Context, plan Plan, head wallet.Entry, coins wallet.Coins, at time.Time) error {
	f, err := s.planned(ctx, plan, at)
	if err != nil {
		return err
	}
	spender, in := f.Person(plan.Spender)
	if !in {
		return gone()
	}
	return s.mayDraw(ctx, f, spender, head, plan.posting(coins, at))
}

// Gives tells whether somebody still gives what a plan says, by the giver's newest entry: when that changes, it is asked
// again. Refusals: NOT_IN_FAMILY, INSUFFICIENT_COINS.
func (s *Service) Gives(ctx context.Context, plan Plan, gift Gift, head wallet.Entry, at time.Time) error {
	f, err := s.planned(ctx, plan, at)
	if err != nil {
		return err
	}
	giver, in := f.Person(gift.Person)
	if !in {
		return gone()
	}
	most := head.State.At(at).Available()
	if giver.ID != plan.Spender {
		most = giver.Share.Of(most)
	}
	if short := gift.Coins - most; short > 0 {
		return fault.Refuse(wallet.Insufficient, "fundFrom", "%d coins are asked for but %d are given", gift.Coins, most).Short(short)
	}
	return nil
}

// Stands tells whether everybody of a plan is still in the family and shares. Refusals: NOT_IN_FAMILY, NOT_OFFERED,
// APPROVAL_REQUIRED, OWNER_TIER_TOO_LOW.
func (s *Service) Stands(ctx context.Context, plan Plan, at time.Time) error {
	f, err := s.planned(ctx, plan, at)
	if err != nil {
		return err
	}
	p := s.Book.At(at)
	spender, in := f.Person(plan.Spender)
	switch {
	case !in:
		return gone()
	case p.Family == nil || !p.Family.CommonDraw:
		return fault.Refuse(NoPool, "fundFrom", "the programme lets nobody draw in common")
	case !plan.Asking && !May(spender.Role, SpendPool):
		return fault.Refuse(NeedsYes, "fundFrom", "a %s draws with somebody's yes", spender.Role)
	}
	shared := false
	for _, gift := range plan.Gifts {
		giver, in := f.Person(gift.Person)
		if !in || giver.ID != spender.ID && giver.Share.Mode == ShareNone {
			return gone()
		}
		shared = shared || giver.ID != spender.ID
	}
	if !shared {
		return nil
	}
	g, err := s.Gate(ctx, f, at)
	if err == nil && !g.Open {
		err = fault.Refuse(string(Paused), "fundFrom", "sharing is paused, because the owner's tier is too low")
	}
	return err
}

// planned gives the family of a plan as it is at a time.
func (s *Service) planned(ctx context.Context, plan Plan, at time.Time) (Family, error) {
	f, known, err := s.Families.ByID(ctx, plan.Family)
	if err == nil && !known {
		err = gone()
	}
	return f.At(at), err
}

func gone() error {
	return fault.Refuse(NoFamily, "fundFrom", "somebody whom the draw needs is not in the family any more")
}
