package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
)

const operationsDir = "../clients/operations/"

// document is one operation of the apps.
type document struct {
	name string
	file string // the whole file that it stands in
	text string // it alone, with the fragments that it uses
	doc  *ast.QueryDocument
}

// documents are the queries of the apps that the schema answers, by name.
func appQueries(t testing.TB) map[string]document {
	t.Helper()
	files, err := filepath.Glob(operationsDir + "*.graphql")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no operations: %v", err)
	}
	waiting := words(t, "pending.txt")
	out := map[string]document{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := parser.ParseQuery(&ast.Source{Name: filepath.Base(file), Input: string(text)})
		if err != nil {
			t.Fatal(err)
		}
		for _, op := range whole.Operations {
			if op.Operation != ast.Query || slices.Contains(waiting, op.Name) {
				continue
			}
			doc := &ast.QueryDocument{Operations: ast.OperationList{op}, Fragments: used(whole, op.SelectionSet, nil)}
			var b strings.Builder
			formatter.NewFormatter(&b).FormatQueryDocument(doc)
			out[op.Name] = document{name: op.Name, file: string(text), text: b.String(), doc: doc}
		}
	}
	return out
}

// used are the fragments that a selection reaches.
func used(doc *ast.QueryDocument, set ast.SelectionSet, found ast.FragmentDefinitionList) ast.FragmentDefinitionList {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			found = used(doc, s.SelectionSet, found)
		case *ast.InlineFragment:
			found = used(doc, s.SelectionSet, found)
		case *ast.FragmentSpread:
			if f := doc.Fragments.ForName(s.Name); found.ForName(s.Name) == nil {
				found = used(doc, f.SelectionSet, append(found, f))
			}
		}
	}
	return found
}

// words are those of a list beside the operations, one a line.
func words(t testing.TB, name string) []string {
	t.Helper()
	text, err := os.ReadFile(operationsDir + name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(text))
}

// asking is one way in which apps send an operation.
type asking struct {
	operation string
	who       string
	at        string
	variables map[string]any
}

func (a asking) String() string {
	b := strings.Builder{}
	b.WriteString(a.operation)
	for _, name := range []string{"kind", "boardCode", "surface", "first"} {
		if v, ok := a.variables[name]; ok {
			b.WriteString(" " + strings.TrimSpace(strings.Trim(jsonOf(v), `"`)))
		}
	}
	if a.who == "" {
		return b.String() + " of nobody"
	}
	return b.String() + " of " + a.who
}

// askings are all operations as members of different kinds send them, and as nobody does.
func askings() []asking {
	var out []asking
	add := func(operation string, at string, variables map[string]any, who ...string) {
		for _, w := range who {
			out = append(out, asking{operation, w, at, variables})
		}
	}
	everybody := []string{owner, adult, teen, child, stranger, single, villager, ""}
	add("Home", sampleEnd, nil, everybody...)
	add("Home", today, nil, everybody...)
	add("WalletPage", sampleEnd, nil, everybody...)
	add("WalletPage", sampleEnd, map[string]any{"first": 50}, single)
	add("WalletStatement", sampleEnd, map[string]any{"month": "2011-01"}, everybody...)
	add("WalletStatement", sampleEnd, map[string]any{"month": "2010-12", "first": 50}, owner, single)
	add("BestRedemption", sampleEnd, map[string]any{"orderAmountFen": 1001, "channel": "STORE"}, owner)
	add("CoinSupply", sampleEnd, nil, owner, "")
	add("Wallets", sampleEnd, nil, everybody...)
	add("Inbox", sampleEnd, nil, everybody...)
	add("Inbox", sampleEnd, map[string]any{"unreadOnly": true, "first": 1}, "reader")
	add("NoticeSettings", sampleEnd, nil, owner, "")
	add("Rewards", sampleEnd, nil, owner, "")
	add("Redemptions", sampleEnd, nil, owner, "collector", "")
	add("Redemptions", sampleEnd, map[string]any{"filter": map[string]any{"states": []string{"USED"}}, "first": 1}, "collector")
	add("BenefitsToUse", today, nil, owner, "collector", "")
	add("BenefitUses", today, nil, owner, "collector", "")
	add("BenefitUses", today, map[string]any{"filter": map[string]any{"states": []string{"CANCELLED"}}, "first": 1}, "collector")
	add("RewardSlots", sampleEnd, nil, owner, "")
	add("TierPage", sampleEnd, nil, everybody...)
	add("TierPage", today, nil, owner)
	add("TierPage", "2011-12-10T12:00:00+08:00", nil, owner) // a year later, when growth is about to leave
	add("TierWay", sampleEnd, nil, everybody...)
	add("TierWay", today, nil, owner, single)
	add("Membership", today, nil, owner, single, "")
	add("Offers", today, nil, owner, "")
	add("Invitation", today, nil, owner, "")
	add("Coupons", sampleEnd, nil, owner, "")
	add("CouponCampaigns", today, nil, owner, "")
	add("BestCoupons", sampleEnd, map[string]any{"order": map[string]any{"orderAmountFen": 9_000, "channel": "MINI_PROGRAM", "deliveryFen": 600}}, owner)
	add("BestCheckout", sampleEnd, map[string]any{"order": map[string]any{"orderAmountFen": 9_000, "channel": "STORE"}}, owner)
	add("Earning", today, nil, owner, single, "")
	add("Programme", today, nil, owner, "")
	add("ProfilePage", sampleEnd, nil, owner, single, "")
	add("IdentityPage", sampleEnd, nil, owner, single, "")
	add("ProfilePage", today, nil, owner)
	add("BenefitsPage", sampleEnd, nil, everybody...)
	add("BenefitsPage", today, map[string]any{"first": 50}, owner, single)
	add("BenefitsPage", "2011-10-08T12:00:00+08:00", nil, owner) // a day of the month and of the year on which something is there
	add("DeskPage", sampleEnd, nil, owner, teen, "")
	add("DeskPage", today, nil, owner)
	add("MemberCode", sampleEnd, nil, owner, "")
	add("FamilyPage", sampleEnd, nil, everybody...)
	add("FamilyHistory", sampleEnd, nil, owner, adult, "")
	add("FamilyChildren", sampleEnd, nil, owner, adult, "")
	add("FamilyApprovals", sampleEnd, nil, owner, adult, child, "")
	add("FamilyApprovals", sampleEnd, map[string]any{"state": "DECLINED", "first": 1}, owner)
	add("FamilyReceipts", sampleEnd, nil, owner, child, "")
	add("FamilyDrawPreview", sampleEnd, map[string]any{"coins": 100}, owner, teen, child, single, "")
	add("FamilyDrawPreview", sampleEnd, map[string]any{"coins": 2_000_000_000}, owner)
	add("FamilyInvitation", sampleEnd, map[string]any{"token": invitation}, single, "")
	add("FamilyInvitation", sampleEnd, map[string]any{"token": "made up"}, single)
	for _, kind := range []string{"HOT", "NEW", "FOR_YOU"} {
		add("Feed", sampleEnd, map[string]any{"kind": kind, "first": 10}, owner, "")
	}
	for _, kind := range []string{"FOLLOWING", "FAMILY"} {
		add("Feed", sampleEnd, map[string]any{"kind": kind}, owner, single)
	}
	add("Feed", sampleEnd, map[string]any{"kind": "BOARD", "boardCode": "EVENTS", "first": 50}, owner, "")
	add("Feed", sampleEnd, map[string]any{"kind": "TOPIC", "topicId": globalID("Topic", string(soupTopic))}, owner, "")
	add("PostDetail", sampleEnd, map[string]any{"id": globalID("Post", string(busyPost))}, owner, adult, "")
	add("PostDetail", sampleEnd, map[string]any{"id": globalID("Post", string(familyPost))}, owner)
	add("Community", sampleEnd, nil, owner, teen, "")
	add("GroupPage", today, map[string]any{"id": globalID("Group", guildGroup)}, guild(0), owner, "")
	add("Leaderboards", today, nil, owner)
	add("Leaderboard", monthLater, map[string]any{"id": globalID("Leaderboard", villageMonth+"/COMMUNITY")}, owner)
	add("GroupStars", monthLaterStill, map[string]any{"id": globalID("Group", guildGroup)}, owner, guild(0))
	add("Awards", monthLaterStill, nil, owner, guildStar)
	add("PersonInGroups", today, map[string]any{"id": globalID("PublicProfile", "none")}, owner, "")
	add("PostCampaigns", today, nil, owner, "")
	add("Reports", sampleEnd, nil, owner, "")
	add("Honours", today, map[string]any{"id": globalID("Post", string(busyPost))}, owner, "")
	add("ModerationRules", today, nil, owner, "")
	add("PostPictures", sampleEnd, map[string]any{"id": globalID("Post", string(busyPost))}, stranger, owner, "")
	add("OwnPost", sampleEnd, map[string]any{"id": globalID("Post", string(pendingPost))}, stranger, owner, "")
	add("OwnComment", sampleEnd, map[string]any{"id": globalID("Comment", string(pendingReply))}, stranger, owner, "")
	for _, operation := range []string{"Bookmarks", "ReactedPosts", "MyTies"} {
		add(operation, sampleEnd, nil, owner, keeper, "")
	}
	for _, surface := range []string{"HOME", "DISCOVER", "CART", "REWARDS", "COMMUNITY", "FAMILY", "REPLENISH"} {
		add("Recommend", sampleEnd, map[string]any{"surface": surface}, owner, "")
	}
	add("Recommend", sampleEnd, map[string]any{"surface": "PRODUCT", "contextId": globalID("Product", "85123A")}, owner, "")
	return out
}

func TestEveryQueryOfTheAppsIsAsked(t *testing.T) {
	asked := map[string]bool{"Sync": true, "PrivacyPage": true, "DataRights": true, "IdentityReadApplications": true, "ModerationQueue": true, "ModerationLog": true, "GroupRoleLog": true, "CodeAtTill": true, "CouponAtTill": true, "Entitlements": true, "AfterSalesQueue": true, "StoreWordCheck": true, "Devices": true} // by the test of subscriptions; by the tests of tills: it needs a clerk; by those of copies, readings and sessions: they are of real time
	for _, a := range askings() {
		asked[a.operation] = true
	}
	for name := range appQueries(t) {
		if !asked[name] {
			t.Errorf("no test asks %s", name)
		}
	}
}

// Every query of the apps is answered, alone and out of its whole file, with what its fields promise and no error.
func TestEveryQueryOfTheAppsIsAnswered(t *testing.T) {
	queries := appQueries(t)
	onEngines(t, func(t *testing.T, e *engine) {
		seen := newSighting(e.gateway.parts.Schema.Schema(), words(t, "empty.txt"))
		for _, a := range askings() {
			q := queries[a.operation]
			alone := question{query: q.text, variables: a.variables, who: a.who, at: a.at}
			r := good(t, e.gateway.url, alone)
			for _, wrong := range seen.look(q.doc, r.value(t)) {
				t.Errorf("%s: %s", a, wrong)
			}
			file := alone
			file.query, file.operation = q.file, q.name
			ofFile := masked(t, good(t, e.gateway.url, file))
			if ofFile == masked(t, r) {
				continue
			}
			// What all members share may have become fresher in between: then the answer by itself has changed, too.
			if now := masked(t, good(t, e.gateway.url, alone)); ofFile != now {
				t.Errorf("%s: the whole file with operationName gives another answer: %s", a, difference(ofFile, now))
			}
		}
		for _, name := range seen.neverSeen(blank) {
			t.Errorf("no answer gives a value of %s: seed one, or say in the list of this test why there is none", name)
		}
		for _, name := range seen.seenThough(blank) {
			t.Errorf("%s has a value now: take it off the list of this test", name)
		}
	})
}

// blank are fields, besides those of empty.txt, that have no value in any answer of the test, and why.
var blank = map[string]string{
	"EarnExplanation.cappedBy":      "no wallet of the sample is full",
	"LedgerEntry.familyGift":        "nobody in the village draws; the tests of draws see gifts",
	"FamilyInvitation.token":        "only who invites is told; the tests of families see tokens",
	"FamilySharing.percent":         "the village shares all; the tests of families see shares",
	"FamilySharing.keepFloor":       "the same",
	"TierStatus.challenges":         "the village joined long ago; the tests of a programme's year see tasks",
	"TierStatus.plans":              "retail-5 sells no tier; the tests of renewal see plans",
	"TierStatus.renewalChoices":     "the same",
	"Member.offers":                 "retail-5 sells no tier; the tests of offers see some",
	"InvitationReward.days":         "retail-5 gives coins; the tests of invitations see days and coupons",
	"InvitationReward.tier":         "the same",
	"InvitationReward.coupon":       "the same",
	"EarnRule.coupon":               "retail-5 gives none by rules; the tests of rewards see one",
	"EarnRule.validUntil":           "no rule of retail-5 ends",
	"EarnRule.perMember":            "no rule of retail-5 has such a cap",
	"EarnRule.leftEver":             "the same",
	"TierGrant.renewal":             "the same",
	"TierStatus.invitations":        "nobody in the village spends enough; the tests of admissions see invitations",
	"Benefit.costLeftFen":           "nobody in the village is DIAMOND; the tests of uses see cost caps",
	"Benefit.options":               "no birthday is known; the tests of uses see options",
	"Benefit.stock":                 "retail-5 limits nothing over all members; the tests of uses see stocks",
	"BenefitUse.choice":             "the same as options",
	"BenefitUse.fallback":           "the same as cost caps",
	"Query.couponCampaigns":         "no campaign is open then; the tests of coupons see one",
	"Coupon.categories":             "no coupon of retail-5 is for some goods only",
	"Coupon.channels":               "no coupon of retail-5 is for some channels only",
	"Coupon.stores":                 "no coupon of retail-5 is for some stores only",
	"CouponBlock.wants":             "the same",
	"Coupon.frozenUntil":            "no order keeps one; the tests of coupons see such",
	"Coupon.orderId":                "the same",
	"Coupon.usedAt":                 "none is used; the tests of coupons see such",
	"Coupon.savedFen":               "the same",
	"Coupon.whyNot":                 "all may be used; the tests of coupons see others",
	"HoldConnection.nodes":          "nobody in the village is paying; the tests of the checkout see holds",
	"Wallet.holds":                  "the same",
	"ContentRuling.appeal":          "nobody in the village appeals; the tests of reports see appeals",
	"ContentRuling.appealedAt":      "the same",
	"ContentRuling.appealDecidedAt": "the same",
	"Member.reports":                "nobody in the village reports; the tests of reports see some",
	"Post.adoptedAt":                "the same",
	"ReportConnection.edges":        "the same",
}
