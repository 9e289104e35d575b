package edge

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
)

// tag marks the answer to a GET that nobody signed in for, and makes it "not modified" for whoever has it already. Caches
// between may keep it if they ask each time: tiers, boards and rewards change when their owners like. The tag is of the
// data alone, because what it cost differs from one answer to the next.
func (a answer) tag(h http.Header, r *http.Request) answer {
	if r.Method != http.MethodGet || len(r.Header.Values("Authorization")) > 0 || r.Header.Get(debugNow) != "" ||
		a.status != http.StatusOK || len(a.errors) > 0 || len(a.data) == 0 {
		return a
	}
	sum := sha256.Sum256(a.data)
	tag := `W/"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`
	h.Set("ETag", tag)
	h.Set("Cache-Control", "public, no-cache")
	h.Add("Vary", "Accept, Accept-Language, Authorization, "+debugNow)
	if knows(r.Header.Values("If-None-Match"), tag) {
		return answer{status: http.StatusNotModified}
	}
	return a
}

// knows compares weakly, as RFC 9110 section 13.1.2 wants it.
func knows(lists []string, tag string) bool {
	for _, known := range strings.Split(strings.Join(lists, ","), ",") {
		known = strings.TrimSpace(known)
		if known == "*" || strings.TrimPrefix(known, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}
