package event_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"membergate/internal/event"
	"membergate/internal/order"
	"membergate/internal/programme"
)

func message(kind, data string) event.Message {
	return event.Message{ID: "e1", Type: kind, Member: "17850", At: "2026-07-06T12:00:00+08:00", Data: data}
}

func TestAnOrderIsReadAsItWasSent(t *testing.T) {
	at := time.Date(2026, 7, 6, 4, 0, 0, 0, time.UTC)
	got, err := event.Decode(message("order.paid", `{"orderId":"536365","amountFen":13912,"channel":"STORE","storeId":null,
		"lines":[{"sku":"85123A","category":"OWN_BRAND","quantity":6,"amountFen":1530},{"sku":"71053","quantity":-1,"amountFen":-5}]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := order.Told{ID: "e1", Event: &order.Event{Kind: order.Paid, ID: "536365", Member: "17850", At: at, Fen: 13912, Channel: "STORE",
		Lines: []order.Line{{SKU: "85123A", Category: "OWN_BRAND", Quantity: 6, Fen: 1530}, {SKU: "71053", Quantity: -1, Fen: -5}}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	got, err = event.Decode(message("order.refunded", `{"refundId":"C1","orderId":"536365","amountFen":7}`))
	want = order.Told{ID: "e1", Event: &order.Event{Kind: order.Refunded, ID: "C1", Member: "17850", At: at, Fen: 7, OrderID: "536365"}}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(err, d)
	}
	got, err = event.Decode(message("live.watched", `{"liveId":"L","seconds":61}`))
	want = order.Told{ID: "e1", Deed: &order.Deed{Type: "live.watched", Member: "17850", At: at, Seconds: 61, Fields: map[string]string{"liveId": "L"}}}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(err, d)
	}
}

func TestEveryEventThatAProgrammeMayNameCanBeRead(t *testing.T) {
	for _, kind := range event.Types() {
		words := kind == "member.tagged" || kind == "member.scored" || kind == "member.identified" // they are said of a member, and earn nothing
		if _, ok := programme.EventFields(kind); !ok && kind != "order.refunded" && kind != "membership.refunded" && !words {
			t.Errorf("%s is unknown to programmes", kind)
		}
	}
	for kind, data := range map[string]string{
		"order.late": `{"orderId":"1","parcelId":"2"}`, "product.viewed": `{"sku":"1"}`, "content.shared": `{"kind":"POST","ref":"1"}`,
		"review.written": `{"orderId":"1","sku":"2"}`, "store.visited": `{"storeId":"1","travel":"BUS"}`, "post.adopted": `{"postId":"1"}`,
		"trial.adopted": `{"reportId":"1"}`, "group.starred": `{"starId":"G/2026-10"}`, "member.signedIn": `{}`, "member.joined": `{}`, "member.segmented": `{"segments":["A"]}`, "coupon.used": `{"couponId":"1","savedFen":2}`,
		"action.recorded": `{"code":"CHECK_IN","ref":"1"}`, "membership.refunded": `{"paymentId":"P"}`,
		"membership.paid": `{"tier":"SILVER","from":"2026-07-06T00:00:00+08:00","until":"2027-07-06T00:00:00+08:00","autoRenew":false,"paymentId":"P"}`,
	} {
		if _, err := event.Decode(message(kind, data)); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestEachWrongFieldGetsOneSentence(t *testing.T) {
	good := `{"refundId":"C1","amountFen":7}`
	for name, c := range map[string]struct {
		m    event.Message
		want string
	}{
		"no id":            {event.Message{Type: "order.refunded", Member: "1", At: "2026-07-06T12:00:00Z", Data: good}, `id is ""; allowed are 1 to 128 visible ASCII characters.`},
		"no member":        {event.Message{ID: "1", Type: "order.refunded", At: "2026-07-06T12:00:00Z", Data: good}, `member has 0 characters; allowed are 1 to 64.`},
		"no time":          {event.Message{ID: "1", Type: "order.refunded", Member: "1", At: "yesterday", Data: good}, `at is "yesterday"; allowed is an RFC 3339 time such as 2026-07-06T12:00:00+08:00.`},
		"unknown type":     {message("order.payed", good), `type is "order.payed"; allowed are action.recorded, content.shared,`},
		"no object":        {message("order.refunded", `[1]`), `data is "[1]"; allowed is a JSON object.`},
		"nothing":          {message("order.refunded", ``), `data is ""; allowed is a JSON object.`},
		"null":             {message("order.refunded", `null`), `data is "null"; allowed is a JSON object.`},
		"no list":          {message("member.segmented", `{"segments":"A"}`), `data.segments is "A"; allowed is a list of at most 32 texts.`},
		"an empty text":    {message("member.segmented", `{"segments":[""]}`), `data.segments is [""]; allowed is a list of at most 32 texts.`},
		"missing field":    {message("order.refunded", `{"amountFen":7}`), `data.refundId is missing; needed is a text.`},
		"a fraction":       {message("order.refunded", `{"refundId":"C1","amountFen":7.5}`), `data.amountFen is 7.5; allowed are whole numbers from 0 to 1000000000000.`},
		"a text":           {message("order.refunded", `{"refundId":"C1","amountFen":"7"}`), `data.amountFen is "7"; allowed are whole numbers`},
		"a number":         {message("order.refunded", `{"refundId":1,"amountFen":7}`), `data.refundId is 1; allowed is a text of 1 to 128 bytes.`},
		"negative refund":  {message("order.refunded", `{"refundId":"C1","amountFen":-7}`), `data.amountFen is -7; allowed are whole numbers from 0`},
		"unknown field":    {message("order.refunded", `{"refundId":"C1","amountFen":7,"orderID":"5"}`), `data.orderID is no field of order.refunded; allowed are refundId, orderId, amountFen.`},
		"unknown channel":  {message("order.paid", `{"orderId":"1","amountFen":7,"channel":"SHOP","lines":[]}`), `data.channel is "SHOP"; allowed are ONLINE_FLAGSHIP, STORE,`},
		"no lines":         {message("order.paid", `{"orderId":"1","amountFen":7,"channel":"STORE"}`), `data.lines is missing; allowed is a list of at most 10000 objects.`},
		"wrong line":       {message("order.paid", `{"orderId":"1","amountFen":7,"channel":"STORE","lines":[{"sku":"1","quantity":1,"amountFen":"x"}]}`), `data.lines[0].amountFen is "x"; allowed are whole numbers`},
		"no period":        {message("membership.paid", `{"tier":"X","from":"2026","until":null,"autoRenew":1,"paymentId":"P","route":"FREE"}`), `data.from is "2026"; allowed is an RFC 3339 time such as 2026-07-06T12:00:00+08:00. data.until is missing; needed is an RFC 3339 time. data.autoRenew is 1; allowed are true and false. data.route is "FREE"; allowed are PAID, TRIAL.`},
		"negative seconds": {message("live.watched", `{"liveId":"1","seconds":-1}`), `data.seconds is -1; allowed are whole numbers from 0 to 604800.`},
	} {
		_, err := event.Decode(c.m)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := event.Decode(message("order.refunded", `{"amountFen":-7,"x":1}`))
	if err == nil || strings.Count(err.Error(), "data.") != 3 {
		t.Errorf("three mistakes: %v", err)
	}
}

// The value is the standard's: the CRC-32 of "123456789" is cbf43926.
func TestPartitionsAreTheCRC32OfTheMember(t *testing.T) {
	if got := event.Partition("123456789", 1000); got != 0xcbf43926%1000 {
		t.Error(got)
	}
	if got := event.Partition("17850", 16); got < 0 || got > 15 {
		t.Error(got)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("order.paid", `{"orderId":"1","amountFen":7,"channel":"STORE","lines":[{"sku":"1","quantity":1,"amountFen":7}]}`)
	f.Add("live.watched", `{"liveId":"1","seconds":-1}`)
	f.Fuzz(func(t *testing.T, kind, data string) {
		told, err := event.Decode(message(kind, data))
		if err == nil && told.Check() != nil {
			t.Error("it was read but cannot be applied")
		}
	})
}
