package main

import (
	"encoding/base64"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"
)

// What differs from import to import by chance, or is signed with another key, and says nothing to a member.
var chance = map[string]bool{
	"cursor": true, "endCursor": true, "startCursor": true, "newestCursor": true, "recommendationId": true,
	"headHash": true, "firstHash": true, "lastHash": true, "recordedAt": true, "countedAt": true, // a hash covers when the entry was written down
}

// randomName is that of a wallet, of a person to others, or of a device.
var randomName = regexp.MustCompile(`w_[0-9a-f]{32}|^PublicProfile:[0-9a-f]{24}$|^PushDevice:[0-9A-Z]{26}$`)

// masked is an answer's data with what is there by chance taken out, as one text.
func masked(t testing.TB, r reply) string {
	t.Helper()
	return jsonOf(mask("", r.value(t)))
}

func mask(name string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		_, recommended := v["reasons"]       // a recommendation's id is signed
		_, worded := v["until"]              // the word of the month is made from the keys
		_, redeemed := v["cancellableUntil"] // a redemption's id comes from its wallet's, and its code from chance
		_, carded := v["devices"]            // a member's code changes with its real time, and is made from the keys
		_, invites := v["shareText"]         // the code of invitations is made from the keys
		for key, each := range v {
			if invites && (key == "code" || key == "shareText") || worded && key == "text" || carded && (key == "code" || key == "validUntil") || recommended && key == "id" || redeemed && (key == "id" || key == "code") {
				each = "…"
			}
			out[key] = mask(key, each)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, each := range v {
			out[i] = mask(name, each)
		}
		return out
	case string:
		if chance[name] {
			return "…"
		}
		if name == "id" {
			if plain, err := base64.RawURLEncoding.DecodeString(v); err == nil && strings.Contains(string(plain), ":") {
				return randomName.ReplaceAllString(string(plain), "…")
			}
		}
	}
	return v
}

func jsonOf(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // what came as JSON goes as JSON
	}
	return string(text)
}

func isTime(s string) bool {
	_, err := time.Parse(time.RFC3339Nano, s)
	return err == nil
}
