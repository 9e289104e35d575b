package main

import (
	"context"
	"fmt"
	"log/slog"
	"testing"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// spenders are members whose coins never die, so that tests can spend them by the real clock. Each test has its own.
var spenders = map[member.ID]wallet.Coins{
	"payer": 10_000, "refused": 10_000, "hurried": 1_000, "empty": 1, "buyer": 10_000, "turned": 10_000, "adjusted": 100, "shopper": 10_000,
}

func putSpenders(pairs []string) error {
	s, err := readSettings(env(pairs...))
	if err != nil {
		return err
	}
	ctx := context.Background()
	st, err := openStores(ctx, s, true, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer st.close()
	rules, err := programme.Keep("retail-5")
	if err != nil {
		return err
	}
	for id, coins := range spenders {
		h := account.Open(rules, member.Profile{ID: id, DisplayName: string(id), JoinedAt: foundation})
		if id == "turned" { // somebody to whom every reward is open
			h.Account.Standing = h.Account.Standing.Give(rules, tier.Grant{Tier: "GOLD", Route: programme.Invited, From: written(2), Until: written(2).AddDate(100, 0, 0)})
		}
		if err := st.accounts.Create(ctx, h); err != nil {
			return err
		}
		if _, err := st.wallets(rules).Post(ctx, h.Account.Wallet, []wallet.Posting{{
			Op: "gift", Kind: wallet.Adjust, Coins: coins, Title: "coins.adjusted", Reason: "to be spent by tests", At: written(1), Actor: "staff",
		}}); err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
	}
	return nil
}

// spender gives one of them.
func spender(t testing.TB, e *engine, id string) walletApp {
	t.Helper()
	return walletApp{t, e.gateway.url, id, appDocument(t, "wallet")}
}
