package secret

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// The files that a data folder keeps, each readable by its owner only.
const (
	KeysFile   = "secret-keys.json"
	HS256File  = "jwt-hs256-secret"
	SignFile   = "jwt-signing-key.pem"
	firstKeyID = "k1"
)

// keysDocument is the file's shape: {"keys":[{"id":"k2","key":"base64 of 32 bytes"},{"id":"k1","key":"…"}]}.
type keysDocument struct {
	Keys []Key `json:"keys"`
}

// LoadKeys reads a file of keys, newest first. Its errors name the file and never show a key.
func LoadKeys(path string) (*Keys, error) {
	ring, info, err := readRing(path)
	if err != nil {
		return nil, err
	}
	keys, err := NewKeys(ring)
	if err == nil {
		keys.file = &watched{path: path, info: info, looked: time.Now()}
	}
	return keys, err
}

// readRing reads what a key file holds now.
func readRing(path string) ([]Key, fs.FileInfo, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, fmt.Errorf("the key file cannot be read: %w", err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("the key file cannot be read: %w", err)
	}
	var doc keysDocument
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&doc); err != nil {
		// The decoder's own words could quote a part of a key.
		return nil, nil, fmt.Errorf(`the key file %s is not of the form {"keys":[{"id":"k1","key":"base64 of 32 bytes"}]}`, path)
	}
	if err := check(doc.Keys); err != nil {
		return nil, nil, fmt.Errorf("the key file %s is wrong: %w", path, err)
	}
	return doc.Keys, info, nil
}

// KeptKeys gives the folder's own keys; the first call makes them.
func KeptKeys(dir string) (*Keys, error) {
	path := filepath.Join(dir, KeysFile)
	err := makeOnce(path, func() ([]byte, error) {
		doc, err := json.Marshal(keysDocument{Keys: []Key{{ID: firstKeyID, Secret: random(KeyBytes)}}})
		return append(doc, '\n'), err
	})
	if err != nil {
		return nil, err
	}
	return LoadKeys(path)
}

// KeptHS256 gives the folder's own secret for development tokens, 43 characters; the first call makes it.
func KeptHS256(dir string) ([]byte, error) {
	path := filepath.Join(dir, HS256File)
	err := makeOnce(path, func() ([]byte, error) {
		return []byte(base64.RawURLEncoding.EncodeToString(random(KeyBytes)) + "\n"), nil
	})
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the token secret cannot be read: %w", err)
	}
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return nil, fmt.Errorf("the token secret %s is empty; delete the file to have a new one made", path)
	}
	return text, nil
}

// KeptSigning gives the folder's own key that tokens are signed with; the first call has it made.
func KeptSigning(dir string, fresh func() ([]byte, error)) ([]byte, error) {
	path := filepath.Join(dir, SignFile)
	if err := makeOnce(path, fresh); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the signing key cannot be read: %w", err)
	}
	return text, nil
}

// makeOnce writes a file unless it is there. Of processes that start together one wins and all read what it wrote: a
// whole file is linked into place, so nobody ever sees half of one.
func makeOnce(path string, content func() ([]byte, error)) error {
	if _, err := os.Lstat(path); err == nil {
		return nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s cannot be looked at: %w", path, err)
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("the data folder cannot be made: %w", err)
	}
	text, err := content()
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".new-*") // made with mode 0600
	if err != nil {
		return fmt.Errorf("the data folder cannot be written to: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Link(f.Name(), path)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s cannot be written: %w", path, err)
	}
	return nil
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program if the machine has no randomness
	return b
}
