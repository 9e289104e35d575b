package main

import (
	"strings"
	"testing"
)

const earningPage = `{me{wallet{balance{available}} earning{code event title coins coupon perDay once leftToday open minTier{code} multipliers{percent}}}}`

// What rules give is shown with its text and caps, before and after it was earned, to members and to everybody.
func TestWhatEarnsIsShownWithWhatItsCapsLeaveToday(t *testing.T) {
	visit := func(at, travel string) happens {
		return happens{at, "store.visited", map[string]any{"storeId": "S", "travel": travel}}
	}
	years(t, "retail-5", func(y *year) {
		sees := func(parts ...string) { y.t.Helper(); y.sees("ann", earningPage, parts...) }
		y.lives("ann", visit("2026-03-01 10:00", "CAR"))
		sees(`{"code":"GREEN_TRAVEL","event":"store.visited","title":"Green travel to a store","coins":5,"coupon":null,"perDay":5,"once":false,"leftToday":5,"open":true,"minTier":null,"multipliers":[]}`,
			`{"code":"LATE_PARCEL","event":"order.late","title":"Compensation for a late parcel","coins":2000,"coupon":null,"perDay":null,"once":true,"leftToday":null,"open":false,"minTier":{"code":"DIAMOND"},"multipliers":[]}`,
			`{"code":"ORDER","event":"order.paid","title":"Coins for your order","coins":null`, `"multipliers":[{"percent":300}]`)
		y.lives("ann", visit("2026-03-01 11:00", "METRO"), visit("2026-03-01 12:00", "BUS"))
		sees(`"available":5`, `"leftToday":0,"open":true`)
		y.lives("ann", visit("2026-03-02 00:00", "CAR"))
		sees(`"available":5`, `"leftToday":5,"open":true`)
		r := good(y.t, y.g.url, question{query: `{programme{earning{code terms programmeVersion validFrom leftToday open}}}`})
		y.has(r, `{"code":"GREEN_TRAVEL","terms":"5 coins for coming to a store by bus, metro or bicycle, once a day.","programmeVersion":"2026.1","validFrom":"2025-12-31T16:00:00Z","leftToday":null,"open":null}`)

		parcel := func(at, id string) happens {
			return happens{at, "order.late", map[string]any{"orderId": "late-" + id, "parcelId": id}}
		}
		y.lives("dia", buys("2026-03-01 10:00", 40_000), parcel("2026-03-02 10:00", "p1"), parcel("2026-03-02 11:00", "p1"), parcel("2026-03-03 11:00", "p2"))
		y.sees("dia", `{me{tier{current{code}} wallet{entries(first: 5){nodes{title amount}}}}}`, `"current":{"code":"DIAMOND"}`, `"nodes":[{"title":"Compensation for a late parcel","amount":2000},{"title":"Compensation for a late parcel","amount":2000},{"title":"Coins for your order","amount":40000}]`)
	})
}

// sees waits until a member's page holds some texts: coins follow the tier within a moment.
func (y *year) sees(who, query string, parts ...string) {
	y.t.Helper()
	for _, part := range parts {
		awaiting(y.t, part, func() bool {
			return strings.Contains(good(y.t, y.g.url, question{query: query, who: who}).text, part)
		})
	}
}
