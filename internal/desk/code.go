package desk

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"strconv"
	"strings"
	"time"

	"membergate/internal/member"
)

// CodePurpose names the keys from which those of member codes are made.
const CodePurpose = "member code"

const (
	// StepSeconds is how long one code is shown, as common authenticators do (RFC 6238 §5.2).
	StepSeconds = 30
	// shortBytes, stepBytes and tagBytes are the parts of a code: whose it is, of which step, and the proof.
	shortBytes, stepBytes, tagBytes = 5, 4, 6
	// shortText is how many characters of a code say whose it is: 5 bytes are 8 characters of base32 exactly.
	shortText = 8
	// codeText is the length of a code in characters.
	codeText = 24
)

// Step counts the steps of codes up to a real time.
func Step(at time.Time) uint32 { return uint32(at.Unix() / StepSeconds) }

// StepEnd is when a step's code is no longer shown.
func StepEnd(step uint32) time.Time { return time.Unix((int64(step)+1)*StepSeconds, 0).UTC() }

// CodeKeys are the keys of one phone's codes, 16 bytes each, under every key of the ring, newest first; nothing of them is
// stored. The gateway's own codes have the empty device and the issue 0.
func CodeKeys(keys Hasher, who member.ID, device string, issue int64) [][]byte {
	var out [][]byte
	for _, h := range keys.Hashes(CodePurpose, strings.Join([]string{string(who), device, strconv.FormatInt(issue, 10)}, "\x00")) {
		_, body, _ := strings.Cut(h, ":")
		raw, err := base64.RawURLEncoding.DecodeString(body)
		if err != nil { // unreachable: the keys wrote it
			panic(err)
		}
		out = append(out, raw)
	}
	return out
}

// Code is what a phone shows: base32 of the short id, the step, and the first 6 bytes of HMAC-SHA-256 over both. The short
// id is 8 characters of base32.
func Code(key []byte, short string, step uint32) string {
	raw, err := base32.StdEncoding.DecodeString(short)
	if err != nil { // unreachable: short ids are made here
		panic(err)
	}
	signed := binary.BigEndian.AppendUint32(raw, step)
	return base32.StdEncoding.EncodeToString(append(signed, tag(key, signed)...))
}

func tag(key, signed []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(signed)
	return h.Sum(nil)[:tagBytes]
}

// Shown is a code that was read, before anybody knows whether it is right.
type Shown struct {
	Short string
	Step  uint32
	raw   []byte
}

// ReadCode takes a code apart, in small or capital letters; false for what has not the form of one.
func ReadCode(text string) (Shown, bool) {
	if len(text) != codeText {
		return Shown{}, false
	}
	text = strings.ToUpper(text)
	raw, err := base32.StdEncoding.DecodeString(text)
	if err != nil || len(raw) != shortBytes+stepBytes+tagBytes { // the decoder leaves out ends of lines
		return Shown{}, false
	}
	return Shown{Short: text[:shortText], Step: binary.BigEndian.Uint32(raw[shortBytes:]), raw: raw}, true
}

// step names the member's step, each of which counts once.
func (s Shown) step() string { return s.Short + "/" + strconv.FormatUint(uint64(s.Step), 10) }

// Fresh tells whether a code is of the step of now, or of one beside it, so that clocks may differ a little.
func (s Shown) Fresh(now time.Time) bool {
	apart := int64(s.Step) - int64(Step(now))
	return -1 <= apart && apart <= 1
}

// By tells whether a code was made with one of these keys. All are tried whatever is found, so that the time says nothing.
func (s Shown) By(keys [][]byte) bool {
	right, cut := false, shortBytes+stepBytes
	for _, key := range keys {
		if hmac.Equal(s.raw[cut:], tag(key, s.raw[:cut])) {
			right = true
		}
	}
	return right
}
