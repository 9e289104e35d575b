package secret_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"membergate/internal/secret"
)

func key(id string, fill byte) secret.Key {
	return secret.Key{ID: id, Secret: bytes.Repeat([]byte{fill}, secret.KeyBytes)}
}

func ring(t testing.TB, keys ...secret.Key) *secret.Keys {
	t.Helper()
	k, err := secret.NewKeys(keys)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestATagIsGoodForItsDataAndPurposeOnly(t *testing.T) {
	k := ring(t, key("k1", 1))
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOf(rapid.Byte()).Draw(t, "data")
		tag := k.Sign("cursor", data)
		if !k.Verify("cursor", data, tag) {
			t.Fatal("a fresh tag is refused")
		}
		if k.Verify("lookup", data, tag) {
			t.Fatal("a cursor's tag passes as a look-up's")
		}
		if k.Verify("cursor", append(bytes.Clone(data), 0), tag) {
			t.Fatal("a tag passes for longer data")
		}
		bent := bytes.Clone(tag)
		bit := rapid.IntRange(0, len(bent)*8-1).Draw(t, "bit")
		bent[bit/8] ^= 1 << (bit % 8)
		if k.Verify("cursor", data, bent) {
			t.Fatal("a tag with one wrong bit passes")
		}
		if k.Verify("cursor", data, tag[:rapid.IntRange(0, len(tag)-1).Draw(t, "cut")]) {
			t.Fatal("a shortened tag passes")
		}
	})
}

func TestANewKeyInFrontKeepsOldTagsGood(t *testing.T) {
	before := ring(t, key("k1", 1))
	after := ring(t, key("k2", 2), key("k1", 1))
	gone := ring(t, key("k2", 2))
	tag := before.Sign("cursor", []byte("x"))
	if !after.Verify("cursor", []byte("x"), tag) {
		t.Error("the old key's tag is refused while the key is still in the ring")
	}
	if gone.Verify("cursor", []byte("x"), tag) {
		t.Error("the tag of a withdrawn key passes")
	}
	if before.Verify("cursor", []byte("x"), after.Sign("cursor", []byte("x"))) {
		t.Error("a tag of an unknown key passes")
	}
	other := ring(t, key("k1", 9))
	if other.Verify("cursor", []byte("x"), tag) {
		t.Error("another key with the same id passes")
	}
}

func TestHashesFindWhatAnOlderKeyStored(t *testing.T) {
	stored := ring(t, key("k1", 1)).Hashes("phone", "13800138000")[0]
	now := ring(t, key("k2", 2), key("k1", 1)).Hashes("phone", "13800138000")
	if len(now) != 2 || now[1] != stored || now[0] == stored {
		t.Errorf("hashes = %v, stored %v", now, stored)
	}
	if other := ring(t, key("k1", 1)).Hashes("openid", "13800138000")[0]; other == stored {
		t.Error("two purposes share a hash")
	}
}

func TestWrongKeysAreRefusedInOneSentence(t *testing.T) {
	short := secret.Key{ID: "k1", Secret: []byte("hunter2")}
	for name, c := range map[string]struct {
		keys []secret.Key
		want string
	}{
		"none":      {nil, "there is no key"},
		"short":     {[]secret.Key{short}, `key "k1" is 7 bytes long; allowed are exactly 32`},
		"twice":     {[]secret.Key{key("a", 1), key("a", 2)}, "which is taken"},
		"bad id":    {[]secret.Key{key("a b", 1)}, `the id "a b"`},
		"empty id":  {[]secret.Key{key("", 1)}, `the id ""`},
		"id length": {[]secret.Key{key(strings.Repeat("a", 17), 1)}, "1 to 16"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := secret.NewKeys(c.keys)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("error = %v, want %q", err, c.want)
			}
		})
	}
}

func TestKeysNeverPrint(t *testing.T) {
	k := secret.Key{ID: "k1", Secret: []byte("hunter2-hunter2-hunter2-hunter2!")}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, v := range []any{k, ring(t, k)} {
			if s := fmt.Sprintf(verb, v); strings.Contains(s, "hunter2") || strings.Contains(s, "104") {
				t.Errorf("%s prints %s", verb, s)
			}
		}
	}
}

func TestAFolderKeepsItsSecretsAndMakesThemOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	var wg sync.WaitGroup
	secrets, tags := make([]string, 16), make([][]byte, 16)
	for i := range secrets {
		wg.Go(func() {
			s, err := secret.KeptHS256(dir)
			if err != nil {
				t.Error(err)
				return
			}
			k, err := secret.KeptKeys(dir)
			if err != nil {
				t.Error(err)
				return
			}
			secrets[i], tags[i] = string(s), k.Sign("cursor", []byte("x"))
		})
	}
	wg.Wait()
	for i := range secrets {
		if secrets[i] != secrets[0] || len(secrets[i]) != 43 || !bytes.Equal(tags[i], tags[0]) {
			t.Fatalf("process %d got other secrets than process 0", i)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 2 {
		t.Errorf("the folder holds %v, want the two secrets only", entries)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o, want 600", e.Name(), info.Mode().Perm())
		}
	}
}

func TestABrokenKeyFileIsNamedAndNotQuoted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	for name, text := range map[string]string{
		"no JSON":       "hunter2",
		"other field":   `{"keys":[{"id":"k1","secret":"hunter2"}]}`,
		"no base64":     `{"keys":[{"id":"k1","key":"hunter2!!"}]}`,
		"too short":     `{"keys":[{"id":"k1","key":"aHVudGVyMg=="}]}`,
		"empty":         ``,
		"empty key set": `{"keys":[]}`,
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := secret.LoadKeys(path)
			if err == nil || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "hunter2") ||
				strings.Contains(err.Error(), "aHVudGVyMg") {
				t.Errorf("error = %v", err)
			}
		})
	}
	if _, err := secret.LoadKeys(filepath.Join(t.TempDir(), "none.json")); err == nil {
		t.Error("a missing file is no error")
	}
}

func TestWhatIsSealedIsReadByWhoHoldsTheKeyAndNobodyElse(t *testing.T) {
	old := ring(t, key("k1", 1))
	both := ring(t, key("k2", 2), key("k1", 1))
	sealed := old.Seal("voucher", "CODE-1")
	if strings.Contains(sealed, "CODE") || sealed == old.Seal("voucher", "CODE-1") {
		t.Errorf("what is sealed says something: %q", sealed)
	}
	if plain, err := both.Open("voucher", sealed); err != nil || plain != "CODE-1" {
		t.Errorf("after a new key came it reads %q, %v", plain, err)
	}
	for says, open := range map[string]func() (string, error){
		"another purpose": func() (string, error) { return both.Open("else", sealed) },
		"another key":     func() (string, error) { return ring(t, key("k1", 9)).Open("voucher", sealed) },
		"no such key":     func() (string, error) { return ring(t, key("k3", 1)).Open("voucher", sealed) },
		"a changed end":   func() (string, error) { return both.Open("voucher", sealed[:len(sealed)-2]+"zz") },
		"nothing":         func() (string, error) { return both.Open("voucher", "") },
		"too little":      func() (string, error) { return both.Open("voucher", "k1:AAAA") },
		"no base64":       func() (string, error) { return both.Open("voucher", "k1:***") },
	} {
		if plain, err := open(); err == nil {
			t.Errorf("with %s it reads %q", says, plain)
		}
	}
}

func keyFile(t *testing.T, ids ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys.json")
	var rows []string
	for _, id := range ids {
		rows = append(rows, fmt.Sprintf(`{"id":%q,"key":"%s="}`, id, strings.Repeat("B", 42)+"E"))
	}
	if err := os.WriteFile(path, []byte(`{"keys":[`+strings.Join(rows, ",")+`]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestARunningProcessOpensWhatAKeySealedThatCameLater(t *testing.T) {
	path := keyFile(t, "k1")
	running, err := secret.LoadKeys(path)
	if err != nil {
		t.Fatal(err)
	}
	old := running.Seal("address", "a street")
	file, err := secret.ReadRing(path)
	if err == nil {
		if file, err = file.Add("k2"); err == nil {
			file, err = file.Front("k2")
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	other, err := secret.LoadKeys(path)
	if err != nil {
		t.Fatal(err)
	}
	sealed := other.Seal("address", "a street")
	if !strings.HasPrefix(sealed, "k2:") {
		t.Fatalf("sealed with another key: %s", sealed)
	}
	for _, text := range []string{sealed, old} {
		if plain, err := running.Open("address", text); err != nil || plain != "a street" {
			t.Errorf("%.3s… is not opened: %v", text, err)
		}
	}
	if running.Newest() != "k2" {
		t.Errorf("it still seals with %s", running.Newest())
	}
	if _, err := file.Retire("k1"); err != nil {
		t.Fatal(err)
	}
	after, err := secret.LoadKeys(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := after.Open("address", old); err == nil {
		t.Error("a retired key opens something")
	}
	if after.Verify("cursor", []byte("x"), ring(t, secret.Key{ID: "k1", Secret: file.Keys[1].Secret}).Sign("cursor", []byte("x"))) {
		t.Error("what a retired key signed is good")
	}
	if len(after.Hashes("phone", "1")) != 2 {
		t.Error("a retired key finds nothing any more")
	}
	if _, err := file.Front("k9"); err == nil {
		t.Error("a key that is not there is put in front")
	}
}

func TestAFileThatWouldLoseWhatIsSealedIsNotFollowed(t *testing.T) {
	path := keyFile(t, "k1")
	running, err := secret.LoadKeys(path)
	if err != nil {
		t.Fatal(err)
	}
	sealed := running.Seal("address", "a street")
	for name, text := range map[string]string{
		"broken":         `{"keys":[`,
		"another secret": `{"keys":[{"id":"k1","key":"` + strings.Repeat("A", 42) + `E="},{"id":"k3","key":"` + strings.Repeat("A", 42) + `I="}]}`,
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := running.Open("address", "k3:AAAA"); err == nil { // has the file looked at
			t.Errorf("%s: something was opened", name)
		}
		if plain, err := running.Open("address", sealed); err != nil || plain != "a street" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
