package boltstore

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"go.etcd.io/bbolt"
)

// bucket is the name of a bucket that newBucket declared.
type bucket string

// buckets are all of them; Open makes those that are missing.
var buckets []bucket

// meta: "version" → the shape of the file's values, 8 bytes.
var meta = newBucket("meta")

// newBucket declares a bucket, for a package variable of the file that uses it.
func newBucket(name string) bucket {
	buckets = append(buckets, bucket(name))
	return bucket(name)
}

// tx is one transaction. Keys and values that its methods give are valid only while it runs.
type tx struct {
	bolt    *bbolt.Tx
	changed bool // something was written
}

// get decodes the value at a key, and tells whether there is one.
func get[V any](t *tx, b bucket, key []byte) (v V, ok bool, err error) {
	raw := t.raw(b, key)
	if raw == nil {
		return v, false, nil
	}
	return v, true, decode(b, key, raw, &v)
}

func decode(b bucket, key, raw []byte, into any) error {
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("boltstore: the value at %s/%q: %w", b, key, err)
	}
	return nil
}

// put stores a value as JSON.
func (t *tx) put(b bucket, key []byte, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("boltstore: the value for %s/%q: %w", b, key, err)
	}
	return t.set(b, key, raw)
}

// set stores bytes, for indexes.
func (t *tx) set(b bucket, key, raw []byte) error {
	t.changed = true
	return t.bolt.Bucket([]byte(b)).Put(key, raw)
}

// drop removes a key; one that is not there is no error.
func (t *tx) drop(b bucket, key []byte) error {
	t.changed = true
	return t.bolt.Bucket([]byte(b)).Delete(key)
}

// mark makes a key be there, with no value, or not.
func (t *tx) mark(b bucket, key []byte, there bool) error {
	switch t.has(b, key) {
	case there:
		return nil
	case true:
		return t.drop(b, key)
	default:
		return t.set(b, key, []byte{})
	}
}

// raw gives the bytes at a key, nil if there are none.
func (t *tx) raw(b bucket, key []byte) []byte { return t.bolt.Bucket([]byte(b)).Get(key) }

// has tells whether a key is there.
func (t *tx) has(b bucket, key []byte) bool { return t.raw(b, key) != nil }

// after walks a bucket in the order of its keys, from the first one behind key.
func (t *tx) after(b bucket, key []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(k, v []byte) bool) {
		c := t.bolt.Bucket([]byte(b)).Cursor()
		k, v := c.Seek(key)
		if k != nil && bytes.Equal(k, key) {
			k, v = c.Next()
		}
		for ; k != nil && yield(k, v); k, v = c.Next() {
		}
	}
}

// from walks the keys that begin with a prefix, in their order, starting at a key or the first one behind it.
func (t *tx) from(b bucket, prefix, start []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(k, v []byte) bool) {
		c := t.bolt.Bucket([]byte(b)).Cursor()
		for k, v := c.Seek(start); k != nil && bytes.HasPrefix(k, prefix) && yield(k, v); k, v = c.Next() {
		}
	}
}

// backwards walks the keys that begin with a prefix and lie before end, last first; a nil end leaves none out.
func (t *tx) backwards(b bucket, prefix, end []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(k, v []byte) bool) {
		if end == nil {
			end = beyond(prefix)
		}
		c := t.bolt.Bucket([]byte(b)).Cursor()
		back := c.Prev
		if k, _ := c.Seek(end); k == nil {
			back = c.Last // the end lies behind everything
		}
		for k, v := back(); k != nil && bytes.HasPrefix(k, prefix) && yield(k, v); k, v = c.Prev() {
		}
	}
}

// beyond is the first key behind all that begin with a prefix that path made: its last byte is the separator 0.
func beyond(prefix []byte) []byte {
	end := bytes.Clone(prefix)
	end[len(end)-1]++
	return end
}

// path makes a key of an id and what follows it. The id must not hold a zero byte; what follows should be of fixed
// length but for the last part. path(id) alone is the prefix of all of them.
func path(id string, rest ...[]byte) []byte {
	return append(append([]byte(id), 0), bytes.Join(rest, nil)...)
}

// number makes 8 bytes that sort as the number does.
func number(n int64) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(n)^1<<63)
}

// moment makes 8 bytes that sort as the time does, to the millisecond.
func moment(t time.Time) []byte { return number(t.UnixMilli()) }
