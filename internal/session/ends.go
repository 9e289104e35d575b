package session

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"time"

	"membergate/internal/fault"
	"membergate/internal/viewer"
)

const (
	// listenEvery is how often a process asks which sessions have ended: with the time of the question well within the two
	// seconds that are promised.
	listenEvery = 700 * time.Millisecond
	// endsAtOnce is how many ends are read with one question.
	endsAtOnce = 1000
)

// ends is what a process knows of what is over. A request asks no store: the process does, for all of them.
type ends struct {
	mu      sync.Mutex
	known   map[string]Session // by id
	newest  time.Time          // end of the last one that was read
	loaded  bool
	waiting map[string]map[chan struct{}]bool // who wants to hear of an id's end
}

// tokenEnd names the end of a token of another issuer.
func tokenEnd(who viewer.Viewer) string {
	sum := sha256.Sum256([]byte(who.Member + "\x00" + who.TokenID))
	return "token:" + hex.EncodeToString(sum[:16])
}

// allEnd names the end of all tokens of other issuers that a member had at a moment.
func allEnd(who string) string { return "all:" + who }

// closedEnd names what sessions wait for besides their own ends: the account is no more. With it their documents go, so that a
// process may never read the ends of each.
func closedEnd(who string) string { return "closed:" + who }

// hear takes note of an end.
func (e *ends) hear(s Session) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.known == nil {
		e.known = map[string]Session{}
	}
	if was, known := e.known[s.ID]; known && (s.Ended.Before(was.Ended) || s.Ended.Equal(was.Ended) && s.Why == was.Why) {
		return
	}
	e.known[s.ID] = s
	names := []string{s.ID}
	if s.Why == Closed && s.ID == allEnd(string(s.Member)) {
		names = append(names, closedEnd(string(s.Member)))
	}
	for _, name := range names {
		for heard := range e.waiting[name] {
			close(heard)
		}
		delete(e.waiting, name)
	}
}

// over tells whether what a token stands for is over.
func (e *ends) over(who viewer.Viewer) bool {
	all, ended := e.known[allEnd(who.Member)]
	if ended && all.Why == Closed {
		return true
	}
	if who.Session != "" {
		_, ended := e.known[who.Session]
		return ended
	}
	if ended && !who.IssuedAt.After(all.Ended) {
		return true
	}
	if who.TokenID == "" {
		return false
	}
	_, ended = e.known[tokenEnd(who)]
	return ended
}

// Admit refuses whose token is over before its time. Its errors are faults of the kinds Unauthenticated, and Unavailable while
// it is not known yet what is over.
func (s *Service) Admit(ctx context.Context, who viewer.Viewer) error {
	s.ends.mu.Lock()
	loaded := s.ends.loaded
	s.ends.mu.Unlock()
	if !loaded {
		if err := s.listen(ctx); err != nil {
			return fault.Down("sessions", err)
		}
	}
	s.ends.mu.Lock()
	defer s.ends.mu.Unlock()
	if s.ends.over(who) {
		return fault.New(fault.Unauthenticated, "The token's session was ended; sign in again.")
	}
	return nil
}

// Ended gives what is closed once the viewer's token is over before its time, wherever it was ended. It is listened to until
// the context ends.
func (s *Service) Ended(ctx context.Context, who viewer.Viewer) <-chan struct{} {
	heard := make(chan struct{})
	if !who.SignedIn() {
		return heard
	}
	var names []string
	if who.Session != "" {
		names = []string{who.Session, closedEnd(who.Member)}
	} else {
		names = []string{allEnd(who.Member), tokenEnd(who)}
	}
	e := &s.ends
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.over(who) {
		close(heard)
		return heard
	}
	// Closed once, whichever of the names comes first.
	var once sync.Once
	for _, name := range names {
		one := make(chan struct{})
		if e.waiting == nil {
			e.waiting = map[string]map[chan struct{}]bool{}
		}
		if e.waiting[name] == nil {
			e.waiting[name] = map[chan struct{}]bool{}
		}
		e.waiting[name][one] = true
		go func() {
			select {
			case <-one:
				once.Do(func() { close(heard) })
			case <-ctx.Done():
				e.forget(name, one)
			}
		}()
	}
	return heard
}

func (e *ends) forget(name string, one chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.waiting[name], one)
	if len(e.waiting[name]) == 0 {
		delete(e.waiting, name)
	}
}

// Run asks again and again what has ended, until the context does.
func (s *Service) Run(ctx context.Context) error {
	tick := time.NewTicker(listenEvery)
	defer tick.Stop()
	for {
		_ = s.listen(ctx) // a store that does not answer now is asked again; the tokens end by themselves
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// listen reads what has ended since the last time. Clocks differ, and a write may take a while, so it begins a little before.
func (s *Service) listen(ctx context.Context) error {
	e := &s.ends
	e.mu.Lock()
	since := e.newest
	e.mu.Unlock()
	if !since.IsZero() {
		since = since.Add(-Grace)
	}
	for {
		found, err := s.Store.EndedSince(ctx, since, endsAtOnce)
		if err != nil {
			return err
		}
		for _, one := range found {
			e.hear(one)
			since = one.Ended
		}
		if len(found) < endsAtOnce || found[0].Ended.Equal(since) {
			break
		}
	}
	now := s.now()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.loaded = true
	if since.After(e.newest) && !since.After(now.Add(Grace)) {
		e.newest = since
	}
	for id, one := range e.known {
		if one.Keep.Before(now) {
			delete(e.known, id)
		}
	}
	return nil
}
