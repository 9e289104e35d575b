package main

import (
	"crypto/ecdsa"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"membergate/internal/notice"
	"membergate/internal/push"
)

// PushSettings say how notices reach devices. A service of which nothing is set is not used.
type PushSettings struct {
	APNSKeyFile    string // APNS_KEY_FILE: the .p8 file of the signing key
	APNSKeyID      string // APNS_KEY_ID
	APNSTeamID     string // APNS_TEAM_ID
	APNSTopic      string // APNS_TOPIC: the app's bundle id
	APNSHost       string // APNS_HOST
	FCMCredentials string // FCM_CREDENTIALS: the service account's JSON file
	FCMHost        string // FCM_HOST
	WeChatAppID    string // WECHAT_APP_ID
	WeChatSecret   Secret // WECHAT_APP_SECRET
	WeChatTemplate string // WECHAT_TEMPLATE_ID: of the subscribe message
	WeChatHost     string // WECHAT_HOST
}

// push reads the settings of all services; each is set as a whole or not at all.
func (r *reader) push() PushSettings {
	p := PushSettings{
		APNSKeyFile: r.text("APNS_KEY_FILE", ""), APNSKeyID: r.text("APNS_KEY_ID", ""), APNSTeamID: r.text("APNS_TEAM_ID", ""), APNSTopic: r.text("APNS_TOPIC", ""),
		FCMCredentials: r.text("FCM_CREDENTIALS", ""),
		WeChatAppID:    r.text("WECHAT_APP_ID", ""), WeChatSecret: Secret(r.text("WECHAT_APP_SECRET", "")), WeChatTemplate: r.text("WECHAT_TEMPLATE_ID", ""),
		APNSHost: r.service("APNS_HOST"), FCMHost: r.service("FCM_HOST"), WeChatHost: r.service("WECHAT_HOST"),
	}
	r.whole(map[string]string{"APNS_KEY_FILE": p.APNSKeyFile, "APNS_KEY_ID": p.APNSKeyID, "APNS_TEAM_ID": p.APNSTeamID, "APNS_TOPIC": p.APNSTopic})
	r.whole(map[string]string{"WECHAT_APP_ID": p.WeChatAppID, "WECHAT_APP_SECRET": p.WeChatSecret.Reveal()})
	if p.WeChatTemplate != "" && p.WeChatAppID == "" {
		r.refuse("WECHAT_TEMPLATE_ID is set and WECHAT_APP_ID is not; allowed are both or none, because a template is a mini-program's.")
	}
	return p
}

// whole refuses some settings without the others.
func (r *reader) whole(all map[string]string) {
	var missing []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if all[name] == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 && len(missing) < len(all) {
		r.refuse("%s is not set; allowed is all or none of %s.", strings.Join(missing, " and "), strings.Join(slices.Sorted(maps.Keys(all)), ", "))
	}
}

// service reads the address of a service in place of the real one.
func (r *reader) service(name string) string {
	v := strings.TrimSuffix(r.text(name, ""), "/")
	if v != "" && !strings.HasPrefix(v, "https://") && !strings.HasPrefix(v, "http://127.0.0.1:") {
		r.refuse("%s is %q; allowed is an address such as https://host, or one on this machine.", name, v)
	}
	return v
}

// services are those that are set. An error is one line that names the setting.
func (p PushSettings) services(log *slog.Logger) (map[string]push.Service, error) {
	out := map[string]push.Service{}
	client := &http.Client{Timeout: time.Minute}
	if p.APNSKeyFile != "" {
		key, err := apnsKey(p.APNSKeyFile)
		if err != nil {
			return nil, err
		}
		out[notice.Apple] = &push.APNs{Client: client, Host: or(p.APNSHost, "https://api.push.apple.com"), Key: key, KeyID: p.APNSKeyID, TeamID: p.APNSTeamID, Topic: p.APNSTopic, Now: time.Now}
	}
	if p.FCMCredentials != "" {
		text, err := os.ReadFile(p.FCMCredentials)
		if err != nil {
			return nil, fmt.Errorf("FCM_CREDENTIALS is %q; allowed is a file that can be read: %w", p.FCMCredentials, err)
		}
		account, err := push.ReadAccount(text)
		if err != nil {
			return nil, fmt.Errorf("FCM_CREDENTIALS is %q; allowed is the JSON file of a service account: %w", p.FCMCredentials, err)
		}
		out[notice.Google] = &push.FCM{Client: client, Host: or(p.FCMHost, "https://fcm.googleapis.com"), Account: account, Now: time.Now}
	}
	if p.WeChatAppID != "" && p.WeChatTemplate != "" {
		out[notice.WeChat] = &push.WeChat{Client: client, Host: or(p.WeChatHost, "https://api.weixin.qq.com"), AppID: p.WeChatAppID, Secret: p.WeChatSecret.Reveal(), Template: p.WeChatTemplate, Now: time.Now}
	}
	log.Info("notices are pushed by", "services", slices.Sorted(maps.Keys(out)))
	return out, nil
}

func apnsKey(path string) (*ecdsa.PrivateKey, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("APNS_KEY_FILE is %q; allowed is a file that can be read: %w", path, err)
	}
	key, err := jwt.ParseECPrivateKeyFromPEM(text)
	if err != nil { // its own words could quote a part of the key
		return nil, fmt.Errorf("APNS_KEY_FILE is %q; allowed is the .p8 file of Apple's, a PEM of an EC key", path)
	}
	return key, nil
}

func or(v, otherwise string) string {
	if v != "" {
		return v
	}
	return otherwise
}
