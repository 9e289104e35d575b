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
		return s.maySpend(ctx, f, person, head, p)
	}
}

// maySpend refuses what a person of a family spends beyond the own limit, or without a yes that is needed and not asked for;
// head is that of the person's wallet.
func (s *Service) maySpend(ctx context.Context, f Family, person Person, head wallet.Entry, p wallet.Posting) error {
	if err := f.agrees(person, p); err != nil || person.Limit == nil {
		return err
	}
	zone := s.Book.At(p.At).Zone()
	entries, err := s.Ledger.Page(ctx, head.Wallet, person.Limit.Ledger(p.At, zone))
	if err != nil {
		return err
	}
	return within(max(0, person.Limit.PerPeriod-Spent(head.State, entries)), p.Coins)
}

// agrees refuses what a person spends without a yes that is needed and not asked for, or that nobody could give.
func (f Family) agrees(person Person, p wallet.Posting) error {
	if person.NeedsYes(p.Coins) && !(p.Asking && f.decided(person.Member)) {
		return fault.Refuse(NeedsYes, "", "%d coins are spent with somebody's yes", p.Coins)
	}
	if p.Asking && f.pending(p.At) >= MostWaiting {
		return fault.Refuse(TooManyWait, "", "%d wishes wait for a yes in the family; allowed are no more", MostWaiting)
	}
	return nil
}

// within refuses more coins than are left of a limit.
func within(left, coins wallet.Coins) error {
	if coins > left {
		return fault.Refuse(SpendLimit, "", "%d coins may still be spent in the period", left).Near(left)
	}
	return nil
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
	kinds := []wallet.Kind{wallet.Spend, wallet.Send, wallet.Return, wallet.Decline}
	return wallet.Query{Kinds: kinds, From: l.Period.start(now, zone), Limit: mostCounted}
}

// What entries' lines say of draws.
const (
	Drew = "FAMILY_DREW" // in the spender's ledger: what the whole draw costs; negative where it came to nothing or came back
	Gave = "FAMILY_GAVE" // in the ledger of each who gave, the spender included: what that one gave; negative
)

// lineOf finds what an entry says of a draw.
func lineOf(e wallet.Entry, code string) (wallet.Coins, bool) {
	for _, l := range e.Lines {
		if l.Code == code {
			return l.Coins, true
		}
	}
	return 0, false
}

// Given tells whether an entry is about coins that a member gave to a draw of the family.
func Given(e wallet.Entry) bool {
	_, _, is := GiftOf(e)
	return is
}

// GiftOf is what an entry says of coins that a member gave to a draw of the family: for which reward, and how many, negative
// where they came back. False for entries that are about none.
func GiftOf(e wallet.Entry) (reward string, coins wallet.Coins, is bool) {
	for _, l := range e.Lines {
		if l.Code == Gave {
			return l.Detail, -l.Coins, true
		}
	}
	return "", 0, false
}

// Begins tells whether an entry is the one with which a spender's draw begins.
func Begins(e wallet.Entry) bool {
	n, _ := lineOf(e, Drew)
	return n > 0
}

// Spent is what the owner of a wallet spent or holds, by its state and what Ledger asks for: spendings less what came back
// of them. A draw of the family counts whole for who spends it, and for nobody else who gives to it. Too many entries to
// know count as more than any limit.
func Spent(s wallet.State, entries []wallet.Entry) wallet.Coins {
	if len(entries) >= mostCounted {
		return wallet.MaxCoins
	}
	var used wallet.Coins
	counted, drawn := map[int64]bool{}, map[string]bool{}
	for _, h := range s.Holds {
		if h.Purpose != DrawPurpose {
			used += h.Coins
		}
	}
	for _, e := range entries {
		switch {
		case Begins(e):
			drawn[e.Ref] = true
		case e.Kind == wallet.Decline || e.Kind == wallet.Return || Given(e):
		default:
			used += e.Claim
			counted[e.Seq] = true
		}
	}
	for _, e := range entries {
		if n, is := lineOf(e, Drew); is && drawn[e.Ref] {
			used += n
		}
		if e.Kind == wallet.Return && counted[e.Reverses] {
			used -= e.Claim
		}
	}
	return max(0, used)
}
