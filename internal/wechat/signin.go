package wechat

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"membergate/internal/fault"
	"membergate/internal/signin"
)

// SignIn asks WeChat who has a code: of the mini-program by code2session, of an app by OAuth.
type SignIn struct {
	Client *http.Client
	Host   string // such as https://api.weixin.qq.com
	AppID  string
	Secret string
	Way    string // signin.MiniProgram or signin.WeChatApp
}

var _ signin.Prover = (*SignIn)(nil)

// signInPatience bounds a call: somebody looks at an empty screen, and is promised an answer within two seconds.
const signInPatience = 1500 * time.Millisecond

var signInCode = regexp.MustCompile(`^[0-9A-Za-z_-]{8,128}$`)

// Check implements signin.Prover: what is no code never becomes part of an address.
func (s *SignIn) Check(in signin.Input) error {
	if !signInCode.MatchString(in.Code) {
		return fault.Refuse(signin.BadCode, "code", "code has %d characters or others than letters, digits, - and _; allowed is what WeChat gave", len(in.Code))
	}
	return nil
}

// Admit implements signin.Prover: WeChat counts by itself, and gives codes to apps alone.
func (s *SignIn) Admit(context.Context, signin.Input) error { return nil }

// identified is what WeChat says of a code.
type identified struct {
	Code    int    `json:"errcode"`
	OpenID  string `json:"openid"`
	UnionID string `json:"unionid"`
	Session string `json:"session_key"`
}

// Prove implements signin.Prover. What WeChat says beside the number of an error is dropped: it may repeat the address, which
// holds the secret.
func (s *SignIn) Prove(ctx context.Context, in signin.Input) (signin.Proof, error) {
	path, q := "/sns/jscode2session", url.Values{"appid": {s.AppID}, "secret": {s.Secret}, "js_code": {in.Code}, "grant_type": {"authorization_code"}}
	if s.Way == signin.WeChatApp {
		path = "/sns/oauth2/access_token"
		q.Set("code", in.Code)
		q.Del("js_code")
	}
	ctx, end := context.WithTimeout(ctx, signInPatience)
	defer end()
	down := fault.Refuse(signin.Down, "provider", "WeChat does not answer now")
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Host+path+"?"+q.Encode(), nil)
	if err != nil {
		return signin.Proof{}, down
	}
	got, err := s.Client.Do(req)
	if err != nil {
		return signin.Proof{}, down
	}
	defer got.Body.Close()
	var t identified
	raw, err := io.ReadAll(io.LimitReader(got.Body, mostAnswer))
	if err != nil || got.StatusCode != http.StatusOK || json.Unmarshal(raw, &t) != nil {
		return signin.Proof{}, down
	}
	switch t.Code {
	case 0:
	case 40029, 40163, 41008:
		return signin.Proof{}, fault.Refuse(signin.CodeUsed, "code", "WeChat does not know the code any more")
	case 40226:
		return signin.Proof{}, fault.Refuse(signin.Blocked, "", "WeChat holds the account back")
	case 45011:
		return signin.Proof{}, fault.Refuse(signin.TooOften, "code", "WeChat was asked too often").Near(60)
	default: // -1 busy, and what is wrong with the settings
		return signin.Proof{}, down
	}
	if t.OpenID == "" {
		return signin.Proof{}, down
	}
	var p signin.Proof
	if t.UnionID != "" {
		p.Names = append(p.Names, signin.Name{Way: signin.Union, Name: t.UnionID})
	}
	p.Names = append(p.Names, signin.Name{Way: s.Way, Name: s.AppID + ":" + t.OpenID})
	if t.Session != "" {
		p.Keys = t.Session
	}
	return p, nil
}
