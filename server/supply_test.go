package main

import (
	"context"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/supply"
	"membergate/internal/wallet"
)

func TestWhatIsWrittenWhileItServesIsCountedAtTheLatestWhenItStops(t *testing.T) {
	s, err := readSettings(env("DATA_DIR", t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := programme.Keep(s.Programme)
	if err != nil {
		t.Fatal(err)
	}
	st, err := openStores(t.Context(), s, true, discard())
	if err != nil {
		t.Fatal(err)
	}
	defer st.close()
	hints, now := supply.NewHints(), time.Now()
	st.watch(hints)
	serving, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- keepSupply(st, rules, hints, discard())(serving) }()
	var ids []wallet.ID
	for _, id := range []member.ID{"1", "2", "3"} {
		h := account.Open(rules, member.Profile{ID: id, JoinedAt: now})
		if err := st.accounts.Create(t.Context(), h); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, h.Account.Wallet)
	}
	for _, p := range []wallet.Posting{
		{Op: "a", Kind: wallet.Earn, Coins: 100, At: now, Expires: now.Add(time.Hour)},
		{Op: "b", Kind: wallet.Earn, Coins: 50, At: now},
		{Op: "c", Kind: wallet.Spend, Coins: 30, At: now},
	} {
		for _, id := range ids {
			if _, err := st.wallets(rules).Post(t.Context(), id, []wallet.Posting{p}); err != nil {
				t.Fatal(err)
			}
		}
	}
	// Nothing is told before every wallet was looked at once, so that must be over before the end.
	for _, told, err := supply.Read(t.Context(), st.supply, now); !told; _, told, err = supply.Read(t.Context(), st.supply, now) {
		if err != nil {
			t.Fatal(err)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	for at, want := range map[time.Time]supply.Amounts{
		now:                    {Issued: 450, Burned: 90, Outstanding: 360},
		now.Add(2 * time.Hour): {Issued: 450, Burned: 90, Expired: 210, Outstanding: 150},
	} {
		got, _, err := supply.Read(t.Context(), st.supply, at)
		if err != nil || got != want || want.Reserve(8) != want.Outstanding*8/100 {
			t.Errorf("at %s: %+v, %v; want %+v", at, got, err, want)
		}
	}
}
