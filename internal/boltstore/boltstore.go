// Package boltstore keeps everything that must not be lost in one embedded, durable file. It stands for MongoDB where
// one process is enough: development, demos, small shops.
//
// A file of this package holds one domain's store. It names its buckets with newBucket, documents their keys and
// values in its opening comment, and does each call in one transaction: Store.read or Store.write. Values are the
// domain's own structs as JSON.
package boltstore

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"membergate/internal/fault"
	"membergate/internal/tracing"
	"membergate/internal/trips"
)

// File is the name of the file inside the data directory.
const File = "members.bolt"

// version is the shape of the file's values; a change of shape raises it and converts what is older in Open.
const version = 1

// lockWait is how long Open waits for another process to let go of the file: long enough for a restart.
const lockWait = time.Second

// Store is the open file.
type Store struct {
	db         *bbolt.DB
	mu         sync.Mutex // guards what follows
	waiting    []*change  // writes for the next commit
	committing bool       // a writer has the turn to commit
}

// Open opens or creates the file in a directory and makes its buckets. The error is one sentence for whoever
// started the program.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the data directory %s cannot be made: %w", dir, err)
	}
	path := filepath.Join(dir, File)
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:        lockWait,
		FreelistType:   bbolt.FreelistMapType, // the list of free pages stays fast when the file is large
		NoFreelistSync: true,                  // found again when opening, so commits write less
	})
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return nil, fmt.Errorf("%s is in use by another process", path)
	case err != nil:
		return nil, fmt.Errorf("%s cannot be opened: %w", path, err)
	}
	if err := db.Update(prepare); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("%s cannot be used: %w", path, err)
	}
	return &Store{db: db}, nil
}

// Close ends the store once running transactions are over.
func (s *Store) Close() error { return s.db.Close() }

// Ping tells whether the store answers.
func (s *Store) Ping(ctx context.Context) error {
	return s.read(ctx, func(*tx) error { return nil })
}

// prepare makes the buckets and checks the file's version.
func prepare(t *bbolt.Tx) error {
	there := func(b bucket) bool { return t.Bucket([]byte(b)) != nil }
	unindexed, ungranted := there(accounts) && !there(calendar), there(accounts) && !(there(granted) && there(ends))
	unlisted, unqueued := there(marks) && !there(markers), there(posts) && !there(waits)
	unfollowed := there(ties) && !there(followers)
	if err := unfill(t); err != nil {
		return err
	}
	for _, b := range buckets {
		if _, err := t.CreateBucketIfNotExists([]byte(b)); err != nil {
			return err
		}
	}
	if unindexed {
		if err := indexAccounts(&tx{bolt: t}); err != nil {
			return err
		}
	}
	if ungranted {
		if err := indexGrants(&tx{bolt: t}); err != nil {
			return err
		}
	}
	if unlisted {
		if err := indexMarks(&tx{bolt: t}); err != nil {
			return err
		}
	}
	if unqueued {
		if _, err := indexWaits(&tx{bolt: t}); err != nil {
			return err
		}
	}
	if unfollowed {
		if err := indexFollowers(&tx{bolt: t}); err != nil {
			return err
		}
	}
	about := t.Bucket([]byte(meta))
	if v := about.Get([]byte("version")); v != nil && binary.BigEndian.Uint64(v) > version {
		return fmt.Errorf("a newer program wrote it (version %d; this one knows %d)", binary.BigEndian.Uint64(v), version)
	}
	return about.Put([]byte("version"), binary.BigEndian.AppendUint64(nil, version))
}

// read runs f on one consistent view of the file.
func (s *Store) read(ctx context.Context, f func(*tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if t, ok := ctx.Value(within{s}).(*tx); ok {
		return f(t)
	}
	trips.Mongo(ctx)
	call := tracing.Begin(ctx, "bbolt", "read", "")
	defer call.End(nil)
	return translate(s.db.View(func(t *bbolt.Tx) error { return f(&tx{bolt: t}) }))
}

// within is the context's key for a transaction of a store that reads in it belong to.
type within struct{ s *Store }

// translate makes errors of the file itself a fault; what a function refused stays as it is.
func translate(err error) error {
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return fault.Down("store", err)
	}
	return err
}
