package redisstore

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// Documents that clients name by the SHA-256 of their text:
//
//	document:<hash>  the text, until nobody has sent the hash to a process that did not know it for textLife. Lost, a
//	                 client sends the text once more
const textLife = 30 * 24 * time.Hour

// Texts is an edge.Texts.
type Texts struct{ s *Store }

// Texts gives the documents that clients name.
func (s *Store) Texts() *Texts { return &Texts{s} }

// Text implements edge.Texts.
func (t *Texts) Text(ctx context.Context, hash string) (string, bool, error) {
	text, err := t.s.redis.GetEx(ctx, t.s.key("document", hash), textLife).Result()
	if errors.Is(err, redis.Nil) {
		return "", false, nil
	}
	return text, err == nil, translate(err)
}

// Keep implements edge.Texts.
func (t *Texts) Keep(ctx context.Context, hash, text string) error {
	return translate(t.s.redis.Set(ctx, t.s.key("document", hash), text, textLife).Err())
}
