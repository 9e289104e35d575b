package adjustment

import (
	"context"
	"errors"
	"time"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// Codes of refusals that are made here.
const (
	NotOffered      = "ADJUSTMENTS_OFF"  // the programme lets nobody correct coins
	Unknown         = "NOT_FOUND"        // no such member or proposal
	UnknownCategory = "UNKNOWN_CATEGORY" // the programme has no such category
	LimitExceeded   = "LIMIT_EXCEEDED"   // more coins than one adjustment may move
	OwnWallet       = "OWN_WALLET"       // nobody corrects the own coins
	OwnProposal     = "OWN_PROPOSAL"     // who proposed may not decide
	Decided         = "ALREADY_DECIDED"  // the other way
	Late            = "DECISION_LATE"    // the time to decide is over
)

const (
	mostReason = 500 // characters: a sentence or three
	// changes bounds how often a proposal that somebody else changed is read again; each time somebody got through.
	changes = 64
)

// Service takes proposals and decisions. A proposal is decided by one compare-and-swap; what follows in the ledger is
// done once, whoever does it, so anybody finishes what a process that was killed has left.
type Service struct {
	Store    Store
	Accounts account.Store
	Wallets  *wallet.Service
	Book     tier.Book
}

// Ask is what is proposed.
type Ask struct {
	Key      string // the proposer's idempotency key
	Member   member.ID
	Coins    wallet.Coins
	Category string
	Reason   string
}

// Propose writes a proposal down, and tells whether an earlier sending did.
func (s *Service) Propose(ctx context.Context, a Ask, by string, now time.Time) (Proposal, bool, error) {
	if err := checkText("reason", a.Reason, 1); err != nil {
		return Proposal{}, false, err
	}
	op, err := wallet.OpKey("coinAdjustmentPropose", a.Key)
	if err != nil {
		return Proposal{}, false, err
	}
	rules := s.Book.At(now).Adjustments
	p := Proposal{
		ID: wallet.Fingerprint(by, op), Input: wallet.Fingerprint(a.Member, a.Coins, a.Category, a.Reason), Member: a.Member, Coins: a.Coins,
		Category: a.Category, Reason: a.Reason, By: by, At: now.UTC().Truncate(time.Millisecond), State: Pending, Version: 1,
	}
	if known, found, err := s.again(ctx, p); err != nil || found {
		return known, found, err
	}
	if err := s.may(ctx, rules, a, by); err != nil {
		return Proposal{}, false, err
	}
	p.DecideBy = p.At.Add(time.Duration(rules.DecideHours) * time.Hour)
	err = s.Store.Create(ctx, p)
	if errors.Is(err, ErrExists) {
		return s.again(ctx, p)
	}
	return p, false, err
}

// again finds what the key made before, and refuses if it was made of another input.
func (s *Service) again(ctx context.Context, p Proposal) (Proposal, bool, error) {
	known, found, err := s.Store.ByID(ctx, p.ID)
	if err == nil && found && known.Input != p.Input {
		err = fault.Refuse(wallet.KeyReused, "idempotencyKey", "the idempotency key was used for something else; allowed is a new one")
	}
	return known, found, err
}

// may refuses what nobody may propose.
func (s *Service) may(ctx context.Context, rules *programme.Adjustments, a Ask, by string) error {
	if rules == nil {
		return fault.Refuse(NotOffered, "", "the programme has no adjustments")
	}
	if _, ok := rules.Category(a.Category); !ok {
		return fault.Refuse(UnknownCategory, "category", "category %q is none of the programme's", a.Category)
	}
	switch most := rules.MaxCoins; {
	case a.Coins == 0:
		return fault.Bad("coins", "coins is 0; allowed are 1 to %d, with a minus to take them", most)
	case a.Coins > most || a.Coins < -most:
		return fault.Refuse(LimitExceeded, "coins", "coins is %d; one adjustment may move %d", a.Coins, most)
	case string(a.Member) == by:
		return fault.Refuse(OwnWallet, "memberId", "nobody adjusts the own coins")
	}
	_, known, err := s.purse(ctx, a.Member)
	if err == nil && !known {
		err = fault.Refuse(Unknown, "memberId", "memberId names nobody who is known")
	}
	return err
}

// Decide says yes or no to a proposal, by somebody else than who made it. Said again it answers what was decided.
func (s *Service) Decide(ctx context.Context, id string, approve bool, note, by string, now time.Time) (Proposal, error) {
	if err := checkText("note", note, 0); err != nil {
		return Proposal{}, err
	}
	to := Rejected
	if approve {
		to = Approved
	}
	for range changes {
		p, known, err := s.Store.ByID(ctx, id)
		switch {
		case err != nil:
			return Proposal{}, err
		case !known:
			return Proposal{}, fault.Refuse(Unknown, "adjustmentId", "adjustmentId names no proposal that is known")
		case p.By == by:
			return Proposal{}, fault.Refuse(OwnProposal, "adjustmentId", "who proposed an adjustment may not decide it")
		case string(p.Member) == by:
			return Proposal{}, fault.Refuse(OwnWallet, "adjustmentId", "nobody adjusts the own coins")
		}
		switch state := p.StateAt(now); {
		case state == Expired:
			return Proposal{}, fault.Refuse(Late, "adjustmentId", "it was to be decided by %s", p.DecideBy.UTC().Format(time.RFC3339))
		case state == to:
			return s.finish(ctx, p)
		case state != Pending:
			return Proposal{}, fault.Refuse(Decided, "adjustmentId", "the proposal is %s already", state)
		}
		p.State, p.DecidedBy, p.DecidedAt, p.Note, p.Unfinished = to, by, now.UTC().Truncate(time.Millisecond), note, approve
		err = s.Store.Save(ctx, p)
		if errors.Is(err, ErrStale) {
			continue
		}
		if err != nil {
			return Proposal{}, err
		}
		p.Version++
		return s.finish(ctx, p)
	}
	return Proposal{}, fault.New(fault.Unavailable, "the proposal is being decided by too many at once")
}

func checkText(field, text string, least int) error {
	if n := len([]rune(text)); n < least || n > mostReason {
		return fault.Bad(field, "%s has %d characters; allowed are %d to %d", field, n, least, mostReason)
	}
	return nil
}
