package main

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"membergate/internal/event"
	"membergate/internal/experiment"
	"membergate/internal/member"
	"membergate/internal/programme"
)

const valueQuery = `query Value($month: String!) { me { experiments { code variant parameters { name value } }
	valueReport(month: $month) { month complete savedFen parts { kind fen } earnedCoins equivalences { code count text } } } }`

// What coins took off orders and what orders earned is in the month's report, and what came back is not.
func TestAMonthsValueIsToldFromLedgersAndOrders(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := spender(t, e, "reckoner")
		now := time.Now()
		zone := programmeOf(t).Zone()
		report := func(month string) reply {
			return ask(t, e.gateway.url, question{query: valueQuery, who: "reckoner", variables: map[string]any{"month": month}})
		}
		month := now.In(zone).Format("2006-01")
		says := func(what, want string) {
			t.Helper()
			r := report(month)
			if got := jsonOf(r.at(t, "me", "valueReport")); got != want {
				t.Errorf("%s: %s, want %s", what, got, want)
			}
		}
		whole := func(saved, earned int, equal string) string {
			return fmt.Sprintf(`{"complete":false,"earnedCoins":%d,"equivalences":[%s],"month":%q,"parts":[{"fen":0,"kind":"COUPONS"},{"fen":%d,"kind":"COINS"},{"fen":0,"kind":"BENEFITS"}],"savedFen":%d}`,
				earned, equal, month, saved, saved)
		}
		says("before", whole(0, 0, ""))
		order := func(fen, coins int) string {
			id := rand.Text()
			held := app.send("CheckoutHold", map[string]any{"idempotencyKey": id, "orderId": id, "orderAmountFen": fen, "coins": coins, "channel": "MINI_PROGRAM"})
			hold, _ := held.at(t, "checkoutHold", "hold", "id").(string)
			if reasons := e.tell(t, event.Message{ID: "p" + id, Type: "order.paid", Member: "reckoner", At: time.Now().UTC().Format(time.RFC3339), Data: fmt.Sprintf(
				`{"orderId":%q,"amountFen":%d,"channel":"MINI_PROGRAM","lines":[],"coinsHoldId":%q}`, id, fen-coins, hold)}); len(reasons) > 0 {
				t.Fatal(reasons)
			}
			return id
		}
		order(1001, 300)
		says("after an order", whole(300, 7, ""))
		id := order(10_000, 1_000)
		says("after another", whole(1_300, 97, `{"code":"DELIVERY","count":2,"text":"As much as free deliveries: 2"}`))
		if reasons := e.tell(t, event.Message{ID: "r" + id, Type: "order.refunded", Member: "reckoner", At: time.Now().UTC().Format(time.RFC3339),
			Data: fmt.Sprintf(`{"refundId":"r%s","orderId":%q,"amountFen":9000}`, id, id)}); len(reasons) > 0 {
			t.Fatal(reasons)
		}
		says("after a refund", whole(300, 97, ""))
		for _, wrong := range []string{"2026", now.In(zone).AddDate(0, 2, 0).Format("2006-01"), "7-2026"} {
			if r := report(wrong); !strings.Contains(r.text, "BAD_USER_INPUT") || !strings.Contains(r.text, "month is") {
				t.Errorf("%s: %s", wrong, r.text)
			}
		}
		if r := report("2011-10"); r.at(t, "me", "valueReport", "savedFen") != 0.0 || r.at(t, "me", "valueReport", "complete") != true {
			t.Errorf("long ago: %s", r.text)
		}
	})
}

func programmeOf(t *testing.T) *programme.Programme {
	t.Helper()
	rules, err := programme.Keep("retail-5")
	if err != nil {
		t.Fatal(err)
	}
	return rules.At(time.Now())
}

// Members meet the variants that they are drawn for; those of personal things only while they agree.
func TestExperimentsAreTheSameEachTimeAndFollowTheConsent(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		f, p := newForgetful(t, s, st), programmeOf(t)
		list := func() string {
			t.Helper()
			r := good(t, f.g.url, question{query: `{ me { experiments { code variant } } }`, who: string(forgetter)})
			return jsonOf(r.at(t, "me", "experiments"))
		}
		want := func(n int) (out string) {
			for _, e := range p.Experiments[:n] {
				v, _ := experiment.Draw(e, member.ID(forgetter))
				out += fmt.Sprintf(`,{"code":%q,"variant":%q}`, e.Code, v.Code)
			}
			return "[" + strings.TrimPrefix(out, ",") + "]"
		}
		for range 2 {
			if got := list(); got != want(2) {
				t.Errorf("with a yes %s, want %s", got, want(2))
			}
		}
		if r := f.app.consent("PERSONALISATION", false); r.refusal(t, "consentSet") != "" {
			t.Fatal(r.text)
		}
		if got := list(); got != want(1) {
			t.Errorf("after the no %s, want %s", got, want(1))
		}
	})
}
