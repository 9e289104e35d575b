package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/vektah/gqlparser/v2/ast"

	"membergate/internal/account"
	"membergate/internal/authz"
	"membergate/internal/desk"
	"membergate/internal/family"
	"membergate/internal/notice"
	"membergate/internal/programme"
	"membergate/internal/redemption"
	"membergate/internal/tier"
	"membergate/internal/token"
	"membergate/internal/viewer"
	"membergate/internal/wallet"
)

// cast says which members of the village play the actors of the table of rights. Staff are members too.
var cast = map[authz.Actor]string{
	authz.AMember: teen, authz.FamilyOwner: owner, authz.FamilyAdult: adult, authz.FamilyChild: child, authz.OtherMember: stranger, authz.Suspended: single,
	authz.Clerk: "14646", authz.Moderator: "15749", authz.Service: "16029", authz.Operations: "17450", authz.DPO: "17511", authz.Legal: "17841",
}

// friend is nobody of the cast: the other side of what the member does.
const friend = "15311"

// as is the header with which an actor asks.
func as(t *testing.T, a authz.Actor) map[string]string {
	t.Helper()
	var text string
	var err error
	switch role := a.Role(); {
	case a == authz.Nobody:
		return nil
	case a == authz.Expired:
		text = claimed(t, testSecret, set("exp", jwt.NewNumericDate(time.Now().Add(-time.Hour))))
	case role != "":
		text, err = token.Sign(trust, token.Grant{Member: cast[a], Scope: viewer.ScopeStaff, Roles: []string{role}, Lifetime: time.Hour}, time.Now())
	default:
		text = tokenOf(t, cast[a])
	}
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{"Authorization": "Bearer " + text}
}

// saidBy is what the door said to an answer: whether anything was refused for who asks.
func saidBy(r reply) authz.Outcome {
	for _, p := range r.Errors {
		switch {
		case p.code() == "UNAUTHENTICATED":
			return authz.Unauthenticated
		case p.code() == "FORBIDDEN" && p.Extensions["reason"] == "SUSPENDED":
			return authz.SuspendedNow
		case p.code() == "FORBIDDEN":
			return authz.Forbidden
		}
	}
	return authz.Answered
}

// staged opens a gateway on an own copy of the village, with a suspended member and things of the member's.
func staged(t *testing.T) *gateway {
	t.Helper()
	pairs := []string{"DATA_DIR", filled(t), "SANDBOX", "on", "JWT_HS256_SECRET", testSecret}
	if err := fill(pairs, putThings); err != nil {
		t.Fatal(err)
	}
	g, err := openGateway(pairs...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.close(); err != nil {
			t.Error(err)
		}
	})
	suspend(t, g, single, "ABUSE")
	return g
}

// publicID is the public id of a member.
func publicID(t *testing.T, g *gateway, who string) string {
	t.Helper()
	id, _ := good(t, g.url, question{who: who, query: "{me{publicProfile{id}}}"}).at(t, "me", "publicProfile", "id").(string)
	return id
}

const suspension = `mutation($input: MemberSuspensionSetInput!) {memberSuspensionSet(input: $input) {profile{displayName} suspension{reason reasonName since} userErrors{field message code}}}`

// suspend suspends a member; for no reason it ends that.
func suspend(t *testing.T, g *gateway, who, reason string) reply {
	t.Helper()
	in := input("memberId", publicID(t, g, who), "suspended", reason != "")
	if reason != "" {
		in = input("memberId", publicID(t, g, who), "suspended", true, "reason", reason)
	}
	r := good(t, g.url, question{query: suspension, variables: in, header: as(t, authz.Operations)})
	if code := r.refusal(t, "memberSuspensionSet"); code != "" {
		t.Fatalf("suspending is refused with %s", code)
	}
	return r
}

// putThings gives the teen a request after a sale, a wish that waits for a yes, a notice, coins, and the tier to send some.
func putThings(ctx context.Context, s Settings, st *stores, rules book) error {
	keys, err := s.Keys()
	if err != nil {
		return err
	}
	found, err := st.accounts.ByIDs(ctx, authors, account.Whole)
	if err != nil {
		return err
	}
	f, ok, err := st.families.ByMember(ctx, teen)
	if err != nil || !ok {
		return errors.Join(err, errors.New("the teen is in no family"))
	}
	never := time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	f.Approvals = append(f.Approvals, family.Approval{ID: "fa_teen", Requester: teen, Redemption: "of-fa_teen", Coins: 200, State: family.Undecided, CreatedAt: written(3), ExpiresAt: never})
	a := found[teen].Account
	a.Standing = a.Standing.Give(rules, tier.Grant{Tier: "GOLD", Route: programme.Invited, From: written(30), Until: written(30).AddDate(100, 0, 0)}).Foreseen(rules)
	_, err = st.wallets(rules).Post(ctx, a.Wallet, []wallet.Posting{{Op: "of the matrix", Kind: wallet.Adjust, Coins: kinCoins, Title: "coins.adjusted", Reason: "to be spent",
		At: time.Date(2011, 2, 1, 0, 0, 0, 0, time.UTC), Actor: "staff"}})
	return errors.Join(err, st.accounts.Save(ctx, a),
		st.notices.Put(ctx, []notice.Notice{{ID: notice.NoticeID(teen, programme.CoinsEarned, "#900"), Member: teen, Kind: programme.CoinsEarned, Key: "#900", Number: 900,
			Rev: 1, Count: 1, At: written(50), Fill: notice.Fill{Coins: 5, Day: written(50)}}}),
		st.families.Save(ctx, f),
		st.redemptions.Create(ctx, redemption.Redemption{ID: "of-fa_teen", Wallet: found[teen].Account.Wallet, Reward: "r-01", Quantity: 1, Cost: 200, State: redemption.Awaiting,
			CreatedAt: written(3), Request: redemption.Request{ID: "fa_teen", By: teen, AnswerBy: never, Family: villageFamily}}),
		st.requests.Create(ctx, desk.Request{ID: "7009", Input: "x", Member: teen, Order: "536365", Kind: "QUALITY", Sealed: keys.Seal(desk.TextPurpose, "Broken."), Priority: 3,
			At: written(40), RespondBy: written(41), State: desk.Open}),
	)
}

// Every root field is asked as every actor, of a schema that has no other. What is asked names nothing, so that nothing comes of
// it but the door's word.
func TestEveryCellOfTheTableOfRightsIsAsWritten(t *testing.T) {
	g := staged(t)
	schema := g.parts.Schema.Schema()
	table, err := authz.New(schema)
	if err != nil {
		t.Fatal(err)
	}
	cells := 0
	for _, root := range []string{"query", "mutation"} {
		d := schema.Query
		if root == "mutation" {
			d = schema.Mutation
		}
		// Who signs out asks nothing after it.
		isLast := func(f *ast.FieldDefinition) bool { return f.Name == "signOut" }
		fields := append(slices.DeleteFunc(slices.Clone(d.Fields), isLast), slices.DeleteFunc(slices.Clone(d.Fields), func(f *ast.FieldDefinition) bool { return !isLast(f) })...)
		for _, f := range fields {
			right, ok := table.Right(d.Name, f.Name)
			if strings.HasPrefix(f.Name, "__") || !ok {
				continue
			}
			document := root + "{" + f.Name + someArguments(schema, f) + someSelection(schema, f.Type) + "}"
			for _, a := range authz.Actors {
				cells++
				r := ask(t, g.url, question{query: document, header: as(t, a)})
				if got, want := saidBy(r), right.Root(a, root == "mutation"); got != want || strings.Contains(r.text, "INTERNAL") {
					t.Errorf("%s, to the actor %s, is %s, want %s: %s", f.Name, a, got, want, shortened(r.text))
				}
			}
		}
	}
	if cells < 14*110 {
		t.Errorf("%d cells were tried", cells)
	}
}

// A thing of every kind that has an id is looked at by it, as every actor: whoever may not see it gets, byte for byte, what they
// get for one that is not there.
func TestEveryCellOfTheTableOfThingsIsAsWritten(t *testing.T) {
	g := staged(t)
	schema := g.parts.Schema.Schema()
	table, err := authz.New(schema)
	if err != nil {
		t.Fatal(err)
	}
	things := possessions(t, g)
	const query = `query($id: ID!) { node(id: $id) { __typename id } }`
	for _, d := range schema.PossibleTypes["Node"] {
		id := things[d.Name]
		if id == "" {
			if test := triedElsewhere[d.Name]; test == nil {
				t.Errorf("nothing of the kind %s is tried", d.Name)
			}
			t.Logf("a %s is tried in %v", d.Name, triedElsewhere[d.Name])
			continue
		}
		right, _ := table.Right(d.Name, "id")
		for _, a := range authz.Actors {
			get := func(id string) reply {
				return ask(t, g.url, question{query: query, variables: map[string]any{"id": id}, header: as(t, a)})
			}
			r, got := get(id), authz.Nothing
			switch {
			case saidBy(r) != authz.Answered:
				got = saidBy(r)
			case len(r.Errors) == 0 && r.at(t, "node", "id") == id && r.at(t, "node", "__typename") == d.Name:
				got = authz.Answered
			}
			want := right.Thing(a)
			if want == authz.AtTheDesk {
				want = authz.Nothing // by its id
			}
			if got != want {
				t.Errorf("a %s, to the actor %s, is %s, want %s: %s", d.Name, a, got, want, shortened(r.text))
			}
			if none := get(unknownLike(id)); want == authz.Nothing && (none.text != r.text || none.status != r.status) {
				t.Errorf("a %s, to the actor %s, is %s, and one that is not there %s", d.Name, a, shortened(r.text), shortened(none.text))
			}
		}
	}
	if len(things) < 30 {
		t.Errorf("%d kinds are tried: %v", len(things), things)
	}
}

// unknownLike is the id of a thing that is not there, made as that of one that is: with the same shape, and other signs.
func unknownLike(id string) string {
	raw, _ := base64.RawURLEncoding.DecodeString(id)
	kind, key, _ := strings.Cut(string(raw), ":")
	for i, c := range []byte(key) {
		if c >= '1' && c <= '9' {
			key = key[:i] + string(rune('1'+(c-'0')%9)) + key[i+1:]
			return globalID(kind, key)
		}
	}
	return globalID(kind, "none")
}

// possessions are ids of things that are the member's, and of things for everybody, by their kind.
func possessions(t *testing.T, g *gateway) map[string]string {
	t.Helper()
	out := map[string]string{
		"AfterSalesRequest": globalID("AfterSalesRequest", "7009"), "ApprovalRequest": globalID("ApprovalRequest", string(villageFamily)+"/fa_teen"),
		"Redemption": globalID("Redemption", "of-fa_teen"), "FamilyInvitation": globalID("FamilyInvitation", string(villageFamily)+"/fi_village"), "Post": globalID("Post", string(busyPost)), "Topic": globalID("Topic", string(soupTopic)),
	}
	note := func(r reply) {
		served(r.value(t), func(id, kind string) {
			if out[kind] == "" {
				out[kind] = id
			}
		})
	}
	mine := question{who: teen, query: `{ me { id publicProfile { id } tier { id current { id benefits { id } } } wallet { id entries(first: 1) { nodes { id } } }
		family { id members { id } } unreadCounts { id } recommendationSettings { id } privacy { id } notifications(first: 1) { nodes { id } } notificationSettings { id } }
		programme { id } boards { id } groups { id } rewards(first: 1) { nodes { id } } product(sku: "85123A") { id } leaderboards { id }
		rewardSlots: node(id: "` + globalID("Reward", hourReward) + `") { ... on Reward { slots(first: 1) { nodes { id } } } } }`}
	r := ask(t, g.url, mine)
	if len(r.Data) == 0 {
		t.Fatalf("the member's own things: %s", r.text)
	}
	note(r)
	post := out["Post"]
	note(good(t, g.url, question{who: teen, query: `query($id: ID!) { node(id: $id) { ... on Post { comments(first: 1) { nodes { id } } } } }`, variables: map[string]any{"id": post}}))
	to, me := publicID(t, g, friend), publicID(t, g, teen)
	do := func(a authz.Actor, field, kind, give string, pairs ...any) {
		document := fmt.Sprintf(`mutation($input: %sInput!) { %s(input: $input) { %s userErrors { code message } } }`, kind, field, give)
		r := ask(t, g.url, question{query: document, variables: input(pairs...), header: as(t, a)})
		if len(r.Errors) > 0 || !strings.Contains(r.text, `"id"`) {
			t.Logf("%s gives nothing: %s", field, shortened(r.text))
			return
		}
		note(r)
	}
	do(authz.AMember, "deviceRegister", "DeviceRegister", "device { id }", "kind", "FCM", "token", "a-token-of-the-matrix", "locale", "en")
	do(authz.AMember, "contentReport", "ContentReport", "report { id }", "subjectId", post, "reason", "SPAM")
	do(authz.AMember, "checkoutHold", "CheckoutHold", "hold { id }", "idempotencyKey", "m-1", "orderId", "m-1", "orderAmountFen", 10_000, "coins", 1, "channel", "STORE")
	do(authz.AMember, "coinTransfer", "CoinTransfer", "transfer { id }", "idempotencyKey", "m-2", "recipientId", to, "coins", 100)
	do(authz.Operations, "coinAdjustmentPropose", "CoinAdjustmentPropose", "adjustment { id }", "idempotencyKey", "m-3", "memberId", me, "coins", 1, "category", "GOODWILL", "reason", "Sorry.")
	do(authz.Service, "couponIssue", "CouponIssue", "coupons { id }", "idempotencyKey", "m-4", "memberId", me, "templateCode", "LATE_20", "reason", "Sorry.")
	queue := ask(t, g.url, question{query: `{ moderationQueue(first: 1) { nodes { id } } }`, header: as(t, authz.Moderator)})
	note(queue)
	return out
}

// Nobody is left out of the cast, and nobody plays two parts.
func TestTheCastOfTheTableOfRightsIsWhole(t *testing.T) {
	var seen []string
	for _, a := range authz.Actors {
		if a == authz.Nobody || a == authz.Expired {
			continue
		}
		if who := cast[a]; who == "" || slices.Contains(seen, who) || who == friend {
			t.Errorf("%s is played by %q", a, who)
		}
		seen = append(seen, cast[a])
	}
}
