package account

import (
	"context"
	"time"

	"membergate/internal/member"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// Census is how all members together stand at one moment. Coins are summed over all wallets.
type Census struct {
	Members    int
	Tiers      map[string]int // members by the tier held
	Protected  int
	Earned     wallet.Coins // ever, before repayments and claw-backs
	ClawedBack wallet.Coins // ever, owed parts included
	Spent      wallet.Coins
	Expired    wallet.Coins
	Available  wallet.Coins
	Held       wallet.Coins
	Owed       wallet.Coins
}

// censusPage is how many members are counted at once.
const censusPage = 500

// Count takes the census at a moment: every standing advanced to it, every wallet with what had died by then taken
// off. Progress is told in members.
func Count(ctx context.Context, s Store, ledger wallet.Store, book tier.Book, at time.Time, progress func(done int)) (Census, error) {
	c := Census{Tiers: map[string]int{}}
	p := book.At(at)
	var last member.ID
	for {
		page, err := s.Walk(ctx, last, censusPage)
		if err != nil || len(page) == 0 {
			return c, err
		}
		ids := make([]wallet.ID, len(page))
		for i, h := range page {
			ids[i] = h.Account.Wallet
		}
		heads, err := ledger.Heads(ctx, ids)
		if err != nil {
			return c, err
		}
		for _, h := range page {
			standing := h.Account.Standing.Advance(book, at)
			c.Members++
			c.Tiers[standing.Held(p, at).Code]++
			if standing.StateAt(p, at) == tier.Protected {
				c.Protected++
			}
			c.add(heads[h.Account.Wallet].State.At(at))
		}
		last = page[len(page)-1].Profile.ID
		progress(c.Members)
	}
}

func (c *Census) add(s wallet.State) {
	c.Earned += s.LifetimeEarned
	c.ClawedBack += s.LifetimeClawed
	c.Spent += s.LifetimeSpent
	c.Expired += s.LifetimeExpired
	c.Available += s.Available()
	c.Held += s.Held()
	c.Owed += s.Owed
}
