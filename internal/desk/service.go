package desk

import (
	"context"
	"errors"
	"slices"
	"time"

	"membergate/internal/account"
	"membergate/internal/benefit"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/programme"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// Codes of refusals that are made here.
const (
	NotOffered  = "AFTER_SALES_OFF" // the programme has no requests after a sale
	NotEntitled = "NOT_ENTITLED"    // the member has no right to it now
	Unknown     = "NOT_FOUND"       // no such order or request
	UnknownCode = "UNKNOWN_CODE"    // none of the programme's
	TooManyOpen = "TOO_MANY_OPEN"   // as many requests of the member are not closed as the programme allows
	TakenByElse = "ALREADY_TAKEN"   // somebody else has taken it
	IsClosed    = "REQUEST_CLOSED"  // it was closed before, otherwise
)

const (
	mostText = 500 // characters: what fits on a phone's screen
	changes  = 64  // how often a request that somebody else changed is read again; each time somebody got through
)

// Sealer keeps secret what people write.
type Sealer interface {
	Seal(purpose, plain string) string
	Open(purpose, sealed string) (string, error)
	// Hashes gives the keyed hash of a value under every key, newest first.
	Hashes(purpose, value string) []string
}

// TextPurpose names the keys that seal what is written in requests.
const TextPurpose = "after-sales"

// Service takes requests and lets staff work on them.
type Service struct {
	Requests Requests
	Accounts account.Store
	Orders   Orders
	Usages   benefit.Store
	Book     tier.Book
	Keys     Sealer
}

// Orders tells what was bought.
type Orders interface {
	// ByIDs gives records; those unknown are missing.
	ByIDs(ctx context.Context, ids []string) (map[string]order.Record, error)
}

// Ask is what a member asks for.
type Ask struct {
	Key   string // the member's idempotency key
	Order string
	Kind  string
	Text  string
}

// Request writes a request down with its deadlines, once per key, and tells whether an earlier sending did. Refusals:
// AFTER_SALES_OFF, NOT_ENTITLED, NOT_FOUND, UNKNOWN_CODE, TOO_MANY_OPEN, IDEMPOTENCY_CONFLICT.
func (s *Service) Request(ctx context.Context, who member.ID, a Ask, now time.Time) (Request, bool, error) {
	if err := written("text", a.Text, 1); err != nil {
		return Request{}, false, err
	}
	op, err := wallet.OpKey("afterSalesRequest", a.Key)
	if err != nil {
		return Request{}, false, err
	}
	r := Request{ID: wallet.Fingerprint(who, op), Input: wallet.Fingerprint(a.Order, a.Kind, a.Text), Member: who, Order: a.Order, Kind: a.Kind,
		At: now.UTC().Truncate(time.Millisecond), State: Open, Version: 1}
	if known, found, err := s.again(ctx, r); err != nil || found {
		return known, found, err
	}
	level, rank, err := s.may(ctx, who, a, now)
	if err != nil {
		return Request{}, false, err
	}
	r.Priority, r.Sealed = rank, s.Keys.Seal(TextPurpose, a.Text)
	r.RespondBy, r.PlanBy, r.ResolveBy = after(r.At, level.Respond), after(r.At, level.Plan), after(r.At, level.Resolve)
	most := s.Book.At(now).AfterSales.MostOpen
	for r.Slot = 1; r.Slot <= most; r.Slot++ {
		switch err = s.Requests.Create(ctx, r); {
		case errors.Is(err, ErrTaken):
		case errors.Is(err, ErrExists):
			return s.again(ctx, r)
		default:
			return r, false, err
		}
	}
	if known, found, err := s.again(ctx, r); err != nil || found { // the same key at the same time had the last slot
		return known, found, err
	}
	return Request{}, false, fault.Refuse(TooManyOpen, "", "%d requests of the member are not closed; allowed are %d", most, most).Near(most)
}

func after(at time.Time, d time.Duration) time.Time {
	if d == 0 {
		return time.Time{}
	}
	return at.Add(d)
}

// again finds what the key made before, and refuses if it was made of another input.
func (s *Service) again(ctx context.Context, r Request) (Request, bool, error) {
	known, found, err := s.Requests.ByID(ctx, r.ID)
	if err == nil && found && known.Input != r.Input {
		err = fault.Refuse(wallet.KeyReused, "idempotencyKey", "the idempotency key was used for something else; allowed is a new one")
	}
	return known, found, err
}

// may refuses who has no right, and what is not the member's; else it gives what is promised, and the rank held.
func (s *Service) may(ctx context.Context, who member.ID, a Ask, now time.Time) (Level, int, error) {
	p := s.Book.At(now)
	rules := p.AfterSales
	if rules == nil {
		return Level{}, 0, fault.Refuse(NotOffered, "", "the programme has no requests after a sale")
	}
	if !named(rules.Kinds, a.Kind) {
		return Level{}, 0, fault.Refuse(UnknownCode, "kind", "kind is %q, which is none of the programme's", a.Kind)
	}
	found, err := s.Accounts.ByIDs(ctx, []member.ID{who}, account.Whole)
	if err != nil {
		return Level{}, 0, err
	}
	h := found[who]
	used, err := s.Usages.ByMember(ctx, who)
	if err != nil {
		return Level{}, 0, err
	}
	standing := h.Account.Standing.Advance(s.Book, now)
	flags := FlagsOf(p, h.Profile, standing, used, now)
	if !slices.ContainsFunc(flags, func(f Flag) bool { return f.Code == rules.Flag && f.Usable() }) {
		return Level{}, 0, fault.Refuse(NotEntitled, "", "the member has no right to it now")
	}
	orders, err := s.Orders.ByIDs(ctx, []string{order.OrderRecord(a.Order)})
	if err != nil {
		return Level{}, 0, err
	}
	if o, known := orders[order.OrderRecord(a.Order)]; !known || o.Event.Member != who || o.Event.Kind != order.Paid {
		return Level{}, 0, fault.Refuse(Unknown, "orderId", "orderId names no order of the member's")
	}
	held := standing.Held(p, now)
	level, _ := LevelOf(p, held.Code, rules.Service)
	return level, held.Rank, nil
}

func named(all []programme.Named, code string) bool {
	return slices.ContainsFunc(all, func(n programme.Named) bool { return n.Code == code })
}

func written(field, text string, least int) error {
	if n := len([]rune(text)); n < least || n > mostText {
		return fault.Bad(field, "%s has %d characters; allowed are %d to %d", field, n, least, mostText)
	}
	return nil
}
