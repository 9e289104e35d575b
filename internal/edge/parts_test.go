package edge_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"membergate/internal/edge"
)

// inParts asks for an answer of several parts.
func (d *door) inParts(accept, body string) (*http.Response, string) {
	d.t.Helper()
	a := d.told(http.MethodPost, "/", body, "Accept", accept)
	return a, text(d.t, a)
}

func TestAMultipartSubscriptionIsReadByteForByte(t *testing.T) {
	d := open(t, func(p *edge.Parts) { terse(p); p.Schema.(*shop).events = three })
	a, got := d.inParts(`multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json`, paid)
	if kind := a.Header.Get("Content-Type"); kind != `multipart/mixed; boundary="graphql"; subscriptionSpec=1.0` {
		t.Errorf("the type is %q", kind)
	}
	want := "--graphql"
	for i := range 3 {
		want += "\r\nContent-Type: application/json; charset=utf-8\r\n\r\n" + fmt.Sprintf(`{"payload":{"data":{"paid":"事件 %d"},"extensions":{"eventId":"%d"}}}`, i, i+1) + "\r\n--graphql"
	}
	want += "--\r\n"
	if stripped := strings.ReplaceAll(got, `"cost":{"actual":0,"estimated":0},`, ""); stripped != want {
		t.Errorf("got\n%q\nwant\n%q", stripped, want)
	}
}

func TestWhatIsRefusedInPartsIsAnsweredAsAnyOther(t *testing.T) {
	d := open(t, terse)
	for body, want := range map[string]struct {
		status int
		says   string
	}{
		`{"query":"{ nonsense }"}`: {http.StatusOK, "BAD_USER_INPUT"},
		`{"query":"{ hello }"}`:    {http.StatusOK, `"hello":"hello"`},
		`{"query":`:                {http.StatusBadRequest, "BAD_USER_INPUT"},
	} {
		a, got := d.inParts(`multipart/mixed;subscriptionSpec=1.0,application/json`, body)
		if a.StatusCode != want.status || !strings.Contains(got, want.says) || !strings.HasPrefix(a.Header.Get("Content-Type"), "application/json") {
			t.Errorf("%s is answered with %d %s %q", body, a.StatusCode, a.Header.Get("Content-Type"), got)
		}
	}
	if a, got := d.inParts(`multipart/mixed;deferSpec=20220824,application/json`, paid); a.StatusCode != http.StatusOK || !strings.Contains(got, "OPERATION_NOT_ALLOWED") {
		t.Errorf("a subscription that asks for deferred parts is answered with %d %q", a.StatusCode, got)
	}
	if a := d.told(http.MethodPost, "/", paid, "Accept", `multipart/mixed;subscriptionSpec=1.0`, "Authorization", "Bearer bad"); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("a bad token is answered with %d", a.StatusCode)
	}
}

func TestMultipartSubscriptionsLeaveNothingBehind(t *testing.T) {
	d := open(t, terse)
	for range 50 {
		for range 5 {
			d.told(http.MethodPost, "/", paid, "Accept", "multipart/mixed;subscriptionSpec=1.0").Body.Close()
		}
		d.free()
	}
}
