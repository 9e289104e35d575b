package programme_test

import (
	"strings"
	"testing"

	"membergate/internal/programme"
)

const invited = `
invitations:
  version: "1"
  titles: {zh-CN: 邀}
  terms: {zh-CN: 邀}
  share: {zh-CN: "来 {code}", en: "Come {code}"}
  condition: FIRST_ORDER
  welcome:
    - {kind: COUPON, coupon: OFF5}
  invitee:
    - {kind: COINS, coins: 7}
  cap: {count: 3, per: MONTH}
`

func TestBrokenInvitationsAreRefusedWithOneClearSentence(t *testing.T) {
	parse := func(old, new string) error {
		if strings.Count(invited, old) != 1 {
			t.Fatalf("%q must stand once", old)
		}
		_, err := programme.Parse("small.yaml", []byte(string(change(t, "corner-shop", "corner-shop"))+shop+strings.Replace(invited, old, new, 1)))
		return err
	}
	if err := parse("邀}\n  terms", "邀}\n  terms"); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ old, new, want string }{
		"condition":           {"FIRST_ORDER", "SECOND_ORDER", `invitations.condition is "SECOND_ORDER"; allowed are JOINED, FIRST_ORDER`},
		"no code in a text":   {"Come {code}", "Come", "invitations.share.en says nothing of {code}; needed is a text in which the code stands there"},
		"no version":          {`version: "1"`, `version: ""`, `invitations.version is ""; needed is a text`},
		"kind":                {"kind: COINS", "kind: CASH", `invitations.invitee[0].kind is "CASH"; allowed are COINS, MEMBERSHIP_DAYS, COUPON`},
		"no coins":            {"coins: 7", "coins: 0", "invitations.invitee[0].coins is 0; allowed is 1 to"},
		"days of coins":       {"coins: 7", "coins: 7, days: 3", "invitations.invitee[0].days is not used by kind COINS; allowed is no such key"},
		"unknown coupon":      {"coupon: OFF5", "coupon: OFF6", `invitations.welcome[0].coupon is "OFF6"; allowed are OFF5, OVER, HALF, FREE, TEA`},
		"no coupon":           {", coupon: OFF5", "", "invitations.welcome[0].coupon is missing; needed is the code of a coupon's template"},
		"days of no tier":     {"kind: COINS, coins: 7", "kind: MEMBERSHIP_DAYS, days: 3", "invitations.invitee[0].tier is missing; allowed are GUEST, FRIEND, PATRON, OWNER"},
		"a tier without days": {"kind: COINS, coins: 7", "kind: MEMBERSHIP_DAYS, tier: OWNER, days: 3", `invitations.invitee[0].tier is "OWNER"; allowed are tiers with a DAYS route that anybody may hold`},
		"no days":             {"kind: COINS, coins: 7", "kind: MEMBERSHIP_DAYS, tier: OWNER", "invitations.invitee[0].days is missing; needed is 1 to 366"},
		"cap of none":         {"count: 3", "count: 0", "invitations.cap.count is 0; allowed is 1 to 1000"},
		"cap by the week":     {"per: MONTH", "per: WEEK", `invitations.cap.per is "WEEK"; allowed are MONTH, YEAR, ONCE`},
		"action":              {"  cap:", "  action: DANCE\n  cap:", `invitations.action is "DANCE"; allowed`},
		"a misspelt key":      {"  cap:", "  cup: 3\n  cap:", "invitations.cup"},
		"no rewards":          {"  welcome:\n    - {kind: COUPON, coupon: OFF5}\n  invitee:\n    - {kind: COINS, coins: 7}\n", "", "invitations.inviter is missing, and so are invitee and welcome; needed is at least one reward"},
	} {
		if err := parse(c.old, c.new); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func TestFresh3GivesBothThirtyDaysAndTwentyYuanOff(t *testing.T) {
	p, err := programme.Load("fresh-3")
	if err != nil {
		t.Fatal(err)
	}
	v := p.Invitations
	coupon, _ := p.Template(v.Welcome[0].Coupon)
	if v.Condition != programme.OnFirstOrder || v.Invitee[0].Days != 30 || v.Inviter[0].Days != 30 || coupon.Value != 2000 || !coupon.FirstOrder {
		t.Errorf("the invitations are %+v", v)
	}
}
