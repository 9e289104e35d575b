package edge

import (
	"context"
	"encoding/json"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"membergate/internal/viewer"
)

// form is how an answer of several parts is written: the protocols that clients ask for with parameters of
// multipart/mixed in Accept.
type form string

// The forms.
const (
	subscriptionParts form = `subscriptionSpec=1.0` // Apollo's subscriptions over HTTP: {"payload":{…}}, {} as a sign of life
	olderDefer        form = `deferSpec=20220824`   // @defer as Apollo's clients of 2022 to 2025 read it: incremental with path and label
	newerDefer        form = `incrementalSpec=v0.2` // @defer with pending, incremental and completed
)

// formsOf are the forms that a request accepts.
func formsOf(r *http.Request) map[form]bool {
	out := map[form]bool{}
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		name, options, err := mime.ParseMediaType(part)
		if err != nil || name != "multipart/mixed" {
			continue
		}
		for _, f := range []form{subscriptionParts, olderDefer, newerDefer} {
			key, value, _ := strings.Cut(string(f), "=")
			if options[strings.ToLower(key)] == value {
				out[f] = true
			}
		}
	}
	return out
}

// parts writes a multipart answer. The boundary follows each part at once: clients take a part when they see its end.
type parts struct {
	mu     sync.Mutex
	w      http.ResponseWriter
	flush  *http.ResponseController
	closed bool
	within time.Duration
}

func (g *Gateway) openParts(w http.ResponseWriter, f form) *parts {
	h := w.Header()
	h.Set("Content-Type", `multipart/mixed; boundary="graphql"; `+string(f))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	p := &parts{w: w, flush: http.NewResponseController(w), within: g.open.patience}
	_ = p.flush.SetReadDeadline(time.Time{})
	w.WriteHeader(http.StatusOK)
	p.write("--graphql")
	return p
}

func (p *parts) send(body json.RawMessage) bool {
	return p.write("\r\nContent-Type: application/json; charset=utf-8\r\n\r\n" + string(body) + "\r\n--graphql")
}

func (p *parts) write(text string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	_ = p.flush.SetWriteDeadline(time.Now().Add(p.within))
	_, err := p.w.Write([]byte(text))
	if err == nil {
		err = p.flush.Flush()
	}
	return err == nil
}

func (p *parts) close() {
	p.write("--\r\n")
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
}

// mixed answers a request whose client reads several parts: a subscription, an operation with deferred parts, or one
// like any other.
func (g *Gateway) mixed(w http.ResponseWriter, r *http.Request, forms map[form]bool) {
	r.Header.Set("X-Request-Id", idOf(r))
	w.Header().Set("X-Request-Id", idOf(r))
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	mediaType, ok := negotiate(r.Header.Values("Accept"))
	if !ok {
		mediaType = plainJSON
	}
	ctx := viewer.With(r.Context(), viewer.Viewer{Locale: LocaleOf(r)})
	params, status, unread := read(w, r)
	if unread != nil {
		g.turnAway(w, r, broken(ctx, status, unread))
		return
	}
	who, err := g.whoAsks(ctx, r)
	if err != nil {
		g.turnAway(w, r, g.notLetIn(ctx, w, err))
		return
	}
	if forms[olderDefer] || forms[newerDefer] {
		ctx = withDefer(ctx)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	b, errs := g.begin(ctx, r, who, params)
	if errs == nil && b.lasting() && !forms[subscriptionParts] {
		errs = b.only("A subscription needs a WebSocket, an event stream, or multipart/mixed with subscriptionSpec=1.0.", ast.Query, ast.Mutation)
	}
	switch {
	case errs != nil:
		a := refused(w, errs, mediaType)
		a.mediaType = mediaType
		a.write(w)
	case b.lasting():
		g.subscribed(ctx, cancel, w, r, b)
	default:
		g.deferred(cancel, w, b, forms, mediaType)
	}
}

// subscribed sends every event of a subscription as a part.
func (g *Gateway) subscribed(ctx context.Context, cancel context.CancelFunc, w http.ResponseWriter, r *http.Request, b *begun) {
	defer b.end(http.StatusOK)
	who := viewer.From(b.ctx)
	leave, ok := g.open.enter(who, AddressOf(r, g.parts.Proxies))
	if !ok {
		g.say(w, crowded(b.ctx, w))
		return
	}
	defer leave()
	g.open.streams.Add(1)
	defer g.open.streams.Add(-1)
	p := g.openParts(w, subscriptionParts)
	defer p.close()
	g.keep(ctx, cancel, who, func(string) bool { return p.send(json.RawMessage("{}")) })
	for {
		response := b.next()
		if response == nil || !p.send(encode(map[string]json.RawMessage{"payload": entire(response)})) {
			return
		}
	}
}

// deferred answers at once what is there, and what was deferred in parts of its own.
func (g *Gateway) deferred(cancel context.CancelFunc, w http.ResponseWriter, b *begun, forms map[form]bool, mediaType string) {
	defer b.end(http.StatusOK)
	response := b.next()
	if response == nil { // the deadline passed before it began
		response = &graphql.Response{Errors: gqlerror.List{present(b.ctx, context.DeadlineExceeded)}}
	}
	if response.HasNext == nil || !*response.HasNext {
		answer{status: http.StatusOK, mediaType: mediaType, data: response.Data, errors: response.Errors, extensions: response.Extensions}.write(w)
		return
	}
	f := olderDefer
	if forms[newerDefer] {
		f = newerDefer
	}
	p := g.openParts(w, f)
	defer p.close()
	for n := 0; response != nil; n++ {
		if n == 0 {
			response.Data = pruned(response.Data, b.op.Operation.SelectionSet)
		}
		if !p.send(part(f, response, n)) {
			cancel()
			for b.next() != nil { // what is deferred waits until it is taken
			}
			return
		}
		response = b.next()
	}
}

// part is the n-th part of an answer with deferred parts.
func part(f form, r *graphql.Response, n int) json.RawMessage {
	type pending struct {
		ID    string   `json:"id"`
		Path  ast.Path `json:"path"`
		Label string   `json:"label,omitempty"`
	}
	type piece struct {
		ID     string          `json:"id,omitempty"`
		Data   json.RawMessage `json:"data"`
		Path   ast.Path        `json:"path,omitempty"`
		Label  string          `json:"label,omitempty"`
		Errors gqlerror.List   `json:"errors,omitempty"`
	}
	type completed struct {
		ID     string        `json:"id"`
		Errors gqlerror.List `json:"errors,omitempty"`
	}
	more := r.HasNext != nil && *r.HasNext
	if n == 0 {
		return encode(struct {
			Data       json.RawMessage `json:"data"`
			Errors     gqlerror.List   `json:"errors,omitempty"`
			Extensions map[string]any  `json:"extensions,omitempty"`
			HasNext    bool            `json:"hasNext"`
		}{r.Data, r.Errors, r.Extensions, more})
	}
	if f == olderDefer {
		return encode(struct {
			Incremental []piece `json:"incremental"`
			HasNext     bool    `json:"hasNext"`
		}{[]piece{{Data: r.Data, Path: r.Path, Label: r.Label, Errors: r.Errors}}, more})
	}
	id := strconv.Itoa(n)
	out := struct {
		Pending     []pending   `json:"pending"`
		Incremental []piece     `json:"incremental,omitempty"`
		Completed   []completed `json:"completed"`
		HasNext     bool        `json:"hasNext"`
	}{Pending: []pending{{id, r.Path, r.Label}}, Completed: []completed{{ID: id}}, HasNext: more}
	if len(r.Data) == 0 || string(r.Data) == "null" {
		out.Completed[0].Errors = r.Errors // a null that rose above the fragment: nothing of it is there
	} else {
		out.Incremental = []piece{{ID: id, Data: r.Data, Errors: r.Errors}}
	}
	return encode(out)
}

// turnAway answers what did not come to an operation, and leaves its line in the log.
func (g *Gateway) turnAway(w http.ResponseWriter, r *http.Request, a answer) {
	ctx, n := withNotes(r.Context(), idOf(r))
	for _, e := range a.errors {
		note(ctx, func(n *notes) { n.code(codeOf(e)) })
	}
	g.finish(ctx, n, a.status, time.Now())
	g.say(w, a)
}
