// Package secret holds the keys that all processes share: cursors are signed with them, and what must be looked up
// without being stored is hashed with them. Every key has an id, so a new one can be put in front without breaking
// what an older one signed.
package secret

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// KeyBytes is the length of a key: the output of SHA-256, so that nothing is lost in deriving from it.
const KeyBytes = 32

// tagBytes is how much of HMAC-SHA-256 a signature keeps: 128 bits cannot be guessed, and half the output is the least
// that RFC 2104 §5 recommends.
const tagBytes = 16

// idPattern keeps key ids short enough for a cursor and plain enough for a log line.
var idPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,16}$`)

// Key is one key of the file, such as {"id":"k1","key":"…"}.
type Key struct {
	ID     string `json:"id"`
	Secret []byte `json:"key"` // 32 bytes, base64 in the file

	// Retired keys open, sign and verify nothing any more: they only find what was hashed with them.
	Retired bool `json:"retired,omitempty"`
}

// String keeps the secret out of logs.
func (k Key) String() string { return k.ID + ":…" }

// GoString keeps the secret out of %#v.
func (k Key) GoString() string { return k.String() }

// Keys is the shared key ring, newest key first. One of a file follows it: keys that are put into the file, or in front,
// are used from the next second on. It is safe for use by many goroutines.
type Keys struct {
	ring    atomic.Pointer[[]Key]
	file    *watched // nil where there is none
	derived sync.Map // purpose and key id to a derived key
}

// NewKeys makes a ring; it refuses an empty ring, ids that are not 1–16 letters, digits, _ or -, ids given twice and
// keys that are not 32 bytes long.
func NewKeys(ring []Key) (*Keys, error) {
	if err := check(ring); err != nil {
		return nil, err
	}
	k := &Keys{}
	ring = slices.Clone(ring)
	k.ring.Store(&ring)
	return k, nil
}

func check(ring []Key) error {
	if len(ring) == 0 {
		return fmt.Errorf("there is no key; at least one is needed")
	}
	if ring[0].Retired {
		return fmt.Errorf("key %q is retired and the first one; allowed in front is one that is in use", ring[0].ID)
	}
	seen := map[string]bool{}
	for i, k := range ring {
		switch {
		case !idPattern.MatchString(k.ID):
			return fmt.Errorf("key %d has the id %q; allowed are 1 to 16 letters, digits, _ and -", i+1, k.ID)
		case seen[k.ID]:
			return fmt.Errorf("key %d has the id %q, which is taken; every id must differ", i+1, k.ID)
		case len(k.Secret) != KeyBytes:
			return fmt.Errorf("key %q is %d bytes long; allowed are exactly %d, in base64", k.ID, len(k.Secret), KeyBytes)
		}
		seen[k.ID] = true
	}
	return nil
}

// find gives a key that is not retired. One that is not known may have come into the file just now.
func (k *Keys) find(id string) (Key, bool) {
	for _, ring := range []func() []Key{k.current, k.latest} {
		all := ring()
		if i := slices.IndexFunc(all, func(key Key) bool { return key.ID == id }); i >= 0 {
			return all[i], !all[i].Retired
		}
	}
	return Key{}, false
}

// IDs lists the key ids, newest first.
func (k *Keys) IDs() []string {
	var ids []string
	for _, key := range k.current() {
		ids = append(ids, key.ID)
	}
	return ids
}

// String names the keys by their ids only.
func (k *Keys) String() string { return "keys " + strings.Join(k.IDs(), ", ") }

// GoString keeps the secrets out of %#v.
func (k *Keys) GoString() string { return k.String() }

// Sign gives a tag over the data with the newest key. The tag names its key, so Verify works after a new key came. A
// tag of one purpose is worth nothing for another.
func (k *Keys) Sign(purpose string, data []byte) []byte {
	newest := k.current()[0]
	return append([]byte{byte(len(newest.ID))}, append([]byte(newest.ID), k.mac(purpose, newest, data)...)...)
}

// Verify tells whether the tag was made over the data, for the purpose, by a key of this ring.
func (k *Keys) Verify(purpose string, data, tag []byte) bool {
	if len(tag) == 0 {
		return false
	}
	n := int(tag[0])
	if len(tag) != 1+n+tagBytes {
		return false
	}
	id, sum := string(tag[1:1+n]), tag[1+n:]
	key, known := k.find(id)
	return known && hmac.Equal(sum, k.mac(purpose, key, data))
}

// Hashes gives the look-up hash of a value under every key, newest first: store the first, search for all of them.
// Each is the key's id, a colon and 22 characters.
func (k *Keys) Hashes(purpose, value string) []string {
	ring := k.current()
	hashes := make([]string, len(ring))
	for i, key := range ring {
		hashes[i] = key.ID + ":" + base64.RawURLEncoding.EncodeToString(k.mac(purpose, key, []byte(value)))
	}
	return hashes
}

func (k *Keys) mac(purpose string, key Key, data []byte) []byte {
	h := hmac.New(sha256.New, k.derive(purpose, key))
	h.Write(data)
	return h.Sum(nil)[:tagBytes]
}

// derive gives the purpose its own key, so that no purpose can be played off against another.
func (k *Keys) derive(purpose string, key Key) []byte {
	name := key.ID + "\x00" + purpose
	if d, ok := k.derived.Load(name); ok {
		return d.([]byte)
	}
	d, err := hkdf.Key(sha256.New, key.Secret, nil, purpose, KeyBytes)
	if err != nil { // only for lengths that SHA-256 cannot give
		panic(err)
	}
	k.derived.Store(name, d)
	return d
}
