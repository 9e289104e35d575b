// Package product is what the shop sells for money, as far as apps must show it.
package product

import (
	"context"
	"time"

	"membergate/internal/fault"
)

// Product is one thing that is sold, by its stock-keeping unit.
type Product struct {
	SKU        string // as written on the label, such as "85123A"; upper and lower case differ
	Title      string // empty = none known
	PriceMilli int64  // thousandths of a yuan, because labels may carry three decimals; 0 or less = no price known
	ImagePath  string // path of a picture on this host, empty if none
	InStock    bool
	Category   string    // code, empty if none
	UpdatedAt  time.Time // programme time of what was last learned of it
}

// Check refuses a product that no store could keep, in one sentence.
func (p Product) Check() error {
	if len(p.SKU) == 0 || len(p.SKU) > 64 {
		return fault.Bad("sku", "sku %.70q has %d bytes; allowed are 1 to 64", p.SKU, len(p.SKU))
	}
	return nil
}

// Name is the title, or the stock-keeping unit where there is none.
func (p Product) Name() string {
	if p.Title == "" {
		return p.SKU
	}
	return p.Title
}

// Price is what one piece costs, and false where no price is known.
func (p Product) Price() (Money, bool) {
	if p.PriceMilli <= 0 {
		return Money{}, false
	}
	return Yuan(p.PriceMilli), true
}

// Store keeps products.
type Store interface {
	// PutAll adds products, each replacing the one with its SKU; of several with one SKU the last one counts. When
	// the store does not answer, any part of them may have been kept: putting them again is safe.
	PutAll(ctx context.Context, products []Product) error
	// ByIDs gives products by SKU; those unknown are missing.
	ByIDs(ctx context.Context, skus []string) (map[string]Product, error)
	// Walk gives at most n products in the order of their SKUs' bytes, after a SKU; "" starts at the first.
	Walk(ctx context.Context, after string, n int) ([]Product, error)
	// Count tells how many products there are.
	Count(ctx context.Context) (int64, error)
}
