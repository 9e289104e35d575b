package account

import (
	"crypto/rand"
	"encoding/hex"

	"membergate/internal/member"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// Open makes the holder of somebody who joins: the lowest tier, an empty wallet under a random name, and a random
// public handle unless the profile has one.
func Open(book tier.Book, p member.Profile) Holder {
	if p.Handle == "" {
		b := make([]byte, 12)
		_, _ = rand.Read(b) // it never fails
		p.Handle = hex.EncodeToString(b)
	}
	p.Version = 1
	standing := tier.Join(book.At(p.JoinedAt), p.JoinedAt).Foreseen(book)
	return Holder{Profile: p, Account: Account{
		Member: p.ID, Wallet: wallet.NewID(), Standing: standing, Version: 1,
	}}
}
