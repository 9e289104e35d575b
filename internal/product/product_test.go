package product_test

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"membergate/internal/product"

	"pgregory.net/rapid"
)

func TestPriceIsWrittenWithoutRounding(t *testing.T) {
	for _, c := range []struct {
		milli int64
		want  string
	}{
		{1, "0.001"},
		{10, "0.01"},
		{100, "0.10"},
		{2550, "2.55"},
		{2555, "2.555"},
		{12_500, "12.50"},
		{1_000_000, "1000.00"},
		{-2_550, "-2.55"},
		{0, "0.00"},
		{math.MaxInt64, "9223372036854775.807"},
		{math.MinInt64, "-9223372036854775.808"},
	} {
		if got := product.Yuan(c.milli); got.Amount != c.want || got.CurrencyCode != "CNY" {
			t.Errorf("Yuan(%d) = %v, want %s CNY", c.milli, got, c.want)
		}
	}
}

func TestEveryPriceReadsBackExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		milli := rapid.Int64().Draw(t, "milli")
		got, ok := new(big.Rat).SetString(product.Yuan(milli).Amount)
		if !ok || got.Cmp(big.NewRat(milli, 1000)) != 0 {
			t.Fatalf("%d thousandths became %q", milli, product.Yuan(milli).Amount)
		}
	})
}

func TestProductWithoutTitleOrPriceSaysSo(t *testing.T) {
	p := product.Product{SKU: "85123A"}
	if p.Name() != "85123A" {
		t.Errorf("name %q, want the SKU", p.Name())
	}
	for _, milli := range []int64{0, -1} {
		p.PriceMilli = milli
		if m, ok := p.Price(); ok {
			t.Errorf("price of %d thousandths is %v, want none", milli, m)
		}
	}
	p.Title, p.PriceMilli = "White heart", 2550
	if m, ok := p.Price(); p.Name() != "White heart" || !ok || m.Amount != "2.55" {
		t.Errorf("%q at %v, %v", p.Name(), m, ok)
	}
}

func TestSKUsThatNoStoreCouldKeepAreRefused(t *testing.T) {
	for sku, want := range map[string]string{
		"":                      "sku \"\" has 0 bytes; allowed are 1 to 64",
		strings.Repeat("x", 65): "has 65 bytes; allowed are 1 to 64",
	} {
		if err := (product.Product{SKU: sku}).Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("sku %q: %v", sku, err)
		}
	}
	if err := (product.Product{SKU: "BANK CHARGES"}).Check(); err != nil {
		t.Error(err)
	}
}
