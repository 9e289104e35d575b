// Package backup writes everything that a store holds as JSON lines, with counts and hashes, and puts it back. What lies
// in a backup is as it is stored: sealed texts stay sealed, and the keys are not in it.
package backup

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Source is a store that is backed up.
type Source interface {
	// Engine names the form of the lines: only a store of the same engine reads them.
	Engine() string
	// Dump gives everything as lines of JSON, place after place, each place first without a line: it may be empty. A line
	// is valid until each returns.
	Dump(ctx context.Context, each func(place string, line []byte) error) error
}

// Target is a store that a backup is put into. Everything may be repeated.
type Target interface {
	Engine() string
	// Begin makes ready for a backup. It refuses a store that holds anything but an unfinished restoring of the same one.
	Begin(ctx context.Context, id string) error
	// Put stores lines of a place, or makes a place without any; what is there already is replaced.
	Put(ctx context.Context, place string, lines [][]byte) error
	// Loaded says that all lines have been put, for the store to be opened.
	Loaded(ctx context.Context) error
	// End says that the backup is whole and may be served.
	End(ctx context.Context) error
}

// Summary is what a backup says of itself: the file backup.json.
type Summary struct {
	Format int       `json:"format"` // 1
	Engine string    `json:"engine"`
	At     time.Time `json:"at"`
	Places []Place   `json:"places"`
	Files  []File    `json:"files"` // pictures that lie in the data directory
}

// Place is a collection or bucket: the file places/NAME.jsonl.
type Place struct {
	Name   string `json:"name"`
	Lines  int    `json:"lines"`
	SHA256 string `json:"sha256"`
}

// File is a file under files/.
type File struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

const (
	format      = 1
	summaryFile = "backup.json"
	placesDir   = "places"
	filesDir    = "files"
)

// ID tells one backup from another.
func (s Summary) ID() string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // plain values
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// Lines is how many there are in all.
func (s Summary) Lines() (n int) {
	for _, p := range s.Places {
		n += p.Lines
	}
	return n
}

// Write makes a backup in a folder that is not there yet: it appears when it is whole. Files may be nil. Progress hears
// how many lines are written.
func Write(ctx context.Context, dir string, source Source, files fs.FS, at time.Time, progress func(lines int)) (Summary, error) {
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		return Summary{}, fmt.Errorf("%s is there already; allowed is a folder that is not", dir)
	}
	part := dir + ".part"
	if err := errors.Join(os.RemoveAll(part), os.MkdirAll(filepath.Join(part, placesDir), 0o700)); err != nil {
		return Summary{}, err
	}
	s := Summary{Format: format, Engine: source.Engine(), At: at.UTC(), Places: []Place{}, Files: []File{}}
	err := writePlaces(ctx, part, source, &s, progress)
	if err == nil && files != nil {
		err = writeFiles(part, files, &s)
	}
	var text []byte
	if err == nil {
		text, err = json.MarshalIndent(s, "", "  ")
	}
	if err == nil {
		err = writeWhole(filepath.Join(part, summaryFile), append(text, '\n'))
	}
	if err == nil {
		err = os.Rename(part, dir)
	}
	if err != nil {
		return Summary{}, errors.Join(err, os.RemoveAll(part))
	}
	return s, nil
}

// writing is the file of a place while lines come.
type writing struct {
	Place
	file *os.File
	out  *bufio.Writer
	sum  hash.Hash
}

func (w *writing) end() error {
	w.SHA256 = hex.EncodeToString(w.sum.Sum(nil))
	return errors.Join(w.out.Flush(), w.file.Sync(), w.file.Close())
}

func writePlaces(ctx context.Context, part string, source Source, s *Summary, progress func(int)) error {
	var now *writing
	end := func() error {
		if now == nil {
			return nil
		}
		err := now.end()
		s.Places = append(s.Places, now.Place)
		now = nil
		return err
	}
	lines := 0
	err := source.Dump(ctx, func(place string, line []byte) error {
		if bytes.IndexByte(line, '\n') >= 0 {
			return fmt.Errorf("a line of %s has more than one line", place)
		}
		if now == nil || now.Name != place {
			if err := end(); err != nil {
				return err
			}
			f, err := os.OpenFile(placeFile(part, place), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
			if err != nil {
				return err
			}
			now = &writing{Place: Place{Name: place}, file: f, out: bufio.NewWriterSize(f, 1<<20), sum: sha256.New()}
		}
		if line == nil {
			return nil
		}
		for _, part := range [][]byte{line, {'\n'}} {
			now.sum.Write(part)
			if _, err := now.out.Write(part); err != nil {
				return err
			}
		}
		now.Lines++
		lines++
		progress(lines)
		return nil
	})
	return errors.Join(err, end())
}

func placeFile(dir, place string) string { return filepath.Join(dir, placesDir, place+".jsonl") }

func writeFiles(part string, files fs.FS, s *Summary) error {
	return fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := fs.ReadFile(files, name)
		if errors.Is(err, fs.ErrNotExist) { // taken away meanwhile
			return nil
		}
		if err != nil {
			return err
		}
		sum := sha256.Sum256(text)
		s.Files = append(s.Files, File{Name: name, SHA256: hex.EncodeToString(sum[:])})
		return writeWhole(filepath.Join(part, filesDir, filepath.FromSlash(name)), text)
	})
}

// writeWhole writes a file and its folders, down to the disk.
func writeWhole(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}
