package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// year is a gateway of a programme, on stores of its own, where each member's clock is that of the newest event.
type year struct {
	t     *testing.T
	g     *gateway
	count int
}

// years runs a test on each engine.
func years(t *testing.T, preset string, test func(y *year)) { yearsOf(t, preset, putOne, test) }

// yearsOf does so with stores that are filled by a function.
func yearsOf(t *testing.T, preset string, put func(pairs []string, preset string) error, test func(y *year)) {
	for _, name := range []string{"embedded", "servers"} {
		t.Run(name, func(t *testing.T) {
			pairs := []string{"DATA_DIR", t.TempDir(), "SANDBOX", "on", "SANDBOX_CLOCK", "events", "JWT_HS256_SECRET", testSecret,
				"PROGRAMME", preset, "EVENT_PARTITIONS", "1"}
			if name == "servers" {
				needServers(t)
				database := "test_" + strings.ToLower(rand.Text()[:10])
				pairs = append(pairs, "MONGODB_URI", os.Getenv("MONGODB_URI"), "REDIS_URL", os.Getenv("REDIS_URL"), "MONGODB_DATABASE", database)
				t.Cleanup(func() {
					if err := dropServers(database); err != nil {
						t.Error(err)
					}
				})
			}
			if err := put(pairs, preset); err != nil {
				t.Fatal(err)
			}
			g, err := openGateway(pairs...)
			if err != nil {
				t.Fatal(err)
			}
			ctx, end := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- g.parts.Events.(*inbound).consume(ctx) }()
			test(&year{t: t, g: g})
			end()
			if err := <-ended; err != nil {
				t.Error(err)
			}
			if err := g.close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// putOne puts a member into empty stores, so that no demo is loaded.
func putOne(pairs []string, preset string) error {
	s, err := readSettings(env(pairs...))
	if err != nil {
		return err
	}
	st, err := openStores(context.Background(), s, true, discard())
	if err != nil {
		return err
	}
	rules, err := programme.Keep(preset)
	if err == nil {
		err = st.accounts.Create(context.Background(), account.Open(rules, member.Profile{ID: "one", JoinedAt: time.Unix(1_700_000_000, 0).UTC()}))
	}
	return errors.Join(err, st.close())
}

// happens is something that is told of a member: a local time, what it is, and its data as pairs.
type happens struct {
	at, kind string
	data     map[string]any
}

func buys(at string, yuan int) happens {
	return happens{at, "order.paid", map[string]any{"orderId": "", "amountFen": yuan * 100, "channel": "STORE",
		"lines": []any{map[string]any{"sku": "A", "quantity": 1, "amountFen": yuan * 100}}}}
}

func acts(at, code string) happens {
	return happens{at, "action.recorded", map[string]any{"code": code, "ref": at}}
}

func looks(at string) happens { return happens{at, "product.viewed", map[string]any{"sku": "A"}} }

func subscribes(at, payment, code, from, until string) happens {
	return happens{at, "membership.paid", map[string]any{"tier": code, "from": local(from), "until": local(until), "autoRenew": false, "paymentId": payment}}
}

// local makes "2026-03-01" or "2026-03-01 12:00" a time of the programmes' zone.
func local(s string) string {
	if len(s) == len(time.DateOnly) {
		s += " 00:00"
	}
	return strings.Replace(s, " ", "T", 1) + ":00+08:00"
}

// lives tells what happens to a member, in this order, and gives the member's page once the last of it counts.
func (y *year) lives(who string, all ...happens) reply {
	y.t.Helper()
	var lines strings.Builder
	for _, h := range all {
		y.count++
		if h.data = maps.Clone(h.data); h.data["orderId"] == "" {
			h.data["orderId"] = fmt.Sprintf("o%d", y.count)
		}
		data, err := json.Marshal(h.data)
		if err != nil {
			y.t.Fatal(err)
		}
		raw, _ := json.Marshal(map[string]any{"id": fmt.Sprintf("e%d", y.count), "type": h.kind, "member": who, "at": local(h.at), "data": json.RawMessage(data)})
		lines.Write(append(raw, '\n'))
	}
	answer, err := http.Post("http://"+lastHost(y.g.admin)+"/events", "application/x-ndjson", strings.NewReader(lines.String()))
	if err != nil {
		y.t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusAccepted {
		y.t.Fatalf("the events are answered with %d", answer.StatusCode)
	}
	last, err := time.Parse(time.RFC3339, local(all[len(all)-1].at))
	if err != nil {
		y.t.Fatal(err)
	}
	want := `"asOf":"` + last.UTC().Format(time.RFC3339) + `"`
	var r reply
	awaiting(y.t, "the events of "+who, func() bool {
		r = ask(y.t, y.g.url, question{query: yearPage, who: who})
		return strings.Contains(r.text, want)
	})
	return r
}

func lastHost(url string) string { return strings.TrimPrefix(url, "http://") }

const yearPage = `{me{tier{current{code} state protectedUntil shortfall nextSettlementAt growth{total spend interaction scene}
	next{target{code} required remaining percent items{code current required}}
	challenges{purpose tier{code} required done until tasks{code done}}
	grants{tier{code} route from until reason state autoRenew}
	forecast{asOf willDowngrade growthToStay expectedUpgradeAt}
	history(first: 5){nodes{reason from{code} to{code} evidence{growth threshold windowStart windowEnd route measures{code current required}}}}}}}`

// is checks the tier held and its state.
func (y *year) is(r reply, code, state string) {
	y.t.Helper()
	if r.at(y.t, "me", "tier", "current", "code") != code || r.at(y.t, "me", "tier", "state") != state {
		y.t.Errorf("want %s %s: %s", code, state, r.text)
	}
}

// has checks that the page holds some text, such as a number in its place.
func (y *year) has(r reply, parts ...string) {
	y.t.Helper()
	for _, part := range parts {
		if !strings.Contains(r.text, part) {
			y.t.Errorf("want %s in %s", part, r.text)
		}
	}
}

// A member of retail-5: tasks of the first days, growth and its parts, a settlement, the protection, and the ways out.
func TestAYearOfRetail5ThroughTheSchema(t *testing.T) {
	years(t, "retail-5", func(y *year) {
		r := y.lives("ann", acts("2025-01-10 09:00", "FOLLOW_ACCOUNT"), acts("2025-01-11 09:00", "JOIN_GROUP"))
		y.is(r, "REGISTERED", "ACTIVE")
		y.has(r, `"purpose":"NEWCOMER"`, `"required":5,"done":2,"until":"2025-01-17T16:00:00Z"`, `{"code":"JOIN_GROUP","done":true}`)
		r = y.lives("ann", buys("2025-01-12 10:00", 100),
			happens{"2025-01-13 10:00", "review.written", map[string]any{"orderId": "o", "sku": "A"}},
			happens{"2025-01-17 23:59", "content.shared", map[string]any{"kind": "POST", "ref": "p"}})
		y.is(r, "SILVER", "ACTIVE")
		y.has(r, `"route":"TASKS","from":"2025-01-17T15:59:00Z","until":"2026-01-17T15:59:00Z"`, `"state":"ACTIVE","autoRenew":false`,
			`"growth":{"total":119,"spend":100,"interaction":18,"scene":1}`, `"challenges":[]`) // (10 + 5) × 1.2, and 1.5
		r = y.lives("ann", buys("2025-02-10 09:00", 4000))
		y.is(r, "GOLD", "ACTIVE")
		y.has(r, `"reason":"UPGRADED","from":{"code":"SILVER"},"to":{"code":"GOLD"},"evidence":{"growth":4121,"threshold":3000`, `"nextSettlementAt":"2025-03-31T16:00:00Z"`)
		r = y.lives("ann", buys("2026-01-20 09:00", 700), looks("2026-03-31 23:59"))
		y.is(r, "GOLD", "ACTIVE") // the grant of the tasks is over, the order of last February has left, and nothing demotes yet
		y.has(r, `"state":"ENDED"`, `"willDowngrade":true,"growthToStay":2299`)
		r = y.lives("ann", looks("2026-04-01 00:00"))
		y.is(r, "GOLD", "PROTECTED")
		y.has(r, `"protectedUntil":"2026-05-30T16:00:00Z","shortfall":2299`, `"reason":"FELL_SHORT"`)
		r = y.lives("ann", buys("2026-05-30 12:00", 2299))
		y.is(r, "GOLD", "ACTIVE")
		y.has(r, `"reason":"RESTORED","from":{"code":"GOLD"},"to":{"code":"GOLD"},"evidence":{"growth":3002,"threshold":3000,"windowStart":"2025-05-30T04:00:00Z"`)
		r = y.lives("bob", buys("2025-02-10 09:00", 4000), buys("2026-01-20 09:00", 700), looks("2026-05-30 23:59"))
		y.is(r, "GOLD", "PROTECTED")
		r = y.lives("bob", buys("2026-05-31 00:00", 10))
		y.is(r, "SILVER", "ACTIVE") // the end of the sixty days comes before the order
	})
}

// addsDays lets staff add days to a member's tier, once.
func (y *year) addsDays(who string) {
	y.t.Helper()
	profile := good(y.t, y.g.url, question{query: `{me{publicProfile{id}}}`, who: who}).at(y.t, "me", "publicProfile", "id")
	add := func(days int, header map[string]string) reply {
		return ask(y.t, y.g.url, question{header: header, variables: input("idempotencyKey", "k", "memberId", profile, "tierId", globalID("Tier", "fresh-3/GOLD"), "days", days, "reason", "Sorry."),
			query: `mutation($input: MembershipDaysAddInput!) {membershipDaysAdd(input: $input) {grant{route reason tier{code}} replayed userErrors{field code}}}`})
	}
	if r := add(15, staff(y.t, "moderator")); len(r.Errors) != 1 || r.Errors[0].code() != "FORBIDDEN" {
		y.t.Errorf("another role adds days: %s", r.text)
	}
	for _, again := range []bool{false, true} {
		r := add(15, staff(y.t, "operations"))
		y.has(r, `"grant":{"route":"DAYS","reason":"Sorry.","tier":{"code":"GOLD"}},"replayed":`+fmt.Sprint(again))
	}
	if r := add(30, staff(y.t, "operations")); r.refusal(y.t, "membershipDaysAdd") != "IDEMPOTENCY_CONFLICT" {
		y.t.Errorf("other days under the same key: %s", r.text)
	}
}

// A member of fresh-3: the year is judged in March by three measures, bought tiers and a trial lie above what is earned,
// and the buffer of three months ends by the two tasks or in a fall.
func TestAYearOfFresh3ThroughTheSchema(t *testing.T) {
	var orders []happens
	for month := 1; month <= 12; month++ {
		for n := range 4 {
			orders = append(orders, buys(fmt.Sprintf("2025-%02d-10 1%d:00", month, n), 75))
		}
	}
	years(t, "fresh-3", func(y *year) {
		r := y.lives("ann", orders[:24]...)
		y.is(r, "FREE", "ACTIVE")
		y.has(r, `"next":{"target":{"code":"SILVER"},"required":1200,"remaining":0,"percent":99,"items":[{"code":"POINTS","current":1800,"required":1200},{"code":"ORDERS","current":24,"required":24}]}`,
			`"nextSettlementAt":"2026-02-28T16:00:00Z"`, `"expectedUpgradeAt":"2026-02-28T16:00:00Z"`)
		r = y.lives("ann", subscribes("2025-07-01 12:00", "P1", "SILVER", "2025-07-01", "2025-10-01"))
		y.is(r, "SILVER", "ACTIVE")
		y.has(r, `"route":"PAID","from":"2025-06-30T16:00:00Z","until":"2025-09-30T16:00:00Z"`, `"evidence":{"growth":0,"threshold":null`, `"route":"PAID"`,
			`{"code":"POINTS","current":1800,"required":3600}`)
		r = y.lives("ann", append(orders[24:], looks("2026-02-28 23:59"))...)
		y.is(r, "FREE", "ACTIVE")
		r = y.lives("ann", looks("2026-03-01 00:00"))
		y.is(r, "GOLD", "ACTIVE")
		y.has(r, `"windowEnd":"2025-12-31T15:59:59.999Z"`, `{"code":"POINTS","current":3600,"required":3600}`, `{"code":"ORDERS","current":48,"required":48}`)
		r = y.lives("ann", looks("2027-03-01 00:00"))
		y.is(r, "GOLD", "PROTECTED")
		y.has(r, `"protectedUntil":"2027-05-31T16:00:00Z"`, `"purpose":"RESTORE","tier":{"code":"GOLD"},"required":2,"done":0,"until":"2027-05-31T16:00:00Z"`)
		r = y.lives("ann", acts("2027-05-01 12:00", "INVITE_FRIEND"), acts("2027-05-02 12:00", "INVITE_FRIEND"))
		y.is(r, "GOLD", "PROTECTED")
		y.has(r, `"done":1`, `{"code":"INVITE_FRIEND","done":true}`)
		r = y.lives("ann", acts("2027-05-31 23:59", "HEALTH_QUESTIONNAIRE"))
		y.is(r, "GOLD", "ACTIVE")
		y.has(r, `"reason":"RESTORED"`)

		y.lives("bob", orders...)
		r = y.lives("bob", subscribes("2027-03-02 12:00", "P2", "SILVER", "2027-03-02", "2028-03-02"), looks("2027-05-31 23:59"))
		y.is(r, "GOLD", "PROTECTED")
		r = y.lives("bob", looks("2027-06-01 00:00"))
		y.is(r, "SILVER", "ACTIVE") // what was bought lies below and holds
		r = y.lives("bob", happens{"2027-06-02 12:00", "membership.refunded", map[string]any{"paymentId": "P2"}})
		y.is(r, "FREE", "ACTIVE")
		y.has(r, `"reason":"REVOKED"`, `"state":"REVOKED"`)

		trial := subscribes("2026-01-02 12:00", "T1", "SILVER", "2026-01-02 12:00", "2026-02-02 12:00")
		trial.data["route"], trial.data["autoRenew"] = "TRIAL", true
		r = y.lives("eve", trial, looks("2026-01-09 11:59"))
		y.is(r, "SILVER", "ACTIVE")
		y.has(r, `"route":"TRIAL"`, `"autoRenew":false`, `"until":"2026-01-09T04:00:00Z"`)
		y.is(y.lives("eve", looks("2026-01-09 12:00")), "FREE", "ACTIVE")
		y.addsDays("eve")
	})
}
