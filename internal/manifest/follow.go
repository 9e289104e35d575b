package manifest

import (
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Followed is a folder of manifests as it was when it was last looked at. It is safe for use by many goroutines.
type Followed struct {
	folder fs.FS
	fits   func(Document) error
	told   func(error)
	shelf  atomic.Pointer[Shelf]

	busy   atomic.Bool
	looked atomic.Int64 // Unix nanoseconds
	mu     sync.Mutex
	seen   uint64 // what the folder looked like, right or wrong
}

// pause is how long the folder is not looked at again after a look.
const pause = time.Second

// Follow reads a folder and follows its changes. A folder that has become wrong changes nothing: told hears of it once,
// and of nil when a change was taken up.
func Follow(folder string, fits func(Document) error, told func(error)) (*Followed, error) {
	return follow(os.DirFS(folder), fits, told)
}

// Fixed is a shelf of a folder that does not change, such as one that the program brought along.
func Fixed(folder fs.FS, fits func(Document) error) (*Followed, error) {
	f, err := follow(folder, fits, nil)
	if err == nil {
		f.busy.Store(true) // nobody looks again
	}
	return f, err
}

func follow(folder fs.FS, fits func(Document) error, told func(error)) (*Followed, error) {
	f := &Followed{folder: folder, fits: fits, told: told}
	seen, err := look(folder)
	if err != nil {
		return nil, err
	}
	shelf, err := Load(folder, fits)
	if err != nil {
		return nil, err
	}
	f.seen = seen
	f.shelf.Store(shelf)
	f.looked.Store(time.Now().UnixNano())
	return f, nil
}

// Shelf gives what was read last. When the last look was a while ago, another one begins beside the caller.
func (f *Followed) Shelf() *Shelf {
	if time.Now().UnixNano()-f.looked.Load() >= int64(pause) && f.busy.CompareAndSwap(false, true) {
		go func() {
			defer f.busy.Store(false)
			f.Look()
		}()
	}
	return f.shelf.Load()
}

// Look takes up what has changed of the folder.
func (f *Followed) Look() {
	f.mu.Lock()
	defer f.mu.Unlock()
	defer func() { f.looked.Store(time.Now().UnixNano()) }()
	seen, err := look(f.folder)
	if seen == f.seen {
		return
	}
	var shelf *Shelf
	if err == nil {
		shelf, err = Load(f.folder, f.fits)
	}
	if f.seen = seen; err == nil {
		f.shelf.Store(shelf)
	}
	f.told(err)
}

// look tells one state of a folder from another, by the names, sizes and times of its files.
func look(folder fs.FS) (uint64, error) {
	h := fnv.New64a()
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(h, "%s %d %d\n", name, info.Size(), info.ModTime().UnixNano())
		return err
	})
	if err != nil {
		_, _ = fmt.Fprint(h, err) // a fault that stays is told once
	}
	return h.Sum64(), err
}
