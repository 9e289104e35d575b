package redisstore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// File is the name of the embedded store's snapshot inside the data directory.
const File = "cache.json"

// saving is how often a changed embedded store is written down: what a killed process may lose of what can be rebuilt.
const saving = 5 * time.Second

// patience bounds a command of the embedded store: it is in this process, so only a busy machine is slow.
const patience = 2 * time.Second

// embedded is a Redis in memory, inside this process.
type embedded struct {
	server *miniredis.Miniredis
	client *redis.Client // for snapshots, which may take longer than a screen waits
	path   string
	mu     sync.Mutex  // one snapshot at a time
	last   []byte      // what the file holds
	dirty  atomic.Bool // something may have changed since the last save began
	stop   chan struct{}
	gone   chan struct{}
}

// OpenEmbedded starts a Redis inside this process and fills it with what the directory's snapshot holds; an empty
// directory keeps nothing. It listens on loopback only, behind a password that nobody knows.
func OpenEmbedded(ctx context.Context, dir, prefix string) (*Store, error) {
	e := &embedded{server: miniredis.NewMiniRedis(), stop: make(chan struct{}), gone: make(chan struct{})}
	if dir != "" {
		e.path = filepath.Join(dir, File)
	}
	password := rand.Text()
	e.server.RequireAuth(password)
	if err := e.server.Start(); err != nil {
		return nil, fmt.Errorf("the embedded Redis cannot listen on loopback: %w", err)
	}
	e.client = redis.NewClient(&redis.Options{Addr: e.server.Addr(), Password: password, DisableIdentity: true})
	if err := e.restore(ctx); err != nil {
		_ = e.client.Close()
		e.server.Close()
		return nil, fmt.Errorf("%s cannot be read; remove it to start with an empty cache: %w", e.path, err)
	}
	go e.tick()
	s := connect(&redis.UniversalOptions{
		Addrs: []string{e.server.Addr()}, Password: password,
		DialTimeout: patience, ReadTimeout: patience, WriteTimeout: patience,
	}, prefix)
	s.redis.AddHook(touching{dirty: &e.dirty})
	s.embedded = e
	return s, nil
}

// Save writes down now what must outlast the process. With a server it does nothing: that one keeps its own data.
func (s *Store) Save(ctx context.Context) error {
	if s.embedded == nil {
		return nil
	}
	return s.embedded.save(ctx)
}

// tick lets lifetimes pass, which a Redis in memory does not do by itself, and saves.
func (e *embedded) tick() {
	defer close(e.gone)
	second := time.NewTicker(time.Second)
	defer second.Stop()
	seen, saved := time.Now(), time.Now()
	for {
		select {
		case <-e.stop:
			return
		case <-second.C:
		}
		now := time.Now()
		e.server.FastForward(now.Sub(seen))
		seen = now
		if now.Sub(saved) >= saving {
			saved = now
			_ = e.save(context.Background()) // Close says if it never works
		}
	}
}

func (e *embedded) close() error {
	close(e.stop)
	<-e.gone
	err := e.save(context.Background())
	err = errors.Join(err, e.client.Close())
	e.server.Close()
	return err
}
