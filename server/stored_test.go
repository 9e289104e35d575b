package main

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"go.etcd.io/bbolt"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/boltstore"
)

// A thing is something that a store holds, as it lies there, past everything that knows what it means.
type thing struct {
	place string // collection, bucket or beginning of a key
	key   string
	text  string // the value, as JSON where it is a document
	value any    // the document; nil where it is none
}

// inBolt gives everything in the embedded store of a directory that nobody has open.
func inBolt(t *testing.T, dir string) (out []thing) {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(dir, boltstore.File), 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
			return b.ForEach(func(k, v []byte) error {
				one := thing{place: string(name), key: string(k), text: string(v)}
				if bytes.HasPrefix(v, []byte("{")) {
					if err := json.Unmarshal(v, &one.value); err != nil {
						return err
					}
				}
				out = append(out, one)
				return nil
			})
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// inMongo gives everything in a database.
func inMongo(t *testing.T, uri, name string) (out []thing) {
	t.Helper()
	ctx := context.Background()
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Disconnect(ctx) }()
	names, err := client.Database(name).ListCollectionNames(ctx, bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	for _, place := range names {
		cursor, err := client.Database(name).Collection(place).Find(ctx, bson.D{})
		if err != nil {
			t.Fatal(err)
		}
		for cursor.Next(ctx) {
			text, err := bson.MarshalExtJSON(cursor.Current, false, false)
			if err != nil {
				t.Fatal(err)
			}
			one := thing{place: place, text: string(text)}
			if err := json.Unmarshal(text, &one.value); err != nil {
				t.Fatal(err)
			}
			out = append(out, one)
		}
		if err := cursor.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// inRedis gives everything behind a prefix.
func inRedis(t *testing.T, url, prefix string) (out []thing) {
	t.Helper()
	o, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	client, ctx := redis.NewClient(o), context.Background()
	defer client.Close()
	for keys := client.Scan(ctx, 0, prefix+"*", 1000).Iterator(); keys.Next(ctx); {
		key := keys.Val()
		var value any
		switch client.Type(ctx, key).Val() {
		case "string":
			value = client.Get(ctx, key).Val()
		case "hash":
			value = client.HGetAll(ctx, key).Val()
		case "set":
			value = client.SMembers(ctx, key).Val()
		case "list":
			value = client.LRange(ctx, key, 0, -1).Val()
		case "zset":
			value = client.ZRange(ctx, key, 0, -1).Val()
		case "stream":
			value, _ = client.XRange(ctx, key, "-", "+").Result()
		case "none": // it died meanwhile
			continue
		default:
			t.Fatalf("%s is of a type that nobody looks into", key)
		}
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		key = strings.TrimPrefix(key, prefix)
		place, rest, _ := strings.Cut(key, ":")
		if place == "rec" { // rec:{member:17850}:HOME
			of, _, _ := strings.Cut(strings.TrimPrefix(rest, "{"), ":")
			place += ":" + of
		}
		out = append(out, thing{place: place, key: key, text: string(text)})
	}
	return out
}

// paths are the names of a document's fields, without the places in lists.
func paths(value any) (out []string) {
	var walk func(v any, at string)
	walk = func(v any, at string) {
		switch v := v.(type) {
		case map[string]any:
			if len(v) == 0 && at != "" {
				out = append(out, at)
			}
			for name, each := range v {
				if strings.HasPrefix(name, "$") { // how a time or a number is written in Extended JSON
					out = append(out, at)
					return
				}
				if at != "" {
					name = at + "." + name
				}
				walk(each, name)
			}
		case []any:
			if len(v) == 0 {
				out = append(out, at)
			}
			for _, each := range v {
				walk(each, at)
			}
		default:
			out = append(out, at)
		}
	}
	walk(value, "")
	slices.Sort(out)
	return slices.Compact(out)
}
