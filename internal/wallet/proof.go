package wallet

import "context"

// Proof is what a member can check of the own ledger.
type Proof struct {
	HeadSeq  int64
	HeadHash string
	Verified bool
}

// chainPage is how many entries a proof reads at once: few calls, little memory.
const chainPage = 500

// Prove walks a wallet's chain from its first entry: no gap, every hash right, every balance the one before plus
// the amount.
func (s *Service) Prove(ctx context.Context, id ID) (Proof, error) {
	var last Entry
	for {
		page, err := s.Store.Chain(ctx, id, last.Seq, chainPage)
		if err != nil {
			return Proof{}, err
		}
		for _, e := range page {
			if !e.Intact(last.Seq, last.Hash) || e.BalanceAfter() != last.BalanceAfter()+e.Amount {
				return Proof{HeadSeq: last.Seq, HeadHash: last.Hash}, nil
			}
			last = e
		}
		if len(page) < chainPage {
			return Proof{HeadSeq: last.Seq, HeadHash: last.Hash, Verified: true}, nil
		}
	}
}
