package upload

import (
	"context"
	"errors"
	"time"

	"membergate/internal/member"
)

// ErrStale says that somebody else changed the upload first.
var ErrStale = errors.New("upload: it was changed meanwhile")

// Store keeps uploads.
type Store interface {
	// Add keeps a new upload, with Version 1.
	Add(ctx context.Context, u Upload) error
	// ByIDs gives those that are there; missing ones are missing.
	ByIDs(ctx context.Context, ids []ID) (map[ID]Upload, error)
	// Save replaces an upload whose Version is unchanged and raises it by one; else ErrStale.
	Save(ctx context.Context, u Upload) error
	// Since counts what a member announced after a time.
	Since(ctx context.Context, owner member.ID, after time.Time) (int, error)
	// Due gives at most n whose Until is at or before a time, the longest over first.
	Due(ctx context.Context, at time.Time, n int) ([]Upload, error)
	// Remove forgets an upload whose Version is unchanged; else ErrStale. One that is not there is gone already.
	Remove(ctx context.Context, u Upload) error
}

// Form is how an app sends a file: POST of multipart/form-data with these fields before the file, whose field is "file".
type Form struct {
	URL    string
	Fields []Field
}

// Field is a field of a form.
type Field struct{ Name, Value string }

// ErrMissing says that a file is not there.
var ErrMissing = errors.New("upload: there is no such file")

// Files keeps files by name.
type Files interface {
	// Form makes the form for an upload; it takes exactly the announced bytes, until the upload's time is over.
	Form(u Upload, now time.Time) (Form, error)
	// Get reads a file of at most so many bytes; ErrMissing when it is not there.
	Get(ctx context.Context, name string, most int64) ([]byte, error)
	// Put writes a file, in the place of what was there.
	Put(ctx context.Context, name, contentType string, b []byte) error
	// Remove removes a file; one that is not there is no error.
	Remove(ctx context.Context, name string) error
	// Address is where a file can be read by everybody.
	Address(name string) string
}
