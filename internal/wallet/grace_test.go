package wallet_test

import (
	"context"
	"testing"
	"time"

	"membergate/internal/storetest"
	"membergate/internal/wallet"
)

// How long coins live on that died while they were held, or were spent on what was taken back, is the programme's to
// say; a hold keeps what was said when it was made.
func TestTheGraceOfWhatComesBackIsTheOneThatWasSaid(t *testing.T) {
	s := &wallet.Service{Store: storetest.Memory().Wallets, Most: most, Grace: 5, Now: func() time.Time { return start }}
	id := wallet.NewID()
	died := month(1).Add(time.Hour)
	if _, err := s.Post(t.Context(), id, []wallet.Posting{
		{Op: "earn", Kind: wallet.Earn, Coins: 50, At: start, Expires: month(1)},
		{Op: "held", Kind: wallet.SetAside, Coins: 20, At: start, Until: died},
		{Op: "spent", Kind: wallet.Spend, Coins: 10, At: start},
	}); err != nil {
		t.Fatal(err)
	}
	_, err := s.Do(t.Context(), id, wallet.Command{Op: "asked", At: start, Decide: func(context.Context, wallet.Entry) (wallet.Posting, error) {
		return wallet.Posting{Kind: wallet.SetAside, Coins: 5, Until: died}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	s.Grace = 1000 // said later: open holds keep theirs
	heads, err := s.Store.Heads(t.Context(), []wallet.ID{id})
	if err != nil {
		t.Fatal(err)
	}
	now := heads[id].State
	for at, want := range map[time.Time]wallet.Coins{died: 25, died.Add(5*time.Hour - 1): 25, died.Add(5 * time.Hour): 0} {
		if got := now.At(at).Available(); got != want {
			t.Errorf("%d coins are available at %s, want %d", got, at, want)
		}
	}
	s.Grace = 7
	back := died.Add(6 * time.Hour)
	if _, err := s.Post(t.Context(), id, []wallet.Posting{{Op: "back", Kind: wallet.Return, Coins: 10, At: back, Parts: []wallet.Share{{Expires: month(1), Coins: 10}}}}); err != nil {
		t.Fatal(err)
	}
	heads, err = s.Store.Heads(t.Context(), []wallet.ID{id})
	if err != nil {
		t.Fatal(err)
	}
	if s := heads[id].State; s.At(back.Add(7*time.Hour-1)).Available() != 10 || s.At(back.Add(7*time.Hour)).Available() != 0 {
		t.Errorf("what came back lives in %+v", s.Lots)
	}
}
