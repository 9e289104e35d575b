package redisstore

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// Addresses of servers and of clusters are read; a wrong one is refused without showing its password.
func TestParse(t *testing.T) {
	for address, want := range map[string][]string{
		"redis://127.0.0.1:6379/0":                             {"127.0.0.1:6379"},
		"redis://user:secret@cache:6379/3":                     {"cache:6379"},
		"rediss://cache":                                       {"cache:6379"},
		"redis://:secret@a:1,b:2,c:3":                          {"a:1", "b:2", "c:3"},
		"redis://:secret@a:1,redis://:secret@b:2":              {"a:1", "b:2"},
		"rediss://user:secret@a:1/0,rediss://user:secret@b:2/": {"a:1", "b:2"},
	} {
		o, err := parse(address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		if !slices.Equal(o.Addrs, want) {
			t.Errorf("%s: addresses %v, want %v", address, o.Addrs, want)
		}
		if tls := o.TLSConfig != nil; tls != strings.HasPrefix(address, "rediss:") {
			t.Errorf("%s: TLS is %v", address, tls)
		}
		if strings.Contains(address, "secret") && o.Password != "secret" {
			t.Errorf("%s: the password is %q", address, o.Password)
		}
	}
	for _, address := range []string{"", "cache:6379", "http://user:secret@cache", "redis://user:secret@cache/x", "redis://user:secret@a:1/2,b:2", "redis://user:secret@a b", "redis://user:secret@[::1"} {
		switch _, err := Open(context.Background(), address, "t:"); {
		case err == nil:
			t.Errorf("%q was accepted", address)
		case strings.Contains(err.Error(), "secret") || !strings.HasPrefix(err.Error(), "REDIS_URL"):
			t.Errorf("%q: the error is %q", address, err)
		}
	}
}

// The real server, where REDIS_URL names one, is opened with the same client.
func TestOpenRealServer(t *testing.T) {
	address := os.Getenv("REDIS_URL")
	if address == "" {
		t.Skip("REDIS_URL is not set")
	}
	s, err := Open(context.Background(), address, "t:")
	must(t, err)
	must(t, s.Ping(context.Background()))
	must(t, s.Save(context.Background()))
	must(t, s.Close())
}

func openEmbedded(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := OpenEmbedded(context.Background(), dir, "t:")
	must(t, err)
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// equal compares a value, or a list with the rest.
func equal(t *testing.T, got any, want ...string) {
	t.Helper()
	list, many := got.([]string)
	if !many {
		list = []string{fmt.Sprint(got)}
	}
	if !slices.Equal(list, want) {
		t.Errorf("got %q, want %q", list, want)
	}
}
