package edge

import (
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"

	"membergate/internal/live"
	"membergate/internal/viewer"
)

// eventStream is the type of server-sent events.
const eventStream = "text/event-stream"

// sentEvents writes server-sent events, one at a time.
type sentEvents struct {
	mu     sync.Mutex
	w      http.ResponseWriter
	flush  *http.ResponseController
	ascii  bool // every other character is written as \uXXXX
	closed bool // the handler has returned, or is about to
	within time.Duration
}

// openEvents begins a stream of events. A client that cannot put split characters together, as WeChat's mini-programs get
// them in chunks, asks for charset=us-ascii.
func (g *Gateway) openEvents(w http.ResponseWriter, r *http.Request) *sentEvents {
	charset := "utf-8"
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		name, options, err := mime.ParseMediaType(part)
		if err == nil && name == eventStream && strings.EqualFold(options["charset"], "us-ascii") {
			charset = "us-ascii"
		}
	}
	h := w.Header()
	h.Set("Content-Type", eventStream+"; charset="+charset)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // or nginx keeps the events until there are many
	e := &sentEvents{w: w, flush: http.NewResponseController(w), ascii: charset == "us-ascii", within: g.open.patience}
	_ = e.flush.SetReadDeadline(time.Time{})
	w.WriteHeader(http.StatusOK)
	e.write(":\n\n")
	return e
}

// send writes an event. It fails when the client is gone or does not read.
func (e *sentEvents) send(name, id string, data json.RawMessage) bool {
	var b strings.Builder
	b.WriteString("event: " + name + "\n")
	if id != "" {
		b.WriteString("id: " + id + "\n")
	}
	b.WriteString("data: ")
	if e.ascii {
		writeASCII(&b, data)
	} else {
		b.Write(data)
	}
	b.WriteString("\n\n")
	return e.write(b.String())
}

func (e *sentEvents) write(text string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return false
	}
	_ = e.flush.SetWriteDeadline(time.Now().Add(e.within))
	_, err := e.w.Write([]byte(text))
	if err == nil {
		err = e.flush.Flush()
	}
	return err == nil
}

// close lets nothing more be written.
func (e *sentEvents) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
}

// writeASCII writes JSON with every other character as \uXXXX; those stand in strings only, where that says the same.
func writeASCII(b *strings.Builder, text []byte) {
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		switch high, low := utf16.EncodeRune(r); {
		case r < utf8.RuneSelf:
			b.WriteByte(text[0])
		case high != utf8.RuneError:
			fmt.Fprintf(b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(b, `\u%04x`, r)
		}
		text = text[size:]
	}
}

// Stream answers /graphql/stream: GraphQL over server-sent events (github.com/enisdenjo/graphql-sse, PROTOCOL.md), one
// operation on a connection of its own, or many on one connection that was reserved before.
func (g *Gateway) Stream(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	r.Header.Set("X-Request-Id", idOf(r))
	h.Set("X-Request-Id", idOf(r))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	ctx := viewer.With(r.Context(), viewer.Viewer{Locale: LocaleOf(r)})
	who, err := g.whoAsks(ctx, r)
	if err != nil {
		g.turnAway(w, r, g.notLetIn(ctx, w, err))
		return
	}
	ctx = viewer.With(ctx, who)
	token := streamToken(r)
	switch {
	case r.Method == http.MethodPut:
		g.reserve(w, r, who)
	case token != "":
		g.single(ctx, w, r, who, token)
	case r.Method == http.MethodGet || r.Method == http.MethodPost:
		g.distinct(ctx, w, r, who)
	default:
		h.Set("Allow", "GET, POST, PUT, DELETE")
		g.say(w, broken(ctx, http.StatusMethodNotAllowed, refusal(NotAllowed, "The method %s is not allowed here; allowed are GET, POST, PUT and DELETE.", brief(r.Method))))
	}
}

// say answers in JSON what is not streamed.
func (g *Gateway) say(w http.ResponseWriter, a answer) {
	a.mediaType = plainJSON
	a.write(w)
}

// distinct runs one operation on a connection of its own.
func (g *Gateway) distinct(ctx context.Context, w http.ResponseWriter, r *http.Request, who viewer.Viewer) {
	if accept := strings.Join(r.Header.Values("Accept"), ","); accept != "" && !strings.Contains(accept, eventStream) && !strings.Contains(accept, "*/*") {
		g.turnAway(w, r, broken(ctx, http.StatusNotAcceptable, refusal(BadInput, "Accept names no type that can be given here; allowed is %s.", eventStream)))
		return
	}
	params, status, unread := read(w, r)
	if unread != nil {
		g.turnAway(w, r, broken(ctx, status, unread))
		return
	}
	leave, ok := g.open.enter(who, AddressOf(r, g.parts.Proxies))
	if !ok {
		g.say(w, crowded(ctx, w))
		return
	}
	defer leave()
	ctx, cancel := context.WithCancel(live.WithResume(ctx, r.Header.Get("Last-Event-ID")))
	defer cancel()
	b, errs := g.begin(ctx, r, who, params)
	if errs == nil && r.Method == http.MethodGet {
		errs = b.only("A mutation needs POST; GET is for queries and subscriptions.", ast.Query, ast.Subscription)
	}
	if errs != nil && codeOf(errs[0]) == RateLimited {
		g.say(w, refused(w, errs, plainJSON))
		return
	}
	g.open.streams.Add(1)
	defer g.open.streams.Add(-1)
	e := g.openEvents(w, r)
	defer e.close()
	if errs != nil {
		e.send("next", "", failure(errs))
		e.send("complete", "", nil)
		return
	}
	defer b.end(http.StatusOK)
	g.keep(ctx, cancel, who, e.write)
	for {
		response := b.next()
		if response == nil || !e.send("next", idOfEvent(response.Extensions), entire(response)) || !b.lasting() {
			break
		}
	}
	if r.Context().Err() == nil && ctx.Err() == nil {
		e.send("complete", "", nil)
	}
}

// keep sends signs of life until the context ends, and cancels what runs when the connection has to end.
func (g *Gateway) keep(ctx context.Context, cancel context.CancelFunc, who viewer.Viewer, write func(string) bool) {
	over := g.over(ctx, who)
	go func() {
		pulse := time.NewTicker(beat)
		defer pulse.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-over:
				cancel()
				return
			case <-pulse.C:
				if !write(":\n\n") {
					cancel()
					return
				}
			}
		}
	}()
}

// idOfEvent is the id of an event that a client can come back with.
func idOfEvent(extensions map[string]any) string {
	id, _ := extensions["eventId"].(string)
	if strings.ContainsAny(id, "\r\n\x00") {
		return ""
	}
	return id
}

// crowded refuses one connection too many.
func crowded(ctx context.Context, w http.ResponseWriter) answer {
	w.Header().Set("Retry-After", "5")
	e := refusal(RateLimited, "There are too many connections; at most %d are allowed at once. Close one first.", maxConnections)
	e.Extensions["retryAfterMs"] = 5000
	return broken(ctx, http.StatusTooManyRequests, e)
}
