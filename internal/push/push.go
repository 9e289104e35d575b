// Package push brings notices to devices: by APNs, FCM and WeChat's subscribe messages, behind one interface.
//
// A notice is sent to a device at most once. Whoever sends claims the push first, in one compare-and-swap; what a killed
// worker has claimed nobody sends again, and neither what a service did not answer to: it may have been delivered, and the
// inbox has it. Only what a service says that it did not take is tried again.
package push

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Message is what a device shows.
type Message struct {
	Notice string // id of the notice; a later message of the same one takes its place on the device
	Device string // id of the device
	Kind   string // code of the notice's kind
	Title  string
	Body   string
	Locale string    // zh-CN, zh-TW or en
	Until  time.Time // from then on it is not worth delivering any more
}

// ID names the message for services that deliver one id once: a UUID made of notice and device.
func (m Message) ID() string {
	sum := sha256.Sum256([]byte(m.Notice + "\x00" + m.Device))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80 // version 8: made of a hash of one's own
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// Outcome is what became of a sending.
type Outcome string

// The outcomes.
const (
	Sent    Outcome = "SENT"
	Refused Outcome = "REFUSED" // the service will never take it
	Gone    Outcome = "GONE"    // the token is none any more
	Later   Outcome = "LATER"   // it was not taken, and may be in a while
	Unknown Outcome = "UNKNOWN" // nobody knows whether it was taken
)

// Result is an outcome with its reason, in the service's own word.
type Result struct {
	Outcome Outcome
	Reason  string
	After   time.Duration // of Later: how long to wait at least
}

// Service sends to devices of one kind.
type Service interface {
	Send(ctx context.Context, token string, m Message) Result
}

const (
	// patience bounds one request to a service.
	patience = 10 * time.Second
	// pause is how long to wait where a service says to come later and not when.
	pause = time.Minute
	// mostAnswer bounds what is read of an answer: they are a few hundred bytes.
	mostAnswer = 64 << 10
)

// answer is what a service said.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// call asks a service. Where nobody can have heard the question, that is Later; without an answer it is Unknown.
func call(ctx context.Context, client *http.Client, method, url string, header http.Header, body []byte) (answer, *Result) {
	ctx, end := context.WithTimeout(ctx, patience)
	defer end()
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return answer{}, &Result{Outcome: Refused, Reason: "the request cannot be made"}
	}
	req.Header = header
	got, err := client.Do(req)
	if err != nil {
		var dialling *net.OpError
		if errors.As(err, &dialling) && dialling.Op == "dial" {
			return answer{}, &Result{Outcome: Later, Reason: "no connection", After: pause}
		}
		return answer{}, &Result{Outcome: Unknown, Reason: "no answer"} // the error may show the token in the address
	}
	defer got.Body.Close()
	text, err := io.ReadAll(io.LimitReader(got.Body, mostAnswer))
	if err != nil {
		return answer{}, &Result{Outcome: Unknown, Reason: "half an answer"}
	}
	return answer{status: got.StatusCode, header: got.Header, body: text}, nil
}

// busy is the result of a service that asks to come later.
func (a answer) busy(reason string) Result {
	r := Result{Outcome: Later, Reason: reason, After: pause}
	if seconds, err := strconv.Atoi(a.header.Get("Retry-After")); err == nil && seconds > 0 {
		r.After = time.Duration(seconds) * time.Second
	}
	return r
}

// read decodes the answer as JSON, as far as it is any.
func (a answer) read(into any) { _ = json.Unmarshal(a.body, into) }

// wanted fails with the status where another one came than 200.
func (a answer) wanted() error {
	if a.status != http.StatusOK {
		return fmt.Errorf("status %d", a.status)
	}
	return nil
}

// shortened cuts a text to so many characters, with a sign that something is missing.
func shortened(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return string(runes[:most-1]) + "…"
}
