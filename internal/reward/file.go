package reward

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/goccy/go-yaml"

	"membergate/internal/fault"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// entry is a reward as a shop writes it into its file.
type entry struct {
	ID       string           `yaml:"id"`
	Kind     Kind             `yaml:"kind"` // GIFT if it is missing
	Titles   programme.Text   `yaml:"titles"`
	Partner  programme.Text   `yaml:"partner"`
	Cost     wallet.Coins     `yaml:"cost"`
	Percent  map[string]int64 `yaml:"percent"` // of the cost, by tier code
	Stock    *int64           `yaml:"stock"`
	MinTier  string           `yaml:"minTier"`
	Limit    int64            `yaml:"limitPerMember"`
	Image    string           `yaml:"image"`
	Category string           `yaml:"category"`
	Rank     int              `yaml:"rank"`
	Slots    []timeSlot       `yaml:"slots"`
}

type timeSlot struct {
	Store string         `yaml:"store"`
	Place programme.Text `yaml:"place"`
	Start time.Time      `yaml:"start"`
	End   time.Time      `yaml:"end"`
	Seats int64          `yaml:"seats"`
}

// plainID keeps ids free of what separates their parts where they are stored.
var plainID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,60}$`)

// mostCost is the most that a wallet holds.
const mostCost = 2_000_000_000

// Parse reads a shop's file: a list of rewards under the key "rewards", those with slots with their slots. Tiers are
// those of the programme. A partner's codes are loaded apart, and are its stock.
func Parse(text []byte, p *programme.Programme) ([]Reward, []Slot, error) {
	var file struct {
		Rewards []entry `yaml:"rewards"`
	}
	if err := yaml.UnmarshalWithOptions(text, &file, yaml.Strict()); err != nil {
		return nil, nil, fault.New(fault.BadInput, "%s", yaml.FormatError(err, false, true))
	}
	var rewards []Reward
	var slots []Slot
	seen := map[string]bool{}
	for i, e := range file.Rewards {
		at := fmt.Sprintf("rewards[%d]", i)
		if err := e.check(at, p); err != nil {
			return nil, nil, err
		}
		if seen[e.ID] {
			return nil, nil, fault.Bad("id", "%s.id is %q, which another one has; allowed is an id of its own", at, e.ID)
		}
		seen[e.ID] = true
		r := Reward{
			ID: e.ID, Kind: e.Kind, Titles: e.Titles, Partner: e.Partner, Cost: e.Cost, TierPercent: e.Percent, Stock: e.Stock, MinTier: e.MinTier,
			LimitPerMember: e.Limit, ImagePath: e.Image, Category: e.Category, Rank: e.Rank,
		}
		r.Kind = r.How()
		rewards = append(rewards, r)
		for _, s := range e.Slots {
			slots = append(slots, Slot{ID: SlotID(e.ID, s.Store, s.Start), Reward: e.ID, Store: s.Store, Place: s.Place,
				Start: s.Start.UTC(), End: s.End.UTC(), Seats: s.Seats})
		}
	}
	return rewards, slots, nil
}

func (e entry) check(at string, p *programme.Programme) error {
	kinds := []Kind{"", Gift, StoreCode, Voucher, AtSlot}
	bad := func(key, format string, args ...any) error {
		return fault.Bad(key, "%s.%s "+format, append([]any{at, key}, args...)...)
	}
	switch {
	case !plainID.MatchString(e.ID):
		return bad("id", "is %q; allowed are 1 to 60 letters, digits, - and _", e.ID)
	case !slices.Contains(kinds, e.Kind):
		return bad("kind", "is %q; allowed are GIFT, STORE_CODE, VOUCHER and SLOT", e.Kind)
	case e.Titles["zh-CN"] == "":
		return bad("titles", "has no zh-CN; needed is a text")
	case e.Kind == Voucher && e.Partner["zh-CN"] == "":
		return bad("partner", "has no zh-CN; needed is who does what the code is for")
	case e.Kind != Voucher && len(e.Partner) > 0:
		return bad("partner", "is given; allowed is that for the kind VOUCHER only")
	case e.Cost < 1 || e.Cost > mostCost:
		return bad("cost", "is %d; allowed are 1 to %d", e.Cost, mostCost)
	case e.Stock != nil && (*e.Stock < 0 || *e.Stock > mostCost):
		return bad("stock", "is %d; allowed are 0 to %d", *e.Stock, mostCost)
	case e.Stock != nil && (e.Kind == Voucher || e.Kind == AtSlot):
		return bad("stock", "is given; allowed is none, because codes or seats are the stock")
	case e.Limit < 0 || e.Limit > mostCost:
		return bad("limitPerMember", "is %d; allowed are 0 to %d", e.Limit, mostCost)
	case e.MinTier != "" && p.Rank(e.MinTier) < 0:
		return bad("minTier", "is %q; allowed is a tier of the programme", e.MinTier)
	case e.Kind == AtSlot && len(e.Slots) == 0:
		return bad("slots", "is missing; needed is at least one slot")
	case e.Kind != AtSlot && len(e.Slots) > 0:
		return bad("slots", "is given; allowed is that for the kind SLOT only")
	}
	for tier, n := range e.Percent {
		if p.Rank(tier) < 0 || n < 1 || n > 100 {
			return bad("percent", "has %q: %d; allowed are tiers of the programme with 1 to 100", tier, n)
		}
	}
	for i, s := range e.Slots {
		in := func(key, format string, args ...any) error {
			return bad(fmt.Sprintf("slots[%d].%s", i, key), format, args...)
		}
		switch {
		case !plainID.MatchString(s.Store):
			return in("store", "is %q; allowed are 1 to 60 letters, digits, - and _", s.Store)
		case s.Place["zh-CN"] == "":
			return in("place", "has no zh-CN; needed is where the store is")
		case s.Start.IsZero() || !s.End.After(s.Start):
			return in("end", "is %s; allowed is after start, which is %s", s.End.Format(time.RFC3339), s.Start.Format(time.RFC3339))
		case s.Seats < 1 || s.Seats > mostSeats:
			return in("seats", "is %d; allowed are 1 to %d", s.Seats, mostSeats)
		}
	}
	return nil
}

// mostSeats bounds a slot: more people than fit into any store.
const mostSeats = 100_000
