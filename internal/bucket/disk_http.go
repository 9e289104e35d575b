package bucket

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"path"
	"strings"
	"time"
)

// Takes answers POST /uploads/: a form that Form made, as S3 would answer it.
func (d *Disk) Takes(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	if r.Method != http.MethodPost {
		h.Set("Allow", "POST")
		http.Error(w, "uploads are posted", http.StatusMethodNotAllowed)
		return
	}
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		http.Error(w, "uploads are forms of multipart/form-data", http.StatusUnsupportedMediaType)
		return
	}
	// The listener's own deadlines are for questions of some kilobytes.
	late := time.Now().Add(slowest)
	_ = errors.Join(http.NewResponseController(w).SetReadDeadline(late), http.NewResponseController(w).SetWriteDeadline(late)) // not every listener has them
	parts := multipart.NewReader(http.MaxBytesReader(w, r.Body, mostForm), params["boundary"])
	status, say := d.take(parts)
	if status != http.StatusNoContent {
		http.Error(w, say, status)
		return
	}
	w.WriteHeader(status)
}

// mostForm bounds a form whatever its policy says: the largest upload, and what is around it.
const mostForm = 10<<20 + around

// take reads the fields, which come first, and then the file, as far as the policy allows.
func (d *Disk) take(parts *multipart.Reader) (int, string) {
	fields, size := map[string]string{}, 0
	for {
		p, err := parts.NextPart()
		if err != nil {
			return http.StatusBadRequest, "the form has no field \"file\""
		}
		if p.FormName() == "file" {
			length, refused := d.allows(fields)
			if refused != "" {
				return http.StatusForbidden, refused
			}
			name, whole := fields["key"], false
			if whole, err = d.write(name, length, came{p}); errors.Is(err, errCut) {
				return http.StatusBadRequest, "the file did not come whole"
			}
			if err != nil {
				return http.StatusServiceUnavailable, "the file cannot be kept now"
			}
			if !whole {
				return http.StatusRequestEntityTooLarge, "the file has another length than was announced"
			}
			return http.StatusNoContent, ""
		}
		b, err := io.ReadAll(io.LimitReader(p, around))
		if size += len(b); err != nil || size >= around || len(fields) > 20 {
			return http.StatusBadRequest, "the form has too many or too long fields"
		}
		fields[p.FormName()] = string(b)
	}
}

// came is what a form brings; its errors are the sender's, not the disk's.
type came struct{ io.Reader }

var errCut = errors.New("bucket: the form broke off")

// Read implements io.Reader.
func (c came) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	if err != nil && err != io.EOF {
		err = errCut
	}
	return n, err
}

// allows checks a form's fields against the policy that they bring, and gives the file's length.
func (d *Disk) allows(fields map[string]string) (int64, string) {
	tag, err := base64.RawURLEncoding.DecodeString(fields["signature"])
	if err != nil || !d.Keys.Verify(purpose, []byte(fields["policy"]), tag) {
		return 0, "the form's signature is wrong"
	}
	text, err := base64.StdEncoding.DecodeString(fields["policy"])
	var p struct {
		Expiration time.Time         `json:"expiration"`
		Conditions []json.RawMessage `json:"conditions"`
	}
	if err != nil || json.Unmarshal(text, &p) != nil {
		return 0, "the form's policy cannot be read"
	}
	if !d.Now().Before(p.Expiration) {
		return 0, "the form's time is over"
	}
	length := int64(0)
	for _, c := range p.Conditions {
		var bounds []any
		var equal map[string]string
		switch {
		case json.Unmarshal(c, &equal) == nil:
			for name, want := range equal {
				if fields[name] != want {
					return 0, "the form's field " + name + " is not as announced"
				}
			}
		case json.Unmarshal(c, &bounds) == nil && len(bounds) == 3 && bounds[0] == "content-length-range":
			n, ok := bounds[2].(float64)
			if !ok {
				return 0, "the form's policy cannot be read"
			}
			length = int64(n)
		default:
			return 0, "the form's policy cannot be read"
		}
	}
	return length, ""
}

// Serves answers GET /media/u/…: what was made of uploads.
func (d *Disk) Serves(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/media/")
	at, err := d.file(name)
	if err != nil || !strings.HasPrefix(name, "u/") {
		http.Error(w, "there is no such picture", http.StatusNotFound)
		return
	}
	f, err := os.Open(at)
	if err != nil {
		http.Error(w, "there is no such picture", http.StatusNotFound)
		return
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		http.Error(w, "there is no such picture", http.StatusNotFound)
		return
	}
	h := w.Header()
	h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // apps on other hosts show them
	h.Set("Cache-Control", lasting)
	http.ServeContent(w, r, "", info.ModTime(), f)
}
