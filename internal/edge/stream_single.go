package edge

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"membergate/internal/viewer"
)

// streamTokenHeader names a reserved stream; token in the address does it for clients that cannot set headers.
const streamTokenHeader = "X-GraphQL-Event-Stream-Token"

func streamToken(r *http.Request) string {
	if token := r.Header.Get(streamTokenHeader); token != "" {
		return token
	}
	return r.URL.Query().Get("token")
}

const (
	// reservedFor is how long a stream may be reserved before it is opened.
	reservedFor = 30 * time.Second
	// maxReserved bounds the reservations of one process that are not open yet.
	maxReserved = 10_000
)

// reservations are the streams that carry many operations. They belong to this process: whatever spreads clients over
// processes has to keep each with its own.
type reservations struct {
	mu sync.Mutex
	of map[string]*reservation
}

// reservation is one stream, opened or not yet.
type reservation struct {
	member string // whose it is; empty for nobody's
	ctx    context.Context
	cancel context.CancelFunc
	unused *time.Timer

	mu      sync.Mutex
	events  *sentEvents // nil until it is opened
	running map[string]*running
	work    sync.WaitGroup
}

func newReservations() *reservations { return &reservations{of: map[string]*reservation{}} }

// reserve makes a stream and gives its token.
func (g *Gateway) reserve(w http.ResponseWriter, r *http.Request, who viewer.Viewer) {
	ctx, cancel := context.WithCancel(context.Background())
	s := &reservation{member: who.Member, ctx: ctx, cancel: cancel, running: map[string]*running{}}
	token := rand.Text()
	g.desks.mu.Lock()
	full := len(g.desks.of) >= maxReserved
	if !full {
		g.desks.of[token] = s
	}
	g.desks.mu.Unlock()
	leave, ok := g.open.reserve(who, AddressOf(r, g.parts.Proxies))
	if full || !ok {
		cancel()
		g.desks.drop(token)
		if ok {
			leave()
		}
		g.say(w, crowded(r.Context(), w))
		return
	}
	context.AfterFunc(ctx, func() {
		leave()
		g.desks.drop(token)
	})
	s.unused = time.AfterFunc(reservedFor, cancel)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, token)
}

func (s *reservations) drop(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.of, token)
}

// find gives a stream to its member; another's is as unknown as one that never was.
func (s *reservations) find(token, member string) *reservation {
	s.mu.Lock()
	defer s.mu.Unlock()
	if found := s.of[token]; found != nil && found.member == member && found.ctx.Err() == nil {
		return found
	}
	return nil
}

// single opens a reserved stream (GET), runs an operation on it (POST) or ends one (DELETE).
func (g *Gateway) single(ctx context.Context, w http.ResponseWriter, r *http.Request, who viewer.Viewer, token string) {
	s := g.desks.find(token, who.Member)
	if s == nil {
		g.say(w, broken(ctx, http.StatusNotFound, refusal(BadInput, "The token names no stream that is reserved; PUT reserves one.")))
		return
	}
	switch r.Method {
	case http.MethodGet:
		g.carry(ctx, w, r, who, s)
	case http.MethodPost:
		g.runOn(ctx, w, r, who, s)
	case http.MethodDelete:
		id := r.URL.Query().Get("operationId")
		if id == "" {
			g.say(w, broken(ctx, http.StatusBadRequest, refusal(BadInput, "operationId is missing; it must name an operation of the stream.")))
			return
		}
		if s.stop(id) {
			s.sendTo("complete", "", id, nil)
		}
		w.WriteHeader(http.StatusOK)
	default:
		w.Header().Set("Allow", "GET, POST, PUT, DELETE")
		g.say(w, broken(ctx, http.StatusMethodNotAllowed, refusal(NotAllowed, "The method %s is not allowed here.", brief(r.Method))))
	}
}

// carry holds the stream open until the client goes or the connection has to end. What ran on it ends with it.
func (g *Gateway) carry(ctx context.Context, w http.ResponseWriter, r *http.Request, who viewer.Viewer, s *reservation) {
	leave, ok := g.open.enter(who, AddressOf(r, g.parts.Proxies))
	if !ok {
		g.say(w, crowded(ctx, w))
		return
	}
	defer leave()
	s.mu.Lock()
	opened := s.events != nil
	if !opened {
		s.unused.Stop()
		s.events = g.openEvents(w, r)
	}
	s.mu.Unlock()
	if opened {
		g.say(w, broken(ctx, http.StatusConflict, refusal(NotAllowed, "The stream is open already.")))
		return
	}
	g.open.streams.Add(1)
	defer g.open.streams.Add(-1)
	g.keep(s.ctx, s.cancel, who, s.events.write)
	select {
	case <-s.ctx.Done():
	case <-r.Context().Done():
	}
	s.mu.Lock() // an operation is admitted either before, and waited for, or never
	s.cancel()
	s.mu.Unlock()
	s.work.Wait()
	s.events.close()
}

// runOn starts an operation; its answers come on the stream.
func (g *Gateway) runOn(ctx context.Context, w http.ResponseWriter, r *http.Request, who viewer.Viewer, s *reservation) {
	params, status, unread := read(w, r)
	if unread != nil {
		g.turnAway(w, r, broken(ctx, status, unread))
		return
	}
	id, _ := params.Extensions["operationId"].(string)
	if id == "" || len(id) > maxOperationID {
		g.say(w, broken(ctx, http.StatusBadRequest, refusal(BadInput, "extensions.operationId is missing; it must be 1 to %d bytes, unlike those of other operations that run.", maxOperationID)))
		return
	}
	op, full := s.admit(id)
	if full != nil {
		g.say(w, broken(ctx, http.StatusConflict, full))
		return
	}
	request := r.Clone(s.ctx)
	request.Body = http.NoBody
	g.open.operations.Add(1)
	go func() {
		defer s.work.Done()
		defer g.open.operations.Add(-1)
		defer s.forget(id, op)
		b, errs := g.begin(op.ctx, request, who, params)
		if errs != nil {
			s.sendTo("next", "", id, failure(errs))
			s.forget(id, op)
			s.sendTo("complete", "", id, nil)
			return
		}
		defer b.end(http.StatusOK)
		for {
			response := b.next()
			if op.ctx.Err() != nil {
				return
			}
			if response == nil || !s.sendTo("next", idOfEvent(response.Extensions), id, entire(response)) || !b.lasting() {
				break
			}
		}
		s.forget(id, op) // its id is free before the client hears that it is over
		s.sendTo("complete", "", id, nil)
	}()
	w.WriteHeader(http.StatusAccepted)
}

// admit keeps a place for an operation. The stream has to be open: before, nobody would hear the answers.
func (s *reservation) admit(id string) (*running, *gqlerror.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.events == nil || s.ctx.Err() != nil:
		return nil, refusal(NotAllowed, "The stream is not open; GET opens it.")
	case s.running[id] != nil:
		return nil, refusal(NotAllowed, "The operation %q runs already.", brief(id))
	case len(s.running) >= maxRunning:
		return nil, refusal(NotAllowed, "The stream has %d operations; at most %d are allowed. End one first.", maxRunning, maxRunning)
	}
	op := &running{}
	op.ctx, op.cancel = context.WithCancel(s.ctx)
	s.running[id] = op
	s.work.Add(1)
	return op, nil
}

// stop ends an operation; its id is free at once.
func (s *reservation) stop(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	op := s.running[id]
	if op != nil {
		op.cancel()
		delete(s.running, id)
	}
	return op != nil
}

func (s *reservation) forget(id string, op *running) {
	op.cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running[id] == op {
		delete(s.running, id)
	}
}

// sendTo writes an event of one of the stream's operations.
func (s *reservation) sendTo(name, eventID, id string, payload json.RawMessage) bool {
	s.mu.Lock()
	e := s.events
	s.mu.Unlock()
	if e == nil || s.ctx.Err() != nil {
		return false
	}
	return e.send(name, strings.TrimSpace(eventID), encode(struct {
		ID      string          `json:"id"`
		Payload json.RawMessage `json:"payload,omitempty"`
	}{id, payload}))
}
