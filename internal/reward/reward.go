// Package reward is what members can have for coins: what it costs whom, who may have it, and the list of it.
package reward

import (
	"cmp"
	"context"
	"slices"

	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// Kind is how a reward is had.
type Kind string

// The kinds.
const (
	Gift      Kind = "GIFT"       // goods, handed over at a till for a code
	StoreCode Kind = "STORE_CODE" // something that a store does or gives, for a code
	Voucher   Kind = "VOUCHER"    // a partner's code, for what the partner does
	AtSlot    Kind = "SLOT"       // a seat in a store at a time
)

// Reward is one thing that is sold for coins.
type Reward struct {
	ID             string // such as "r-tea-tin"
	Kind           Kind
	Partner        programme.Text // of a voucher: who does it; empty of all others
	Titles         programme.Text
	Cost           wallet.Coins     // 1 or more
	TierPercent    map[string]int64 // percent of Cost by tier code; a tier that is not named has that of the next one below it, else 100
	Stock          *int64           // how many are left; nil = it does not run out
	MinTier        string           // code of the lowest tier that may have it; empty = every tier
	LimitPerMember int64            // most that one member may ever have; 0 = no limit
	ImagePath      string           // path of a picture on this host, empty if none
	Category       string           // code, empty if none
	Rank           int              // place in the shop's list, lowest first
}

// MemberCost is what it costs a holder of a tier: the tier's percent of the cost, rounded down, but never less than
// one coin.
func (r Reward) MemberCost(p *programme.Programme, tier string) wallet.Coins {
	percent := int64(100)
	rank := p.Rank(tier)
	for _, t := range p.Tiers { // lowest first, so the highest one named wins
		if n, named := r.TierPercent[t.Code]; named && t.Rank <= rank {
			percent = n
		}
	}
	return max(1, r.Cost*percent/100)
}

// MissingCoins is what a holder of a tier still lacks for it; 0 when the coins are there.
func (r Reward) MissingCoins(p *programme.Programme, tier string, available wallet.Coins) wallet.Coins {
	return max(0, r.MemberCost(p, tier)-available)
}

// Affordable tells whether a holder of a tier has the coins for it. Whether the tier may have it is Open's answer.
func (r Reward) Affordable(p *programme.Programme, tier string, available wallet.Coins) bool {
	return r.MissingCoins(p, tier, available) == 0
}

// Open tells whether a holder of a tier may have it, coins aside.
func (r Reward) Open(p *programme.Programme, tier string) bool {
	return r.MinTier == "" || p.Rank(tier) >= p.Rank(r.MinTier)
}

// Single tells whether it is had one at a time: a partner's code is given to one redemption, and so is a seat.
func (r Reward) Single() bool { return r.Kind == Voucher || r.Kind == AtSlot }

// HasSlots tells whether it is a seat at a time.
func (r Reward) HasSlots() bool { return r.Kind == AtSlot }

// How is its kind; what was sold before there were kinds are goods.
func (r Reward) How() Kind { return cmp.Or(r.Kind, Gift) }

// Store keeps rewards and their slots.
type Store interface {
	// PutAll adds rewards, each replacing the one with its id; of several with one id the last one counts.
	PutAll(ctx context.Context, rewards []Reward) error
	// All gives every reward, in no order. A shop has a few hundred; whoever lists them often keeps them for seconds.
	All(ctx context.Context) ([]Reward, error)
	// ByIDs gives rewards; those unknown are missing.
	ByIDs(ctx context.Context, ids []string) (map[string]Reward, error)
	// PutSlots adds slots, each replacing the one with its id; of several with one id the last one counts.
	PutSlots(ctx context.Context, slots []Slot) error
	// Slots lists at most n slots of a reward by id, from an id on, itself left out.
	Slots(ctx context.Context, reward, after string, n int) ([]Slot, error)
	// SlotsByIDs gives slots; those unknown are missing.
	SlotsByIDs(ctx context.Context, ids []string) (map[string]Slot, error)
}

// Sorted gives rewards in the order of the shop's list: by rank, those of one rank by id.
func Sorted(rewards []Reward) []Reward {
	out := slices.Clone(rewards)
	slices.SortFunc(out, func(a, b Reward) int { return a.Place().compare(b.Place()) })
	return out
}
