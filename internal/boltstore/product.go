package boltstore

import (
	"context"

	"membergate/internal/product"
)

// Products:
//
//	products  SKU → product.Product
var products = newBucket("products")

// Products is a product.Store.
type Products struct{ s *Store }

// Products gives the store of products.
func (s *Store) Products() *Products { return &Products{s} }

// PutAll implements product.Store.
func (p *Products) PutAll(ctx context.Context, all []product.Product) error {
	if len(all) == 0 {
		return nil
	}
	return p.s.write(ctx, func(t *tx) error {
		for _, each := range all {
			if err := t.put(products, []byte(each.SKU), each); err != nil {
				return err
			}
		}
		return nil
	})
}

// ByIDs implements product.Store.
func (p *Products) ByIDs(ctx context.Context, skus []string) (map[string]product.Product, error) {
	out := make(map[string]product.Product, len(skus))
	err := p.s.read(ctx, func(t *tx) error {
		for _, sku := range skus {
			found, ok, err := get[product.Product](t, products, []byte(sku))
			if err != nil {
				return err
			}
			if ok {
				out[sku] = found
			}
		}
		return nil
	})
	return out, err
}

// Walk implements product.Store.
func (p *Products) Walk(ctx context.Context, after string, n int) (out []product.Product, err error) {
	err = p.s.read(ctx, func(t *tx) error {
		for k, v := range t.after(products, []byte(after)) {
			if len(out) >= n {
				return nil
			}
			var found product.Product
			if err := decode(products, k, v, &found); err != nil {
				return err
			}
			out = append(out, found)
		}
		return nil
	})
	return out, err
}

// Count implements product.Store.
func (p *Products) Count(ctx context.Context) (n int64, err error) {
	err = p.s.read(ctx, func(t *tx) error {
		n = int64(t.bolt.Bucket([]byte(products)).Stats().KeyN)
		return nil
	})
	return n, err
}
