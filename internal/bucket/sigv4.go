package bucket

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// signer signs with AWS Signature Version 4, as S3 and those that speak like it want it: forms by their policy, and requests
// by their headers. Its tests are the examples that AWS publishes.
type signer struct {
	id     string // of the access key
	secret string
	region string
}

const (
	algorithm = "AWS4-HMAC-SHA256"
	stamp     = "20060102T150405Z" // of X-Amz-Date
	day       = "20060102"
)

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text)) // it never fails
	return h.Sum(nil)
}

// scope names day, place and service of a signature.
func (s signer) scope(at time.Time) string {
	return at.UTC().Format(day) + "/" + s.region + "/s3/aws4_request"
}

// sign signs a text with the key of a day.
func (s signer) sign(at time.Time, text string) string {
	key := mac([]byte("AWS4"+s.secret), at.UTC().Format(day))
	for _, part := range []string{s.region, "s3", "aws4_request"} {
		key = mac(key, part)
	}
	return hex.EncodeToString(mac(key, text))
}

// request signs a request by its headers, which it sets. The body's hash is that of all its bytes.
func (s signer) request(r *http.Request, body []byte, at time.Time) {
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	r.Header.Set("X-Amz-Content-Sha256", hash)
	r.Header.Set("X-Amz-Date", at.UTC().Format(stamp))
	names := []string{"host"}
	for name := range r.Header {
		names = append(names, strings.ToLower(name))
	}
	slices.Sort(names)
	var headers strings.Builder
	for _, name := range names {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.URL.Host
		}
		headers.WriteString(name + ":" + strings.TrimSpace(value) + "\n")
	}
	signed := strings.Join(names, ";")
	canonical := strings.Join([]string{r.Method, escaped(r.URL.Path), strings.ReplaceAll(r.URL.Query().Encode(), "+", "%20"), headers.String(), signed, hash}, "\n")
	whole := sha256.Sum256([]byte(canonical))
	text := strings.Join([]string{algorithm, at.UTC().Format(stamp), s.scope(at), hex.EncodeToString(whole[:])}, "\n")
	r.Header.Set("Authorization", algorithm+" Credential="+s.id+"/"+s.scope(at)+",SignedHeaders="+signed+",Signature="+s.sign(at, text))
}

// escaped is a path as signatures want it: everything escaped but unreserved characters and slashes.
func escaped(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		parts[i] = strings.ReplaceAll(url.QueryEscape(p), "+", "%20")
	}
	return strings.Join(parts, "/")
}
