package main

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"membergate/graph"
	"membergate/internal/account"
	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/redemption"
	"membergate/internal/wallet"
)

// putLate puts in what only time makes: a family in which a child's wish was not answered, and an invitation neither; one
// whose owner has a limit, from before it was handed over, and nobody who could say yes; and one in which as many wishes
// wait as may.
func putLate(ctx context.Context, st *stores, rules book) error {
	now := time.Now()
	id := func(n int) member.ID { return member.ID(kinName("late", n)) }
	f := family.Open("Late", id(0), now.AddDate(0, 0, -9)).With(id(3), family.Child, now.AddDate(0, 0, -9))
	f.Invitations = []family.Invitation{{ID: "fi_late", Hash: family.HashToken("the late token"), Role: family.Adult, State: family.Invited, InvitedBy: id(0),
		CreatedAt: now.AddDate(0, 0, -8), ExpiresAt: now.AddDate(0, 0, -1)}}
	if err := st.families.Create(ctx, f); err != nil {
		return err
	}
	found, err := st.accounts.ByIDs(ctx, []member.ID{id(3)}, account.Public)
	if err != nil {
		return err
	}
	families := &family.Service{Families: st.families, Accounts: st.accounts, Book: rules, Ledger: st.ledger}
	shop := &redemption.Service{Store: st.redemptions, Rewards: st.rewards, Vouchers: st.vouchers, Wallets: st.wallets(rules), Book: rules, Families: families}
	_, _, err = shop.Redeem(wallet.Within(ctx, families.Bound(id(3))), found[id(3)].Account.Wallet, redemption.Ask{
		Member: id(3), Key: "late", Reward: "r-01", Quantity: 1, Expected: 200, At: written(60), // no later than all else in the ledgers: other tests set their clocks by it
	})
	if err != nil {
		return err
	}
	none := int64(0)
	alone := family.Open("Alone", id(1), now.AddDate(0, 0, -9))
	alone.People[0].Limit = &family.Limit{PerPeriod: 500, Period: family.PerDay, ApprovalAbove: &none}
	full := family.Open("Full", id(2), now.AddDate(0, 0, -9)).With(id(4), family.Child, now.AddDate(0, 0, -9))
	for n := range family.MostWaiting {
		full.Approvals = append(full.Approvals, family.Approval{ID: fmt.Sprint("fa_", n), Requester: id(4), State: family.Undecided, CreatedAt: now, ExpiresAt: now.AddDate(1, 0, 0)})
	}
	return errors.Join(st.families.Create(ctx, alone), st.families.Create(ctx, full))
}

// wishes asks for a reward of 200 coins, and gives the ids of the redemption and of the request that it waits for.
func (r relative) wishes(key string) (wish, request string) {
	r.t.Helper()
	a := r.done("FamilyWish", "rewardRedeem", "idempotencyKey", key, "rewardId", globalID("Reward", "r-01"), "expectedCost", 200)
	if a.at(r.t, "rewardRedeem", "redemption", "state") != "AWAITING_APPROVAL" || a.at(r.t, "rewardRedeem", "redemption", "code") != nil || a.at(r.t, "rewardRedeem", "approval", "state") != "PENDING" {
		r.t.Fatalf("the wish: %s", a.text)
	}
	return a.at(r.t, "rewardRedeem", "redemption", "id").(string), a.at(r.t, "rewardRedeem", "approval", "id").(string)
}

// answers a request, and gives the code of the refusal.
func (r relative) answers(request string, yes bool) string {
	r.t.Helper()
	return r.no("ApprovalDecide", "approvalDecide", "approvalId", request, "approve", yes)
}

// waiting are the requests in a state as somebody sees them.
func (r relative) waiting(state any) []any {
	r.t.Helper()
	list, _ := good(r.t, r.url, question{query: r.only("FamilyApprovals"), who: r.who, variables: map[string]any{"state": state}}).at(r.t, "me", "family", "approvals", "nodes").([]any)
	return list
}

// shown is a redemption as its node shows it.
func (r relative) shown(id string) string {
	r.t.Helper()
	q := question{query: `query($id: ID!) { node(id: $id) { ... on Redemption { state code cancellableUntil } } }`, variables: map[string]any{"id": id}, who: r.who}
	node := good(r.t, r.url, q).at(r.t, "node")
	if node == nil {
		return ""
	}
	m := node.(map[string]any)
	return fmt.Sprint(m["state"], " code ", m["code"] != nil, " cancellable ", m["cancellableUntil"] != nil)
}

// purse is what is available and held.
func (r relative) purse() string {
	r.t.Helper()
	b := good(r.t, r.url, question{query: `{me{wallet{balance{available held}}}}`, who: r.who}).at(r.t, "me", "wallet", "balance").(map[string]any)
	return fmt.Sprint(b["available"], "+", b["held"])
}

func TestAWishHoldsItsCoinsUntilTheFamilyHasAnswered(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		all := relatives(t, e, "wish")
		for i := range all {
			all[i].text += appDocument(t, "wallet")
		}
		mum, dad, gran, kid, teen := all[0], all[1], all[3], all[5], all[6]
		mum.opens("Home")
		dad.joins(mum.invites("GUARDIAN"))
		kid.joins(mum.invites("CHILD"), "guardianConsent", true)
		gran.joins(mum.invites("ADULT"))
		wish, request := kid.wishes("one")
		if again := kid.done("FamilyWish", "rewardRedeem", "idempotencyKey", "one", "rewardId", globalID("Reward", "r-01"), "expectedCost", 200); again.at(t, "rewardRedeem", "replayed") != true ||
			again.at(t, "rewardRedeem", "redemption", "id") != wish || again.at(t, "rewardRedeem", "approval", "id") != request || kid.purse() != "800+200" {
			t.Errorf("asked again: %s, the purse has %s", again.text, kid.purse())
		}
		if got := kid.shown(wish); got != "AWAITING_APPROVAL code false cancellable true" {
			t.Errorf("the child sees %s", got)
		}
		for _, who := range []relative{mum, dad} {
			if got := who.shown(wish); got != "AWAITING_APPROVAL code false cancellable false" {
				t.Errorf("%s sees %s", who.who, got)
			}
			page := who.page()
			if page.at(t, "me", "family", "approvals", "nodes", 0, "id") != request || page.at(t, "me", "family", "approvals", "nodes", 0, "redemption", "id") != wish {
				t.Errorf("the page of %s: %s", who.who, page.text)
			}
			if n := good(t, who.url, question{query: `{me{unreadCounts{approvals}}}`, who: who.who}).at(t, "me", "unreadCounts", "approvals"); n != 1.0 {
				t.Errorf("%v wait for %s", n, who.who)
			}
		}
		if gran.shown(wish) != "" || len(gran.waiting(nil)) > 0 || teen.shown(wish) != "" {
			t.Error("somebody who decides nothing sees the wish")
		}
		yes := dad.done("ApprovalDecide", "approvalDecide", "approvalId", request, "approve", true, "note", " Enjoy it! ")
		if yes.at(t, "approvalDecide", "approval", "state") != "APPROVED" || yes.at(t, "approvalDecide", "family", "id") == nil {
			t.Errorf("the yes: %s", yes.text)
		}
		if code := dad.answers(request, true); code != "" {
			t.Errorf("the same yes again: %s", code)
		}
		if code := mum.answers(request, true); code != "ALREADY_DECIDED" {
			t.Errorf("somebody else's yes: %q", code)
		}
		if code := dad.answers(request, false); code != "ALREADY_DECIDED" {
			t.Errorf("the other way: %q", code)
		}
		if got := kid.shown(wish); got != "RESERVED code true cancellable true" || kid.purse() != "800+0" {
			t.Errorf("after the yes the child sees %s, the purse has %s", got, kid.purse())
		}
		if got := dad.shown(wish); got != "RESERVED code false cancellable false" {
			t.Errorf("after the yes the guardian sees %s", got)
		}
		told, _ := kid.waiting("APPROVED")[0].(map[string]any)
		if told["note"] != "Enjoy it!" || told["decidedAt"] == nil || told["coins"] != 200.0 || told["decidedBy"].(map[string]any)["profile"].(map[string]any)["displayName"] != "Kin W1" {
			t.Errorf("the child is told %v", told)
		}
		second, request := kid.wishes("two")
		if code := mum.answers(request, false); code != "" || kid.purse() != "800+0" || kid.shown(second) != "DECLINED code false cancellable false" {
			t.Errorf("after the no (%q) the child sees %s, the purse has %s", code, kid.shown(second), kid.purse())
		}
		third, request := kid.wishes("three")
		back := kid.send("CancelRedemption", map[string]any{"redemptionId": third})
		if back.refusal(t, "redemptionCancel") != "" || back.at(t, "redemptionCancel", "redemption", "state") != "CANCELLED" || back.at(t, "redemptionCancel", "wallet", "balance", "available") != 800.0 {
			t.Errorf("taken back: %s", back.text)
		}
		if code := dad.answers(request, true); code != "APPROVAL_CANCELLED" {
			t.Errorf("a yes to what was taken back: %q", code)
		}
		// What a wish holds counts for the limit of a period, and goes when the child goes.
		dad.done("FamilyLimit", "familyLimitSet", "memberId", kid.profileID(), "limit", map[string]any{"perPeriod": 500, "period": "MONTH"})
		fourth, _ := kid.wishes("four")
		if code := kid.no("FamilyWish", "rewardRedeem", "idempotencyKey", "five", "rewardId", globalID("Reward", "r-01"), "expectedCost", 200); code != "SPEND_LIMIT" {
			t.Errorf("beyond the limit: %q", code)
		}
		dad.done("FamilyRemove", "familyMemberRemove", "memberId", kid.profileID())
		if kid.purse() != "800+0" || kid.shown(fourth) != "CANCELLED code false cancellable false" {
			t.Errorf("taken out, the child sees %s, the purse has %s", kid.shown(fourth), kid.purse())
		}
		if states := fmt.Sprint(len(mum.waiting("PENDING")), len(mum.waiting("CANCELLED")), len(mum.waiting(nil))); states != "0 2 4" {
			t.Errorf("the owner sees %s", states)
		}
	})
}

func TestOfTwoGuardiansWhoDecideAtOnceOneIsHeard(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		all := relatives(t, e, "race")
		mum, dad, kid := all[0], all[1], all[3]
		mum.opens("Home")
		dad.joins(mum.invites("GUARDIAN"))
		kid.joins(mum.invites("CHILD"), "guardianConsent", true)
		coins := kinCoins
		for n := range 4 {
			wish, request := kid.wishes(fmt.Sprint("wish-", n))
			counts := fiftyTimes(8, func(i int) string { // each of them several times, as apps do that get no answer
				if i%2 == 0 {
					return "mum " + mum.answers(request, true)
				}
				return "dad " + dad.answers(request, false)
			})
			yes, no := counts["mum "] == 4 && counts["dad ALREADY_DECIDED"] == 4, counts["dad "] == 4 && counts["mum ALREADY_DECIDED"] == 4
			want := "DECLINED code false cancellable false"
			if yes {
				want, coins = "RESERVED code true cancellable true", coins-200
			}
			if yes == no || kid.shown(wish) != want || kid.purse() != fmt.Sprint(coins, "+0") {
				t.Errorf("they are told %v; the child sees %s, the purse has %s", counts, kid.shown(wish), kid.purse())
			}
		}
	})
}

func TestEveryReasonNotToDecideARequestIsToldWithItsCode(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		all, late := relatives(t, e, "said"), relatives(t, e, "late")
		mum, dad, other, adult, kid := all[0], all[1], all[2], all[3], all[6]
		seen := map[string]bool{}
		want := func(code, got string) {
			t.Helper()
			seen[code] = true
			if got != code {
				t.Errorf("got %q, want %s", got, code)
			}
		}
		const decide = "approvalDecide"
		mum.opens("Home")
		other.opens("Elsewhere")
		dad.joins(mum.invites("GUARDIAN"))
		adult.joins(mum.invites("ADULT"))
		kid.joins(mum.invites("CHILD"), "guardianConsent", true)
		_, request := kid.wishes("one")
		for _, who := range []relative{adult, other, all[4], late[0]} {
			want("NOT_FOUND", who.answers(request, true))
			real, fake := who.send("ApprovalDecide", map[string]any{"approvalId": request, "approve": true}), who.send("ApprovalDecide", map[string]any{"approvalId": globalID("ApprovalRequest", "f_none/fa_none"), "approve": true})
			if real.text != fake.text || real.status != fake.status {
				t.Errorf("%s is told %s, and of nothing %s", who.who, real.text, fake.text)
			}
		}
		for _, id := range []string{"what", globalID("ApprovalRequest", "f_none/fa_none"), globalID("Redemption", "x"), globalID("ApprovalRequest", "x")} {
			want("NOT_FOUND", mum.answers(id, true))
		}
		want("NOT_PERMITTED", kid.answers(request, true))
		long := make([]rune, 201)
		for i := range long {
			long[i] = '好'
		}
		want("NOTE_LENGTH", mum.no("ApprovalDecide", decide, "approvalId", request, "approve", true, "note", string(long)))
		want("NOTE_CHARACTERS", mum.no("ApprovalDecide", decide, "approvalId", request, "approve", true, "note", "a\u202eb"))
		mum.done("ApprovalDecide", decide, "approvalId", request, "approve", false, "note", string(long[:200]))
		want("ALREADY_DECIDED", dad.answers(request, true))
		_, request = kid.wishes("two")
		dad.done("FamilyRemove", "familyMemberRemove", "memberId", kid.profileID())
		want("APPROVAL_CANCELLED", mum.answers(request, true))
		waits := late[0].waiting("EXPIRED")
		if len(waits) != 1 || late[3].purse() != "1000+0" {
			t.Fatalf("of the wish that nobody answered: %v, the purse has %s", waits, late[3].purse())
		}
		want("APPROVAL_EXPIRED", late[0].answers(waits[0].(map[string]any)["id"].(string), true))
		if got := late[3].shown(waits[0].(map[string]any)["redemption"].(map[string]any)["id"].(string)); got != "" && got[:7] != "EXPIRED" {
			t.Errorf("the wish that nobody answered is %s", got)
		}
		nobody := mum
		nobody.who = ""
		nobody.send("ApprovalDecide", map[string]any{"approvalId": request, "approve": true}).refusedOnce(t, "UNAUTHENTICATED", "sign in")
		for _, code := range graph.AllApprovalErrorCode {
			if !seen[string(code)] {
				t.Errorf("nothing here is refused with %s", code)
			}
		}
		// Who needs a yes that nobody could say is refused at once.
		if code := late[1].no("FamilyWish", "rewardRedeem", "idempotencyKey", "alone", "rewardId", globalID("Reward", "r-01"), "expectedCost", 200); code != "APPROVAL_REQUIRED" {
			t.Errorf("with nobody to say yes: %q", code)
		}
		if code := late[4].no("FamilyWish", "rewardRedeem", "idempotencyKey", "full", "rewardId", globalID("Reward", "r-01"), "expectedCost", 200); code != "TOO_MANY_WAITING" {
			t.Errorf("with as many waiting as may: %q", code)
		}
	})
}
