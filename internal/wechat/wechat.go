// Package wechat asks WeChat's content checks about texts and pictures, and hears from it what became of the pictures.
package wechat

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"membergate/internal/moderation"
)

// Checks are msgSecCheck and mediaCheckAsync in their version 2. They only judge what somebody wrote whose account was in
// the mini-program within two hours.
type Checks struct {
	Client *http.Client
	Host   string // such as https://api.weixin.qq.com
	AppID  string
	Secret string
	Now    func() time.Time
	Most   int    // calls within a minute; 0 = as many as are wanted
	Shared Shared // what all processes know of the token; nil where each asks for itself

	mu    sync.Mutex // guards what follows; one asks for a token at a time
	token string
	until time.Time // when a new one is wanted; the old one is good for early more
	bad   string    // a token that WeChat called none
	pause time.Time // until when WeChat is not asked again, because it did not answer
	why   error     // what it answered then

	pace  sync.Mutex  // guards what follows
	calls []time.Time // the last Most calls, in a ring
	next  int
}

var _ moderation.Judge = (*Checks)(nil)

const (
	// patience bounds a call: a member waits for it while posting, and WeChat itself cuts requests of apps that it has put
	// away after five seconds.
	patience = 3 * time.Second
	// most is how many characters WeChat takes in one text.
	most = 2500
	// shared is how many characters two pieces of a long text have in common, so that no word is cut. Ours.
	shared = 50
	// mostAnswer bounds what is read of an answer: a long one has a detail for each of its models.
	mostAnswer = 64 << 10
	// early is how long before its end a token is not used any more.
	early = time.Minute
)

// Unanswered says that a check could not be made.
type Unanswered struct {
	Call string
	Code int    // WeChat's errcode; 0 when it sent none
	Why  string // never holds a token or a secret
}

// Error says which call it was, and why.
func (u *Unanswered) Error() string {
	if u.Code != 0 {
		return fmt.Sprintf("wechat: %s: errcode %d", u.Call, u.Code)
	}
	return "wechat: " + u.Call + ": " + u.Why
}

// scenes are WeChat's numbers for what a text is for.
var scenes = map[moderation.Kind]int{moderation.Profile: 1, moderation.Comment: 2, moderation.Post: 3}

// labels are WeChat's numbers for what it found.
var labels = map[int]moderation.Reason{
	10001: "ADVERTISING", 20002: "ADULT", 20003: "ABUSE", 20006: "VIOLENCE", 20008: "FRAUD", 20012: "ADULT",
}

// finding is what WeChat found, in answers and in what it tells later.
type finding struct {
	Suggest string `json:"suggest" xml:"suggest"`
	Label   int    `json:"label" xml:"label"`
}

// verdict turns a finding into one. Whatever is not a clear pass is not passed.
func (f finding) verdict(trace string) moderation.Verdict {
	v := moderation.Verdict{State: moderation.Review, Reason: moderation.Provider, Trace: trace}
	switch f.Suggest {
	case "pass":
		return moderation.Verdict{Trace: trace}
	case "risky":
		v.State = moderation.Block
	}
	if r, ok := labels[f.Label]; ok {
		v.Reason = r
	}
	return v
}

// Text implements moderation.Judge. A text that is longer than WeChat takes is asked about in pieces; the gravest counts.
func (c *Checks) Text(ctx context.Context, by moderation.Asked, body string) (moderation.Verdict, error) {
	var out moderation.Verdict
	for _, piece := range pieces([]rune(body)) {
		v, err := c.piece(ctx, by, piece)
		if err != nil {
			return moderation.Verdict{}, err
		}
		if out.Trace == "" {
			out.Trace = v.Trace
		}
		if out = out.Heavier(v); out.State == moderation.Block {
			break
		}
	}
	return out, nil
}

// pieces cuts a text where it is too long. Each piece begins with the end of the one before.
func pieces(text []rune) []string {
	var out []string
	for len(text) > most {
		out = append(out, string(text[:most]))
		text = text[most-shared:]
	}
	return append(out, string(text))
}

func (c *Checks) piece(ctx context.Context, by moderation.Asked, text string) (moderation.Verdict, error) {
	var said struct {
		answer
		Result finding `json:"result"`
		Trace  string  `json:"trace_id"`
	}
	err := c.ask(ctx, "msg_sec_check", by, map[string]any{"version": 2, "openid": by.OpenID, "scene": scenes[by.Kind], "content": text}, &said)
	if err != nil {
		return moderation.Verdict{}, err
	}
	return said.Result.verdict(said.Trace), nil
}

// Picture implements moderation.Judge: WeChat loads the picture by its address and tells the verdict later, to Events.
func (c *Checks) Picture(ctx context.Context, by moderation.Asked, address string) (moderation.Verdict, error) {
	var said struct {
		answer
		Trace string `json:"trace_id"`
	}
	const picture = 2 // WeChat's number of the kind of media
	err := c.ask(ctx, "media_check_async", by, map[string]any{"version": 2, "openid": by.OpenID, "scene": scenes[by.Kind], "media_url": address, "media_type": picture}, &said)
	if err == nil && said.Trace == "" {
		err = &Unanswered{Call: "media_check_async", Why: "no trace_id"}
	}
	if err != nil {
		return moderation.Verdict{}, err
	}
	return moderation.Verdict{State: moderation.Review, Reason: moderation.Unavailable, Trace: said.Trace}, nil
}

// answer is what every answer of WeChat's begins with.
type answer struct {
	Code int `json:"errcode"`
}

func (a answer) code() int { return a.Code }

// ask makes a call with the token; where the token is none any more, once again with a new one.
func (c *Checks) ask(ctx context.Context, call string, by moderation.Asked, body any, into interface{ code() int }) error {
	if by.OpenID == "" || scenes[by.Kind] == 0 {
		return &Unanswered{Call: call, Why: "the author has no account in the mini-program"}
	}
	if by.Away {
		return &Unanswered{Call: call, Why: "the author was not in the mini-program within two hours"}
	}
	if !c.room() {
		return &Unanswered{Call: call, Why: "as many checks as allowed were asked for within a minute"}
	}
	ctx, end := context.WithTimeout(ctx, patience)
	defer end()
	for again := false; ; again = true {
		token, err := c.access(ctx)
		if err != nil {
			return err
		}
		if err := c.post(ctx, call, "/wxa/"+call+"?access_token="+url.QueryEscape(token), body, into); err != nil {
			return err
		}
		switch code := into.code(); {
		case code == 0:
			return nil
		case (code == 40001 || code == 40014 || code == 42001) && !again:
			c.drop(token)
		default: // 61010 the author was not there within two hours, 45009 the day's quota is used up, -1 busy, and all else
			return &Unanswered{Call: call, Code: code}
		}
	}
}

// room takes one of the calls of this minute, and tells whether there was one.
func (c *Checks) room() bool {
	if c.Most <= 0 {
		return true
	}
	c.pace.Lock()
	defer c.pace.Unlock()
	if len(c.calls) < c.Most {
		c.calls = append(c.calls, c.Now())
		return true
	}
	if c.Now().Sub(c.calls[c.next]) < time.Minute {
		return false
	}
	c.calls[c.next] = c.Now()
	c.next = (c.next + 1) % c.Most
	return true
}

// post sends JSON and reads JSON. Its errors never quote the address, which holds the token.
func (c *Checks) post(ctx context.Context, call, path string, body, into any) error {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false) // WeChat judges \u003c as it stands
	if err := enc.Encode(body); err != nil {
		return &Unanswered{Call: call, Why: "the request cannot be written"}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Host+path, &text)
	if err != nil {
		return &Unanswered{Call: call, Why: "the request cannot be made"}
	}
	req.Header.Set("Content-Type", "application/json")
	got, err := c.Client.Do(req)
	if err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			return &Unanswered{Call: call, Why: "no answer in time"}
		}
		return &Unanswered{Call: call, Why: "no answer"}
	}
	defer got.Body.Close()
	b, err := io.ReadAll(io.LimitReader(got.Body, mostAnswer))
	if err != nil || got.StatusCode != http.StatusOK || json.Unmarshal(b, into) != nil {
		return &Unanswered{Call: call, Why: fmt.Sprintf("status %d and no JSON that can be read", got.StatusCode)}
	}
	return nil
}

// ByAccount asks one judge about authors with an account in the mini-program, and another about all others.
type ByAccount struct{ With, Without moderation.Judge }

func (b ByAccount) judge(by moderation.Asked) moderation.Judge {
	if by.OpenID == "" {
		return b.Without
	}
	return b.With
}

// Text implements moderation.Judge.
func (b ByAccount) Text(ctx context.Context, by moderation.Asked, body string) (moderation.Verdict, error) {
	return b.judge(by).Text(ctx, by, body)
}

// Picture implements moderation.Judge.
func (b ByAccount) Picture(ctx context.Context, by moderation.Asked, address string) (moderation.Verdict, error) {
	return b.judge(by).Picture(ctx, by, address)
}
