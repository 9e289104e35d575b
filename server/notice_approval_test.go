package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"membergate/internal/account"
	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/reward"
	"membergate/internal/wallet"
)

func TestFamiliesHearOfWishesAndChildrenOfTheAnswers(t *testing.T) {
	inbox := appQueries(t)["Inbox"].text
	home := func(ctx context.Context, _ Settings, st *stores, rules book) error {
		f := family.Open("Home", "mum", written(1)).With("dad", family.Guardian, written(2)).With("gran", family.Adult, written(3)).With("kid", family.Child, written(4))
		if err := st.families.Create(ctx, f); err != nil {
			return err
		}
		found, err := st.accounts.ByIDs(ctx, []member.ID{"kid"}, account.Public)
		if err != nil {
			return err
		}
		if err := st.rewards.PutAll(ctx, []reward.Reward{{ID: "r-01", Cost: 200, Titles: programme.Text{"en": "A gift"}}}); err != nil {
			return err
		}
		_, err = st.wallets(rules).Post(ctx, found["kid"].Account.Wallet, []wallet.Posting{{
			Op: "gift", Kind: wallet.Adjust, Coins: kinCoins, Title: "coins.adjusted", Reason: "to be spent by tests", At: written(1), Actor: "staff",
		}})
		return err
	}
	onWorkingGateways(t, []string{"mum", "dad", "gran", "kid"}, func(t *testing.T, e *engine) {
		text := appDocument(t, "family") + "\n" + appDocument(t, "relatives") + appDocument(t, "wallet")
		as := func(who string) relative { return relative{walletApp{t, e.gateway.url, who, text}} }
		// heard are what a member was told of wishes, oldest first, by their titles, and the kinds of what they are about.
		heard := func(who string) (told []string) {
			r := good(t, e.gateway.url, question{query: inbox, who: who})
			for _, each := range r.at(t, "me", "notifications", "edges").([]any) {
				n := each.(map[string]any)["node"].(map[string]any)
				if n["kind"] != "APPROVAL" {
					continue
				}
				about, _ := n["subject"].(map[string]any)
				if n["groupCount"] != 1.0 || strings.ContainsAny(n["body"].(string), "{}") || !strings.Contains(n["body"].(string), "200") {
					t.Errorf("%s is told %s", who, jsonOf(n))
				}
				told = append(told, fmt.Sprint(n["title"], " ", about["__typename"]))
			}
			slices.Reverse(told)
			return told
		}
		until := func(who string, want ...string) {
			t.Helper()
			awaiting(t, who, func() bool { return len(heard(who)) >= len(want) })
			if got := heard(who); !slices.Equal(got, want) {
				t.Errorf("%s hears %q, want %q", who, got, want)
			}
		}
		const asks = "Somebody in your family asks you ApprovalRequest"
		_, request := as("kid").wishes("one")
		until("mum", asks)
		until("dad", asks)
		if code := as("dad").answers(request, true); code != "" {
			t.Fatal(code)
		}
		until("kid", "Your family said yes ApprovalRequest")
		_, request = as("kid").wishes("two")
		until("mum", asks, asks)
		if code := as("mum").answers(request, false); code != "" {
			t.Fatal(code)
		}
		until("kid", "Your family said yes ApprovalRequest", "Your family said no ApprovalRequest")
		as("kid").wishes("three")
		until("dad", asks, asks, asks)
		as("mum").done("FamilyRemove", "familyMemberRemove", "memberId", as("kid").profileID())
		until("kid", "Your family said yes <nil>", "Your family said no <nil>", "Your wish has ended Redemption")
		for locale, title := range map[string]string{"en": "Your wish has ended", "zh-CN": "您的兑换已取消", "zh-TW": "您的兌換已取消"} {
			r := good(t, e.gateway.url, question{query: inbox, who: "kid", header: map[string]string{"Accept-Language": locale}})
			if got := r.at(t, "me", "notifications", "edges", 0, "node", "title"); got != title {
				t.Errorf("in %s it says %v", locale, got)
			}
		}
		if got := heard("gran"); len(got) > 0 {
			t.Errorf("who decides nothing hears %q", got)
		}
	}, home)
}
