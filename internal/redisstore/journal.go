package redisstore

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// JournalFile is the name of what an embedded store writes down at once inside the data directory.
const JournalFile = "cache.journal"

// noted is a key that must not be forgotten between two snapshots, in a line of the journal.
type noted struct {
	Key     string    `json:"key"`
	Expires time.Time `json:"expires"`
}

// note writes a key down before anybody hears of it, so that a process that is killed a moment later knows it still. What
// a snapshot holds is no longer in the journal.
func (e *embedded) note(key string, life time.Duration) error {
	if e.path == "" {
		return nil
	}
	line, err := json.Marshal(noted{key, time.Now().Add(life).UTC()})
	if err != nil { // unreachable: both are text
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	f, err := os.OpenFile(e.journal(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Sync(), f.Close())
}

func (e *embedded) journal() string { return filepath.Join(filepath.Dir(e.path), JournalFile) }

// forget empties the journal, all of which a snapshot holds.
func (e *embedded) forget() error {
	err := os.Remove(e.journal())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// remember gives what the journal holds and has not ended. A last line that was cut off was told to nobody.
func (e *embedded) remember(now time.Time) (out []noted, err error) {
	raw, err := os.ReadFile(e.journal())
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return nil, err
	}
	for lines := bufio.NewScanner(bytes.NewReader(raw)); lines.Scan(); {
		var n noted
		if json.Unmarshal(lines.Bytes(), &n) == nil && n.Expires.After(now) {
			out = append(out, n)
		}
	}
	return out, nil
}
