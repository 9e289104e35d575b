package main

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"membergate/internal/clock"
	"membergate/internal/inspection"
	"membergate/internal/member"
	"membergate/internal/moderation"
	"membergate/internal/notice"
	"membergate/internal/posting"
	"membergate/internal/report"
	"membergate/internal/secret"
	"membergate/internal/upload"
	"membergate/internal/wechat"
)

const (
	// visitedWithin is how long ago an account must have been in the mini-program for WeChat to judge what it writes.
	visitedWithin = 2 * time.Hour
	// inspectEvery is how soon what waits for a service is asked about.
	inspectEvery = 5 * time.Second
	// inspectAtOnce is how many texts one round asks about: some seconds of an interface that answers.
	inspectAtOnce = 500
)

// inspected lets WeChat judge what is written, where the settings name a mini-program. Who has no account there is judged
// by the local rules alone. The second is where WeChat tells its verdicts on pictures; nil where it cannot.
func (s *stores) inspected(set Settings, writes *posting.Service, rulings *report.Service, uploads *upload.Service, keys *secret.Keys, now clock.Clock) (*inspection.Service, http.Handler) {
	moderator, ok := writes.Judge.(*posting.Moderator)
	if !ok || set.Push.WeChatAppID == "" {
		return nil, nil
	}
	checks := &wechat.Checks{Client: &http.Client{}, Host: or(set.Push.WeChatHost, "https://api.weixin.qq.com"), AppID: set.Push.WeChatAppID,
		Secret: set.Push.WeChatSecret.Reveal(), Now: time.Now, Most: set.WeChat.Pace,
		Shared: tokenKeeper{s.cache.Brief(), keys, set.Push.WeChatAppID + " " + set.Push.WeChatHost}}
	out := &inspection.Service{Store: s.findings, Queue: s.reviewed, Rulings: rulings, Judge: checks, Author: mini{s.notices, keys}.author,
		Address: func(path string) string {
			if address := uploads.Files.Address(path); !strings.HasPrefix(address, "/") {
				return address
			}
			return set.WeChat.PublicURL + uploads.Files.Address(path)
		}}
	moderator.Provider = wechat.ByAccount{With: checks, Without: moderation.LocalOnly{}}
	moderator.Author, moderator.Keep, moderator.Pictures = out.Author, out.Keep, set.WeChat.EventToken != ""
	if set.WeChat.EventToken == "" {
		return out, nil
	}
	events := &wechat.Events{AppID: checks.AppID, Token: set.WeChat.EventToken.Reveal(), Now: time.Now,
		Told: func(ctx context.Context, trace string, v moderation.Verdict) error {
			return out.Hear(ctx, trace, v, now.Now(ctx))
		}}
	if set.WeChat.EventKey != "" {
		events.Key, _ = wechat.ParseKey(set.WeChat.EventKey.Reveal()) // the settings have been read
	}
	return out, events
}

// mini knows members' accounts with the mini-program: it registers them as devices whenever it is opened.
type mini struct {
	notices notice.Store
	keys    *secret.Keys
}

func (m mini) author(ctx context.Context, who member.ID, now time.Time) (moderation.Asked, error) {
	found, err := m.notices.Settings(ctx, []member.ID{who})
	if err != nil {
		return moderation.Asked{}, err
	}
	devices := found[who].Devices // the last that was registered comes first
	i := slices.IndexFunc(devices, func(d notice.Device) bool { return d.Kind == notice.WeChat })
	if i < 0 {
		return moderation.Asked{}, nil
	}
	openID, err := m.keys.Open(notice.DevicePurpose, devices[i].Token)
	return moderation.Asked{OpenID: openID, Away: now.Sub(devices[i].At) > visitedWithin}, err
}

// inspecting asks the service about what waits for it.
func inspecting(s *inspection.Service, now clock.Clock, log *slog.Logger) func(context.Context) error {
	return func(ctx context.Context) error {
		tick := time.NewTicker(inspectEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
				if _, err := s.Sweep(ctx, now.Now(ctx), inspectAtOnce); err != nil && ctx.Err() == nil {
					log.Warn("what members wrote waits for a service", "cause", err.Error())
				}
			}
		}
	}
}
