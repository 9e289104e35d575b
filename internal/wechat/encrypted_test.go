package wechat_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"membergate/internal/wechat"
)

const (
	miniID  = "wx0123456789abcdef"
	keyText = "c2Vzc2lvbi1rZXktMTIzNA=="
	ivText  = "MDEyMzQ1Njc4OWFiY2RlZg=="
)

// encrypted is a text as WeChat encrypts it, with the padding given in place of the right one.
func encrypted(t *testing.T, key, text string, padding []byte) string {
	t.Helper()
	k, _ := base64.StdEncoding.DecodeString(key)
	iv, _ := base64.StdEncoding.DecodeString(ivText)
	plain := []byte(text)
	if padding == nil {
		n := aes.BlockSize - len(plain)%aes.BlockSize
		padding = bytes.Repeat([]byte{byte(n)}, n)
	}
	plain = append(plain, padding...)
	block, err := aes.NewCipher(k)
	if err != nil {
		t.Fatal(err)
	}
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(plain, plain)
	return base64.StdEncoding.EncodeToString(plain)
}

func phoneOf(app string, at time.Time) string {
	return fmt.Sprintf(`{"phoneNumber":"13580006666","purePhoneNumber":"13580006666","countryCode":"86","watermark":{"appid":%q,"timestamp":%d}}`, app, at.Unix())
}

func TestWhateverIsWrongWithEncryptedDataIsToldAlike(t *testing.T) {
	now := time.Date(2026, 7, 6, 12, 0, 0, 0, time.UTC)
	var said struct {
		PhoneNumber string `json:"phoneNumber"`
	}
	good := encrypted(t, keyText, phoneOf(miniID, now), nil)
	if err := wechat.Decrypt(miniID, keyText, ivText, good, now, &said); err != nil || said.PhoneNumber != "13580006666" {
		t.Fatalf("%+v, %v", said, err)
	}
	otherKey := base64.StdEncoding.EncodeToString([]byte("another-key-1234"))
	text := phoneOf(miniID, now)
	whole := text + strings.Repeat(" ", aes.BlockSize-len(text)%aes.BlockSize)
	bad := func(padding ...byte) string { return encrypted(t, keyText, whole, padding) }
	fifteen := bytes.Repeat([]byte{1}, 15)
	for name, c := range map[string]struct{ key, iv, data string }{
		"another mini-program":   {keyText, ivText, encrypted(t, keyText, phoneOf("wxother", now), nil)},
		"old":                    {keyText, ivText, encrypted(t, keyText, phoneOf(miniID, now.Add(-6*time.Minute)), nil)},
		"of tomorrow":            {keyText, ivText, encrypted(t, keyText, phoneOf(miniID, now.Add(24*time.Hour)), nil)},
		"padding of zero":        {keyText, ivText, bad(append(fifteen, 0)...)},
		"padding of seventeen":   {keyText, ivText, bad(append(fifteen, 17)...)},
		"padding that differs":   {keyText, ivText, bad(append(fifteen, 2+1)...)},
		"padding of 255":         {keyText, ivText, bad(append(fifteen, 255)...)},
		"short iv":               {keyText, "MDEy", good},
		"iv that is no base64":   {keyText, "!", good},
		"another iv":             {keyText, base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 16)), good},
		"another's key":          {otherKey, ivText, good},
		"no key":                 {"", ivText, good},
		"truncated":              {keyText, ivText, good[:len(good)-8]},
		"truncated by a block":   {keyText, ivText, base64.StdEncoding.EncodeToString(mustDecode(t, good)[:16])},
		"empty":                  {keyText, ivText, ""},
		"a megabyte":             {keyText, ivText, strings.Repeat("A", 1<<20)},
		"no JSON":                {keyText, ivText, encrypted(t, keyText, "hello", nil)},
		"without a watermark":    {keyText, ivText, encrypted(t, keyText, `{"phoneNumber":"1"}`, nil)},
		"of another shape":       {keyText, ivText, encrypted(t, keyText, strings.Replace(phoneOf(miniID, now), `"13580006666"`, `7`, 1), nil)},
		"watermark that is text": {keyText, ivText, encrypted(t, keyText, `{"watermark":"x"}`, nil)},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			err := wechat.Decrypt(miniID, c.key, c.iv, c.data, now, &struct {
				PhoneNumber string `json:"phoneNumber"`
			}{})
			if !errors.Is(err, wechat.ErrUnreadable) || err.Error() != wechat.ErrUnreadable.Error() {
				t.Errorf("it is told as %v", err)
			}
			if spent := time.Since(began); spent > 50*time.Millisecond {
				t.Errorf("it took %s", spent)
			}
		})
	}
}

func mustDecode(t *testing.T, text string) []byte {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
