package wechat

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"
)

// ErrUnreadable is what is said of whatever cannot be read, for whatever reason: one that told paddings apart from other
// mistakes would let texts be guessed byte by byte.
var ErrUnreadable = errors.New("wechat: the data cannot be read")

const (
	// mostEncrypted bounds encrypted data; a phone takes 300 bytes.
	mostEncrypted = 8 << 10
	// mostOld is how old encrypted data may be.
	mostOld = 5 * time.Minute
)

// Decrypt reads what WeChat encrypted for a mini-program with somebody's session key: AES-128-CBC, with a watermark that says for
// which mini-program and when. Every mistake is ErrUnreadable.
func Decrypt(appID, sessionKey, iv, data string, now time.Time, into any) error {
	if len(data) > base64.StdEncoding.EncodedLen(mostEncrypted) {
		return ErrUnreadable
	}
	key, bad1 := base64.StdEncoding.DecodeString(sessionKey)
	first, bad2 := base64.StdEncoding.DecodeString(iv)
	text, bad3 := base64.StdEncoding.DecodeString(data)
	if bad1 != nil || bad2 != nil || bad3 != nil || len(key) != 16 || len(first) != aes.BlockSize || len(text) == 0 || len(text)%aes.BlockSize != 0 {
		return ErrUnreadable
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return ErrUnreadable
	}
	cipher.NewCBCDecrypter(block, first).CryptBlocks(text, text)
	pad := int(text[len(text)-1])
	good := subtle.ConstantTimeLessOrEq(1, pad) & subtle.ConstantTimeLessOrEq(pad, aes.BlockSize)
	for i := range aes.BlockSize {
		inPad := subtle.ConstantTimeLessOrEq(i+1, pad)
		same := subtle.ConstantTimeByteEq(text[len(text)-1-i], byte(pad))
		good &= subtle.ConstantTimeSelect(inPad, same, 1)
	}
	if good != 1 {
		return ErrUnreadable
	}
	text = text[:len(text)-pad]
	var marked struct {
		Watermark struct {
			AppID     string `json:"appid"`
			Timestamp int64  `json:"timestamp"`
		} `json:"watermark"`
	}
	if json.Unmarshal(text, &marked) != nil || marked.Watermark.AppID != appID {
		return ErrUnreadable
	}
	if at := time.Unix(marked.Watermark.Timestamp, 0); at.Before(now.Add(-mostOld)) || at.After(now.Add(mostOld)) {
		return ErrUnreadable
	}
	if json.Unmarshal(text, into) != nil {
		return ErrUnreadable
	}
	return nil
}
