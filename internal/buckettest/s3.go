// Package buckettest is a service that speaks S3, as far as pictures need it, in memory: it computes every signature
// itself, from what Amazon's papers say, and takes nothing whose signature or policy it does not agree with.
package buckettest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// S3 keeps the objects of one bucket.
type S3 struct {
	Bucket, Region, KeyID, Secret string
	Now                           func() time.Time

	mu      sync.Mutex
	objects map[string]Object
	fails   int
}

// Object is a file and what is known of it.
type Object struct {
	Body              []byte
	Type, CacheAdvice string
}

// FailNext lets the next so many requests fail with status 503.
func (s *S3) FailNext(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fails = n
}

// Objects gives what is there by key.
func (s *S3) Objects() map[string]Object {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]Object{}
	for k, o := range s.objects {
		out[k] = o
	}
	return out
}

// ServeHTTP implements http.Handler. What lies under u/ may be read by everybody.
func (s *S3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.objects == nil {
		s.objects = map[string]Object{}
	}
	if s.fails > 0 {
		s.fails--
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if r.Method == http.MethodPost && r.URL.Path == "/"+s.Bucket {
		w.WriteHeader(s.form(r))
		return
	}
	key := strings.TrimPrefix(r.URL.Path, "/"+s.Bucket+"/")
	body, err := io.ReadAll(r.Body)
	public := r.Method == http.MethodGet && strings.HasPrefix(key, "u/")
	if err != nil || !public && !s.signed(r, body) {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	switch r.Method {
	case http.MethodGet:
		o, ok := s.objects[key]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", o.Type)
		w.Header().Set("Cache-Control", o.CacheAdvice)
		_, _ = w.Write(o.Body)
	case http.MethodPut:
		s.objects[key] = Object{body, r.Header.Get("Content-Type"), r.Header.Get("Cache-Control")}
	case http.MethodDelete:
		delete(s.objects, key)
		w.WriteHeader(http.StatusNoContent)
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

const stamp = "20060102T150405Z"

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text)) // it never fails
	return h.Sum(nil)
}

// signature signs a text with the key of the day that a stamp names.
func (s *S3) signature(at, text string) string {
	key := mac(mac(mac(mac([]byte("AWS4"+s.Secret), at[:8]), s.Region), "s3"), "aws4_request")
	return hex.EncodeToString(mac(key, text))
}

func (s *S3) scope(at string) string { return at[:8] + "/" + s.Region + "/s3/aws4_request" }

// signed tells whether a request's Authorization is the one that its method, path, signed headers and body have. It must
// be of the last quarter of an hour.
func (s *S3) signed(r *http.Request, body []byte) bool {
	at := r.Header.Get("X-Amz-Date")
	when, err := time.Parse(stamp, at)
	if err != nil || s.Now().Sub(when).Abs() > 15*time.Minute {
		return false
	}
	_, list, _ := strings.Cut(r.Header.Get("Authorization"), "SignedHeaders=")
	list, _, _ = strings.Cut(list, ",")
	names := strings.Split(list, ";")
	if !slices.Contains(names, "host") || !slices.Contains(names, "x-amz-date") || !slices.IsSorted(names) {
		return false
	}
	sum := sha256.Sum256(body)
	if r.Header.Get("X-Amz-Content-Sha256") != hex.EncodeToString(sum[:]) {
		return false
	}
	text := r.Method + "\n" + (&url.URL{Path: r.URL.Path}).EscapedPath() + "\n" + r.URL.RawQuery + "\n"
	for _, name := range names {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		text += name + ":" + strings.TrimSpace(value) + "\n"
	}
	whole := sha256.Sum256([]byte(text + "\n" + list + "\n" + hex.EncodeToString(sum[:])))
	want := "AWS4-HMAC-SHA256 Credential=" + s.KeyID + "/" + s.scope(at) + ",SignedHeaders=" + list +
		",Signature=" + s.signature(at, "AWS4-HMAC-SHA256\n"+at+"\n"+s.scope(at)+"\n"+hex.EncodeToString(whole[:]))
	return r.Header.Get("Authorization") == want
}

// form takes an upload by its policy: every field must be one that the policy names, and the file comes last.
func (s *S3) form(r *http.Request) int {
	parts, err := r.MultipartReader()
	if err != nil {
		return http.StatusBadRequest
	}
	fields := map[string]string{"bucket": s.Bucket}
	for {
		p, err := parts.NextPart()
		if err != nil {
			return http.StatusBadRequest
		}
		b, err := io.ReadAll(p)
		if err != nil {
			return http.StatusBadRequest
		}
		if p.FormName() != "file" {
			fields[p.FormName()] = string(b)
			continue
		}
		if status := s.allows(fields, float64(len(b))); status != http.StatusNoContent {
			return status
		}
		s.objects[fields["key"]] = Object{b, fields["Content-Type"], ""}
		return http.StatusNoContent
	}
}

func (s *S3) allows(fields map[string]string, length float64) int {
	at := fields["x-amz-date"]
	if _, err := time.Parse(stamp, at); err != nil || fields["x-amz-algorithm"] != "AWS4-HMAC-SHA256" ||
		fields["x-amz-credential"] != s.KeyID+"/"+s.scope(at) || fields["x-amz-signature"] != s.signature(at, fields["policy"]) {
		return http.StatusForbidden
	}
	var p struct {
		Expiration time.Time
		Conditions []any
	}
	text, err := base64.StdEncoding.DecodeString(fields["policy"])
	if err != nil || json.Unmarshal(text, &p) != nil || !s.Now().Before(p.Expiration) {
		return http.StatusForbidden
	}
	named := map[string]bool{"policy": true, "x-amz-signature": true}
	for _, c := range p.Conditions {
		switch c := c.(type) {
		case map[string]any:
			for name, want := range c {
				named[name] = true
				if fields[name] != want {
					return http.StatusForbidden
				}
			}
		case []any:
			if c[0] != "content-length-range" || length < c[1].(float64) || length > c[2].(float64) {
				return http.StatusBadRequest
			}
		}
	}
	for name := range fields {
		if !named[name] {
			return http.StatusForbidden
		}
	}
	return http.StatusNoContent
}
