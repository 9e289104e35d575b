// Package bucket keeps files: on a disk of this machine, which it serves itself, or with a service that speaks S3. Both
// take uploads as signed forms, so that an app sends a file in the same way.
package bucket

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"membergate/internal/upload"
)

// condition is one of a policy's: a field that must have a value, or a range of lengths.
type condition any

// policy is what a form may carry, as S3 has it: JSON in base64. What it does not name, the form must not carry.
func policy(until time.Time, conditions []condition) string {
	b, err := json.Marshal(map[string]any{"expiration": until.UTC().Format("2006-01-02T15:04:05.000Z"), "conditions": conditions})
	if err != nil { // it is made of texts and numbers
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(b)
}

// exactly are the conditions of an upload: its own name, its kind, and its length to the byte.
func exactly(u upload.Upload, fields []upload.Field) []condition {
	out := []condition{[]any{"content-length-range", u.Bytes, u.Bytes}}
	for _, f := range fields {
		out = append(out, map[string]string{f.Name: f.Value})
	}
	return out
}

// safe tells whether a name is one that this program gives: no name leads out of its folder.
func safe(name string) bool {
	if name == "" || strings.Contains(name, "..") || strings.HasPrefix(name, "/") {
		return false
	}
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789/.-") == ""
}
