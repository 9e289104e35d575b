package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"membergate/internal/product"
)

// Products tests the promises of product.Store.
func Products(t *testing.T, s product.Store) {
	group[product.Store]{
		{"every field of a product comes back", fieldsOfProduct},
		{"those unknown are missing", unknownProducts},
		{"a product is replaced whole", replaceProduct},
		{"of several with one SKU the last one counts", repeatedProduct},
		{"SKUs are compared as written", writtenSKUs},
		{"a walk gives all products in the order of their SKUs", walkProducts},
		{"all of a large shop is kept and counted", largeShop},
		{"many who put the same products at once leave one of each", putProductsRace},
		{"a cancelled caller is told so", cancelledProducts},
	}.run(t, s)
}

// ware makes a product with every field filled, under a new SKU.
func ware(seed uint64) product.Product {
	p := filled[product.Product](dice(seed))
	p.SKU = name("sku")
	return p
}

func fieldsOfProduct(t *testing.T, ctx context.Context, s product.Store) {
	bare := product.Product{SKU: name("sku")}
	all := []product.Product{ware(1), ware(2), bare}
	must(t, s.PutAll(ctx, all))
	got, err := s.ByIDs(ctx, []string{all[0].SKU, all[1].SKU, bare.SKU})
	must(t, err)
	same(t, "the products", got, map[string]product.Product{all[0].SKU: all[0], all[1].SKU: all[1], bare.SKU: bare})
}

func unknownProducts(t *testing.T, ctx context.Context, s product.Store) {
	p := ware(1)
	must(t, s.PutAll(ctx, []product.Product{p}))
	must(t, s.PutAll(ctx, nil))
	got, err := s.ByIDs(ctx, []string{"", p.SKU, p.SKU, name("nothing")})
	must(t, err)
	same(t, "the answer", got, map[string]product.Product{p.SKU: p})
	got, err = s.ByIDs(ctx, nil)
	must(t, err)
	same(t, "the answer to nothing", got, map[string]product.Product{})
}

func replaceProduct(t *testing.T, ctx context.Context, s product.Store) {
	p := ware(1)
	must(t, s.PutAll(ctx, []product.Product{p}))
	next := product.Product{SKU: p.SKU, Title: "only a title"} // what was full can become empty
	must(t, s.PutAll(ctx, []product.Product{next}))
	got, err := s.ByIDs(ctx, []string{p.SKU})
	must(t, err)
	same(t, "the product", got[p.SKU], next)
}

func repeatedProduct(t *testing.T, ctx context.Context, s product.Store) {
	sku := name("sku")
	var all []product.Product
	for i := range uint64(5) {
		p := ware(i)
		p.SKU = sku
		all = append(all, p, ware(100+i))
	}
	must(t, s.PutAll(ctx, all))
	got, err := s.ByIDs(ctx, []string{sku, all[1].SKU})
	must(t, err)
	same(t, "the products", got, map[string]product.Product{sku: all[8], all[1].SKU: all[1]})
}

func writtenSKUs(t *testing.T, ctx context.Context, s product.Store) {
	base := name("sku")
	want := map[string]product.Product{}
	var all []product.Product
	for i, sku := range []string{base + "A", base + "a", base + "a ", " " + base, base + "/$.\"", base + "金"} {
		p := ware(uint64(i))
		p.SKU = sku
		all, want[sku] = append(all, p), p
	}
	must(t, s.PutAll(ctx, all))
	var skus []string
	for _, p := range all {
		skus = append(skus, p.SKU)
	}
	got, err := s.ByIDs(ctx, skus)
	must(t, err)
	same(t, "the products", got, want)
}

func walkProducts(t *testing.T, ctx context.Context, s product.Store) {
	base := name("walk")
	var want []product.Product
	for i, end := range []string{"1", "10", "2", "85123A", "85123a", "B", "a", "é", "金"} { // in the order of their bytes
		p := ware(uint64(i))
		p.SKU = base + end
		want = append(want, p)
	}
	shuffled := slices.Clone(want)
	dice(1).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	must(t, s.PutAll(ctx, shuffled))
	var got []product.Product
	for after := base; len(got) < len(want); after = got[len(got)-1].SKU {
		page, err := s.Walk(ctx, after, 4)
		must(t, err)
		if len(page) == 0 || len(page) > 4 {
			t.Fatalf("a page of 4 has %d products", len(page))
		}
		got = append(got, page...)
	}
	same(t, "the walk", got[:len(want)], want)
	if page, err := s.Walk(ctx, "", 0); err != nil || len(page) > 0 {
		t.Errorf("a walk of nothing gives %d products, %v", len(page), err)
	}
}

func largeShop(t *testing.T, ctx context.Context, s product.Store) {
	before, err := s.Count(ctx)
	must(t, err)
	var all []product.Product
	var skus []string
	for i := range 450 {
		all = append(all, ware(uint64(i)))
		skus = append(skus, all[i].SKU)
	}
	must(t, s.PutAll(ctx, all))
	must(t, s.PutAll(ctx, all[:300])) // again
	after, err := s.Count(ctx)
	must(t, err)
	if after-before != int64(len(all)) {
		t.Errorf("%d products more are counted, want %d", after-before, len(all))
	}
	got, err := s.ByIDs(ctx, skus)
	must(t, err)
	if len(got) != len(all) {
		t.Errorf("%d products are found, want %d", len(got), len(all))
	}
}

func putProductsRace(t *testing.T, ctx context.Context, s product.Store) {
	base := name("race")
	before, err := s.Count(ctx)
	must(t, err)
	errs := together(8, func(i int) error {
		var all []product.Product
		for n := range 20 {
			all = append(all, product.Product{SKU: fmt.Sprint(base, n), Title: fmt.Sprint(i), PriceMilli: int64(i)})
		}
		return s.PutAll(ctx, all)
	})
	must(t, errors.Join(errs...))
	after, err := s.Count(ctx)
	must(t, err)
	if after-before != 20 {
		t.Errorf("%d products are counted, want 20", after-before)
	}
	got, err := s.Walk(ctx, base, 20)
	must(t, err)
	for _, p := range got {
		if p.Title != fmt.Sprint(p.PriceMilli) {
			t.Errorf("product %s is mixed from two: title %s, price %d", p.SKU, p.Title, p.PriceMilli)
		}
	}
}

func cancelledProducts(t *testing.T, ctx context.Context, s product.Store) {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	if err := s.PutAll(ctx, []product.Product{ware(1)}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled PutAll gave %v, want %v", err, context.Canceled)
	}
	if _, err := s.Count(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled Count gave %v, want %v", err, context.Canceled)
	}
}
