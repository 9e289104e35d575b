package wallet

import (
	"hash/maphash"
	"sync"
)

// lanes let the writers of this process take turns at a wallet. Two that write at once are right without it, because
// the ledger takes one and the other builds its entry anew; but of n at once the last would build n times. Wallets
// share lanes, so that they cost nothing when nobody writes.
type lanes [256]sync.Mutex

var laneSeed = maphash.MakeSeed()

// take waits for the wallet's turn, and gives what ends it. Whoever's time has run out while waiting learns so from the
// first thing that it asks the store.
func (l *lanes) take(id ID) (leave func()) {
	turn := &l[maphash.String(laneSeed, string(id))%uint64(len(l))]
	turn.Lock()
	return turn.Unlock
}
