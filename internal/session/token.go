package session

import (
	"encoding/base64"
	"strconv"
	"strings"

	"membergate/internal/fault"
)

// A refresh token is the session's id, the token's number in it, and a tag that only the gateway's keys make:
//
//	ID.NUMBER.TAG
//
// Nothing of the tag is stored, so whoever reads the store cannot refresh; and the same successor can be given twice.

const refreshPurpose = "refresh token"

// mostRefresh bounds what is looked at of a refresh token.
const mostRefresh = 256

// Tags makes and checks tags.
type Tags interface {
	Sign(purpose string, data []byte) []byte
	Verify(purpose string, data, tag []byte) bool
}

func refreshToken(tags Tags, id string, turn int64) string {
	head := id + "." + strconv.FormatInt(turn, 10)
	return head + "." + base64.RawURLEncoding.EncodeToString(tags.Sign(refreshPurpose, []byte(head)))
}

// readRefresh reads which token of which session it is. Refusal: SESSION_UNKNOWN.
func readRefresh(tags Tags, token string) (id string, turn int64, err error) {
	unknown := fault.Refuse(Unknown, "refreshToken", "the refresh token is none of this gateway's")
	cut := strings.LastIndexByte(token, '.')
	if cut < 0 || len(token) > mostRefresh {
		return "", 0, unknown
	}
	tag, err := base64.RawURLEncoding.Strict().DecodeString(token[cut+1:])
	if err != nil || !tags.Verify(refreshPurpose, []byte(token[:cut]), tag) {
		return "", 0, unknown
	}
	id, number, found := strings.Cut(token[:cut], ".")
	turn, err = strconv.ParseInt(number, 10, 64)
	if err != nil || !found {
		return "", 0, unknown
	}
	return id, turn, nil
}
