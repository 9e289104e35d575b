package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/community"
	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// kin are members for the tests of families, each test with its own: so many of them, of whom the first three hold GOLD and
// the last two are a child of ten and a teen of fifteen.
var kin = map[string]int{"life": 7, "codes": 12, "seat": 15, "keys": 4, "pair": 6, "apart": 7, "limit": 5, "wish": 7, "race": 5, "said": 8, "late": 5, "draw": 7, "common": 7, "rush": 6, "fallen": 6, "rules": 6, "treat": 7, "ward": 7}

// kinCoins is what each of them has.
const kinCoins = 1000

func kinName(test string, n int) string { return fmt.Sprintf("kin-%s-%d", test, n) }

func putKin(ctx context.Context, st *stores, rules book) error {
	today := time.Now()
	for test, count := range kin {
		for n := range count {
			who := member.Profile{ID: member.ID(kinName(test, n)), DisplayName: "Kin " + strings.ToUpper(test[:1]) + fmt.Sprint(n), JoinedAt: foundation}
			switch n {
			case count - 2:
				who.Birthday = today.AddDate(-10, 0, -10).Format(time.DateOnly)
			case count - 1:
				who.Birthday = today.AddDate(-15, 0, -10).Format(time.DateOnly)
			}
			h := account.Open(rules, who)
			if n < 3 {
				h.Account.Standing = h.Account.Standing.Give(rules, tier.Grant{Tier: "GOLD", Route: programme.Invited, From: written(2), Until: written(2).AddDate(100, 0, 0)})
			}
			if err := st.accounts.Create(ctx, h); err != nil {
				return err
			}
			if _, err := st.wallets(rules).Post(ctx, h.Account.Wallet, []wallet.Posting{{
				Op: "gift", Kind: wallet.Adjust, Coins: kinCoins, Title: "coins.adjusted", Reason: "to be spent by tests", At: written(1), Actor: "staff",
			}}); err != nil {
				return err
			}
		}
	}
	fallen := family.Open("Fallen", member.ID(kinName("fallen", 3)), written(3)).With(member.ID(kinName("fallen", 0)), family.Adult, written(3))
	if err := st.families.Create(ctx, fallen); err != nil { // whose owner has not the tier that it takes
		return err
	}
	if err := errors.Join(putLate(ctx, st, rules), putGates(ctx, st, rules)); err != nil {
		return err
	}
	return st.community.SetTie(ctx, member.ID(kinName("apart", 3)), community.Block, kinName("apart", 1), true, 100)
}

// relative is one of them with an app.
type relative struct{ walletApp }

func relatives(t testing.TB, e *engine, test string) []relative {
	t.Helper()
	text := appDocument(t, "family") + "\n" + appDocument(t, "relatives") + "\n" + appDocument(t, "child")
	var out []relative
	for n := range kin[test] {
		out = append(out, relative{walletApp{t, e.gateway.url, kinName(test, n), text}})
	}
	return out
}

// done sends a mutation that must not be refused.
func (r relative) done(operation, field string, pairs ...any) reply {
	r.t.Helper()
	a := r.insist(operation, input(pairs...)["input"].(map[string]any))
	if code := a.refusal(r.t, field); code != "" {
		r.t.Fatalf("%s of %s is refused with %s: %s", operation, r.who, code, a.text)
	}
	return a
}

// no sends a mutation and gives the code that it is refused with.
func (r relative) no(operation, field string, pairs ...any) string {
	r.t.Helper()
	return r.insist(operation, input(pairs...)["input"].(map[string]any)).refusal(r.t, field)
}

// opens a family, which must have no members but the one who opens it.
func (r relative) opens(name string) {
	r.t.Helper()
	r.done("FamilyCreate", "familyCreate", "name", name)
}

var wishes atomic.Int64

// invites somebody, and gives the token.
func (r relative) invites(role string) string {
	r.t.Helper()
	token, _ := r.done("FamilyInvite", "familyInvite", "idempotencyKey", fmt.Sprint("wish-", wishes.Add(1)), "role", role).at(r.t, "familyInvite", "invitation", "token").(string)
	if len(token) != 22 {
		r.t.Fatalf("the token is %q", token)
	}
	return token
}

func (r relative) joins(token string, pairs ...any) reply {
	r.t.Helper()
	return r.done("FamilyRespond", "familyInvitationRespond", append([]any{"token", token, "accept", true}, pairs...)...)
}

// page is what the family's page shows.
func (r relative) page() reply {
	r.t.Helper()
	return good(r.t, r.url, question{query: appQueries(r.t)["FamilyPage"].text, who: r.who})
}

// roles lists who is in the family, as the page shows it.
func (r relative) roles() string {
	r.t.Helper()
	members, _ := r.page().at(r.t, "me", "family", "members").([]any)
	var out []string
	for _, m := range members {
		out = append(out, fmt.Sprint(m.(map[string]any)["role"]))
	}
	return strings.Join(out, " ")
}
