// Package cursor turns a place in a list into the signed text that apps send back to read on from there. A cursor
// carries the values that its list is ordered by, so it stays good when the thing it was made for is gone.
package cursor

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"membergate/internal/fault"
)

// Signer keeps clients from making cursors up: Verify tells whether Sign made the tag for the same purpose and bytes.
type Signer interface {
	Sign(purpose string, data []byte) []byte
	Verify(purpose string, data, tag []byte) bool
}

// Place is where something stands in a list: the number that the list is ordered by, and the id that decides between
// equals.
type Place struct {
	Key int64
	ID  string
}

// List names the list that a cursor belongs to. A cursor of one list is refused by every other.
type List struct {
	Name   string   // such as "feed.NEW"
	Filter []string // what narrows it, in a fixed order, such as a board's code
	Owner  string   // the member whose own list it is; empty where everybody has the same
}

// Book writes and reads cursors.
type Book struct {
	signer Signer
}

// NewBook makes a book whose cursors are signed by signer.
func NewBook(signer Signer) *Book { return &Book{signer: signer} }

const (
	purpose  = "cursor"
	version  = 1
	hashSize = 8    // of a list's name: it is signed, so it need only tell lists apart
	maxText  = 2048 // a cursor that carries what 400 things were shown is this long; nothing longer is looked at
)

var encoding = base64.RawURLEncoding

// Write gives the cursor of a place in a list.
func (b *Book) Write(l List, p Place) string {
	body := append([]byte{version}, l.hash()...)
	body = binary.AppendVarint(body, p.Key)
	body = append(body, p.ID...)
	tag := b.signer.Sign(purpose, l.bind(body))
	text := append(binary.AppendUvarint(nil, uint64(len(body))), body...)
	return encoding.EncodeToString(append(text, tag...))
}

// Read gives the place that a cursor of the list stands for; field is the argument that it came in. Whatever Write
// did not make for this list is refused.
func (b *Book) Read(l List, field, text string) (Place, error) {
	broken := fault.Bad(field, "%s is not a cursor; allowed are cursors that this list gave out", field)
	if len(text) > maxText {
		return Place{}, broken
	}
	raw, err := encoding.DecodeString(text)
	if err != nil || encoding.EncodeToString(raw) != text { // of all texts that mean the same bytes one is a cursor
		return Place{}, broken
	}
	body, tag, ok := cut(raw)
	if !ok || len(body) < 1+hashSize || body[0] != version {
		return Place{}, broken
	}
	if string(body[1:1+hashSize]) != string(l.hash()) {
		return Place{}, fault.Bad(field, "%s is a cursor of another list or of other filters; allowed are cursors that this list gave out", field)
	}
	if !b.signer.Verify(purpose, l.bind(body), tag) {
		return Place{}, broken
	}
	key, n := binary.Varint(body[1+hashSize:])
	if n <= 0 {
		return Place{}, broken
	}
	return Place{Key: key, ID: string(body[1+hashSize+n:])}, nil
}

// cut takes apart what Write put together: the length of the body, the body, and the tag.
func cut(raw []byte) (body, tag []byte, ok bool) {
	size, n := binary.Uvarint(raw)
	if n <= 0 || size > uint64(len(raw)-n) {
		return nil, nil, false
	}
	return raw[n : n+int(size)], raw[n+int(size):], true
}

// hash tells lists apart inside a cursor. The owner is left out: it is in the signed bytes only, so that a cursor
// that is passed on does not say whose it was.
func (l List) hash() []byte {
	h := sha256.New()
	for _, part := range append([]string{l.Name}, l.Filter...) {
		h.Write(binary.AppendUvarint(nil, uint64(len(part))))
		h.Write([]byte(part))
	}
	return h.Sum(nil)[:hashSize]
}

// bind adds the owner to the bytes that are signed.
func (l List) bind(body []byte) []byte {
	return append(append(append([]byte{}, body...), 0), l.Owner...)
}
