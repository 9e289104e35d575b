package edge

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"membergate/internal/fault"
	"membergate/internal/viewer"
)

// socket is one WebSocket. Its messages are read by one goroutine; every operation on it has its own.
type socket struct {
	gateway *Gateway
	conn    *websocket.Conn
	request *http.Request
	dialect dialect
	ctx     context.Context // of the operations: it ends when the connection does

	initialised bool          // what follows is the reader's
	letIn       chan struct{} // closed when the viewer is known
	who         viewer.Viewer
	minute      time.Time
	messages    int

	mu      sync.Mutex
	running map[string]*running
	work    sync.WaitGroup
}

// isUpgrade tells whether a request wants to become a WebSocket.
func isUpgrade(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// serveSocket talks with a client over a WebSocket until either has enough. Web pages of strangers are refused before
// anything is said: a browser sends their requests from inside the member's network.
func (g *Gateway) serveSocket(w http.ResponseWriter, r *http.Request) {
	if origins := r.Header.Values("Origin"); len(origins) > 0 && !g.welcome(origins[0], r.Host) {
		http.Error(w, "The origin is not allowed.", http.StatusForbidden)
		return
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		Subprotocols:       subprotocols,
		InsecureSkipVerify: true, // origins were looked at above
		CompressionMode:    websocket.CompressionDisabled,
	})
	if err != nil {
		return // it has been answered
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	s := &socket{gateway: g, conn: conn, request: r, ctx: ctx, letIn: make(chan struct{}), running: map[string]*running{},
		who: viewer.Viewer{Locale: LocaleOf(r)}}
	g.open.sockets.Add(1)
	defer g.open.sockets.Add(-1)
	conn.SetReadLimit(MaxBodyBytes)
	var speaks bool
	if s.dialect, speaks = dialects[conn.Subprotocol()]; !speaks {
		s.close(noSubprot)
	} else {
		s.work.Go(s.watch)
		s.listen()
	}
	cancel()
	s.work.Wait()
	_ = conn.CloseNow()
}

// welcome tells whether pages of an origin may open sockets: those of the gateway's own host, and those of the settings.
func (g *Gateway) welcome(origin, host string) bool {
	u, err := url.Parse(origin)
	if err != nil {
		return false
	}
	return strings.EqualFold(u.Host, host) || slices.Contains(g.parts.Origins, strings.ToLower(origin))
}

// watch closes the socket when its time is over, and drops clients that are gone without a word.
func (s *socket) watch() {
	patience := time.NewTimer(initWithin)
	defer patience.Stop()
	select {
	case <-s.ctx.Done():
		return
	case <-s.gateway.open.draining:
		s.close(restarting)
		return
	case <-patience.C:
		s.close(initTimeout)
		return
	case <-s.letIn:
	}
	over := s.gateway.over(s.ctx, s.who)
	pulse := time.NewTicker(beat)
	defer pulse.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case why := <-over:
			s.close(why)
			return
		case <-pulse.C:
			if !s.alive() {
				_ = s.conn.CloseNow()
				return
			}
		}
	}
}

func (s *socket) alive() bool {
	if s.dialect.older {
		s.send(frame{Type: "ka"}) // browsers show clients of the older dialect no pings
	}
	ctx, cancel := context.WithTimeout(s.ctx, s.gateway.open.patience)
	defer cancel()
	return s.conn.Ping(ctx) == nil
}

// close ends the socket with a code; the reader hears of it.
func (s *socket) close(why ending) {
	_ = s.conn.Close(why.code, why.reason) // it waits a little for the client's own close
}

// send writes a message. A client that does not take it in time is left.
func (s *socket) send(f frame) bool {
	text, err := json.Marshal(f)
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(s.ctx, s.gateway.open.patience)
	defer cancel()
	if err := s.conn.Write(ctx, websocket.MessageText, text); err != nil {
		_ = s.conn.CloseNow()
		return false
	}
	return true
}

// greet knows who asks from the first message, or from the request where a client can set its headers.
func (s *socket) greet(payload json.RawMessage) (ending, bool) {
	if s.initialised {
		return initAgain, false
	}
	s.initialised = true
	var said map[string]any
	if len(payload) > 0 && json.Unmarshal(payload, &said) != nil {
		return badFrame, false
	}
	r := s.request.Clone(s.ctx)
	for name, value := range said {
		if text, ok := value.(string); ok && slices.Contains(saidInInit, strings.ToLower(name)) {
			r.Header.Set(name, text)
		}
	}
	s.request = r
	who, err := s.gateway.whoAsks(viewer.With(s.ctx, s.who), r)
	if err != nil {
		if fault.Is(err, fault.Unavailable) {
			return notNow, false
		}
		return forbidden, false
	}
	leave, ok := s.gateway.open.enter(who, AddressOf(r, s.gateway.parts.Proxies))
	if !ok {
		return notNow, false
	}
	context.AfterFunc(s.ctx, leave)
	s.who = who
	close(s.letIn)
	if !s.send(frame{Type: "connection_ack"}) {
		return ending{}, false
	}
	return ending{}, !s.dialect.older || s.send(frame{Type: "ka"})
}

// saidInInit are headers that browsers cannot set on a socket; connection_init carries them instead.
var saidInInit = []string{"authorization", "x-device-id", "accept-language", "graphql-client-name", "graphql-client-version", "apollographql-client-name", "apollographql-client-version"}
