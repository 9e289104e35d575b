package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strings"
)

// Seal encrypts a text for a purpose with the newest key: AES-256-GCM with a random nonce. What comes out is the key's
// id, a colon and base64, so that Open works after a new key came.
func (k *Keys) Seal(purpose, plain string) string {
	newest := k.current()[0]
	box := k.box(purpose, newest)
	nonce := make([]byte, box.NonceSize())
	_, _ = rand.Read(nonce) // never fails: crypto/rand ends the program if the machine has no randomness
	return newest.ID + ":" + base64.RawURLEncoding.EncodeToString(box.Seal(nonce, nonce, []byte(plain), nil))
}

// errSealed says no more: whatever is wrong, there is nothing to read.
var errSealed = errors.New("what is sealed cannot be read with the keys that are here")

// Open reads what Seal made for the purpose with a key of this ring.
func (k *Keys) Open(purpose, sealed string) (string, error) {
	id, body, _ := strings.Cut(sealed, ":")
	key, known := k.find(id)
	raw, err := base64.RawURLEncoding.DecodeString(body)
	if !known || err != nil {
		return "", errSealed
	}
	box := k.box(purpose, key)
	if len(raw) < box.NonceSize() {
		return "", errSealed
	}
	plain, err := box.Open(nil, raw[:box.NonceSize()], raw[box.NonceSize():], nil)
	if err != nil {
		return "", errSealed
	}
	return string(plain), nil
}

// SealedWith gives the id of the key that something was sealed, signed or hashed with, by its text alone.
func SealedWith(text string) string {
	id, _, found := strings.Cut(text, ":")
	if !found {
		return ""
	}
	return id
}

// Newest gives the id of the key that seals now.
func (k *Keys) Newest() string { return k.current()[0].ID }

func (k *Keys) box(purpose string, key Key) cipher.AEAD {
	block, err := aes.NewCipher(k.derive("seal "+purpose, key))
	if err != nil { // only for lengths that derive does not give
		panic(err)
	}
	box, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return box
}
