package picture

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
)

// Handler serves the pictures below Root. They never change under their path, so whoever has one may keep it.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "pictures can only be read", http.StatusMethodNotAllowed)
			return
		}
		svg, ok := Draw(r.URL.Path)
		if !ok {
			http.Error(w, "there is no such picture", http.StatusNotFound)
			return
		}
		sum := sha256.Sum256(svg)
		tag := `"` + hex.EncodeToString(sum[:12]) + `"`
		h.Set("Content-Type", "image/svg+xml")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin") // apps on other hosts show them
		h.Set("Cache-Control", "public, max-age=2592000")     // 30 days: a new program may draw them better
		h.Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		h.Set("Content-Length", strconv.Itoa(len(svg)))
		_, _ = w.Write(svg) // a client that has left needs no answer
	})
}
