package main

import (
	"encoding/base64"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

// guards say of each root field of the schema who may ask it: "" is anybody, "member" is whoever is signed in, and all else
// are the roles of staff of which one is needed.
var guards = map[string]string{
	"me": "", "node": "", "nodes": "", "programme": "", "coinSupply": "", "familyInvitation": "", "feed": "", "boards": "", "groups": "",
	"product": "", "rewards": "", "recommendations": "", "couponCampaigns": "", "postCampaigns": "",

	"signIn": "", "phoneCodeSend": "", "sessionRefresh": "", "signOut": "member", "sessionEnd": "member", "signInMethodAdd": "member", "signInMethodRemove": "member",

	"identityReadApplications": "dpo legal", "coinAdjustments": "operations", "tierApplications": "operations", "membershipOffer": "service", "membershipRenewals": "service",
	"entitlements": "service clerk", "storeWordCheck": "clerk", "afterSalesRequests": "service operations", "couponByCode": "clerk", "redemptionByCode": "clerk",

	"checkoutHold": "member", "checkoutSettle": "member", "rewardRedeem": "member", "redemptionCancel": "member", "redemptionShow": "member",
	"couponFreeze": "member", "couponRelease": "member", "couponClaim": "member", "couponTake": "member", "couponShow": "member",
	"benefitUse": "member", "benefitUseCancel": "member", "tierInvitationRespond": "member", "tierApply": "member", "coinTransfer": "member", "coinConvert": "member",
	"membershipClaim": "member", "membershipRenewalSet": "member", "membershipTrialStart": "member", "offerAccept": "member",
	"memberUpdate": "member", "consentSet": "member", "historyDelete": "member", "accountClose": "member", "accountCloseCancel": "member", "dataExport": "member", "householdSet": "member", "preferencesSet": "member",
	"notificationsRead": "member", "notificationSettingsSet": "member", "deviceRegister": "member", "deviceRemove": "member",
	"familyCreate": "member", "familyInvite": "member", "familyInvitationRevoke": "member", "familyInvitationRespond": "member", "familyLeave": "member",
	"familyMemberRemove": "member", "familyOwnershipTransfer": "member", "familyDissolve": "member", "familyRoleSet": "member", "familyLimitSet": "member", "familyChildSet": "member",
	"familySharingSet": "member", "approvalDecide": "member",
	"reactionSet": "member", "bookmarkSet": "member", "followSet": "member", "memberBlockSet": "member", "groupJoin": "member",
	"sync": "member", "leaderboards": "member", "leaderboard": "member", "leaderboardListingSet": "member", "memberMuteSet": "member", "mutedWordSet": "member",
	"recommendationFeedback": "member", "recommendationEvents": "member", "trackEvents": "member",
	"mediaUploadCreate": "member", "mediaUploadFinish": "member",
	"memberCodeKey": "member", "memberCodeRevoke": "member", "afterSalesRequest": "member",
	"postCreate": "member", "postUpdate": "member", "postDelete": "member", "commentCreate": "member", "commentUpdate": "member", "commentDelete": "member",

	"contentReport": "member", "contentAppeal": "member", "moderationDecide": "moderator", "postAdopt": "moderator operations", "groupRoleSet": "operations", "groupRoleLog": "operations legal", "moderationQueue": "moderator", "moderationLog": "moderator legal",

	"redemptionUse": "clerk", "couponUseByCode": "clerk", "couponIssue": "service", "couponRevoke": "service", "tierApplicationDecide": "operations",
	"membershipCodesIssue": "operations", "membershipCodesWithdraw": "operations", "membershipDaysAdd": "operations",
	"identityTokenIssue": "member", "identitySet": "member", "identityFind": "service operations", "identityReadApply": "service operations", "identityRead": "service operations", "identityReadDecide": "dpo legal",
	"coinAdjustmentPropose": "operations", "coinAdjustmentDecide": "operations", "memberBirthdayCorrect": "operations", "memberSuspensionSet": "operations",
	"memberCodeRead": "service clerk", "afterSalesTake": "service operations", "afterSalesClose": "service operations",
}

// staffRoles are all that a token can give.
var staffRoles = []string{"clerk", "moderator", "service", "operations", "dpo", "legal"}

// Whoever may not ask a field is refused, with whatever arguments; a field that is not in the table is found here.
func TestEveryRootFieldRefusesWhoMayNotAskIt(t *testing.T) {
	g := ready(t, embedded).gateway
	schema := g.parts.Schema.Schema()
	asked := map[string]bool{}
	for kind, root := range map[string]*ast.Definition{"query": schema.Query, "mutation": schema.Mutation} {
		for _, f := range root.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			asked[f.Name] = true
			needs, named := guards[f.Name]
			if !named {
				t.Errorf("guards does not say who may ask %s", f.Name)
				continue
			}
			document := kind + "{" + f.Name + someArguments(schema, f) + someSelection(schema, f.Type) + "}"
			refused := func(who, want string, q question) {
				q.query = document
				r := ask(t, g.url, q)
				if want == "" && !strings.Contains(r.text, "UNAUTHENTICATED") && !strings.Contains(r.text, "FORBIDDEN") {
					return
				}
				if len(r.Errors) != 1 || r.Errors[0].code() != want || strings.Contains(string(r.Data), "typename") {
					t.Errorf("%s, to %s, answers %s, want %q", f.Name, who, shortened(r.text), want)
				}
			}
			if needs == "" {
				refused("nobody", "", question{})
				continue
			}
			refused("nobody", "UNAUTHENTICATED", question{})
			if needs == "member" {
				continue
			}
			refused("a member", "FORBIDDEN", question{who: stranger})
			refused("staff without roles", "FORBIDDEN", question{header: staff(t)})
			others := slices.DeleteFunc(slices.Clone(staffRoles), func(role string) bool { return slices.Contains(strings.Fields(needs), role) })
			refused("staff with other roles", "FORBIDDEN", question{header: staff(t, others...)})
		}
	}
	for name := range guards {
		if !asked[name] {
			t.Errorf("guards names %s, which is no root field", name)
		}
	}
}

// someArguments are the arguments that a field needs, with values that name nothing.
func someArguments(schema *ast.Schema, f *ast.FieldDefinition) string {
	var out []string
	for _, a := range f.Arguments {
		if a.Type.NonNull && a.DefaultValue == nil {
			out = append(out, a.Name+": "+someValue(schema, a.Type))
		}
	}
	if len(out) == 0 {
		return ""
	}
	return "(" + strings.Join(out, ", ") + ")"
}

func someValue(schema *ast.Schema, of *ast.Type) string {
	if of.Elem != nil {
		return "[]"
	}
	d := schema.Types[of.NamedType]
	switch {
	case d.Kind == ast.Enum:
		return d.EnumValues[0].Name
	case d.Kind == ast.InputObject:
		var out []string
		for _, f := range d.Fields {
			if f.Type.NonNull && f.DefaultValue == nil {
				out = append(out, f.Name+": "+someValue(schema, f.Type))
			}
		}
		return "{" + strings.Join(out, ", ") + "}"
	}
	values := map[string]string{"Int": "1", "Long": "1", "Boolean": "true", "DateTime": `"2011-01-01T00:00:00Z"`, "Date": `"2011-01-01"`}
	if v, ok := values[d.Name]; ok {
		return v
	}
	return `"x"`
}

func someSelection(schema *ast.Schema, of *ast.Type) string {
	if schema.Types[of.Name()].IsCompositeType() {
		return "{__typename}"
	}
	return ""
}

// triedElsewhere are kinds of objects that only come to be in a test: the one that asks for them as somebody else. Kinds
// that anybody may see have none.
var triedElsewhere = map[string][]string{
	"Tier": nil, "Benefit": nil, "Topic": nil, "Board": nil, "Group": nil, "Product": nil, "Reward": nil, "RewardSlot": nil, "Programme": nil,
	"Leaderboard":             {"leaderboard_test.go", "TestALeaderboardIsForThoseItIsOf"},
	"DataIncident":            {"incident_test.go", "TestMembersAreToldOfAnIncidentOnceAndWithinItsHours"},
	"Report":                  {"report_test.go", "TestReportsAreDecidedByModeratorsAndAppealedByAuthors"},
	"ModerationCase":          {"report_test.go", "TestReportsAreDecidedByModeratorsAndAppealedByAuthors"},
	"TierApplication":         {"admission_test.go", "TestAReviewLetsIn"},
	"Hold":                    {"checkout_test.go", "TestAnOrderIsPaidPartlyWithCoins"},
	"CoinTransfer":            {"transfer_test.go", "TestCoinsAreSentToAnotherMember"},
	"IdentityReadApplication": {"identity_read_test.go", "TestOnlyStaffThatMayReadsWhoAMemberIs"},
	"CoinAdjustment":          {"adjustment_test.go", "TestOnlyStaffCorrectsCoins"},
	"BenefitUse":              {"use_test.go", "TestABenefitIsUsedSeenAndTakenBack"},
	"Coupon":                  {"coupon_test.go", "TestWhatCannotBeDoneWithCouponsIsRefusedWithItsReason"},
}

// Every kind of object that has an id is in the table of foreign ones, or it is said where it is tried.
func TestEveryKindOfObjectIsTriedAsAnothers(t *testing.T) {
	e := ready(t, embedded)
	var tried []string
	for _, c := range theirs(t, e) {
		raw, err := base64.RawURLEncoding.DecodeString(c.id)
		if err != nil {
			t.Fatal(err)
		}
		kind, _, _ := strings.Cut(string(raw), ":")
		tried = append(tried, kind)
	}
	for _, d := range e.gateway.parts.Schema.Schema().PossibleTypes["Node"] {
		test, elsewhere := triedElsewhere[d.Name]
		if slices.Contains(tried, d.Name) == elsewhere {
			t.Errorf("%s is in both tables or in none: elsewhere is %v", d.Name, elsewhere)
		}
		if test == nil {
			continue
		}
		source, err := os.ReadFile(test[0])
		if err != nil || len(absent(test[1], string(source))) > 0 {
			t.Errorf("%s is tried in %s, which is not there: %v", d.Name, test, err)
		}
	}
}
