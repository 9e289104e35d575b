package mongostore

import (
	"context"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/account"
	"membergate/internal/desk"
	"membergate/internal/export"
	"membergate/internal/insight"
	"membergate/internal/notice"
	"membergate/internal/report"
	"membergate/internal/rotation"
	"membergate/internal/secret"
	"membergate/internal/signin"
	"membergate/internal/vault"
	"membergate/internal/voucher"
)

// sealedIn names the fields of a collection that hold sealed texts; "list.field" is a field of a list's rows.
type sealedIn struct {
	collection collection
	purpose    string
	fields     []string
	list       bool
}

// sealedPlaces are all of them, by the names of collections.
var sealedPlaces = []sealedIn{
	{members, account.SealPurpose, []string{"profile.sealed"}, false},
	{requests, desk.TextPurpose, []string{"sealed", "note"}, false},
	{reports, report.TextPurpose, []string{"sealed"}, false},
	{vouchers, voucher.Purpose, []string{"sealed"}, false},
	{redemptions, voucher.Purpose, []string{"sealed"}, false},
	{insights, insight.SealPurpose, []string{"sealed"}, false},
	{exportParts, export.SealPurpose, []string{"sealed"}, false},
	{noticeSettings, notice.DevicePurpose, []string{"devices.token"}, true},
	{readings, vault.ReasonPurpose, []string{"reason"}, false},
	{identities, vault.SealPurpose, []string{"facts.sealed"}, true},
	{logins, signin.SealPurpose, []string{"sealed"}, false},
}

// hashedPlaces are the fields that begin with the id of the key that they were hashed with.
var hashedPlaces = []struct {
	collection collection
	field      string
}{{vouchers, "_id"}, {noticeSettings, "devices.hash"}, {identities, "facts.hash"}, {erased, "_id"}, {logins, "_id"}}

// Rotation is a rotation.Store.
type Rotation struct{ s *Store }

// Rotation gives what is kept secret.
func (s *Store) Rotation() *Rotation { return &Rotation{s} }

// Places implements rotation.Store.
func (r *Rotation) Places() (out []rotation.Place) {
	for _, p := range sealedPlaces {
		out = append(out, rotation.Place{Name: p.collection.name, Purpose: p.purpose})
	}
	return out
}

func sealedPlace(name string) sealedIn {
	return sealedPlaces[slices.IndexFunc(sealedPlaces, func(p sealedIn) bool { return p.collection.name == name })]
}

// Sealed implements rotation.Store.
func (r *Rotation) Sealed(ctx context.Context, place, after string, n int) (out []rotation.Document, err error) {
	p := sealedPlace(place)
	var some []bson.D
	shown := bson.D{}
	for _, f := range p.fields {
		some, shown = append(some, is(f, bson.D{{Key: "$gt", Value: ""}})), append(shown, bson.E{Key: f, Value: 1})
	}
	filter := append(is("_id", bson.D{{Key: "$gt", Value: after}}), either(some...)...)
	err = find(ctx, r.s, p.collection, filter, options.Find().SetSort(by("_id", 1)).SetLimit(int64(n)).SetProjection(shown), func(d bson.Raw) {
		one := rotation.Document{ID: d.Lookup("_id").StringValue()}
		for _, f := range p.fields {
			one.Texts = append(one.Texts, textsAt(d, f)...)
		}
		out = append(out, one)
	})
	return out, err
}

// textsAt gives the texts at a path, through a list where there is one, without empty ones.
func textsAt(d bson.Raw, path string) (out []string) {
	var walk func(v bson.RawValue, names []string)
	walk = func(v bson.RawValue, names []string) {
		if rows, ok := v.ArrayOK(); ok {
			each, _ := rows.Values()
			for _, row := range each {
				walk(row, names)
			}
			return
		}
		if len(names) == 0 {
			if text, ok := v.StringValueOK(); ok && text != "" {
				out = append(out, text)
			}
			return
		}
		if inner, ok := v.DocumentOK(); ok {
			walk(inner.Lookup(names[0]), names[1:])
		}
	}
	walk(bson.RawValue{Type: bson.TypeEmbeddedDocument, Value: d}, strings.Split(path, "."))
	return out
}

// Swap implements rotation.Store.
func (r *Rotation) Swap(ctx context.Context, place, id, older, newer string) (done bool, err error) {
	p := sealedPlace(place)
	for _, f := range p.fields {
		set := f
		if p.list {
			names := strings.Split(f, ".")
			set = names[0] + ".$." + names[1]
		}
		err = r.s.run(ctx, func(ctx context.Context) error {
			found, err := r.s.in(p.collection).UpdateOne(ctx, append(is("_id", id), is(f, older)...), bson.D{{Key: "$set", Value: is(set, newer)}})
			if err == nil {
				done = done || found.MatchedCount > 0
			}
			return err
		})
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// Hashed implements rotation.Store.
func (r *Rotation) Hashed(ctx context.Context) (map[string]int, error) {
	out := map[string]int{}
	for _, p := range hashedPlaces {
		for after := ""; ; {
			n := 0
			filter := append(is("_id", bson.D{{Key: "$gt", Value: after}}), is(p.field, bson.D{{Key: "$gt", Value: ""}})...)
			o := options.Find().SetSort(by("_id", 1)).SetLimit(hashedAtOnce).SetProjection(bson.D{{Key: p.field, Value: 1}})
			err := find(ctx, r.s, p.collection, filter, o, func(d bson.Raw) {
				n, after = n+1, d.Lookup("_id").StringValue()
				for _, text := range textsAt(d, p.field) {
					out[secret.SealedWith(text)]++
				}
			})
			if err != nil {
				return nil, err
			}
			if n < hashedAtOnce {
				break
			}
		}
	}
	return out, nil
}

// hashedAtOnce is how many documents are counted with one command.
const hashedAtOnce = 1000
