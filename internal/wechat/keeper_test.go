package wechat

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"membergate/internal/wechattest"
)

// tokenBoard is what processes tell each other, in memory.
type tokenBoard struct {
	mu    sync.Mutex
	token string
	until time.Time
	taken time.Time
	down  bool
	now   func() time.Time
}

func (s *tokenBoard) Token(context.Context) (string, time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return "", time.Time{}, errors.New("down")
	}
	return s.token, s.until, nil
}

func (s *tokenBoard) Put(_ context.Context, token string, until time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token, s.until = token, until
	return nil
}

func (s *tokenBoard) Mine(context.Context) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return false, errors.New("down")
	}
	if s.now().Before(s.taken) {
		return false, nil
	}
	s.taken = s.now().Add(3 * time.Second)
	return true, nil
}

// asked counts how often WeChat gave a token.
func asked(f *wechattest.Fake) (n int) {
	f.Set(func() { n = f.Given })
	return n
}

func TestOneProcessRenewsTheTokenForAll(t *testing.T) {
	f := newFake(t)
	s := &tokenBoard{now: f.Clock}
	processes := []*Checks{checksOf(f), checksOf(f)}
	for _, c := range processes {
		c.Shared = s
	}
	crowd := func() {
		t.Helper()
		var all sync.WaitGroup
		for i := range 200 {
			all.Go(func() {
				if _, err := processes[i%2].Text(t.Context(), poster, "话"); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
	crowd()
	if n := asked(f); n != 1 {
		t.Errorf("%d asked at the start, want 1", n)
	}
	f.Set(func() { f.Now = f.Now.Add(2 * time.Hour); f.Seen["o-1"] = f.Now; f.Tokens++ })
	crowd()
	if n := asked(f); n != 2 {
		t.Errorf("%d asked after the first end, want 2", n)
	}
	f.Set(func() { f.Now = f.Now.Add(time.Minute); f.Stuck = true }) // WeChat ended the token early
	crowd()
	var forced int
	if f.Set(func() { forced = f.Forced }); forced != 1 {
		t.Errorf("%d forced, want 1", forced)
	}
}

func TestWithoutWhatIsSharedEachProcessAsksForItself(t *testing.T) {
	f := newFake(t)
	c := checksOf(f)
	c.Shared = &tokenBoard{now: f.Clock, down: true}
	if _, err := c.Text(t.Context(), poster, "话"); err != nil || asked(f) != 1 {
		t.Errorf("%v, %d asked", err, asked(f))
	}
}

func TestAnOldTokenIsUsedToItsEndAndWeChatIsLeftAloneMeanwhile(t *testing.T) {
	f := newFake(t)
	c := checksOf(f)
	now := f.Clock()
	c.Now = func() time.Time { return now }
	if _, err := c.access(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.Secret = "wrong" // from now on none is given
	now = now.Add(2*time.Hour - early + time.Second)
	before := asked(f)
	for range 50 {
		if token, err := c.access(t.Context()); err != nil || token == "" {
			t.Fatalf("%q, %v: the old one is good for %s more", token, err, early)
		}
	}
	if n := asked(f) - before; n != 1 {
		t.Errorf("WeChat was asked %d times, want 1", n)
	}
	now = now.Add(early)
	if _, err := c.access(t.Context()); err == nil {
		t.Error("a token is used after its end")
	}
}
