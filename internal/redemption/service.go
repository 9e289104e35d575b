package redemption

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"membergate/internal/family"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/reward"
	"membergate/internal/voucher"
	"membergate/internal/wallet"
)

// Codes of refusals that are made here.
const (
	Unknown        = "NOT_FOUND"
	TierRequired   = "TIER_REQUIRED"
	PriceChanged   = "PRICE_CHANGED"
	OutOfStock     = "OUT_OF_STOCK"
	LimitReached   = "LIMIT_REACHED"
	NotCancellable = "NOT_CANCELLABLE"
	NotOffered     = "NOT_OFFERED"   // the programme gives no rewards for coins
	SlotRequired   = "SLOT_REQUIRED" // the reward has slots and none was named
	SlotUnknown    = "SLOT_UNKNOWN"
	SlotOver       = "SLOT_OVER" // the slot has begun
	Ended          = "ENDED"     // it was cancelled or came to nothing
	CodeExpired    = "CODE_EXPIRED"
	AlreadyUsed    = "ALREADY_USED"
)

const (
	purpose = "REWARD"
	// maxQuantity bounds one redemption.
	maxQuantity = 100
	// attempts bounds how often one key may come to nothing and be tried again.
	attempts = 1000
)

// Book gives the programme in force at a time.
type Book interface {
	At(t time.Time) *programme.Programme
}

// Service redeems. The way of a redemption: its coins are held under the app's key; it is written down; the stock
// decides, once; the hold is captured, or let go if nothing was left; the outcome is written down. Killed between any
// two, whoever touches it next finishes.
type Service struct {
	Store    Store
	Rewards  reward.Store
	Vouchers voucher.Store
	Keys     voucher.Sealer // opens partners' codes
	Wallets  *wallet.Service
	Pool     Pool // of families that may pay; nil where none does
	Book     Book
	Families Families // nil where nobody needs a yes
}

// Ask is a wish for a reward.
type Ask struct {
	Member   member.ID // who wishes; who may need a yes is asked for in this name
	Key      string    // the app's idempotency key
	Reward   string
	Slot     string // of a reward that has slots; else empty
	Quantity int64
	Expected wallet.Coins // what the app showed that it costs
	Tier     string       // held now
	At       time.Time
	Family   *Common // how the family pays; nil = the wallet pays
}

// Redeem gets a reward, and tells whether an earlier sending did.
func (s *Service) Redeem(ctx context.Context, id wallet.ID, a Ask) (Redemption, bool, error) {
	if a.Quantity < 1 || a.Quantity > maxQuantity {
		return Redemption{}, false, fault.Bad("quantity", "quantity is %d; allowed are 1 to %d", a.Quantity, maxQuantity)
	}
	key, err := wallet.OpKey("rewardRedeem", a.Key)
	if err != nil {
		return Redemption{}, false, err
	}
	if a.Family != nil {
		return s.draw(ctx, id, a, key)
	}
	input := wallet.Fingerprint(a.Reward, a.Quantity, a.Expected, a.Slot)
	for n := range attempts {
		op := key
		if n > 0 {
			op = fmt.Sprintf("%s %d", key, n) // a space: no key has one
		}
		made, found, err := s.Wallets.Made(ctx, id, op, input)
		if err != nil {
			return Redemption{}, false, err
		}
		if !found {
			done, err := s.hold(ctx, id, a, op, input)
			if err != nil {
				return Redemption{}, false, err
			}
			made, found = done.Entry, done.Replayed
		}
		r, err := s.resume(ctx, made, a.Member)
		if err == nil {
			r, err = s.finish(ctx, r, a.At)
		}
		switch {
		case err != nil:
			return Redemption{}, false, err
		case !found && r.State == Rejected:
			return r, false, outOfStock()
		case r.again():
			continue // that time it came to nothing, or waited too long for its end; a refusal is not kept
		}
		return r, found, nil
	}
	return Redemption{}, false, fault.Refuse(wallet.KeyReused, "idempotencyKey", "the key was tried too often; allowed is a new one")
}

// hold sets the coins aside, if the reward is to be had.
func (s *Service) hold(ctx context.Context, id wallet.ID, a Ask, op, input string) (wallet.Done, error) {
	o, err := s.offer(ctx, a)
	if err != nil {
		return wallet.Done{}, err
	}
	asking := false
	command := wallet.Command{Op: op, Input: input, At: a.At, Programme: o.programme.Version,
		Decide: func(ctx context.Context, head wallet.Entry) (wallet.Posting, error) {
			if err := s.within(ctx, id, head.State, o.reward, a.Quantity, ""); err != nil {
				return wallet.Posting{}, err
			}
			return wallet.Posting{
				Kind: wallet.SetAside, Coins: o.cost, Until: a.At.Add(o.lives), Purpose: purpose,
				Ref: "redemption:" + wallet.Fingerprint(id, op), About: about(o.reward.ID, a.Slot, a.Quantity, asking), Title: "hold.reward", Actor: "member",
				Asking: asking,
			}, nil
		},
	}
	done, err := s.Wallets.Do(ctx, id, command)
	if refused := new(fault.Refusal); s.Families != nil && o.programme.Family != nil && errors.As(err, &refused) && refused.Code == family.NeedsYes {
		asking = true
		return s.Wallets.Do(ctx, id, command)
	}
	return done, err
}

// offer is what can be had of a wish.
type offer struct {
	programme *programme.Programme
	reward    reward.Reward
	cost      wallet.Coins
	lives     time.Duration // how long its coins wait for it
}

// offer refuses what cannot be had, whoever pays.
func (s *Service) offer(ctx context.Context, a Ask) (offer, error) {
	p := s.Book.At(a.At)
	terms, offered := p.Burning(programme.Item)
	if !offered {
		return offer{}, fault.Refuse(NotOffered, "rewardId", "the programme gives no rewards for coins")
	}
	if terms.MinTier != "" && p.Rank(a.Tier) < p.Rank(terms.MinTier) {
		return offer{}, fault.Refuse(TierRequired, "rewardId", "rewards ask for the tier %s or a higher one", terms.MinTier)
	}
	cost, w, err := s.price(ctx, p, a)
	if err == nil {
		err = s.seat(ctx, w, a)
	}
	return offer{p, w, cost, time.Duration(terms.HoldMinutes) * time.Minute}, err
}

// price refuses what cannot be had, and tells what the rest costs.
func (s *Service) price(ctx context.Context, p *programme.Programme, a Ask) (wallet.Coins, reward.Reward, error) {
	found, err := s.Rewards.ByIDs(ctx, []string{a.Reward})
	if err != nil {
		return 0, reward.Reward{}, err
	}
	w, ok := found[a.Reward]
	cost := w.MemberCost(p, a.Tier) * a.Quantity
	switch {
	case !ok:
		return 0, w, fault.Refuse(Unknown, "rewardId", "rewardId names no reward that is known")
	case !w.Open(p, a.Tier):
		return 0, w, fault.Refuse(TierRequired, "rewardId", "the reward asks for the tier %s or a higher one", w.MinTier)
	case w.Single() && a.Quantity != 1:
		return 0, w, fault.Bad("quantity", "quantity is %d; allowed is 1 of a partner's code or of a seat", a.Quantity)
	case cost != a.Expected:
		return 0, w, fault.Refuse(PriceChanged, "expectedCost", "expectedCost is %d but it costs %d", a.Expected, cost)
	case w.Stock == nil:
		return cost, w, nil
	}
	return cost, w, s.left(ctx, w.ID, *w.Stock, a.Quantity)
}

// left refuses early what a stock has no more of; the stock itself decides later.
func (s *Service) left(ctx context.Context, key string, stock, quantity int64) error {
	taken, err := s.Store.Taken(ctx, []string{key})
	if err == nil && taken[key]+quantity > stock {
		err = outOfStock()
	}
	return err
}

// seat refuses a slot that is not the reward's, has begun or is full.
func (s *Service) seat(ctx context.Context, w reward.Reward, a Ask) error {
	switch {
	case w.Kind != reward.AtSlot && a.Slot != "":
		return fault.Bad("slotId", "slotId is given; allowed is none, because the reward has no slots")
	case w.Kind != reward.AtSlot:
		return nil
	case a.Slot == "":
		return fault.Refuse(SlotRequired, "slotId", "slotId is missing; needed is one of the reward's slots")
	}
	found, err := s.Rewards.SlotsByIDs(ctx, []string{a.Slot})
	if err != nil {
		return err
	}
	slot, ok := found[a.Slot]
	switch {
	case !ok || slot.Reward != w.ID:
		return fault.Refuse(SlotUnknown, "slotId", "slotId names no slot of the reward")
	case !a.At.Before(slot.Start):
		return fault.Refuse(SlotOver, "slotId", "the slot began at %s", slot.Start.UTC().Format(time.RFC3339))
	}
	return s.left(ctx, stockOf(slot.ID), slot.Seats, a.Quantity)
}

// stockOf is the stock that a slot's seats are taken from: no reward's id has a slash in front.
func stockOf(slot string) string { return "/slot/" + slot }

func outOfStock() error { return fault.Refuse(OutOfStock, "rewardId", "the reward is sold out") }

// within refuses more than one member may have, besides a redemption that is being decided. What is written down is read
// after the wallet's newest entry: a redemption is among the holds or written down at every moment, and if the wallet
// changes in between, this is asked again.
func (s *Service) within(ctx context.Context, id wallet.ID, now wallet.State, w reward.Reward, quantity int64, besides string) error {
	if w.LimitPerMember == 0 {
		return nil
	}
	known, err := s.Store.Of(ctx, id, w.ID)
	if err == nil {
		known, err = s.begun(ctx, id, known)
	}
	if err != nil {
		return err
	}
	had, seen := int64(0), map[string]bool{}
	for _, r := range known {
		seen[r.ID] = true
		if r.Counts() && r.ID != besides {
			had += r.Quantity
		}
	}
	for _, h := range now.Holds {
		if what, _, n, _ := parse(h.About); h.Purpose == purpose && what == w.ID && !seen[h.Ref] {
			had += n
		}
	}
	if had+quantity > w.LimitPerMember {
		return fault.Refuse(LimitReached, "quantity", "%d of %d that one member may have are had", had, w.LimitPerMember)
	}
	return nil
}

// about writes what a hold is for, and parse reads it: the hold is there before anything else is. A slot's id begins
// with its reward's, so it stands for both. What needs a yes says so in a third line.
func about(reward, slot string, quantity int64, asking bool) string {
	lines := []string{strconv.FormatInt(quantity, 10) + " " + reward}
	if slot != "" || asking {
		lines = append(lines, slot)
	}
	if asking {
		lines = append(lines, "?")
	}
	return strings.Join(lines, "\n")
}

func parse(about string) (reward, slot string, quantity int64, asking bool) {
	n, what, _ := strings.Cut(about, " ")
	quantity, _ = strconv.ParseInt(n, 10, 64)
	reward, what, _ = strings.Cut(what, "\n")
	slot, _, asking = strings.Cut(what, "\n")
	return reward, slot, quantity, asking
}

// resume gives the redemption of the entry that holds its coins, and writes it down if nobody has.
func (s *Service) resume(ctx context.Context, made wallet.Entry, by member.ID) (Redemption, error) {
	h, _ := made.State.Open(made.Seq)
	if r, known, err := s.Store.ByID(ctx, h.Ref); err != nil || known {
		return r, err
	}
	r := Redemption{ID: h.Ref, Wallet: made.Wallet, Cost: h.Coins, Hold: made.Seq, State: Opening, Unfinished: true, CreatedAt: h.At, Version: 1}
	var asking bool
	r.Reward, r.Slot, r.Quantity, asking = parse(h.About)
	r, _, err := s.open(ctx, r, by, asking)
	return r, err
}

// open writes a redemption down with what its reward and its slot say, and what it asks for in the name of whom, or gives
// the one that somebody else wrote and tells so.
func (s *Service) open(ctx context.Context, r Redemption, by member.ID, asking bool) (_ Redemption, known bool, err error) {
	w, err := s.Rewards.ByIDs(ctx, []string{r.Reward})
	if err != nil {
		return r, false, err
	}
	at, err := s.slot(ctx, r)
	if err != nil {
		return r, false, err
	}
	r.Kind = w[r.Reward].Kind
	if p := s.Book.At(r.CreatedAt); asking {
		r.Request = request(p, r, by, at)
	} else {
		r = r.paid(p, r.CreatedAt, at)
	}
	err = s.Store.Create(ctx, r)
	if errors.Is(err, ErrExists) {
		r, known, err = s.Store.ByID(ctx, r.ID)
	}
	return r, known, err
}

// slot is the slot that a redemption is a seat in, nil for none.
func (s *Service) slot(ctx context.Context, r Redemption) (*reward.Slot, error) {
	if r.Slot == "" {
		return nil, nil
	}
	slots, err := s.Rewards.SlotsByIDs(ctx, []string{r.Slot})
	if slot, known := slots[r.Slot]; known {
		return &slot, err
	}
	return nil, err
}
