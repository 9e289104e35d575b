package wallet

import "membergate/internal/fault"

// adjust corrects a balance by a signed number of coins, with a reason. Whether two people agreed to it is the
// caller's to know. What comes in counts as issued; what goes out counts as clawed back, and is owed where the balance
// does not cover it.
func (e *Entry) adjust(p Posting, most Coins) error {
	if p.Reason == "" {
		return fault.Bad("reason", "the adjustment has no reason; allowed is a sentence that says why")
	}
	e.Reason = p.Reason
	if p.Coins < 0 {
		e.Claim = -p.Coins
		e.claim(-p.Coins, p)
		return nil
	}
	e.earn(p, most)
	return nil
}
