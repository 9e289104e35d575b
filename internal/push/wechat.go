package push

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// WeChat sends subscribe messages of a mini-program. Its template has two keywords, thing1 for the title and thing2 for
// the body. A member who has not subscribed gets none, as WeChat wants it.
type WeChat struct {
	Client   *http.Client
	Host     string // such as https://api.weixin.qq.com
	AppID    string
	Secret   string
	Template string // id of the template
	Now      func() time.Time

	access held
}

// wechatThing is the longest value of a template's "thing", in characters.
const wechatThing = 20

func (w *WeChat) token(ctx context.Context) (string, time.Duration, error) {
	body, _ := json.Marshal(map[string]string{"grant_type": "client_credential", "appid": w.AppID, "secret": w.Secret})
	got, failed := call(ctx, w.Client, http.MethodPost, w.Host+"/cgi-bin/stable_token", http.Header{"Content-Type": {"application/json"}}, body)
	if failed != nil {
		return "", 0, errors.New(failed.Reason)
	}
	var said struct {
		Token string `json:"access_token"`
		Life  int64  `json:"expires_in"`
		Code  int    `json:"errcode"`
	}
	got.read(&said)
	if said.Token == "" {
		return "", 0, errors.New("errcode " + strconv.Itoa(said.Code))
	}
	return said.Token, time.Duration(said.Life) * time.Second, nil
}

// wechatLanguages are the mini-program's words for languages.
var wechatLanguages = map[string]string{"zh-CN": "zh_CN", "zh-TW": "zh_TW", "en": "en_US"}

// Send implements Service; the token is the member's openid.
func (w *WeChat) Send(ctx context.Context, token string, m Message) Result {
	access, err := w.access.get(w.Now(), func() (string, time.Duration, error) { return w.token(ctx) })
	if err != nil {
		return Result{Outcome: Later, Reason: "access: " + err.Error(), After: pause} // nothing was sent
	}
	thing := func(s string) map[string]string { return map[string]string{"value": shortened(s, wechatThing)} }
	body, _ := json.Marshal(map[string]any{
		"touser": token, "template_id": w.Template, "lang": wechatLanguages[m.Locale],
		"data": map[string]any{"thing1": thing(m.Title), "thing2": thing(m.Body)},
	})
	got, failed := call(ctx, w.Client, http.MethodPost, w.Host+"/cgi-bin/message/subscribe/send?access_token="+url.QueryEscape(access),
		http.Header{"Content-Type": {"application/json"}}, body)
	if failed != nil {
		return *failed
	}
	said := struct {
		Code int `json:"errcode"`
	}{Code: -2} // no answer of WeChat's
	got.read(&said)
	reason := "errcode " + strconv.Itoa(said.Code)
	switch said.Code {
	case 0:
		return Result{Outcome: Sent}
	case 40001, 40014, 42001: // the access token is none any more
		w.access.drop(access)
		return Result{Outcome: Later, Reason: reason}
	case 40003: // no openid of this mini-program
		return Result{Outcome: Gone, Reason: reason}
	case -1, 45009: // busy; the day's quota is used up
		return got.busy(reason)
	case -2:
		return Result{Outcome: Unknown, Reason: "status " + strconv.Itoa(got.status)}
	default: // 43101 not subscribed, 47003 the template has other keywords, and all else
		return Result{Outcome: Refused, Reason: reason}
	}
}
