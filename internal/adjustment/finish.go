package adjustment

import (
	"context"
	"errors"
	"time"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/wallet"
)

// finish lets the ledger say what was approved, once, and notes that it does.
func (s *Service) finish(ctx context.Context, p Proposal) (Proposal, error) {
	if !p.Unfinished {
		return p, nil
	}
	id, known, err := s.purse(ctx, p.Member)
	if err == nil && known { // of somebody who has left meanwhile no coins are left to correct
		_, err = s.Wallets.Post(ctx, id, []wallet.Posting{s.posting(p)})
	}
	if err != nil {
		return p, err
	}
	p.Unfinished = false
	err = s.Store.Save(ctx, p)
	if errors.Is(err, ErrStale) { // somebody else finished it, in the same way
		p, _, err = s.Store.ByID(ctx, p.ID)
		return p, err
	}
	p.Version++
	return p, err
}

// posting is what the ledger says of a proposal. What staff wrote stays out of it: it may name a person.
func (s *Service) posting(p Proposal) wallet.Posting {
	rules := s.Book.At(p.DecidedAt)
	return wallet.Posting{
		Op: "adjust:" + p.ID, Kind: wallet.Adjust, Coins: p.Coins, Expires: rules.Expires(rules.Coin(), p.DecidedAt), Title: "coins.adjusted", Ref: p.ID,
		Reason: p.Category, Lines: []wallet.Line{{Code: "ADJUSTED", Detail: p.Category, Coins: p.Coins}},
		Programme: rules.Version, At: p.DecidedAt, Actor: "staff",
	}
}

// purse finds a member's wallet, and false if the member is not known.
func (s *Service) purse(ctx context.Context, who member.ID) (wallet.ID, bool, error) {
	found, err := s.Accounts.ByIDs(ctx, []member.ID{who}, account.Public)
	h, known := found[who]
	return h.Account.Wallet, known && err == nil, err
}

// Sweep finishes at most n proposals that somebody left, and marks those whose time is over.
func (s *Service) Sweep(ctx context.Context, now time.Time, n int) error {
	left, err := s.Store.Unfinished(ctx, now, n)
	for _, p := range left {
		var wrong error
		if p.StateAt(now) == Expired {
			p.State = Expired
			if wrong = s.Store.Save(ctx, p); errors.Is(wrong, ErrStale) { // somebody else did
				wrong = nil
			}
		} else {
			_, wrong = s.finish(ctx, p)
		}
		err = errors.Join(err, wrong)
	}
	return err
}
