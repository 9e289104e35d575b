// Package redisstore keeps in Redis what can be rebuilt or may be lost: caches, rankings, lists of recommendations,
// rate limits, messages between processes. Without a server it keeps the same things in the process itself.
//
// A file of this package holds what one domain keeps. Its opening comment documents each key's shape, lifetime and
// rebuild; keys come from Store.key, commands from Store.redis, and every error goes through translate.
package redisstore

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"membergate/internal/breaker"
)

const (
	// answer bounds one command: Redis answers in well under a millisecond, and a screen can do without it. A URL may
	// say otherwise with read_timeout and write_timeout.
	answer = 100 * time.Millisecond
	// dial bounds making a connection, which a command may have to wait for.
	dial = 200 * time.Millisecond
	// opening is how long Open waits for a server that is still starting.
	opening = 10 * time.Second
)

// Store is the connection. It is safe for concurrent use.
type Store struct {
	redis    redis.UniversalClient
	prefix   string
	embedded *embedded // nil with a server
	options  redis.UniversalOptions
	also     []redis.UniversalClient // connections of their own, closed with the store
	spread   spreads                 // of an embedded store
	breakers *breaker.Group
}

// Open connects to a server, or to a cluster where several addresses are given, separated by commas, and waits until
// it answers. The error is one sentence for whoever started the program; it never shows the password.
func Open(ctx context.Context, address, prefix string) (*Store, error) {
	return OpenPatient(ctx, address, prefix, answer)
}

// OpenPatient is Open for work that nobody waits for at a screen, such as an import: a command may take that long, or
// what the URL says.
func OpenPatient(ctx context.Context, address, prefix string, patience time.Duration) (*Store, error) {
	o, err := parse(address)
	if err != nil {
		return nil, fmt.Errorf("REDIS_URL is not a Redis URL; allowed are redis://host:port/0 and rediss://host:port/0, several hosts separated by commas: %w", err)
	}
	o.ReadTimeout, o.WriteTimeout = cmp.Or(o.ReadTimeout, patience), cmp.Or(o.WriteTimeout, patience)
	s := connect(o, prefix)
	if err := s.await(ctx); err != nil {
		_ = s.redis.Close()
		return nil, fmt.Errorf("REDIS_URL: no answer from %s within %v: %w", strings.Join(o.Addrs, ", "), opening, err)
	}
	return s, nil
}

// connect makes the client with the timeouts of this package. Nothing is tried twice: a script or a counter must not
// run twice, and a reader can do without the answer.
func connect(o *redis.UniversalOptions, prefix string) *Store {
	o.DialTimeout, o.DialerRetries, o.MaxRetries = cmp.Or(o.DialTimeout, dial), 1, -1
	o.ReadTimeout, o.WriteTimeout = cmp.Or(o.ReadTimeout, answer), cmp.Or(o.WriteTimeout, answer)
	o.PoolTimeout = o.ReadTimeout
	o.ContextTimeoutEnabled = true // otherwise a request's deadline does not reach the socket
	o.DisableIdentity = true       // one round trip less for a new connection
	s := &Store{prefix: prefix, options: *o, breakers: breaker.NewGroup("cache")}
	s.redis = s.guarded(o)
	s.redis.AddHook(counting{})
	return s
}

// guarded makes a client that asks nobody who does not answer.
func (s *Store) guarded(o *redis.UniversalOptions) redis.UniversalClient {
	if len(o.Addrs) < 2 {
		return s.node(o.Simple())
	}
	cluster := o.Cluster()
	cluster.NewClient = s.node
	return redis.NewClusterClient(cluster)
}

// node makes the client of one server.
func (s *Store) node(o *redis.Options) *redis.Client {
	c := redis.NewClient(o)
	c.AddHook(breaking{s.breakers.New()})
	return c
}

// Breakers tells which servers are taken to be away.
func (s *Store) Breakers() *breaker.Group { return s.breakers }

// parse reads one or several URLs. Several hosts are a cluster, which share the first one's user and password.
func parse(address string) (*redis.UniversalOptions, error) {
	parts := strings.Split(address, ",")
	scheme, _, _ := strings.Cut(parts[0], "://")
	var out *redis.UniversalOptions
	for _, p := range parts {
		if !strings.Contains(p, "://") {
			p = scheme + "://" + p
		}
		one, err := redis.ParseURL(p)
		if err != nil {
			return nil, masked(p, err)
		}
		if out == nil {
			out = &redis.UniversalOptions{
				DB: one.DB, Username: one.Username, Password: one.Password,
				DialTimeout: one.DialTimeout, ReadTimeout: one.ReadTimeout, WriteTimeout: one.WriteTimeout,
			}
			if one.TLSConfig != nil {
				out.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: one.TLSConfig.InsecureSkipVerify} //nolint:gosec // only if the URL says so
			}
		}
		out.Addrs = append(out.Addrs, one.Addr)
	}
	if len(out.Addrs) > 1 && out.DB != 0 {
		return nil, fmt.Errorf("database %d is asked for, but a cluster has only database 0", out.DB)
	}
	return out, nil
}

// masked leaves a URL, which may hold a password, out of an error.
func masked(address string, err error) error {
	var bad *url.Error
	if errors.As(err, &bad) {
		err = bad.Err
	}
	return errors.New(strings.ReplaceAll(err.Error(), address, "the URL"))
}

// await pings until the server answers or opening is over.
func (s *Store) await(ctx context.Context) error {
	ctx, end := context.WithTimeout(ctx, opening)
	defer end()
	for {
		err := s.redis.Ping(ctx).Err()
		var said redis.Error
		if err == nil || ctx.Err() != nil || errors.As(err, &said) && !unavailable(said) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(dial):
		}
	}
}

// Ping tells whether the server answers.
func (s *Store) Ping(ctx context.Context) error { return translate(s.redis.Ping(ctx).Err()) }

// Close ends the connection; an embedded store writes down first what must outlast the process.
func (s *Store) Close() error {
	var errs []error
	for _, client := range append(s.also, s.redis) {
		errs = append(errs, client.Close())
	}
	if s.embedded != nil {
		errs = append(errs, s.embedded.close())
	}
	return errors.Join(errs...)
}

// key makes a key: the prefix, the word of the package that owns it, and what names the thing. A part in braces, such
// as {17850}, is what a cluster places the key by: keys that one command touches together must share it.
func (s *Store) key(owner string, parts ...string) string {
	return s.prefix + owner + ":" + strings.Join(parts, ":")
}
