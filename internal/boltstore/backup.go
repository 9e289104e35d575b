package boltstore

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"unicode/utf8"

	"go.etcd.io/bbolt"
)

// line is a key and its value; bytes that are no text, or no JSON, are written as base64.
type line struct {
	Key     *string         `json:"key,omitempty"`
	Raw     []byte          `json:"rawKey,omitempty"`
	Value   json.RawMessage `json:"value,omitempty"`
	Content []byte          `json:"rawValue,omitempty"`
}

// Backup is a backup.Source.
type Backup struct{ s *Store }

// Backup gives everything that the file holds, as it is at one moment.
func (s *Store) Backup() *Backup { return &Backup{s} }

// Engine implements backup.Source.
func (b *Backup) Engine() string { return "bolt" }

// Dump implements backup.Source.
func (b *Backup) Dump(ctx context.Context, each func(place string, line []byte) error) error {
	return b.s.read(ctx, func(t *tx) error {
		for _, name := range slices.Sorted(slices.Values(buckets)) {
			if err := each(string(name), nil); err != nil {
				return err
			}
			err := t.bolt.Bucket([]byte(name)).ForEach(func(k, v []byte) error {
				if err := ctx.Err(); err != nil {
					return err
				}
				text, err := written(k, v)
				if err != nil {
					return err
				}
				return each(string(name), text)
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// written is a line whose bytes give exactly the same key and value again.
func written(k, v []byte) ([]byte, error) {
	l := line{Raw: k, Content: v}
	if utf8.Valid(k) && len(k) > 0 {
		text := string(k)
		l.Key, l.Raw = &text, nil
	}
	if json.Valid(v) {
		l.Value, l.Content = v, nil
	}
	text, err := encoded(l)
	if err != nil {
		return nil, err
	}
	var back line
	if err := json.Unmarshal(text, &back); err == nil && (l.Value == nil || bytes.Equal(back.Value, v)) {
		return text, nil
	}
	l.Value, l.Content = nil, v // JSON that is written in another way than usual
	return encoded(l)
}

func encoded(l line) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(l)
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'}), err
}

// Restore is a backup.Target: a new file beside the one that is missing, which takes its place when it is whole.
type Restore struct {
	dir, part string
	db        *bbolt.DB
}

// NewRestore puts a backup into a data directory.
func NewRestore(dir string) *Restore {
	return &Restore{dir: dir, part: filepath.Join(dir, File+".part")}
}

// Engine implements backup.Target.
func (r *Restore) Engine() string { return "bolt" }

// Begin implements backup.Target. Whatever a killed process left is begun anew.
func (r *Restore) Begin(context.Context, string) error {
	path := filepath.Join(r.dir, File)
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s is there already; a backup goes into a DATA_DIR without it", path)
	}
	if err := errors.Join(os.MkdirAll(r.dir, 0o700), os.RemoveAll(r.part)); err != nil {
		return err
	}
	var err error
	r.db, err = bbolt.Open(r.part, 0o600, &bbolt.Options{Timeout: lockWait, NoSync: true, FreelistType: bbolt.FreelistMapType, NoFreelistSync: true})
	return err
}

// Put implements backup.Target.
func (r *Restore) Put(_ context.Context, place string, lines [][]byte) error {
	if !slices.Contains(buckets, bucket(place)) {
		return fmt.Errorf("this program knows no bucket %q", place)
	}
	return r.db.Update(func(t *bbolt.Tx) error {
		in, err := t.CreateBucketIfNotExists([]byte(place))
		if err != nil {
			return err
		}
		for _, text := range lines {
			var l line
			if err := json.Unmarshal(text, &l); err != nil {
				return fmt.Errorf("a line is no key with a value: %w", err)
			}
			key, value := l.Raw, l.Content
			if l.Key != nil {
				key = []byte(*l.Key)
			}
			if l.Value != nil {
				value = l.Value
			}
			if err := in.Put(key, value); err != nil {
				return err
			}
		}
		return nil
	})
}

// Loaded implements backup.Target.
func (r *Restore) Loaded(context.Context) error {
	return errors.Join(r.db.Sync(), r.db.Close(), os.Rename(r.part, filepath.Join(r.dir, File)))
}

// End implements backup.Target.
func (r *Restore) End(context.Context) error { return nil }
