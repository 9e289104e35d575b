package main

import (
	"fmt"
	"strings"
	"testing"
)

// draws lets the family pay for gifts of 200 coins each.
func (r relative) draws(key string, gifts int, more ...any) reply {
	r.t.Helper()
	input := map[string]any{"idempotencyKey": key, "rewardId": globalID("Reward", "r-01"), "quantity": gifts, "expectedCost": 200 * gifts, "fundFrom": "FAMILY"}
	for i := 0; i+1 < len(more); i += 2 {
		input[more[i].(string)] = more[i+1]
	}
	return r.insist("FamilyRedeem", input)
}

// drawsOr is the code with which a draw is refused.
func (r relative) drawsOr(key string, gifts int, more ...any) string {
	r.t.Helper()
	return r.draws(key, gifts, more...).refusal(r.t, "rewardRedeem")
}

func (r relative) pool() any {
	r.t.Helper()
	return r.page().at(r.t, "me", "family", "pool", "available")
}

// receipt is the newest line of one's ledger, as the app shows it.
func (r relative) receipt() string {
	r.t.Helper()
	p := good(r.t, r.url, question{query: appQueries(r.t)["FamilyReceipts"].text, variables: map[string]any{"first": 1}, who: r.who, header: map[string]string{"Accept-Language": "en"}})
	e := p.at(r.t, "me", "wallet", "entries", "nodes", 0).(map[string]any)
	return fmt.Sprint(e["kind"], " ", e["amount"], " ", e["title"], " ", jsonOf(e["familyGift"]))
}

func TestAFamilyPaysForARewardAndEachWhoGaveHasAReceipt(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		all := relatives(t, e, "draw")
		for i := range all {
			all[i].text += appDocument(t, "wallet")
		}
		owner, adult, stranger, kid, teen := all[0], all[3], all[4], all[5], all[6]
		owner.opens("Home")
		adult.joins(owner.invites("ADULT"))
		kid.joins(owner.invites("CHILD"), "guardianConsent", true)
		teen.joins(owner.invites("TEEN"))
		adult.done("FamilyShare", "familySharingSet", "mode", "PERCENT", "percent", 50)
		kid.done("FamilyShare", "familySharingSet", "mode", "NONE")
		if code := stranger.drawsOr("s", 1); code != "NOT_IN_FAMILY" {
			t.Errorf("in no family: %q", code)
		}
		short := owner.draws("short", 13)
		if short.refusal(t, "rewardRedeem") != "INSUFFICIENT_COINS" || short.at(t, "rewardRedeem", "userErrors", 0, "shortBy") != 100.0 || owner.pool() != 2500.0 {
			t.Errorf("more than is shared: %s; the pool is %v", short.text, owner.pool())
		}
		r := owner.draws("one", 10)
		if r.refusal(t, "rewardRedeem") != "" || r.at(t, "rewardRedeem", "redemption", "fundFrom") != "FAMILY" || r.at(t, "rewardRedeem", "redemption", "ownCoins") != 1000.0 ||
			r.at(t, "rewardRedeem", "redemption", "state") != "RESERVED" || r.at(t, "rewardRedeem", "redemption", "code") == nil || r.at(t, "rewardRedeem", "wallet", "balance", "available") != 0.0 {
			t.Fatalf("the family pays: %s", r.text)
		}
		const title = `Given to a reward of the family {"coins":500,"reward":`
		gift := `{"id":"` + globalID("Reward", "r-01") + `","title":"Gift 1"}}`
		for _, giver := range []relative{adult, teen} {
			if got := giver.receipt(); got != "SPEND -500 "+title+gift {
				t.Errorf("the receipt of %s is %s", giver.who, got)
			}
		}
		if got := kid.receipt(); got[:6] != "ADJUST" {
			t.Errorf("who shares nothing has the receipt %s", got)
		}
		id := r.at(t, "rewardRedeem", "redemption", "id")
		for _, other := range []relative{adult, stranger} {
			if seen := good(t, other.url, question{query: `query($id: ID!) { node(id: $id) { __typename } }`, variables: map[string]any{"id": id}, who: other.who}); seen.at(t, "node") != nil {
				t.Errorf("the redemption is shown to %s: %s", other.who, seen.text)
			}
			if code := other.send("CancelRedemption", map[string]any{"redemptionId": id}).refusal(t, "redemptionCancel"); code != "NOT_FOUND" {
				t.Errorf("%s takes it back: %q", other.who, code)
			}
		}
		again := owner.draws("one", 10)
		if again.at(t, "rewardRedeem", "replayed") != true || again.at(t, "rewardRedeem", "redemption", "id") != id {
			t.Errorf("sent again: %s", again.text)
		}
		if code := owner.drawsOr("one", 1); code != "IDEMPOTENCY_CONFLICT" {
			t.Errorf("the key with another input: %q", code)
		}
		if code := owner.redeem("one", "r-01", 2000, map[string]any{"quantity": 10}).refusal(t, "rewardRedeem"); code != "IDEMPOTENCY_CONFLICT" {
			t.Errorf("the key for the own wallet: %q", code)
		}
		if code := owner.send("CancelRedemption", map[string]any{"redemptionId": id}).refusal(t, "redemptionCancel"); code != "" {
			t.Errorf("taken back: %q", code)
		}
		if got := teen.receipt(); got != `RETURN 500 Came back from a reward of the family {"coins":-500,"reward":`+gift || owner.pool() != 2500.0 {
			t.Errorf("taken back, the receipt is %s and the pool %v", got, owner.pool())
		}
		owner.draws("bad", 1, "draws", []any{map[string]any{"memberId": adult.profileID(), "coins": 200}}).refusedOnce(t, "BAD_USER_INPUT", "draws")
	})
}

// foresees is what a draw of so many gifts of 200 coins would take: the code of a refusal, or the own coins, how many parts
// are shown, and the coins of those who are not.
func (r relative) foresees(gifts int) string {
	r.t.Helper()
	p := good(r.t, r.url, question{query: r.only("FamilyDrawPreview"), variables: map[string]any{"coins": 200 * gifts}, who: r.who})
	v := p.at(r.t, "me", "family", "pool", "preview").(map[string]any)
	if v["blockedBy"] != nil {
		return v["blockedBy"].(string)
	}
	own, all, yes := 0.0, v["others"].(float64), ""
	mine := good(r.t, r.url, question{query: `{me{publicProfile{id}}}`, who: r.who}).at(r.t, "me", "publicProfile", "id")
	for _, part := range v["parts"].([]any) {
		part := part.(map[string]any)
		all += part["coins"].(float64)
		if part["member"].(map[string]any)["profile"].(map[string]any)["id"] == mine {
			own = part["coins"].(float64)
		}
	}
	if all != float64(200*gifts) {
		r.t.Errorf("%s foresees parts of %v coins for %d", r.who, all, 200*gifts)
	}
	if v["needsYes"] == true {
		yes = " with a yes"
	}
	return fmt.Sprint(own, " own, ", len(v["parts"].([]any)), " parts, others ", v["others"], yes)
}

// What the pool shows is what a draw takes, to the coin: for each role, with and without a limit.
func TestAPoolHoldsWhatADrawTakes(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		all := relatives(t, e, "common")
		for i := range all {
			all[i].text += appDocument(t, "wallet")
		}
		owner, guard, adult, teen := all[0], all[1], all[3], all[6]
		owner.opens("Home")
		guard.joins(owner.invites("GUARDIAN"))
		adult.joins(owner.invites("ADULT"))
		teen.joins(owner.invites("TEEN"))
		guard.done("FamilyShare", "familySharingSet", "mode", "ABOVE_FLOOR", "keepFloor", 800) // 200 of the 1000
		owner.done("FamilyShare", "familySharingSet", "mode", "ABOVE_FLOOR", "keepFloor", 400) // 600
		owner.done("FamilyLimit", "familyLimitSet", "memberId", teen.profileID(), "limit", map[string]any{"perPeriod": 700, "period": "MONTH"})
		for n, c := range []struct {
			who   relative
			pool  float64
			gifts int
			want  string // when one more is asked for
			sees  string
		}{
			{owner, 3200, 16, "INSUFFICIENT_COINS", "1000 own, 4 parts, others 0"},
			{guard, 3600, 18, "INSUFFICIENT_COINS", "1000 own, 1 parts, others 2600"}, // who sees children's coins only
			{adult, 2800, 14, "INSUFFICIENT_COINS", "1000 own, 4 parts, others 0"},
			{teen, 700, 3, "SPEND_LIMIT", "600 own, 1 parts, others 0"},
		} {
			if got, none := c.who.foresees(c.gifts), c.who.foresees(c.gifts+1); got != c.sees || none != c.want {
				t.Errorf("%s foresees %s, and %s of one more", c.who.who, got, none)
			}
			if got := c.who.pool(); got != c.pool {
				t.Errorf("%s sees a pool of %v, want %v", c.who.who, got, c.pool)
			}
			if code := c.who.drawsOr(fmt.Sprint("more-", n), c.gifts+1); code != c.want {
				t.Errorf("%s draws one more: %q", c.who.who, code)
			}
			r := c.who.draws(fmt.Sprint("all-", n), c.gifts)
			if code := r.refusal(t, "rewardRedeem"); code != "" {
				t.Errorf("%s draws what the pool holds: %q", c.who.who, code)
				continue
			}
			if own := r.at(t, "rewardRedeem", "redemption", "ownCoins"); !strings.HasPrefix(c.sees, fmt.Sprint(own, " own")) {
				t.Errorf("%s gave %v, and foresaw %s", c.who.who, own, c.sees)
			}
			if left := c.who.pool().(float64); left != c.pool-200*float64(c.gifts) {
				t.Errorf("%s drew %d of %v, and %v are left", c.who.who, 200*c.gifts, c.pool, left)
			}
			if code := c.who.send("CancelRedemption", map[string]any{"redemptionId": r.at(t, "rewardRedeem", "redemption", "id")}).refusal(t, "redemptionCancel"); code != "" {
				t.Errorf("%s takes it back: %q", c.who.who, code)
			}
		}
		owner.done("FamilyLimit", "familyLimitSet", "memberId", teen.profileID(), "limit", map[string]any{"perPeriod": 700, "period": "MONTH", "approvalAbove": 200})
		above := teen.draws("above", 2)
		if above.at(t, "rewardRedeem", "redemption", "state") != "AWAITING_APPROVAL" || teen.limit() != `{"perPeriod":700,"used":400} pool 300` {
			t.Errorf("above what needs no yes: %s; the limit shows %s", above.text, teen.limit())
		}
		if code := teen.send("CancelRedemption", map[string]any{"redemptionId": above.at(t, "rewardRedeem", "redemption", "id")}).refusal(t, "redemptionCancel"); code != "" {
			t.Errorf("taken back while it waits: %q", code)
		}
		if code := teen.drawsOr("within", 1); code != "" || teen.limit() != `{"perPeriod":700,"used":200} pool 500` {
			t.Errorf("within it: %q; the limit shows %s", code, teen.limit())
		}
	})
}

// A child lets the family pay: every gift is held until somebody says yes, and the app shows that it is.
func TestAChildsDrawWaitsForAYes(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		all := relatives(t, e, "treat")
		for i := range all {
			all[i].text += appDocument(t, "wallet")
		}
		mum, dad, gran, kid := all[0], all[1], all[3], all[5]
		mum.opens("Home")
		dad.joins(mum.invites("GUARDIAN"))
		kid.joins(mum.invites("CHILD"), "guardianConsent", true)
		gran.joins(mum.invites("ADULT"))
		gran.done("FamilyShare", "familySharingSet", "mode", "NONE")
		if kid.pool() != 3000.0 {
			t.Errorf("the child sees a pool of %v", kid.pool())
		}
		wish := func(key string) (string, string) {
			r := kid.draws(key, 12) // 2,400 of 3,000: all of its own, and 1,000 and 400 of the others
			if r.refusal(t, "rewardRedeem") != "" || r.at(t, "rewardRedeem", "redemption", "state") != "AWAITING_APPROVAL" || r.at(t, "rewardRedeem", "redemption", "code") != nil {
				t.Fatalf("the wish: %s", r.text)
			}
			waiting := dad.waiting("PENDING")
			if len(waiting) != 1 {
				t.Fatalf("%d wishes wait", len(waiting))
			}
			return r.at(t, "rewardRedeem", "redemption", "id").(string), waiting[0].(map[string]any)["id"].(string)
		}
		if got := kid.foresees(12); got != "1000 own, 1 parts, others 1400 with a yes" {
			t.Errorf("the child foresees %s", got)
		}
		_, request := wish("first")
		if kid.purse() != "0+1000" || mum.purse() != "0+1000" || dad.purse() != "600+400" || gran.purse() != "1000+0" || kid.pool() != 600.0 {
			t.Errorf("while it waits the purses have %s, %s, %s and %s, and the pool %v", kid.purse(), mum.purse(), dad.purse(), gran.purse(), kid.pool())
		}
		if code := gran.answers(request, true); code != "NOT_FOUND" {
			t.Errorf("who decides nothing: %q", code)
		}
		if code := dad.answers(request, false); code != "" || kid.purse() != "1000+0" || mum.purse() != "1000+0" || dad.purse() != "1000+0" {
			t.Errorf("the no: %q; the purses have %s, %s and %s", code, kid.purse(), mum.purse(), dad.purse())
		}
		id, request := wish("second")
		counts := fiftyTimes(8, func(i int) string { return []relative{mum, dad}[i%2].answers(request, true) })
		if counts[""] != 4 || counts["ALREADY_DECIDED"] != 4 || kid.shown(id) != "RESERVED code true cancellable true" {
			t.Errorf("two guardians at once are told %v, and it is %s", counts, kid.shown(id))
		}
		if kid.purse() != "0+0" || mum.purse() != "0+0" || dad.purse() != "600+0" || dad.receipt()[:10] != "SPEND -400" {
			t.Errorf("after the yes the purses have %s, %s and %s; the receipt is %s", kid.purse(), mum.purse(), dad.purse(), dad.receipt())
		}
	})
}

func TestDrawsThatComeTogetherTakeWhatThereIsOnce(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		all := relatives(t, e, "rush")
		owner, adult, second, teen := all[0], all[1], all[2], all[5]
		owner.opens("Home")
		adult.joins(owner.invites("ADULT"))
		second.joins(owner.invites("ADULT"))
		teen.joins(owner.invites("TEEN"))
		people := []relative{owner, adult, second, teen}
		counts := fiftyTimes(20, func(i int) string { return people[i%4].drawsOr(fmt.Sprint("rush-", i), 6) }) // 1,200 of 4,000 each
		if counts[""] != 3 || counts["INSUFFICIENT_COINS"] != 17 {
			t.Errorf("twenty at once are told %v", counts)
		}
		if owner.pool() != 400.0 {
			t.Errorf("the pool is %v", owner.pool())
		}
		counts = fiftyTimes(50, func(int) string {
			r := teen.draws("one", 1)
			return fmt.Sprint(r.refusal(t, "rewardRedeem"), r.at(t, "rewardRedeem", "redemption", "id"))
		})
		if len(counts) != 1 || owner.pool() != 200.0 {
			t.Errorf("fifty sendings of one key are told %v, and the pool is %v", counts, owner.pool())
		}
		left := fiftyTimes(2, func(i int) string { // one goes while another draws what is left
			if i == 0 {
				return adult.no("FamilyLeave", "familyLeave", "confirm", true)
			}
			return owner.drawsOr("leaving", 1)
		})
		if left["INSUFFICIENT_COINS"] > 1 || left[""] < 1 {
			t.Errorf("while one goes: %v", left)
		}
		if code := adult.drawsOr("gone", 1); code != "NOT_IN_FAMILY" {
			t.Errorf("who has gone draws: %q", code)
		}
	})
}

func TestAFamilyWhoseOwnerHasTooLowATierPaysNothing(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		all := relatives(t, e, "fallen")
		owner, adult := all[3], all[0]
		if owner.pool() != 1.0*kinCoins || adult.pool() != 1.0*kinCoins {
			t.Errorf("the pools are %v and %v: each has the own coins", owner.pool(), adult.pool())
		}
		if got := adult.foresees(6); got != "OWNER_TIER_TOO_LOW" {
			t.Errorf("others' coins are foreseen as %s", got)
		}
		good(t, adult.url, question{query: adult.only("FamilyDrawPreview"), variables: map[string]any{"coins": 1}, who: adult.who})
		ask(t, adult.url, question{query: adult.only("FamilyDrawPreview"), variables: map[string]any{"coins": 0}, who: adult.who}).refusedOnce(t, "BAD_USER_INPUT", "coins")
		if code := adult.drawsOr("more", 6); code != "OWNER_TIER_TOO_LOW" {
			t.Errorf("others' coins: %q", code)
		}
		if code := adult.drawsOr("far-more", 11); code != "INSUFFICIENT_COINS" {
			t.Errorf("more than all have: %q", code)
		}
		if r := adult.draws("own", 5); r.refusal(t, "rewardRedeem") != "" || r.at(t, "rewardRedeem", "redemption", "ownCoins") != 1000.0 {
			t.Errorf("the own coins: %s", r.text)
		}
	})
}

// Programmes that let families draw otherwise, or not at all.
func TestAProgrammeSaysHowAFamilyDraws(t *testing.T) {
	const was = "  commonDraw: true # ours\n  drawOrder: EXPIRING_FIRST # ours\n"
	dir := filled(t)
	under := func(rules string, do func(all []relative)) {
		t.Helper()
		g, err := openGateway("DATA_DIR", dir, "JWT_HS256_SECRET", testSecret, "PROGRAMME", altered(t, t.TempDir(), was, rules))
		if err != nil {
			t.Fatal(err)
		}
		defer g.close()
		do(relatives(t, &engine{gateway: g}, "rules"))
	}
	under("  commonDraw: true\n  drawOrder: EXPIRING_FIRST\n  drawMax: 400\n", func(all []relative) {
		all[0].opens("Home")
		all[1].joins(all[0].invites("ADULT"))
		if all[0].pool() != 400.0 || all[0].drawsOr("large", 3) != "DRAW_TOO_LARGE" || all[0].drawsOr("most", 2) != "" {
			t.Errorf("of draws of at most 400 the pool is %v", all[0].pool())
		}
	})
	under("  commonDraw: true\n  drawOrder: PROPORTIONAL\n", func(all []relative) {
		r := all[1].draws("parts", 4) // of 600 and 1000
		if r.refusal(t, "rewardRedeem") != "" || r.at(t, "rewardRedeem", "redemption", "ownCoins") != 500.0 {
			t.Errorf("in proportion: %s", r.text)
		}
	})
	under("  commonDraw: true\n  drawOrder: REQUESTED\n", func(all []relative) { // of 300 and 500
		ask := func(pairs ...any) []any {
			var out []any
			for i := 0; i < len(pairs); i += 2 {
				out = append(out, map[string]any{"memberId": pairs[i], "coins": pairs[i+1]})
			}
			return out
		}
		me, other := all[1].profileID(), all[0].profileID()
		all[1].draws("none", 1).refusedOnce(t, "BAD_USER_INPUT", "draws")
		all[1].draws("sum", 1, "draws", ask(me, 100)).refusedOnce(t, "BAD_USER_INPUT", "draws")
		all[1].draws("twice", 1, "draws", ask(me, 100, me, 100)).refusedOnce(t, "BAD_USER_INPUT", "draws")
		all[1].draws("nothing", 1, "draws", ask(me, 200, other, 0)).refusedOnce(t, "BAD_USER_INPUT", "draws")
		for what, draws := range map[string][]any{"NOT_FOUND": ask(all[2].profileID(), 200), "INSUFFICIENT_COINS": ask(other, 400)} {
			gifts := 1
			if what != "NOT_FOUND" {
				gifts = 2
			}
			if code := all[1].drawsOr("bad", gifts, "draws", draws); code != what {
				t.Errorf("want %s, got %q", what, code)
			}
		}
		place := all[1].page().at(t, "me", "family", "members", 0, "id")
		if r := all[1].draws("asked", 2, "draws", ask(place, 250, me, 150)); r.refusal(t, "rewardRedeem") != "" || r.at(t, "rewardRedeem", "redemption", "ownCoins") != 150.0 {
			t.Errorf("as asked: %s", r.text)
		}
	})
	under("  commonDraw: false\n", func(all []relative) {
		if code := all[1].drawsOr("off", 1); code != "NOT_OFFERED" {
			t.Errorf("without draws: %q", code)
		}
	})
}
