package family

import (
	"context"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/wallet"
)

// Codes of refusals of spending.
const (
	NeedsYes    = "APPROVAL_REQUIRED" // somebody else's yes is needed first
	SpendLimit  = "SPEND_LIMIT"       // more than the family lets the member spend in a period
	TooManyWait = "TOO_MANY_WAITING"  // as many wishes wait for a yes as may
)

// Bound is what a member's family says of what the member sets aside; nothing where there is no family. The family is read
// each time, so that a limit counts from the moment it is set.
func (s *Service) Bound(who member.ID) wallet.Bound {
	return func(ctx context.Context, head wallet.Entry, p wallet.Posting) error {
		f, in, err := s.Families.ByMember(ctx, who)
		if err != nil || !in {
			return err
		}
		f = f.At(p.At)
		person, _ := f.Of(who)
		if person.NeedsYes(p.Coins) && !(p.Asking && f.decided(who)) {
			return fault.Refuse(NeedsYes, "", "%d coins are spent with somebody's yes", p.Coins)
		}
		if p.Asking && f.pending(p.At) >= MostWaiting {
			return fault.Refuse(TooManyWait, "", "%d wishes wait for a yes in the family; allowed are no more", MostWaiting)
		}
		if person.Limit == nil {
			return nil
		}
		zone := s.Book.At(p.At).Zone()
		entries, err := s.Ledger.Page(ctx, head.Wallet, person.Limit.Ledger(p.At, zone))
		if err != nil {
			return err
		}
		if left := max(0, person.Limit.PerPeriod-Spent(head.State, entries)); p.Coins > left {
			return fault.Refuse(SpendLimit, "", "%d coins may still be spent in the period", left).Near(left)
		}
		return nil
	}
}

// WithUsed is the family with what somebody spent of a limit by now, on a copy: families do not keep it, because ledgers do.
func (f Family) WithUsed(who member.ID, used wallet.Coins, now time.Time) Family {
	return f.let(who, func(p *Person) {
		l := *p.Limit
		l.Used, l.Counted, p.Limit = used, now, &l
	})
}

// mostCounted bounds how many spendings of a period are added up; whoever spends more often in one waits for the next.
const mostCounted = 1000

// Ledger is what must be read of a wallet to know what was spent in the period of now.
func (l Limit) Ledger(now time.Time, zone *time.Location) wallet.Query {
	return wallet.Query{Kinds: []wallet.Kind{wallet.Spend, wallet.Send, wallet.Return}, From: l.Period.start(now, zone), Limit: mostCounted}
}

// Spent is what a wallet spent or holds, by its state and what Ledger asks for: spendings less what came back of them. Too
// many entries to know count as more than any limit.
func Spent(s wallet.State, entries []wallet.Entry) wallet.Coins {
	if len(entries) >= mostCounted {
		return wallet.MaxCoins
	}
	var used wallet.Coins
	counted := map[int64]bool{}
	for _, h := range s.Holds {
		used += h.Coins
	}
	for _, e := range entries {
		if e.Kind != wallet.Return {
			used += e.Claim
			counted[e.Seq] = true
		}
	}
	for _, e := range entries {
		if e.Kind == wallet.Return && counted[e.Reverses] {
			used -= e.Claim
		}
	}
	return max(0, used)
}
