// Package storetest says what every store promises, as tests that all implementations pass. A promise of an interface's
// comment is a named sub-test here; Run is the whole of it, for a store's own package to call.
//
// Tests never assume that a store is empty: they use names of their own, so that one database serves them all.
package storetest

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"membergate/internal/account"
	"membergate/internal/admission"
	"membergate/internal/order"
	"membergate/internal/wallet"
)

// Stores are the stores of one engine.
type Stores struct {
	Accounts   account.Store
	Wallets    wallet.Store
	Orders     order.Store
	Admissions admission.Store
}

// Run tests all promises. It calls open once for every group of them; stores may be shared or fresh.
func Run(t *testing.T, open func(t *testing.T) Stores) {
	t.Run("accounts", func(t *testing.T) { Accounts(t, open(t).Accounts) })
	t.Run("wallets", func(t *testing.T) { Wallets(t, open(t).Wallets) })
	t.Run("orders", func(t *testing.T) { Orders(t, open(t).Orders) })
	t.Run("a wallet never loses nor makes a coin", func(t *testing.T) { walks(t, open) })
	t.Run("orders become coins exactly once", func(t *testing.T) { ExactlyOnce(t, open) })
	t.Run("coins pay parts of orders", func(t *testing.T) { Paying(t, open) })
	t.Run("admissions", func(t *testing.T) { Admissions(t, open(t)) })
	t.Run("members are settled", func(t *testing.T) { Settlement(t, open) })
}

// Ran notes in the file that STORETEST_ENGINES names that the tests ran on an engine: bolt, mongodb, miniredis or
// redis. Details follow in brackets.
func Ran(t testing.TB, engine, details string) {
	t.Helper()
	path := os.Getenv("STORETEST_ENGINES")
	if path == "" {
		return
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatalf("STORETEST_ENGINES: %v", err)
	}
	line := engine
	if details != "" {
		line = fmt.Sprintf("%s (%s)", engine, details)
	}
	if _, err := fmt.Fprintln(f, line); err != nil {
		t.Fatalf("STORETEST_ENGINES: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Fatalf("STORETEST_ENGINES: %v", err)
	}
}

// group is a list of promises: what is promised, and its test.
type group[S any] []promise[S]

type promise[S any] struct {
	says string
	test func(t *testing.T, ctx context.Context, s S)
}

// run tests each promise under its name.
func (g group[S]) run(t *testing.T, s S) {
	for _, p := range g {
		t.Run(p.says, func(t *testing.T) { p.test(t, t.Context(), s) })
	}
}

// same fails if two values differ. An empty list and none are the same.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s is not what was stored (-want +got):\n%s", what, diff)
	}
}

// must ends the test if an error came that should not.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected error: %v", err)
	}
}
