package secret

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// Settle is how long after a change of the key file every process that reads it knows the change: whoever makes a new
// key waits so long before it is put in front.
const Settle = 2 * look

// look is how often the file is looked at, at most.
const look = time.Second

// watched is a file of keys, as it was when it was last read.
type watched struct {
	path   string
	mu     sync.Mutex
	info   fs.FileInfo
	looked time.Time
}

// current gives the ring, after a look at the file if the last one was a while ago.
func (k *Keys) current() []Key {
	if f := k.file; f != nil && f.mu.TryLock() {
		if now := time.Now(); now.Sub(f.looked) >= look {
			f.looked = now
			k.follow()
		}
		f.mu.Unlock()
	}
	return *k.ring.Load()
}

// latest gives the ring as the file is now.
func (k *Keys) latest() []Key {
	if f := k.file; f != nil {
		f.mu.Lock()
		k.follow()
		f.mu.Unlock()
	}
	return *k.ring.Load()
}

// follow takes up what has changed of the file. One that cannot be read, is wrong or has other bytes under a known id
// changes nothing: what is sealed must stay readable.
func (k *Keys) follow() {
	f := k.file
	info, err := os.Stat(f.path)
	if err != nil || os.SameFile(info, f.info) && info.ModTime().Equal(f.info.ModTime()) && info.Size() == f.info.Size() {
		return
	}
	ring, info, err := readRing(f.path)
	if err != nil {
		return
	}
	for _, old := range *k.ring.Load() {
		if slices.ContainsFunc(ring, func(key Key) bool { return key.ID == old.ID && !bytes.Equal(key.Secret, old.Secret) }) {
			return
		}
	}
	f.info = info
	k.ring.Store(&ring)
}

// Ring is a file of keys that is being changed.
type Ring struct {
	path string
	Keys []Key // newest first
}

// ReadRing reads a key file, to change it.
func ReadRing(path string) (Ring, error) {
	keys, _, err := readRing(path)
	return Ring{path, keys}, err
}

// Has tells whether there is a key of this id.
func (r Ring) Has(id string) bool {
	return slices.ContainsFunc(r.Keys, func(k Key) bool { return k.ID == id })
}

// Add puts a new key behind all others: it opens from then on, and seals nothing yet.
func (r Ring) Add(id string) (Ring, error) {
	return r.write(append(slices.Clone(r.Keys), Key{ID: id, Secret: random(KeyBytes)}))
}

// Front puts a key in front: it seals and signs from then on.
func (r Ring) Front(id string) (Ring, error) {
	i := slices.IndexFunc(r.Keys, func(k Key) bool { return k.ID == id })
	if i < 0 {
		return r, fmt.Errorf("the key file has no key %q", id)
	}
	return r.write(append([]Key{r.Keys[i]}, slices.Delete(slices.Clone(r.Keys), i, i+1)...))
}

// Retire lets a key find hashes only.
func (r Ring) Retire(id string) (Ring, error) {
	next := slices.Clone(r.Keys)
	for i := range next {
		if next[i].ID == id {
			next[i].Retired = true
		}
	}
	return r.write(next)
}

// Remove takes a key away for good.
func (r Ring) Remove(id string) (Ring, error) {
	return r.write(slices.DeleteFunc(slices.Clone(r.Keys), func(k Key) bool { return k.ID == id }))
}

// write replaces the file as a whole: whoever reads it sees the old one or the new one.
func (r Ring) write(keys []Key) (Ring, error) {
	if err := check(keys); err != nil {
		return r, err
	}
	text, err := json.Marshal(keysDocument{Keys: keys})
	if err != nil {
		return r, err
	}
	f, err := os.CreateTemp(filepath.Dir(r.path), ".new-*") // made with mode 0600
	if err != nil {
		return r, fmt.Errorf("the key file cannot be replaced: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(append(text, '\n'))
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), r.path)
	}
	if err != nil {
		return r, fmt.Errorf("the key file cannot be replaced: %w", err)
	}
	return Ring{r.path, keys}, nil
}
