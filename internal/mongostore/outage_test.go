package mongostore

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"membergate/internal/fault"
	"membergate/internal/wallet"
)

// What a proxy does with the server's answers.
const (
	passing int32 = iota
	cutting       // the request arrives, then the connection is cut
	silent        // the request arrives, and nobody ever answers
)

// proxied gives a store of this run's database over a network that can fail.
func proxied(t *testing.T) (*Store, *atomic.Int32) {
	t.Helper()
	live := open(t)
	u, err := url.Parse(os.Getenv("MONGODB_URI"))
	if err != nil {
		t.Fatal(err)
	}
	var mode atomic.Int32
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	server := u.Host
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go relay(client, server, &mode)
		}
	}()
	u.Host = l.Addr().String()
	q := u.Query()
	q.Set("directConnection", "true") // a replica set would name its members' own addresses
	u.RawQuery = q.Encode()
	s, err := Open(t.Context(), u.String(), live.db.Name())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return s, &mode
}

func relay(client net.Conn, server string, mode *atomic.Int32) {
	defer func() { _ = client.Close() }()
	upstream, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	defer func() { _ = upstream.Close() }()
	go func() { _, _ = io.Copy(upstream, client); _ = upstream.Close() }()
	answer := make([]byte, 64<<10)
	for {
		n, err := upstream.Read(answer)
		if err != nil || mode.Load() == cutting {
			return
		}
		if mode.Load() == passing {
			if _, err := client.Write(answer[:n]); err != nil {
				return
			}
		}
	}
}

// A write whose answer is lost is of unknown outcome, never a failure or a taken place; done again it is found done.
func TestLostAnswer(t *testing.T) {
	s, mode := proxied(t)
	s = s.Patient(10 * time.Second)
	for seq := range int64(5) {
		entries := []wallet.Entry{{Wallet: wallet.NewID(), Seq: seq + 1, Op: "first"}, {Seq: seq + 2, Op: "second"}}
		entries[1].Wallet = entries[0].Wallet
		mode.Store(cutting)
		err := s.Ledger().Append(t.Context(), entries)
		mode.Store(passing)
		if !fault.Is(err, fault.Unavailable) {
			t.Fatalf("a write whose answer was lost gave %v, want a fault of the store", err)
		}
		for fault.Is(err, fault.Unavailable) { // until the driver has a connection again
			err = s.Ledger().Append(t.Context(), entries)
		}
		if err != nil && !errors.Is(err, wallet.ErrTaken) {
			t.Fatalf("done again it gave %v", err)
		}
		found, err := open(t).Ledger().ByOps(t.Context(), entries[0].Wallet, []string{"first", "second"})
		if err != nil || len(found) != 2 {
			t.Fatalf("there are %d of 2 entries, %v", len(found), err)
		}
	}
}

// A server that does not answer costs a call its patience and no more, and a caller that goes away nothing.
func TestSilentServer(t *testing.T) {
	s, mode := proxied(t)
	mode.Store(silent)
	began := time.Now()
	if _, err := s.Ledger().Heads(t.Context(), []wallet.ID{"w"}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a silent server gave %v", err)
	}
	if took := time.Since(began); took > 10*patience {
		t.Errorf("it took %v", took)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := s.Ledger().Heads(ctx, []wallet.ID{"w"}); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller that went away got %v", err)
	}
}

// A server that stays silent is not asked again and again: calls are refused at once, and when it is back it is found
// to be within seconds. Patient work asks all the same.
func TestASilentServerIsNotAskedAgainAndAgain(t *testing.T) {
	s, mode := proxied(t)
	mode.Store(silent)
	var all sync.WaitGroup
	for range 15 {
		all.Go(func() { _, _ = s.Ledger().Heads(t.Context(), []wallet.ID{"w"}) })
	}
	all.Wait()
	if s.Breakers().Open() != 1 {
		t.Fatal("after fifteen calls without an answer the breaker is not open")
	}
	began, before := time.Now(), s.Breakers().Refused()
	for range 100 {
		if _, err := s.Ledger().Heads(t.Context(), []wallet.ID{"w"}); !fault.Is(err, fault.Unavailable) {
			t.Fatalf("a server that is away gave %v", err)
		}
	}
	if refused := s.Breakers().Refused() - before; refused < 90 {
		t.Errorf("%d of 100 calls were refused at once", refused)
	}
	if took := time.Since(began); took > 10*patience {
		t.Errorf("100 calls took %v", took)
	}
	mode.Store(passing)
	if _, err := s.Patient(10*time.Second).Ledger().Heads(t.Context(), []wallet.ID{"w"}); err != nil {
		t.Errorf("patient work gets %v", err)
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(15 * time.Second); s.Breakers().Open() > 0; <-tick.C {
		_, _ = s.Ledger().Heads(t.Context(), []wallet.ID{"w"})
		if time.Now().After(deadline) {
			t.Fatal("the server is back, and is not asked")
		}
	}
}
