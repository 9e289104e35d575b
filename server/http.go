package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzhttp"

	"membergate/internal/edge"
	"membergate/internal/viewer"
)

// publicHandler is everything that the public listener answers, and the gateway in it, whose connections may outlive requests.
func publicHandler(s Settings, p *Parts, ready *readiness, crowd *edge.Crowd, meters *meters, log *slog.Logger) (h http.Handler, gateway *edge.Gateway) {
	mux := http.NewServeMux()
	var ended func(context.Context, viewer.Viewer) <-chan struct{}
	if p.Sessions != nil {
		ended = p.Sessions.Ended
	}
	gateway = edge.New(edge.Parts{
		Schema:       p.Schema,
		Authenticate: p.authenticate(),
		Extensions:   p.Around,
		Production:   s.Production,
		Sandbox:      s.Sandbox,
		Texts:        p.Texts,
		Limits:       p.Limits,
		Crowd:        crowd,
		Proxies:      s.Proxies,
		Released:     p.Released,
		OnlyReleased: s.Production,
		Log:          log,
		Observe:      meters.observe,
		Origins:      s.CORSOrigins,
		Ended:        ended,
	})
	meters.watch(gateway)
	mux.Handle("/graphql", allowOrigins(s.CORSOrigins, gateway))
	mux.Handle("/graphql/stream", allowOrigins(s.CORSOrigins, http.HandlerFunc(gateway.Stream)))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]bool{"alive": true})
	})
	mux.Handle("GET /readyz", ready)
	mux.HandleFunc("GET /.well-known/jwks.json", p.publicKeys)
	if p.Media != nil {
		mux.Handle("GET /media/", p.Media)
	}
	if p.Archives != nil {
		mux.Handle("/exports/", allowOrigins(s.CORSOrigins, p.Archives))
	}
	if p.WeChat != nil {
		mux.Handle("/wechat/events", p.WeChat)
	}
	if p.Disk != nil {
		mux.Handle("/uploads/", allowOrigins(s.CORSOrigins, http.HandlerFunc(p.Disk.Takes)))
		mux.HandleFunc("GET /media/u/", p.Disk.Serves)
	}
	if !s.Production {
		development(mux, p, log)
	}
	return sober(shorter(mux)), gateway
}

// shorter compresses what is worth it for clients that can read it: the home screen comes to four tenths, a feed to a third. Pictures are left
// as they are. No answer holds a token, which sizes could give away where others' texts stand beside it; a few random bytes
// are added all the same.
func shorter(next http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(smallest), gzhttp.RandomJitter(32, 0, false))
	if err != nil {
		panic(err) // the settings are right
	}
	short := wrap(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case streams(r): // what is sent bit by bit must not wait until there is more
			r.Body = http.MaxBytesReader(w, r.Body, edge.MaxBodyBytes)
			next.ServeHTTP(w, r)
			return
		case r.URL.Path == "/graphql": // by the server's own writer, which then answers before it closes the connection
			r.Body = http.MaxBytesReader(w, r.Body, edge.MaxBodyBytes)
		case r.Method != http.MethodGet: // what takes files and events bounds them itself, and answers in a word
			next.ServeHTTP(w, r)
			return
		}
		short.ServeHTTP(w, r)
	})
}

// streams tells whether a request may be answered bit by bit.
func streams(r *http.Request) bool {
	return r.URL.Path == "/graphql/stream" || r.Header.Get("Upgrade") != "" || strings.Contains(strings.Join(r.Header.Values("Accept"), ","), "multipart/mixed")
}

// smallest is the shortest answer that is compressed: what is shorter fits into one packet.
const smallest = 1200

// development adds what helps a developer and would tell a stranger too much.
func development(mux *http.ServeMux, p *Parts, log *slog.Logger) {
	mux.HandleFunc("GET /schema.graphqls", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, p.SDL)
	})
	if p.Explorer != nil {
		mux.Handle("/", newExplorer(p.Explorer))
	}
	if p.Demo != nil {
		mux.HandleFunc("GET /demo/tokens", func(w http.ResponseWriter, r *http.Request) {
			members, err := p.Demo(viewer.With(r.Context(), viewer.Viewer{Locale: edge.LocaleOf(r)}))
			if err != nil {
				log.ErrorContext(r.Context(), "the demo members cannot be listed", "cause", err.Error())
				writeJSON(w, http.StatusInternalServerError, map[string]string{"error": "The demo members cannot be listed now."})
				return
			}
			writeJSON(w, http.StatusOK, members)
		})
	}
}

// authenticate tells who asks with a token.
func (p *Parts) authenticate() func(context.Context, string) (viewer.Viewer, error) {
	if p.Sessions == nil {
		return p.Tokens.Verify
	}
	return admitted(p.Tokens.Verify, p.Sessions)
}

// publicKeys shows with which keys others can check the tokens of sessions. They may be kept for minutes: a new key is shown
// there before it signs.
func (p *Parts) publicKeys(w http.ResponseWriter, _ *http.Request) {
	if p.Keys == nil {
		writeJSON(w, http.StatusOK, map[string][]string{"keys": {}})
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=300")
	_, _ = w.Write(p.Keys) // an error means that nobody listens any more
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // an error means that nobody listens any more
}

// sober sets the headers that keep browsers from guessing, framing and telling on.
func sober(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

// preflightSeconds is how long a browser may remember that an origin may call.
const preflightSeconds = "600"

// allowOrigins lets web pages of the origins call, and no others. Tokens travel in a header that a page must set
// itself, so no cookies are ever allowed along.
func allowOrigins(origins []string, next http.Handler) http.Handler {
	allowed := map[string]bool{}
	for _, o := range origins {
		allowed[o] = true
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Add("Vary", "Origin")
		origin := r.Header.Get("Origin")
		if !allowed[strings.ToLower(origin)] {
			if r.Method == http.MethodOptions {
				h.Set("Allow", "GET, POST")
				w.WriteHeader(http.StatusNoContent) // without the headers below the browser stops here
				return
			}
			next.ServeHTTP(w, r)
			return
		}
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Expose-Headers", "X-Request-Id, Retry-After")
		if r.Method == http.MethodOptions {
			h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE")
			h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID, X-GraphQL-Event-Stream-Token, X-Request-Id, X-Debug-Now, X-Device-Id, GraphQL-Client-Name, GraphQL-Client-Version, Apollographql-Client-Name, Apollographql-Client-Version")
			h.Set("Access-Control-Max-Age", preflightSeconds)
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}
