package mongostore

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/product"
)

// Products:
//
//	products { _id: SKU, sv: 1, title, price: thousandths of a yuan, image, inStock, category, updated }
var products = newCollection("products")

// Products is a product.Store.
type Products struct{ s *Store }

// Products gives the store of products.
func (s *Store) Products() *Products { return &Products{s} }

type productDoc struct {
	SKU      string    `bson:"_id"`
	SV       int       `bson:"sv"`
	Title    string    `bson:"title,omitempty"`
	Price    int64     `bson:"price,omitempty"`
	Image    string    `bson:"image,omitempty"`
	InStock  bool      `bson:"inStock"`
	Category string    `bson:"category,omitempty"`
	Updated  time.Time `bson:"updated"`
}

func toProduct(p product.Product) productDoc {
	return productDoc{
		SKU: p.SKU, SV: 1, Title: p.Title, Price: p.PriceMilli, Image: p.ImagePath, InStock: p.InStock, Category: p.Category,
		Updated: p.UpdatedAt,
	}
}

func (d productDoc) product() product.Product {
	return product.Product{
		SKU: d.SKU, Title: d.Title, PriceMilli: d.Price, ImagePath: d.Image, InStock: d.InStock, Category: d.Category,
		UpdatedAt: d.Updated,
	}
}

// PutAll implements product.Store.
func (p *Products) PutAll(ctx context.Context, all []product.Product) error {
	return putAll(ctx, p.s, products, each(all, toProduct), func(d productDoc) string { return d.SKU })
}

// ByIDs implements product.Store.
func (p *Products) ByIDs(ctx context.Context, skus []string) (map[string]product.Product, error) {
	out := make(map[string]product.Product, len(skus))
	if len(skus) == 0 {
		return out, nil
	}
	err := find(ctx, p.s, products, in("_id", skus), options.Find(),
		func(d productDoc) { out[d.SKU] = d.product() })
	return out, err
}

// Walk implements product.Store.
func (p *Products) Walk(ctx context.Context, after string, n int) (out []product.Product, err error) {
	if n <= 0 {
		return nil, nil
	}
	err = find(ctx, p.s, products, is("_id", bson.D{{Key: "$gt", Value: after}}),
		options.Find().SetSort(by("_id", 1)).SetLimit(int64(n)),
		func(d productDoc) { out = append(out, d.product()) })
	return out, err
}

// Count implements product.Store.
func (p *Products) Count(ctx context.Context) (n int64, err error) {
	err = p.s.run(ctx, func(ctx context.Context) error {
		n, err = p.s.in(products).CountDocuments(ctx, bson.D{})
		return err
	})
	return n, err
}
