package wallet_test

import (
	"math/rand/v2"
	"os"
	"testing"

	"pgregory.net/rapid"

	"membergate/internal/storetest"
)

// walked is how many steps one check takes; rapid makes a hundred checks, so that a run of the tests takes 100,000. The
// race detector makes each ten times as long, and the walk has one goroutine: with it, a tenth does.
var walked = 1000

func TestAWalletNeverLosesNorMakesACoinWhateverHappens(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		choose := func(n int) int { return rapid.IntRange(0, n-1).Draw(r, "choice") }
		if err := storetest.WalletWalk(t.Context(), storetest.Memory().Wallets, walked, choose); err != nil {
			r.Fatal(err)
		}
	})
}

func TestNorOverANetworkThatLosesAnswers(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		choose := func(n int) int { return rapid.IntRange(0, n-1).Draw(r, "choice") }
		flaky := storetest.Flaky(storetest.Memory(), rapid.Uint64().Draw(r, "network"))
		if err := storetest.WalletWalk(t.Context(), flaky.Wallets, 50, choose); err != nil {
			r.Fatal(err)
		}
	})
}

// TestSoakAWallet takes a million steps; it is one of the long tests.
func TestSoakAWallet(t *testing.T) {
	if os.Getenv("SOAK") == "" {
		t.Skip("SOAK is not set: this takes minutes")
	}
	for seed := range uint64(1000) {
		if err := storetest.WalletWalk(t.Context(), storetest.Memory().Wallets, walked, rand.New(rand.NewPCG(seed, 1)).IntN); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}
