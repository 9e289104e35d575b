package notice

import (
	"strconv"
	"time"

	"membergate/internal/clock"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// Told are the kinds of entries that members are told of, with the kinds of their notices.
var told = map[wallet.Kind]string{
	wallet.Earn:     programme.CoinsEarned,
	wallet.Activate: programme.CoinsEarned, // what was promised has come
	wallet.Receive:  programme.CoinsReceived,
	wallet.Adjust:   programme.CoinsCorrected,
	wallet.Expire:   programme.CoinsExpired,
}

// moved tells of what a ledger says that was not seen before.
func (f *finding) moved(purse Purse) {
	for _, e := range purse.Fresh {
		code, ok := told[e.Kind]
		if !ok || e.Amount == 0 {
			continue
		}
		c := Cause{
			Kind: code, Key: purse.Currency + "#" + strconv.FormatInt(e.Seq, 10), At: e.OccurredAt,
			Fill:    Fill{Coins: amount(e), Day: e.OccurredAt, Currency: purse.Currency},
			Subject: "LedgerEntry:" + string(e.Wallet) + "/" + strconv.FormatInt(e.Seq, 10),
		}
		if k, _ := f.p.Notice(code); k.Group == programme.ByDay {
			c.Group = purse.Currency + "@" + clock.Day(e.OccurredAt, f.p.Zone())
		}
		f.tell(c)
	}
}

// amount is what an entry's notice says: how many died is no negative number, and only a correction may be one.
func amount(e wallet.Entry) wallet.Coins {
	if e.Kind == wallet.Expire {
		return -e.Amount
	}
	return e.Amount
}

// dying tells of coins before they die, lot by lot: those of one moment together.
func (f *finding) dying(purse Purse) {
	for _, l := range purse.Head.State.At(f.now).Expiring(f.now, Ever) {
		f.ahead(programme.CoinsExpiring, l.Expires, purse.Currency+"!"+l.Expires.UTC().Format(time.RFC3339), Cause{
			Fill: Fill{Coins: l.Free, Currency: purse.Currency}, Subject: "Wallet:" + string(purse.Head.Wallet),
		})
	}
}
