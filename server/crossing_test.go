package main

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"
)

// Members who ask in turns and at once, by POST and by GET, with what a cache would send along, get their own answers and nobody
// else's; and no cache may keep one.
func TestAnswersOfMembersNeverCross(t *testing.T) {
	rounds := 400
	if os.Getenv("SOAK") != "" {
		rounds = 5000
	}
	const document = `{ me { id displayName publicProfile { id } tier { id } wallet { id balance { available } } unreadCounts { id } } programme { id } }`
	people := []string{owner, stranger, adult, single}
	onEngines(t, func(t *testing.T, e *engine) {
		own := map[string]string{}
		for _, who := range people {
			own[who] = string(good(t, e.gateway.url, question{query: document, who: who}).Data)
		}
		public := "W/\"none\""
		if r := get(t, e.gateway, "", document, ""); r.header.Get("ETag") != "" {
			public = r.header.Get("ETag")
		}
		var crossed, kept atomic.Int64
		var all errgroup.Group
		all.SetLimit(8)
		for n := range rounds {
			all.Go(func() error {
				who := people[n%len(people)]
				var r reply
				if n%3 == 0 {
					r = ask(t, e.gateway.url, question{query: document, who: who})
				} else {
					r = get(t, e.gateway, who, document, public)
				}
				if string(r.Data) != own[who] && !r.comeAgain() {
					crossed.Add(1)
				}
				if r.header.Get("ETag") != "" || strings.Contains(r.header.Get("Cache-Control"), "public") {
					kept.Add(1)
				}
				return nil
			})
		}
		_ = all.Wait()
		if crossed.Load() != 0 || kept.Load() != 0 {
			t.Errorf("of %d answers %d are another's or changed, and %d may be kept", rounds, crossed.Load(), kept.Load())
		}
	})
}

// get asks by GET, with what a cache knows already.
func get(t *testing.T, g *gateway, who, document, known string) reply {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, g.url+"/graphql?query="+url.QueryEscape(document), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Language", "en")
	if who != "" {
		req.Header.Set("Authorization", "Bearer "+tokenOf(t, who))
	}
	if known != "" {
		req.Header.Set("If-None-Match", known)
	}
	return send(t, req)
}

// What a member may not set is no field of any input: whoever sends it along changes nothing at all, not even what is allowed.
func TestNothingIsSetThatNoInputHas(t *testing.T) {
	const who = "14911"
	sent := map[string]struct {
		kind  string
		valid map[string]any
		extra map[string]any
	}{
		"memberUpdate": {"MemberUpdate", map[string]any{"expectedVersion": 1, "displayName": "Changed"}, map[string]any{
			"role": "OWNER", "roles": []string{"operations"}, "scope": "staff", "id": owner, "memberId": owner, "handle": "x", "verified": true, "phone": "13800138000",
			"balance": 1000000, "tier": "BLACK_GOLD", "growth": 99999, "joinedAt": "2001-01-01T00:00:00Z", "suspension": nil, "version": 99, "demo": true}},
		"postCreate": {"PostCreate", map[string]any{"idempotencyKey": "x", "boardCode": "EXCHANGE", "body": "Changed"}, map[string]any{
			"authorId": owner, "moderation": "PUBLISHED", "state": "PUBLISHED", "createdAt": "2001-01-01T00:00:00Z", "adoptedAt": "2001-01-01T00:00:00Z", "reactionCount": 9}},
		"checkoutHold": {"CheckoutHold", map[string]any{"idempotencyKey": "x", "orderId": "x", "orderAmountFen": 10000, "coins": 1, "channel": "STORE"}, map[string]any{
			"walletId": "w_1", "memberId": owner, "expiresAt": "2100-01-01T00:00:00Z", "state": "CAPTURED"}},
		"rewardRedeem": {"RewardRedeem", map[string]any{"idempotencyKey": "x", "rewardId": globalID("Reward", "r-01"), "expectedCost": 200}, map[string]any{
			"price": 1, "cost": 1, "memberId": owner, "state": "USED"}},
		"coinTransfer": {"CoinTransfer", map[string]any{"idempotencyKey": "x", "recipientId": "x", "coins": 100}, map[string]any{
			"senderId": owner, "walletId": "w_1", "fee": 0}},
		"familyCreate": {"FamilyCreate", map[string]any{"name": "Changed"}, map[string]any{"ownerId": owner, "capacity": 99, "version": 7}},
	}
	const state = `{ me { displayName version joinedAt birthday locale suspension { reason } publicProfile { id } tier { current { code } growth { total } } wallet { balance { available held version } }
		family { id } redemptions(first: 5) { nodes { id } } } }`
	onEngines(t, func(t *testing.T, e *engine) {
		before := string(good(t, e.gateway.url, question{query: state, who: who}).Data)
		tries := 0
		for field, c := range sent {
			for name, value := range c.extra {
				tries++
				in := map[string]any{name: value}
				for k, v := range c.valid {
					in[k] = v
				}
				r := ask(t, e.gateway.url, question{who: who, variables: map[string]any{"input": in},
					query: "mutation($input: " + c.kind + "Input!) { " + field + "(input: $input) { userErrors { code } } }"})
				if len(r.Errors) == 0 || r.Errors[0].code() != "BAD_USER_INPUT" {
					t.Errorf("%s with %s is answered: %s", field, name, shortened(r.text))
				}
			}
		}
		if after := string(good(t, e.gateway.url, question{query: state, who: who}).Data); after != before || tries < 30 {
			t.Errorf("after %d tries it is\n%s, and was\n%s", tries, after, before)
		}
	})
}
