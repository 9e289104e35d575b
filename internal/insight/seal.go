package insight

import (
	"context"
	"encoding/json"
	"fmt"

	"membergate/internal/member"
)

// Sealer keeps secret what data platforms say of members.
type Sealer interface {
	// Seal makes what only who holds the keys can read.
	Seal(purpose, plain string) (string, error)
	// Open reads it.
	Open(purpose, sealed string) (string, error)
}

// SealPurpose names the keys that seal tags.
const SealPurpose = "tags"

// Seal gives the same store, which keeps tags sealed. What cannot be opened with the keys that are here is not told, and
// goes when tags are told anew.
func Seal(s Store, keys Sealer) Store { return sealed{s, keys} }

type sealed struct {
	Store
	keys Sealer
}

// Of implements Store.
func (s sealed) Of(ctx context.Context, who member.ID) (Note, error) {
	n, err := s.Store.Of(ctx, who)
	if err != nil || n.Sealed == "" {
		return n, err
	}
	if plain, err := s.keys.Open(SealPurpose, n.Sealed); err == nil {
		var tags []Tag
		if json.Unmarshal([]byte(plain), &tags) == nil {
			n.Tags, n.Sealed = tags, ""
		}
	}
	return n, nil
}

// Save implements Store.
func (s sealed) Save(ctx context.Context, n Note) error {
	if len(n.Tags) > 0 {
		plain, err := json.Marshal(n.Tags)
		if err == nil {
			n.Sealed, err = s.keys.Seal(SealPurpose, string(plain))
		}
		if err != nil {
			return fmt.Errorf("insight: what is said of member %s cannot be sealed: %w", n.Member, err)
		}
		n.Tags = nil
	}
	return s.Store.Save(ctx, n)
}
