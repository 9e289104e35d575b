// Package upload is pictures on their way in: announced by a member, sent as a form past the gateway's schema, checked,
// made again without anything hidden in them, and taken by whatever shows them. What is not finished or not taken expires.
package upload

import (
	"crypto/rand"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
)

// ID names an upload: 128 random bits in 32 hexadecimal digits.
type ID string

// NewID makes an id.
func NewID() ID {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	return ID(hex.EncodeToString(b[:]))
}

// State is where an upload stands.
type State string

// The states.
const (
	Waiting State = "WAITING" // announced; the file is not there or has not been looked at
	Ready   State = "READY"   // the picture can be shown
	Refused State = "REFUSED" // the file was no such picture; Reason says why
	Gone    State = "GONE"    // its files are being removed
)

// Upload is one picture.
type Upload struct {
	ID        ID
	Owner     member.ID
	Type      string // as announced, such as image/jpeg
	Bytes     int64  // as announced
	Sum       string // SHA-256 as announced, 64 hexadecimal digits
	State     State
	Reason    string    // Refused: a code
	Made      Picture   // what is made of it; its files are whole when it is Ready
	UsedBy    string    // what shows it, or is about to; empty while nothing does
	CreatedAt time.Time // to the millisecond
	Until     time.Time // when it is removed unless something shows it; zero once it is known to be shown
	Version   int64     // grows with every change
}

// Picture is what was made of an upload. Its small one is for lists.
type Picture struct {
	Type   string // image/jpeg or image/png
	Width  int    // pixels
	Height int    // pixels
}

// Raw is the name of the file as it was sent. It is never served.
func (u Upload) Raw() string { return "raw/" + string(u.ID) }

// Name is the name of the picture that was made. It tells the size, so that whoever has the name can lay it out.
func (u Upload) Name() string {
	return "u/" + string(u.ID) + "-" + strconv.Itoa(u.Made.Width) + "x" + strconv.Itoa(u.Made.Height) + endings[u.Made.Type]
}

var endings = map[string]string{"image/jpeg": ".jpg", "image/png": ".png"}

// Small gives name and size of the small picture of a picture's name or address; ok is false where there is none because
// it is no upload, or small already.
func Small(name string) (small string, width, height int, ok bool) {
	at := strings.LastIndexByte(name, '/')
	stem, size, found := strings.Cut(name[at+1:], "-")
	dot := strings.LastIndexByte(size, '.')
	if !found || dot < 0 || len(stem) != 32 || !strings.Contains(name[:at+1], "u/") {
		return "", 0, 0, false
	}
	w, h, found := strings.Cut(size[:dot], "x")
	width, err := strconv.Atoi(w)
	height, err2 := strconv.Atoi(h)
	if !found || err != nil || err2 != nil || max(width, height) <= smallSide {
		return "", 0, 0, false
	}
	width, height = fit(width, height, smallSide)
	return name[:at+1] + stem + "-s" + size[dot:], width, height, true
}

// Ask announces a file.
type Ask struct {
	Type  string
	Bytes int64
	Sum   string
}

// Codes of refusals; each has a phrase.
const (
	Unsupported = "MEDIA_UNSUPPORTED" // no JPEG, PNG or WebP, or not the kind that was announced
	TooLarge    = "MEDIA_TOO_LARGE"   // more bytes or pixels than a picture may have
	TooMany     = "TOO_MANY_UPLOADS"  // announced by one member within an hour
	Mismatch    = "MEDIA_MISMATCH"    // other bytes than those announced
	Broken      = "MEDIA_BROKEN"      // it begins like a picture and is none
	NotSent     = "MEDIA_NOT_SENT"    // the file is not there yet
	Unknown     = "UPLOAD_UNKNOWN"    // no such upload of this member's, or its time is over
	Taken       = "UPLOAD_TAKEN"      // something else shows it, or it is named twice
)

const (
	// mostBytes is WeChat's bound for pictures that it checks (media_check_async takes 10 MB).
	mostBytes = 10 << 20
	// sendWithin is how long a form is good: a slow telephone sends 10 MB in a few minutes. Ours.
	sendWithin = 15 * time.Minute
	// keepUnused is how long a finished picture waits to be used: a draft is finished within a day. Ours.
	keepUnused = 24 * time.Hour
	// mostAnHour is how many uploads a member may announce: ten posts with nine pictures, and some again. Ours.
	mostAnHour = 100
)

// types are those that can be announced, as every browser and telephone makes them.
var types = []string{"image/jpeg", "image/png", "image/webp"}

// check refuses what cannot be announced.
func (a Ask) check() error {
	if b, err := hex.DecodeString(a.Sum); err != nil || len(b) != 32 || strings.ToLower(a.Sum) != a.Sum {
		return fault.Bad("sha256", "sha256 has %d characters; allowed are 64 hexadecimal digits in small letters", len(a.Sum))
	}
	if a.Bytes < 1 {
		return fault.Bad("byteSize", "byteSize is %d; allowed is 1 and more", a.Bytes)
	}
	if !slices.Contains(types, a.Type) {
		return fault.Refuse(Unsupported, "contentType", "contentType is %q; allowed are %s", a.Type, strings.Join(types, ", "))
	}
	if a.Bytes > mostBytes {
		return fault.Refuse(TooLarge, "byteSize", "byteSize is %d; allowed are at most %d", a.Bytes, mostBytes)
	}
	return nil
}

// over tells whether an upload's time is over. What may be shown is the sweep's to judge.
func (u Upload) over(now time.Time) bool {
	return u.UsedBy == "" && !u.Until.IsZero() && !now.Before(u.Until)
}

// names are those of all files that an upload may have.
func (u Upload) names() []string {
	out := []string{u.Raw()}
	if u.Made.Width > 0 {
		out = append(out, u.Name())
		if small, _, _, ok := Small(u.Name()); ok {
			out = append(out, small)
		}
	}
	return out
}

// IDOf reads the upload's id out of the name of a picture that was made; ok is false for other names.
func IDOf(name string) (id ID, ok bool) {
	stem, _, found := strings.Cut(strings.TrimPrefix(name, "u/"), "-")
	return ID(stem), found && strings.HasPrefix(name, "u/") && len(stem) == 32
}
