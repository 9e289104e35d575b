package redisstore

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"membergate/internal/breaker"
	"membergate/internal/fault"
)

// mute is a server that takes connections and says nothing but OK to greetings while it is told to.
type mute struct {
	net.Listener
	to    string
	quiet atomic.Bool
	asked atomic.Int64 // commands that came while it was quiet
}

func newMute(t *testing.T) *mute {
	t.Helper()
	real := miniredis.RunT(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &mute{Listener: l, to: real.Addr()}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { m.pass(c) })
		}
	})
	t.Cleanup(func() { _ = l.Close() })
	return m
}

func (m *mute) pass(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", m.to)
	if err != nil {
		return
	}
	defer server.Close()
	go func() { _, _ = io.Copy(client, server); client.Close() }()
	b := make([]byte, 4096)
	for {
		n, err := client.Read(b)
		if err != nil {
			return
		}
		if m.quiet.Load() {
			if strings.Contains(strings.ToLower(string(b[:n])), "incr") {
				m.asked.Add(1)
			}
			continue
		}
		if _, err := server.Write(b[:n]); err != nil {
			return
		}
	}
}

// A server that says nothing costs a few calls their time, and the rest nothing; when it speaks again it is heard
// within seconds.
func TestAServerThatSaysNothingIsNotAskedAgainAndAgain(t *testing.T) {
	m := newMute(t)
	s, err := Open(t.Context(), "redis://"+m.Addr().String(), "t:")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	count := func() error { return translate(s.redis.Incr(t.Context(), "n").Err()) }
	if err := count(); err != nil {
		t.Fatal(err)
	}
	m.quiet.Store(true)
	slow, began := 0, time.Now()
	for range 200 {
		at := time.Now()
		if err := count(); !fault.Is(err, fault.Unavailable) {
			t.Fatalf("it gave %v", err)
		}
		if time.Since(at) > answer/2 {
			slow++
		}
	}
	t.Logf("%d slow calls of 200 in %v", slow, time.Since(began))
	if slow > 50 {
		t.Errorf("%d of 200 calls waited", slow)
	}
	if s.Breakers().Open() != 1 || s.Ping(t.Context()) == nil {
		t.Error("it is not taken to be away")
	}
	m.quiet.Store(false)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(10 * time.Second); count() != nil; <-tick.C {
		if time.Now().After(deadline) {
			t.Fatal("it speaks again, and is not asked")
		}
	}
}

// What a cluster's client sends it does not send again when no answer comes: a counter would count twice.
func TestNothingIsSentTwiceToANodeOfAClusterThatDoesNotAnswer(t *testing.T) {
	m := newMute(t)
	s := &Store{breakers: breaker.NewGroup("cache")}
	client := redis.NewClusterClient(&redis.ClusterOptions{
		ClusterSlots: func(context.Context) ([]redis.ClusterSlot, error) {
			return []redis.ClusterSlot{{Start: 0, End: 16383, Nodes: []redis.ClusterNode{{Addr: m.Addr().String()}}}}, nil
		},
		NewClient: s.node, ReadTimeout: answer, WriteTimeout: answer, MaxRetries: -1, DisableIdentity: true,
	})
	defer client.Close()
	if err := client.Incr(t.Context(), "n").Err(); err != nil {
		t.Fatal(err)
	}
	m.quiet.Store(true)
	if err := translate(client.Incr(t.Context(), "n").Err()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("it gave %v", err)
	}
	if n := m.asked.Load(); n != 1 {
		t.Errorf("the command was sent %d times", n)
	}
}

func TestOnlyWhatWasNeverSentMayBeSentAgain(t *testing.T) {
	dial := &net.OpError{Op: "dial", Err: errors.New("refused")}
	if !errors.Is(lost(dial), dial) {
		t.Error("a connection that nobody took is hidden")
	}
	for _, err := range []error{io.EOF, io.ErrUnexpectedEOF, &net.OpError{Op: "read", Err: errors.New("reset")}} {
		var op *net.OpError
		if got := lost(err); errors.Is(got, io.EOF) || errors.Is(got, io.ErrUnexpectedEOF) || errors.As(got, &op) || !fault.Is(translate(got), fault.Unavailable) {
			t.Errorf("%v is not hidden: %v", err, got)
		}
	}
}
