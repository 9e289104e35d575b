package programme

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// Keeper holds the book in force and reads it again when asked. Readers never wait and never see half a book.
type Keeper struct {
	source string
	reload sync.Mutex
	book   atomic.Pointer[Book]
	shifts atomic.Pointer[shifts]
	kept   Promises // nil until Bind
}

// Keep reads a preset, a YAML file or a folder of them.
func Keep(nameOrPath string) (*Keeper, error) {
	book, err := LoadBook(nameOrPath)
	if err != nil {
		return nil, err
	}
	k := &Keeper{source: nameOrPath}
	k.book.Store(book)
	return k, nil
}

// Source is what was read: a preset's name, a file or a folder.
func (k *Keeper) Source() string { return k.source }

// Book is the book in force. Whoever looks twice in one piece of work asks once and keeps it.
func (k *Keeper) Book() *Book { return k.book.Load() }

// At is the version in force at a time, of the book in force, with what the index did to its earn rate by then.
func (k *Keeper) At(t time.Time) *Programme { return k.shifts.Load().at(k.Book().At(t), t) }

// Reload reads the source again. If anything in it is wrong, or takes from members what the book in force promised
// them, the error says so and the old book stays.
func (k *Keeper) Reload(ctx context.Context, now time.Time) error {
	k.reload.Lock()
	defer k.reload.Unlock()
	fresh, err := LoadBook(k.source)
	if err == nil {
		err = inherits(k.Book(), fresh)
	}
	if err == nil {
		err = bind(ctx, fresh, k.kept, now)
	}
	if err != nil {
		return fmt.Errorf("programme %q stays as it was: %w", k.source, err)
	}
	k.book.Store(fresh)
	if s := k.shifts.Load(); s != nil {
		k.setShifts(s.all)
	}
	return nil
}

// inherits tells what a new book takes from members under the old one: every version stays, and one that begins no
// earlier than another keeps what that promised. (A version that never came into force is withdrawn by a restart: a
// reload cannot know that no ledger entry names it.)
func inherits(old, fresh *Book) error {
	if was, is := old.versions[0], fresh.versions[0]; was.Code != is.Code {
		return is.wrong("code is %q; allowed is %q, because members belong to it", is.Code, was.Code)
	}
	for _, was := range old.versions {
		if _, ok := fresh.Version(was.Version); !ok {
			return fresh.versions[0].wrong("version %s is gone; needed is every version, because ledger entries name it", was.Version)
		}
		for _, is := range fresh.versions {
			if is.EffectiveFrom.Before(was.EffectiveFrom) {
				continue
			}
			if err := keeps(was, is); err != nil {
				return err
			}
		}
	}
	return nil
}
