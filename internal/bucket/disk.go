package bucket

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"membergate/internal/upload"
)

// Disk keeps files in a folder, takes forms at /uploads/ and serves what everybody may read at /media/u/.
type Disk struct {
	Root string // the folder; made when it is first needed
	Keys Keys
	Now  func() time.Time
}

// Keys sign and check policies.
type Keys interface {
	Sign(purpose string, data []byte) []byte
	Verify(purpose string, data, tag []byte) bool
}

var _ upload.Files = (*Disk)(nil)

const (
	// purpose keeps signatures of forms apart from all others.
	purpose = "upload form"
	// around is how many bytes of a form may be no file: fields and boundaries.
	around = 16 << 10
	// slowest is how long a form may take to arrive: 10 MB at 90 kB/s, a weak mobile network. Ours.
	slowest = 2 * time.Minute
	// lasting is what is told to caches: what is made of an upload never changes under its name, but it may be taken away,
	// and then no cache should have it for longer than a day.
	lasting = "public, max-age=86400, immutable"
)

// Form implements upload.Files.
func (d *Disk) Form(u upload.Upload, _ time.Time) (upload.Form, error) {
	fields := []upload.Field{{Name: "key", Value: u.Raw()}, {Name: "Content-Type", Value: u.Type}}
	p := policy(u.Until, exactly(u, fields))
	tag := base64.RawURLEncoding.EncodeToString(d.Keys.Sign(purpose, []byte(p)))
	return upload.Form{URL: "/uploads/", Fields: append(fields, upload.Field{Name: "policy", Value: p}, upload.Field{Name: "signature", Value: tag})}, nil
}

// Address implements upload.Files.
func (d *Disk) Address(name string) string { return "/media/" + name }

func (d *Disk) file(name string) (string, error) {
	if !safe(name) {
		return "", fs.ErrNotExist
	}
	return filepath.Join(d.Root, filepath.FromSlash(name)), nil
}

// Get implements upload.Files.
func (d *Disk) Get(_ context.Context, name string, most int64) ([]byte, error) {
	at, err := d.file(name)
	if err != nil {
		return nil, upload.ErrMissing
	}
	f, err := os.Open(at)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, upload.ErrMissing
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most))
}

// Put implements upload.Files.
func (d *Disk) Put(_ context.Context, name, _ string, b []byte) error {
	_, err := d.write(name, int64(len(b)), bytes.NewReader(b))
	return err
}

// write keeps so many bytes, neither more nor fewer, and tells whether there were. Nobody ever reads half a file: it is
// written beside the others and moved to its place.
func (d *Disk) write(name string, length int64, from io.Reader) (whole bool, err error) {
	at, err := d.file(name)
	if err != nil {
		return false, err
	}
	parts := filepath.Join(d.Root, "part")
	if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o700), os.MkdirAll(parts, 0o700)); err != nil {
		return false, err
	}
	f, err := os.CreateTemp(parts, "new-")
	if err != nil {
		return false, err
	}
	defer os.Remove(f.Name()) // gone already when all went well
	n, err := io.Copy(f, io.LimitReader(from, length+1))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil || n != length {
		return false, err
	}
	return true, os.Rename(f.Name(), at)
}

// leftover is the age at which a file that was sent or begun is nobody's: forms and uploads end long before. Ours.
const leftover = time.Hour

// Tidy removes what killed processes left, and files that were sent again after their picture was made.
func (d *Disk) Tidy() error {
	for _, folder := range []string{"raw", "part"} {
		all, err := os.ReadDir(filepath.Join(d.Root, folder))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		for _, f := range all {
			info, err := f.Info()
			if err != nil || d.Now().Sub(info.ModTime()) < leftover {
				continue // young, or gone meanwhile
			}
			if err := os.Remove(filepath.Join(d.Root, folder, f.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

// Remove implements upload.Files.
func (d *Disk) Remove(_ context.Context, name string) error {
	at, err := d.file(name)
	if err != nil {
		return err
	}
	if err := os.Remove(at); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
