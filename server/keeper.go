package main

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"membergate/internal/redisstore"
	"membergate/internal/secret"
	"membergate/internal/wechat"
)

// tokenKeeper lets the processes share the token of the mini-program, sealed.
type tokenKeeper struct {
	brief *redisstore.Brief
	keys  *secret.Keys
	app   string // and where it is asked
}

var _ wechat.Shared = tokenKeeper{}

const (
	keeperPurpose = "wechat token"
	// askFor is how long one process may ask WeChat, before another may.
	askFor = 3 * time.Second
)

type keptToken struct {
	Token string
	Until time.Time
}

// Token implements wechat.Shared.
func (k tokenKeeper) Token(ctx context.Context) (string, time.Time, error) {
	sealed, known, err := k.brief.Kept(ctx, "token:"+k.app)
	if err != nil || !known {
		return "", time.Time{}, err
	}
	text, err := k.keys.Open(keeperPurpose, sealed)
	var kept keptToken
	if err = errors.Join(err, json.Unmarshal([]byte(text), &kept)); err != nil {
		return "", time.Time{}, nil //nolint:nilerr // one that cannot be read is none
	}
	return kept.Token, kept.Until, nil
}

// Put implements wechat.Shared.
func (k tokenKeeper) Put(ctx context.Context, token string, until time.Time) error {
	text, err := json.Marshal(keptToken{token, until})
	if err != nil {
		return err
	}
	life := time.Until(until)
	if life <= 0 {
		return nil
	}
	return k.brief.Keep(ctx, "token:"+k.app, k.keys.Seal(keeperPurpose, string(text)), life)
}

// Mine implements wechat.Shared.
func (k tokenKeeper) Mine(ctx context.Context) (bool, error) {
	return k.brief.First(ctx, "asks:"+k.app, askFor)
}
