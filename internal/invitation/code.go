package invitation

import (
	"encoding/base32"
	"encoding/base64"
	"strconv"
	"strings"

	"membergate/internal/member"
)

// Keys make what nobody can make without them.
type Keys interface {
	// Hashes gives the hashes of a value for a purpose, the newest key's first: a key's id, a colon, base64 of 16 bytes.
	Hashes(purpose, value string) []string
}

// alphabet leaves out what people read wrongly: I, O, 0 and 1.
var alphabet = base32.NewEncoding("ABCDEFGHJKLMNPQRSTUVWXYZ23456789").WithPadding(base32.NoPadding)

// codeLength is 50 bits: of a billion guesses at a million codes one in a million finds any.
const codeLength = 10

// codeOf makes a member's code, or the n-th other one where somebody else has it.
func codeOf(k Keys, who member.ID, n int) string {
	_, text, _ := strings.Cut(k.Hashes("invitation", strconv.Itoa(n)+":"+string(who))[0], ":")
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		panic(err) // Keys promise it
	}
	return alphabet.EncodeToString(raw)[:codeLength]
}

// Show writes a code as people read it out: ABCDE-FGHJK.
func Show(code string) string {
	if len(code) != codeLength {
		return code
	}
	return code[:codeLength/2] + "-" + code[codeLength/2:]
}

// Read is the code that somebody typed: capitals, spaces and dashes do not matter. What can be no code is empty.
func Read(typed string) string {
	code := strings.Map(func(c rune) rune {
		if c == '-' || c == ' ' {
			return -1
		}
		return c
	}, strings.ToUpper(typed))
	if len(code) != codeLength || strings.ContainsFunc(code, func(c rune) bool { return !strings.ContainsRune("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", c) }) {
		return ""
	}
	return code
}

// Mask is what an inviter sees of a name: its first letter.
func Mask(name string) string {
	for _, first := range strings.TrimSpace(name) {
		return string(first) + "**"
	}
	return "**"
}
