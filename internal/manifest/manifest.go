// Package manifest keeps the documents that apps were released with ("trusted documents"): manifests of the forms that
// the apps' own tools write, for each platform and version, and what an operator has switched off.
package manifest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
)

// Release is a version of an app on a platform, such as "android" "4.2.0". The zero value is nobody known.
type Release struct{ Platform, Version string }

// String is "android/4.2.0".
func (r Release) String() string { return r.Platform + "/" + r.Version }

// Document is an operation with all fragments that it needs.
type Document struct {
	ID   string // what a client names it by; of hashes without "sha256:"
	Name string // the operation's
	Text string // exactly as a client would send it
}

// ErrUnknown says that no release has the document.
var ErrUnknown = errors.New("manifest: no release has this document")

// ErrOff says that an operator has switched the document, its operation or the release off.
var ErrOff = errors.New("manifest: this was switched off")

// prefix is what the GraphQL-over-HTTP specification puts before an id that is the SHA-256 of the document
// (its Appendix A, "Persisted Documents").
const prefix = "sha256:"

// plain takes the prefix of a hash away: with and without it a client means the same document.
func plain(id string) string { return strings.TrimPrefix(id, prefix) }

// Hash is the SHA-256 of a text, as hexadecimal digits.
func Hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
