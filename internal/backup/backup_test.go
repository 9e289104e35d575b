package backup_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"membergate/internal/backup"
)

// memory is a store of lines.
type memory struct {
	engine string
	lines  map[string][]string
	puts   int
	fail   error
}

func (m *memory) Engine() string                      { return m.engine }
func (m *memory) Begin(context.Context, string) error { return nil }
func (m *memory) Loaded(context.Context) error        { return nil }
func (m *memory) End(context.Context) error           { return nil }

func (m *memory) Dump(_ context.Context, each func(string, []byte) error) error {
	for _, place := range []string{"accounts", "wallets"} {
		if err := each(place, nil); err != nil {
			return err
		}
		for _, l := range m.lines[place] {
			if err := each(place, []byte(l)); err != nil {
				return err
			}
		}
	}
	return errors.Join(each("empty", nil), m.fail)
}

func (m *memory) Put(_ context.Context, place string, lines [][]byte) error {
	m.puts++
	for _, l := range lines {
		m.lines[place] = append(m.lines[place], string(l))
	}
	return nil
}

func full() *memory {
	m := &memory{engine: "x", lines: map[string][]string{}}
	for range 1200 {
		m.lines["accounts"] = append(m.lines["accounts"], `{"a":1}`)
	}
	m.lines["wallets"] = []string{`{"w":"` + strings.Repeat("x", 2<<20) + `"}`}
	return m
}

func written(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "b")
	if _, err := backup.Write(t.Context(), dir, full(), fstest.MapFS{"u/a.jpg": {Data: []byte("picture")}}, time.Unix(1e9, 0), func(int) {}); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestABackupIsReadInPartsAndIsWhole(t *testing.T) {
	b, err := backup.Open(written(t))
	if err != nil {
		t.Fatal(err)
	}
	into, files := &memory{engine: "x", lines: map[string][]string{}}, t.TempDir()
	if err := b.Into(t.Context(), into, files, func(int) {}); err != nil {
		t.Fatal(err)
	}
	if into.puts != 5 || len(into.lines["accounts"]) != 1200 || into.lines["wallets"][0] != full().lines["wallets"][0] {
		t.Errorf("%d puts, %d accounts", into.puts, len(into.lines["accounts"]))
	}
	if text, err := os.ReadFile(filepath.Join(files, "u", "a.jpg")); string(text) != "picture" || err != nil {
		t.Errorf("the picture is %q, %v", text, err)
	}
	if err := b.Into(t.Context(), &memory{engine: "y"}, files, func(int) {}); err == nil || !strings.Contains(err.Error(), "is a backup of x; this store is y") {
		t.Errorf("another engine: %v", err)
	}
}

func TestADamagedBackupIsRefusedBeforeAnythingIsPut(t *testing.T) {
	for name, damage := range map[string]func(dir string) error{
		"a byte of a line": func(dir string) error {
			return change(filepath.Join(dir, "places/accounts.jsonl"), `{"a":1}`, `{"a":2}`)
		},
		"a line less":     func(dir string) error { return change(filepath.Join(dir, "places/accounts.jsonl"), `{"a":1}`+"\n", "") },
		"a file less":     func(dir string) error { return os.Remove(filepath.Join(dir, "places/wallets.jsonl")) },
		"another picture": func(dir string) error { return change(filepath.Join(dir, "files/u/a.jpg"), "picture", "virus") },
		"no summary":      func(dir string) error { return os.Remove(filepath.Join(dir, "backup.json")) },
		"another format":  func(dir string) error { return change(filepath.Join(dir, "backup.json"), `"format": 1`, `"format": 2`) },
		"a place elsewhere": func(dir string) error {
			return change(filepath.Join(dir, "backup.json"), `"accounts"`, `"../accounts"`)
		},
		"a picture elsewhere": func(dir string) error { return change(filepath.Join(dir, "backup.json"), `"u/a.jpg"`, `"../../a.jpg"`) },
	} {
		dir := written(t)
		if err := damage(dir); err != nil {
			t.Fatal(err)
		}
		if _, err := backup.Open(dir); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func change(path, old, with string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !strings.Contains(string(text), old) {
		return errors.New("there is nothing to damage")
	}
	return os.WriteFile(path, []byte(strings.Replace(string(text), old, with, 1)), 0o600)
}

func TestABackupThatIsCutOffIsNotThere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "b")
	broken := full()
	broken.fail = errors.New("the store is gone")
	if _, err := backup.Write(t.Context(), dir, broken, nil, time.Now(), func(int) {}); !errors.Is(err, broken.fail) {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(filepath.Dir(dir)); err != nil || len(left) != 0 {
		t.Errorf("left is %v, %v", left, err)
	}
	if err := os.MkdirAll(dir+".part/places", 0o700); err != nil { // of a process that was killed
		t.Fatal(err)
	}
	if _, err := backup.Write(t.Context(), dir, full(), nil, time.Now(), func(int) {}); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Write(t.Context(), dir, full(), nil, time.Now(), func(int) {}); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("a second one into the same folder: %v", err)
	}
}
