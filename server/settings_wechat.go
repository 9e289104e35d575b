package main

import (
	"regexp"

	"membergate/internal/wechat"
)

// WeChatSettings say how WeChat looks at what members write and show. The mini-program's own are those of PushSettings:
// with them texts are judged; with an EventToken pictures are too.
type WeChatSettings struct {
	EventToken Secret // WECHAT_EVENT_TOKEN: of the console, by which events are signed
	EventKey   Secret // WECHAT_EVENT_KEY: of the console, by which they are encrypted; empty = they come in the open
	PublicURL  string // PUBLIC_URL: where WeChat loads pictures that this gateway keeps
	Pace       int    // WECHAT_CHECKS_A_MINUTE: of this process
}

var eventToken = regexp.MustCompile(`^[A-Za-z0-9]{3,32}$`)

// wechat reads the settings of WeChat's checks, beside those of the mini-program and of the service that keeps files.
func (r *reader) wechat(p PushSettings, f FileSettings) WeChatSettings {
	w := WeChatSettings{EventToken: Secret(r.text("WECHAT_EVENT_TOKEN", "")), EventKey: Secret(r.text("WECHAT_EVENT_KEY", "")), PublicURL: r.service("PUBLIC_URL")}
	pace := r.number("WECHAT_CHECKS_A_MINUTE", 1000, 1, 4000)
	if p.WeChatAppID != "" {
		w.Pace = pace
	}
	if w.EventToken != "" && p.WeChatAppID == "" {
		r.refuse("WECHAT_EVENT_TOKEN is set and WECHAT_APP_ID is not; allowed are both or none, because events are told of one mini-program.")
	}
	if w.EventToken != "" && !eventToken.MatchString(w.EventToken.Reveal()) {
		r.refuse("WECHAT_EVENT_TOKEN has %d characters (not shown); allowed is the console's Token, 3 to 32 letters and digits.", len(w.EventToken))
	}
	if w.EventKey != "" && w.EventToken == "" {
		r.refuse("WECHAT_EVENT_KEY is set and WECHAT_EVENT_TOKEN is not; allowed are both, or the token alone.")
	}
	if _, err := wechat.ParseKey(w.EventKey.Reveal()); w.EventKey != "" && err != nil {
		r.refuse("WECHAT_EVENT_KEY has %d characters (not shown); allowed is the console's EncodingAESKey, 43 letters and digits.", len(w.EventKey))
	}
	if w.EventToken != "" && w.PublicURL == "" && f.Endpoint == "" {
		r.refuse("PUBLIC_URL is empty and WECHAT_EVENT_TOKEN is set; allowed is where WeChat reaches this gateway, such as https://shop.example, because it loads the pictures there.")
	}
	return w
}
