package schematest

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"membergate/internal/personal"
)

// unmarked are rows of the data map that no field of the schema shows or takes in words: ids, times and sums alone, or things
// that apps never see.
var unmarked = map[string]string{
	"consents": "yes and no, with times", "corrections": "who changed what, when", "closing": "a time", "standing": "the tier's code", "pseudonym": "never shown",
	"account": "never shown", "offers": "prices and times", "tastes": "ids of things", "lists": "ids of things", "insight": "numbers", "looks": "ids of things",
	"told by apps": "ids of things", "behaviour": "ids of things", "identity hashes": "never shown", "staff readings": "kinds, roles and times", "data uses": "kinds and times",
	"incidents": "texts of the retailer", "exports": "states and times", "archives": "files behind a link of their own", "orders": "ids, sums and times", "purchases": "ids and sums",
	"redeemers": "never shown", "transfers": "sums and times", "adjustments": "sums and times", "adjusters": "never shown", "helpers": "ids", "coupons": "codes of templates",
	"benefits used": "codes of benefits", "claims": "codes of tiers", "choices": "codes of options", "events": "never shown", "family": "ids and roles", "applications": "sealed, and never shown again",
	"authors": "ids", "hearers": "ids", "moderators": "ids of staff", "reviews": "states and times", "reactions": "ids of posts", "home lists": "ids of posts", "blockers": "ids",
	"drafts": "never shown", "uploads": "pictures by their addresses", "badges": "codes of badges", "findings": "never shown", "reports": "codes and times", "group roles": "codes of roles",
	"listing": "yes and no", "stars": "ids and months", "requests": "codes and times", "inbox": "times", "notice settings": "kinds, yes and no",
	"suspension": "a reason of the staff, and times", "session secrets": "never shown", "login secrets": "never shown",
}

// person is what fields are called that hold what is somebody's; those of them that are nobody's say why here.
var person = regexp.MustCompile(`(?i)^(phone\w*|idNumber|birthday|address|openId|unionId|displayName|realName|maskedName|familyName|expectedName|mutedWords|body|note|words|token|word|email|nickname|recipientName)$`)

var nobodys = map[string]string{
	"IdentityTokenIssuePayload.token": "good once, for a minute, and for nothing but what the app is about to send", "IdentitySetInput.token": "the same", "IdentityReadInput.token": "the same",
	"SyncResult.token": "sealed places in what was told, for the member alone", "Mutation.phoneCodeSend": "a field that takes one",
}

// What the schema marks is what the data map calls a person's, and nothing that it calls so is left out unsaid.
func TestWhatIsAPersonsIsMarkedAsInTheDataMap(t *testing.T) {
	schema := load(t)
	classes := map[string]personal.Class{}
	for _, r := range personal.Map {
		classes[r.What] = r.Class
	}
	marked := map[string]bool{}
	for _, d := range schema.Types {
		if strings.HasPrefix(d.Name, "__") || (d.Kind != ast.Object && d.Kind != ast.InputObject && d.Kind != ast.Interface) {
			continue
		}
		for _, f := range d.Fields {
			where := d.Name + "." + f.Name
			if pii := f.Directives.ForName("pii"); pii != nil {
				of := pii.Arguments.ForName("of").Value.Raw
				if class := classes[of]; class != personal.OfPerson && class != personal.Confidence && class != personal.Trade {
					t.Errorf("%s is marked as of %q, which the data map calls %q", where, of, class)
				}
				marked[of] = true
				continue
			}
			if person.MatchString(f.Name) && nobodys[where] == "" {
				t.Errorf("%s looks like a person's: mark it with @pii, or say whose it is", where)
			}
		}
	}
	for _, r := range personal.Map {
		if !slices.Contains([]personal.Class{personal.OfPerson, personal.Confidence, personal.Trade}, r.Class) {
			continue
		}
		if marked[r.What] == (unmarked[r.What] != "") {
			t.Errorf("%q of the data map is marked in the schema: %v; said to be left out: %q", r.What, marked[r.What], unmarked[r.What])
		}
	}
	for what := range unmarked {
		if _, known := classes[what]; !known {
			t.Errorf("the data map has no %q", what)
		}
	}
}
