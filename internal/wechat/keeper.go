package wechat

import (
	"context"
	"time"
)

// Shared is what the processes tell each other of the token, so that one asks WeChat for all. Where it does not answer each
// asks for itself.
type Shared interface {
	// Token gives the token that is good, and until when; empty where none is known.
	Token(ctx context.Context) (token string, until time.Time, err error)
	// Put tells the others of a new one.
	Put(ctx context.Context, token string, until time.Time) error
	// Mine tells whether nobody else is asking for one just now.
	Mine(ctx context.Context) (bool, error)
}

const (
	// shareEvery is how often it is looked whether who asks for a token has got it, and shareFor how long.
	shareEvery = 20 * time.Millisecond
	shareFor   = 2 * time.Second
	// breather is how long WeChat is left alone when it gives no token.
	breather = 5 * time.Second
)

// access gives the token of the stable interface, which gives the same one to every process. Where WeChat cannot be asked
// for a new one, the old one is used until its end.
func (c *Checks) access(ctx context.Context) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.Now()
	if c.token != "" && now.Before(c.until) {
		return c.token, nil
	}
	if now.Before(c.pause) {
		return c.old(now, c.why)
	}
	if c.told(ctx, shareFor) {
		return c.token, nil
	}
	token, life, err := c.fetch(ctx, false)
	if err == nil && token == c.bad { // only a forced one is another one
		token, life, err = c.fetch(ctx, true)
	}
	if err != nil {
		c.pause, c.why = now.Add(breather), err
		return c.old(now, err)
	}
	c.token, c.until, c.bad = token, c.Now().Add(life-early), ""
	if c.Shared != nil {
		_ = c.Shared.Put(ctx, c.token, c.until) // lost, another process asks for itself
	}
	return c.token, nil
}

// old gives the token that was, while it is still good.
func (c *Checks) old(now time.Time, why error) (string, error) {
	if c.token == "" || !now.Before(c.until.Add(early)) {
		return "", why
	}
	return c.token, nil
}

// told takes over what another process has, and waits a while for one that is asking. It tells whether there is a token now;
// if not, this process asks.
func (c *Checks) told(ctx context.Context, most time.Duration) bool {
	if c.Shared == nil {
		return false
	}
	ctx, end := context.WithTimeout(ctx, most)
	defer end()
	for {
		token, until, err := c.Shared.Token(ctx)
		if err == nil && token != "" && token != c.bad && c.Now().Before(until) {
			c.token, c.until, c.bad = token, until, ""
			return true
		}
		mine, failed := c.Shared.Mine(ctx)
		if err != nil || failed != nil || mine {
			return false
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(shareEvery):
		}
	}
}

// fetch asks for a token; a forced one ends those before.
func (c *Checks) fetch(ctx context.Context, forced bool) (string, time.Duration, error) {
	var said struct {
		answer
		Token string `json:"access_token"`
		Life  int64  `json:"expires_in"`
	}
	err := c.post(ctx, "stable_token", "/cgi-bin/stable_token", map[string]any{
		"grant_type": "client_credential", "appid": c.AppID, "secret": c.Secret, "force_refresh": forced}, &said)
	if err == nil && said.Token == "" {
		err = &Unanswered{Call: "stable_token", Code: said.Code, Why: "no token"}
	}
	return said.Token, time.Duration(said.Life) * time.Second, err
}

func (c *Checks) drop(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token == token {
		c.token, c.bad = "", token
	}
}
