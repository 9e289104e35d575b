package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"membergate/internal/mongostore"
	"membergate/internal/programme"
)

const (
	sampleFile = "../internal/invoice/testdata/sample-60000.csv.gz"
	// sampleEnd is the time of the sample's last row, when its members stood as its totals say.
	sampleEnd = "2011-01-17T17:44:00+08:00"
	// today is a day on which the programme's benefits are valid.
	today      = "2026-07-06T12:30:00+08:00"
	testSecret = "a secret of at least thirty-two bytes"
)

// engine is one kind of stores with the sample and the village in it, and a gateway that serves them.
type engine struct {
	name    string
	pairs   []string // settings, as pairs of name and value
	summary string   // what the import said
	took    time.Duration
	gateway *gateway
}

// The engines are filled at their first use and left at the end of all tests.
var (
	embedded = sync.OnceValues(func() (*engine, error) {
		return newEngine("embedded", "DATA_DIR", filepath.Join(scratch(), "embedded"))
	})
	servers = sync.OnceValues(func() (*engine, error) {
		name := "test_" + strings.ToLower(rand.Text()[:10])
		pairs := []string{
			"MONGODB_URI", os.Getenv("MONGODB_URI"), "REDIS_URL", os.Getenv("REDIS_URL"),
			"MONGODB_DATABASE", name, "DATA_DIR", filepath.Join(scratch(), "servers"),
		}
		atTheEnd(func() error { return dropServers(name) })
		return newEngine("servers", pairs...)
	})
)

// onEngines runs a test on each engine: always on the embedded stores, and on the servers where there are any.
func onEngines(t *testing.T, test func(t *testing.T, e *engine)) {
	t.Helper()
	for name, open := range map[string]func() (*engine, error){"embedded": embedded, "servers": servers} {
		t.Run(name, func(t *testing.T) {
			if name == "servers" {
				needServers(t)
			}
			test(t, ready(t, open))
		})
	}
}

func needServers(t *testing.T) {
	t.Helper()
	if os.Getenv("MONGODB_URI") == "" || os.Getenv("REDIS_URL") == "" {
		t.Skip("MONGODB_URI and REDIS_URL are not both set: there are no servers to test on")
	}
}

func ready(t *testing.T, open func() (*engine, error)) *engine {
	t.Helper()
	e, err := open()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// newEngine imports the sample with the program itself, puts the village in, keeps a copy of the embedded store for
// tests that need one of their own, and serves.
func newEngine(name string, pairs ...string) (*engine, error) {
	e := &engine{name: name, pairs: append(pairs, "SANDBOX", "on", "JWT_HS256_SECRET", testSecret)}
	if _, err := binary(); err != nil { // building it is no part of the time below
		return nil, err
	}
	began := time.Now()
	summary, log, code := perform(e.pairs, "import", "orders", sampleFile, "--consent", "PERSONALISATION")
	if code != 0 {
		return nil, fmt.Errorf("the sample cannot be imported: %s", log)
	}
	e.summary, e.took = summary, time.Since(began)
	if err := errors.Join(putVillage(e.pairs), fill(e.pairs, putSpenders, putInboxes, putSociety, putKept, putTardy, putChecked, putIdentities)); err != nil {
		return nil, err
	}
	if name == "embedded" {
		if err := os.CopyFS(filledDir(), os.DirFS(e.setting("DATA_DIR"))); err != nil {
			return nil, err
		}
	}
	err := fill(e.pairs, putCooks, putGuild) // whose ledgers and joining are of late: clocks of copies start before that
	if err != nil {
		return nil, err
	}
	if e.gateway, err = openGateway(e.pairs...); err == nil {
		atTheEnd(e.gateway.close)
	}
	return e, err
}

// fill puts more into the stores of settings, one after the other.
func fill(pairs []string, puts ...func(context.Context, Settings, *stores, book) error) error {
	s, err := readSettings(env(pairs...))
	if err != nil {
		return err
	}
	ctx := context.Background()
	st, err := openStores(ctx, s, true, discard())
	if err != nil {
		return err
	}
	rules, err := programme.Keep("retail-5")
	if err == nil {
		err = st.fill(func() error { // without waiting for the disk at each write
			for _, put := range puts {
				if err := put(ctx, s, st, rules); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return errors.Join(err, st.close())
}

func (e *engine) setting(name string) string { return env(e.pairs...)(name) }

// filledDir is a data directory with the sample and the village in it that nobody has open.
func filledDir() string { return filepath.Join(scratch(), "filled") }

// filled gives a test an own copy of that directory.
func filled(t *testing.T) string {
	t.Helper()
	ready(t, embedded)
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.CopyFS(dir, os.DirFS(filledDir())); err != nil {
		t.Fatal(err)
	}
	return dir
}

// gateway is a whole gateway in this process, on ports of the system's choice.
type gateway struct {
	url, admin string
	settings   Settings
	parts      *Parts
	ready      *readiness
	log        *lockedBuffer
	end        context.CancelFunc
	ended      chan error
}

func openGateway(pairs ...string) (*gateway, error) {
	return openGatewayAs(func(*Settings) {}, pairs...)
}

// openGatewayAs opens one with what flags set.
func openGatewayAs(flags func(*Settings), pairs ...string) (*gateway, error) {
	s, err := readSettings(env(append([]string{"PORT", "0", "ADMIN_ADDR", "127.0.0.1:0"}, pairs...)...))
	if err != nil {
		return nil, err
	}
	flags(&s)
	g := &gateway{log: &lockedBuffer{}}
	log := slog.New(slog.NewJSONHandler(g.log, nil))
	parts, err := build(context.Background(), s, log)
	if err != nil {
		return nil, err
	}
	return g, g.serve(s, parts, log)
}

func (g *gateway) serve(s Settings, parts *Parts, log *slog.Logger) error {
	server, err := newServer(s, parts, log)
	if err != nil {
		return errors.Join(err, parts.Close())
	}
	ctx, end := context.WithCancel(context.Background())
	g.settings, g.parts, g.ready, g.end, g.ended = s, parts, server.ready, end, make(chan error, 1)
	g.url = "http://127.0.0.1:" + lastPart(server.public.Addr().String())
	g.admin = "http://127.0.0.1:" + lastPart(server.admin.Addr().String())
	wait := server.start(ctx) // here, so that whoever counts what runs finds all of it
	go func() { g.ended <- wait() }()
	return nil
}

func (g *gateway) close() error {
	g.end()
	select {
	case err := <-g.ended:
		return err
	case <-time.After(15 * time.Second):
		return errors.New("a gateway does not end")
	}
}

// beside serves the same parts under changed settings, until the test ends.
func (g *gateway) beside(t *testing.T, change func(*Settings)) *gateway {
	t.Helper()
	s, parts := g.settings, *g.parts
	change(&s)
	parts.Close = func() error { return nil } // the first one's
	parts.Beside = nil                        // the same: it keeps the rules, the hub and the sessions of both
	other := &gateway{log: &lockedBuffer{}}
	if err := other.serve(s, &parts, slog.New(slog.NewJSONHandler(other.log, nil))); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := other.close(); err != nil {
			t.Error(err)
		}
	})
	return other
}

func lastPart(address string) string { return address[strings.LastIndex(address, ":")+1:] }

// What is to be done when all tests are over, last things first.
var leaving struct {
	mu    sync.Mutex
	tasks []func() error
}

func atTheEnd(task func() error) {
	leaving.mu.Lock()
	defer leaving.mu.Unlock()
	leaving.tasks = append(leaving.tasks, task)
}

// leave does it, and gives the exit code.
func leave(code int) int {
	leaving.mu.Lock()
	defer leaving.mu.Unlock()
	for _, task := range slices.Backward(leaving.tasks) {
		if err := task(); err != nil {
			fmt.Fprintln(os.Stderr, "after the tests:", err)
			code = max(code, 1)
		}
	}
	return code
}

// scratch is the directory of this run.
var scratch = sync.OnceValue(func() string {
	dir, err := os.MkdirTemp("", "membergate-test-")
	if err != nil {
		panic(err)
	}
	atTheEnd(func() error { return os.RemoveAll(dir) })
	return dir
})

// binary is the program, built once and plainly: a race detector would make a killed process a slow one.
var binary = sync.OnceValues(func() (string, error) {
	path := filepath.Join(scratch(), "membergate")
	said, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("the program cannot be built: %w\n%s", err, said)
	}
	return path, nil
})

// dropServers removes what a run has put into the servers.
func dropServers(database string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	mongo, err := mongostore.Open(ctx, os.Getenv("MONGODB_URI"), database)
	if err != nil {
		return err
	}
	err = errors.Join(mongo.Patient(time.Minute).Drop(ctx), mongo.Close(ctx))
	o, bad := redis.ParseURL(os.Getenv("REDIS_URL"))
	if bad != nil {
		return errors.Join(err, bad)
	}
	client := redis.NewClient(o)
	keys := client.Scan(ctx, 0, database+":*", 1000).Iterator()
	for keys.Next(ctx) {
		err = errors.Join(err, client.Unlink(ctx, keys.Val()).Err())
	}
	return errors.Join(err, keys.Err(), client.Close())
}
