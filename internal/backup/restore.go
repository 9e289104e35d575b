package backup

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Backup is a backup that has been found whole.
type Backup struct {
	Summary
	dir string
}

// Open reads a backup and checks every count and hash; nothing is put anywhere.
func Open(dir string) (*Backup, error) {
	text, err := os.ReadFile(filepath.Join(dir, summaryFile))
	if err != nil {
		return nil, fmt.Errorf("%s is no backup: %w", dir, err)
	}
	b := &Backup{dir: dir}
	if err := json.Unmarshal(text, &b.Summary); err != nil || b.Format != format {
		return nil, fmt.Errorf("%s says that its format is %d; this program reads %d", filepath.Join(dir, summaryFile), b.Format, format)
	}
	for _, p := range b.Places {
		if !fs.ValidPath(p.Name) || filepath.Base(p.Name) != p.Name {
			return nil, fmt.Errorf("%s names a place %q, which is none", summaryFile, p.Name)
		}
		lines, sum, err := b.measure(p.Name)
		if err != nil {
			return nil, err
		}
		if lines != p.Lines || sum != p.SHA256 {
			return nil, fmt.Errorf("%s has %d lines with the hash %.12s; %s says %d and %.12s", placeFile(dir, p.Name), lines, sum, summaryFile, p.Lines, p.SHA256)
		}
	}
	for _, f := range b.Files {
		if !fs.ValidPath(f.Name) {
			return nil, fmt.Errorf("%s names a file %q, which is none", summaryFile, f.Name)
		}
		text, err := b.file(f.Name)
		if err != nil {
			return nil, err
		}
		if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != f.SHA256 {
			return nil, fmt.Errorf("the file %s is not the one that was backed up", f.Name)
		}
	}
	return b, nil
}

func (b *Backup) file(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(b.dir, filesDir, filepath.FromSlash(name)))
}

func (b *Backup) measure(place string) (lines int, sum string, err error) {
	f, err := os.Open(placeFile(b.dir, place))
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	h, part := sha256.New(), make([]byte, 1<<20)
	for {
		n, err := f.Read(part)
		h.Write(part[:n])
		lines += bytes.Count(part[:n], []byte{'\n'})
		if err == io.EOF {
			return lines, hex.EncodeToString(h.Sum(nil)), nil
		}
		if err != nil {
			return 0, "", err
		}
	}
}

// atOnce is how many lines are put at once, at most.
const atOnce = 500

// maxLine is the longest line that is read: the longest document that MongoDB keeps, written as JSON.
const maxLine = 64 << 20

// Into puts all lines into a store, and all files into a folder if there are any. It may be killed and repeated.
func (b *Backup) Into(ctx context.Context, target Target, files string, progress func(lines int)) error {
	if target.Engine() != b.Engine {
		return fmt.Errorf("%s is a backup of %s; this store is %s", b.dir, b.Engine, target.Engine())
	}
	if err := target.Begin(ctx, b.ID()); err != nil {
		return err
	}
	done := 0
	for _, p := range b.Places {
		if p.Lines == 0 {
			if err := target.Put(ctx, p.Name, nil); err != nil {
				return err
			}
			continue
		}
		if err := b.place(ctx, p.Name, func(lines [][]byte) error {
			err := target.Put(ctx, p.Name, lines)
			done += len(lines)
			progress(done)
			return err
		}); err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
	}
	for _, f := range b.Files {
		text, err := b.file(f.Name)
		if err == nil {
			err = writeWhole(filepath.Join(files, filepath.FromSlash(f.Name)), text)
		}
		if err != nil {
			return err
		}
	}
	return target.Loaded(ctx)
}

// place reads the lines of a place, some at a time.
func (b *Backup) place(ctx context.Context, name string, put func([][]byte) error) error {
	f, err := os.Open(placeFile(b.dir, name))
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	in.Buffer(make([]byte, 1<<20), maxLine)
	var some [][]byte
	for in.Scan() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if some = append(some, bytes.Clone(in.Bytes())); len(some) == atOnce {
			if err := put(some); err != nil {
				return err
			}
			some = nil
		}
	}
	if err := in.Err(); err != nil || len(some) == 0 {
		return err
	}
	return put(some)
}
