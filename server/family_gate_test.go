package main

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// The owner of one family holds GOLD until a moment, and again a year later; that of another held it until some months
// before the tests.
var (
	gateEnds = time.Date(2090, 3, 1, 0, 0, 0, 0, time.UTC)
	gateOpen = gateEnds.AddDate(1, 0, 0)
)

func putGates(ctx context.Context, st *stores, rules book) error {
	past := time.Now().AddDate(0, -3, 0)
	var wrong []error
	put := func(id, name string, paid ...tier.Payment) {
		h := account.Open(rules, member.Profile{ID: member.ID(id), DisplayName: name, JoinedAt: foundation})
		for i, o := range paid { // told of beforehand, as a payment for a later time is
			o.ID, o.Tier = fmt.Sprint("gate-", i), "GOLD"
			h.Account.Standing = h.Account.Standing.Bought(rules, written(2), o)
		}
		_, err := st.wallets(rules).Post(ctx, h.Account.Wallet, []wallet.Posting{{
			Op: "gift", Kind: wallet.Adjust, Coins: kinCoins, Title: "coins.adjusted", Reason: "to be spent by tests", At: written(1), Actor: "staff",
		}})
		wrong = append(wrong, st.accounts.Create(ctx, h), err)
	}
	open := func(owner, other string) {
		f := family.Open("Home", member.ID(owner), written(3)).With(member.ID(other), family.Adult, written(4))
		f.Invitations = []family.Invitation{{ID: "fi_" + owner, Hash: family.HashToken("the token of " + owner), Role: family.Adult, State: family.Invited, InvitedBy: member.ID(owner),
			CreatedAt: written(5), ExpiresAt: gateOpen.AddDate(10, 0, 0)}}
		wrong = append(wrong, st.families.Create(ctx, f))
	}
	put("gate-1", "Owner", tier.Payment{From: written(2), Until: gateEnds}, tier.Payment{From: gateOpen, Until: gateOpen.AddDate(1, 0, 0)})
	put("gate-2", "Other")
	put("gate-3", "Guest")
	put("gate-4", "Fallen", tier.Payment{From: written(2), Until: past})
	put("gate-5", "Other")
	open("gate-1", "gate-2")
	open("gate-4", "gate-5")
	return errors.Join(wrong...)
}

// When the owner falls below the tier, sharing goes on for the programme's days, then it pauses. Nobody loses anything: all
// are still there with their coins, and when the owner rises again it goes on.
func TestAFamilyWhoseOwnerFallsPausesAndComesBack(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		page := appQueries(t)["FamilyPage"].text
		preview := appQueries(t)["FamilyInvitation"].text
		for _, c := range []struct {
			name     string
			at       time.Time
			discount any
			pool     float64
			blocked  any
		}{
			{"while the owner holds the tier", gateEnds.AddDate(0, 0, -1), 3.0, 2 * kinCoins, nil},
			{"in the grace after", gateEnds.AddDate(0, 0, 29), 3.0, 2 * kinCoins, nil},
			{"when the grace is over", gateEnds.AddDate(0, 0, 31), nil, kinCoins, "OWNER_TIER_TOO_LOW"},
			{"months later", gateEnds.AddDate(0, 9, 0), nil, kinCoins, "OWNER_TIER_TOO_LOW"},
			{"when the owner has risen again", gateOpen.AddDate(0, 0, 1), 3.0, 2 * kinCoins, nil},
		} {
			at := c.at.Format(time.RFC3339)
			for _, who := range []string{"gate-1", "gate-2"} {
				r := good(t, e.gateway.url, question{query: page, who: who, at: at})
				discount := r.at(t, "me", "family", "sharedDiscount")
				if d, ok := discount.(map[string]any); ok {
					discount = d["percent"]
				}
				if people, _ := r.at(t, "me", "family", "members").([]any); len(people) != 2 || discount != c.discount || r.at(t, "me", "family", "pool", "available") != c.pool {
					t.Errorf("%s, %s sees %s", c.name, who, shortened(r.text))
				}
				if own := good(t, e.gateway.url, question{query: balanceNow, who: who, at: at}).at(t, "me", "wallet", "balance", "available"); own != float64(kinCoins) {
					t.Errorf("%s, %s has %v coins", c.name, who, own)
				}
			}
			r := good(t, e.gateway.url, question{query: preview, who: "gate-3", at: at, variables: map[string]any{"token": "the token of gate-1"}})
			if r.at(t, "familyInvitation", "acceptable") != (c.blocked == nil) || r.at(t, "familyInvitation", "blockedBy") != c.blocked {
				t.Errorf("%s, whoever is invited sees %s", c.name, r.text)
			}
		}
		// While it is paused nobody joins, and nobody is kept in.
		text := appDocument(t, "family") + "\n" + appDocument(t, "relatives")
		fallen, other := relative{walletApp{t, e.gateway.url, "gate-4", text}}, relative{walletApp{t, e.gateway.url, "gate-5", text}}
		guest := relative{walletApp{t, e.gateway.url, "gate-3", text}}
		if code := guest.no("FamilyRespond", "familyInvitationRespond", "token", "the token of gate-4", "accept", true); code != "OWNER_TIER_TOO_LOW" {
			t.Errorf("joining is refused with %q", code)
		}
		if code := fallen.no("FamilyInvite", "familyInvite", "idempotencyKey", "k", "role", "ADULT"); code != "OWNER_TIER_TOO_LOW" {
			t.Errorf("inviting is refused with %q", code)
		}
		other.done("FamilyShare", "familySharingSet", "mode", "PERCENT", "percent", 10)
		other.done("FamilyLeave", "familyLeave", "confirm", true)
		if other.purse() != fmt.Sprint(kinCoins, "+0") || fallen.purse() != fmt.Sprint(kinCoins, "+0") || fallen.roles() != "OWNER" {
			t.Errorf("after leaving, %s and %s; in the family are %s", other.purse(), fallen.purse(), fallen.roles())
		}
	})
}
