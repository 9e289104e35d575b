package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"membergate/internal/secret"
	"membergate/internal/token"
)

// SignInSettings say by what members sign in. The mini-program's own are those of PushSettings. A way of which nothing is set is
// refused.
type SignInSettings struct {
	Keys          []string // JWT_SIGNING_KEYS: PEM files, newest first; empty = the data folder's own
	MobileAppID   string   // WECHAT_MOBILE_APP_ID
	MobileSecret  Secret   // WECHAT_MOBILE_APP_SECRET
	AppleClientID string   // APPLE_CLIENT_ID: the app's bundle id
	AppleKeysURL  string   // APPLE_KEYS_URL: in place of Apple's own
	SMSURL        string   // SMS_URL: where codes are sent from
	SMSToken      Secret   // SMS_TOKEN
}

func (r *reader) signIn(production bool) SignInSettings {
	s := SignInSettings{
		MobileAppID: r.text("WECHAT_MOBILE_APP_ID", ""), MobileSecret: Secret(r.text("WECHAT_MOBILE_APP_SECRET", "")),
		AppleClientID: r.text("APPLE_CLIENT_ID", ""), AppleKeysURL: r.service("APPLE_KEYS_URL"),
		SMSURL: r.service("SMS_URL"), SMSToken: Secret(r.text("SMS_TOKEN", "")),
	}
	for file := range strings.SplitSeq(r.text("JWT_SIGNING_KEYS", ""), ",") {
		if file = strings.TrimSpace(file); file != "" {
			s.Keys = append(s.Keys, file)
		}
	}
	r.whole(map[string]string{"WECHAT_MOBILE_APP_ID": s.MobileAppID, "WECHAT_MOBILE_APP_SECRET": s.MobileSecret.Reveal()})
	r.whole(map[string]string{"SMS_URL": s.SMSURL, "SMS_TOKEN": s.SMSToken.Reveal()})
	if production && len(s.Keys) == 0 {
		r.refuse("APP_ENV is \"production\" and JWT_SIGNING_KEYS is empty; allowed are PEM files of private keys, the same on every process, because tokens of sessions are signed with them.")
	}
	return s
}

// signer reads the keys that tokens of sessions are signed with.
func (s Settings) signer() (*token.Signer, error) {
	if len(s.SignIn.Keys) == 0 {
		kept, err := secret.KeptSigning(s.DataDir, token.NewKey)
		if err != nil {
			return nil, err
		}
		return token.NewSigner([][]byte{kept})
	}
	var pems [][]byte
	for _, file := range s.SignIn.Keys {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("JWT_SIGNING_KEYS names %q; allowed are files that can be read: %w", file, err)
		}
		pems = append(pems, text)
	}
	signer, err := token.NewSigner(pems)
	if err != nil {
		err = errors.New("JWT_SIGNING_KEYS is wrong; allowed are PEM files of private keys, newest first: " + err.Error())
	}
	return signer, err
}
