package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

// explorerPolicy lets the page load from this host only; the editor makes its workers and pictures itself.
const explorerPolicy = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; script-src 'self'; " +
	"connect-src 'self' ws: wss:; worker-src 'self' blob:; font-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// explorer serves the page and its assets from memory. Their names are the same in every build, so browsers keep them
// but ask each time whether they changed; a hash of the content answers that.
type explorer struct {
	files map[string]asset
}

type asset struct {
	content []byte
	tag     string
}

func newExplorer(from fs.FS) *explorer {
	e := &explorer{files: map[string]asset{}}
	_ = fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(from, name)
		if err == nil {
			sum := sha256.Sum256(content)
			e.files[name] = asset{content: content, tag: `"` + hex.EncodeToString(sum[:8]) + `"`}
		}
		return err
	})
	return e
}

func (e *explorer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	if name == "" {
		name = "index.html"
	}
	file, ok := e.files[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "allowed are GET and HEAD", http.StatusMethodNotAllowed)
		return
	}
	h.Set("Content-Security-Policy", explorerPolicy)
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", file.tag)
	http.ServeContent(w, r, path.Base(name), time.Time{}, bytes.NewReader(file.content))
}
