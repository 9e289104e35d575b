package main

import (
	"fmt"
	"testing"
)

// pays sets coins aside for an order of one's own, and gives the code of the refusal.
func (r relative) pays(order string, coins int) string {
	r.t.Helper()
	return r.insist("CheckoutHold", map[string]any{"idempotencyKey": order, "orderId": order, "orderAmountFen": 10_000, "coins": coins, "channel": "MINI_PROGRAM"}).refusal(r.t, "checkoutHold")
}

// limit is what the page shows of one's own limit.
func (r relative) limit() string {
	r.t.Helper()
	p := good(r.t, r.url, question{query: `{me{publicProfile{id} family{members{profile{id} limit{perPeriod used}} pool{available}}}}`, who: r.who})
	for _, m := range p.at(r.t, "me", "family", "members").([]any) {
		if m := m.(map[string]any); jsonOf(m["profile"]) == jsonOf(p.at(r.t, "me", "publicProfile")) {
			return jsonOf(m["limit"]) + " pool " + jsonOf(p.at(r.t, "me", "family", "pool", "available"))
		}
	}
	return ""
}

func TestALimitBindsWhateverItsMemberSpendsFromTheMomentItIsSet(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		all := relatives(t, e, "limit")
		for i := range all {
			all[i].text += appDocument(t, "wallet") + appDocument(t, "transfer")
		}
		owner, adult, kid, teen := all[0], all[1], all[3], all[4]
		owner.opens("Home")
		kid.joins(owner.invites("CHILD"), "guardianConsent", true)
		teen.joins(owner.invites("TEEN"))
		adult.joins(owner.invites("ADULT"))
		set := func(who relative, limit map[string]any) {
			owner.done("FamilyLimit", "familyLimitSet", "memberId", who.profileID(), "limit", limit)
		}
		set(teen, map[string]any{"perPeriod": 100, "period": "MONTH", "approvalAbove": 60})
		if code := teen.pays("t-big", 61); code != "APPROVAL_REQUIRED" {
			t.Errorf("above what needs no yes: %q", code)
		}
		counts := fiftyTimes(20, func(i int) string { return teen.pays(fmt.Sprint("t-", i), 30) })
		if counts[""] != 3 || counts["SPEND_LIMIT"] != 17 {
			t.Errorf("twenty at once are told %v", counts)
		}
		if got := teen.limit(); got != `{"perPeriod":100,"used":90} pool 10` {
			t.Errorf("the limit shows %s", got)
		}
		set(teen, map[string]any{"perPeriod": 120, "period": "MONTH"})
		if code := teen.pays("t-more", 30); code != "" {
			t.Errorf("after the limit was raised: %q", code)
		}
		owner.done("FamilyLimit", "familyLimitSet", "memberId", teen.profileID())
		if code := teen.pays("t-free", 200); code != "" {
			t.Errorf("after the limit was lifted: %q", code)
		}
		if code := kid.pays("k-1", 1); code != "APPROVAL_REQUIRED" {
			t.Errorf("a child's order: %q", code)
		}
		redeem := map[string]any{"idempotencyKey": "r", "rewardId": globalID("Reward", "r-01"), "expectedCost": 200}
		gift := map[string]any{"idempotencyKey": "g", "recipientId": owner.profileID(), "coins": 100}
		set(adult, map[string]any{"perPeriod": 250, "period": "DAY"})
		if code := adult.send("SendCoins", gift).refusal(t, "coinTransfer"); code != "" {
			t.Errorf("a gift within the limit: %q", code)
		}
		again := map[string]any{"idempotencyKey": "g2", "recipientId": owner.profileID(), "coins": 151}
		if code := adult.send("SendCoins", again).refusal(t, "coinTransfer"); code != "SPEND_LIMIT" {
			t.Errorf("a gift beyond it: %q", code)
		}
		if code := adult.send("SendCoins", gift).refusal(t, "coinTransfer"); code != "" {
			t.Errorf("the same gift again: %q", code)
		}
		if code := adult.send("Redeem", redeem).refusal(t, "rewardRedeem"); code != "SPEND_LIMIT" {
			t.Errorf("a reward beyond it: %q", code)
		}
		set(adult, map[string]any{"perPeriod": 310, "period": "DAY"})
		r := adult.send("Redeem", redeem)
		if r.refusal(t, "rewardRedeem") != "" || adult.limit() != `{"perPeriod":310,"used":300} pool 10` {
			t.Fatalf("a reward within it: %s, the limit shows %s", r.text, adult.limit())
		}
		if back := adult.send("CancelRedemption", map[string]any{"redemptionId": r.at(t, "rewardRedeem", "redemption", "id")}); back.refusal(t, "redemptionCancel") != "" || adult.limit() != `{"perPeriod":310,"used":100} pool 210` {
			t.Errorf("taken back: %s, the limit shows %s", back.text, adult.limit())
		}
	})
}
