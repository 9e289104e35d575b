package programme_test

import (
	"strings"
	"testing"

	"membergate/internal/programme"
)

// shop is small.yaml with coupons: one of every kind, two groups and a campaign.
const shop = `
stacking:
  most: 2
  percent: LAST
  holdMinutes: 15
  groups:
    - {code: SHOP, names: {zh-CN: 购物}, most: 1, with: [POST]}
    - {code: POST, names: {zh-CN: 运费}, most: 1}
coupons:
  - {code: OFF5, kind: OFF, version: "1", titles: {zh-CN: 五}, terms: {zh-CN: 五}, value: 500, group: SHOP, validity: {days: 30}}
  - {code: OVER, kind: OFF_OVER, version: "1", titles: {zh-CN: 五}, terms: {zh-CN: 五}, value: 600, minOrderFen: 5000, group: SHOP, validity: {monthEnd: true}}
  - {code: HALF, kind: PERCENT, version: "1", titles: {zh-CN: 半}, terms: {zh-CN: 半}, value: 50, maxOffFen: 3000, group: SHOP, validity: {days: 31}}
  - {code: FREE, kind: DELIVERY, version: "1", titles: {zh-CN: 免}, terms: {zh-CN: 免}, value: 0, group: POST, validity: {days: 32}}
  - {code: TEA, kind: GIFT, version: "1", titles: {zh-CN: 茶}, terms: {zh-CN: 茶}, value: 7, group: POST, validity: {until: 2026-12-01T00:00:00+08:00}}
campaigns:
  - {code: FAIR, titles: {zh-CN: 节}, terms: {zh-CN: 节}, template: OFF5, from: 2026-10-08T00:00:00+08:00, until: 2026-10-09T00:00:00+08:00, stock: 10}
`

func withCoupons(t *testing.T, old, new string) error {
	t.Helper()
	if strings.Count(shop, old) != 1 {
		t.Fatalf("%q must stand once among the coupons", old)
	}
	small := string(change(t, "corner-shop", "corner-shop"))
	_, err := programme.Parse("small.yaml", []byte(small+strings.Replace(shop, old, new, 1)))
	return err
}

func TestCouponsOfEveryKindAreRead(t *testing.T) {
	if err := withCoupons(t, "most: 2\n", "most: 2\n"); err != nil {
		t.Fatal(err)
	}
}

func TestBrokenCouponsAreRefusedWithOneClearSentence(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"kind":                   {"kind: OFF,", "kind: LESS,", `coupons[0].kind is "LESS"; allowed are OFF, OFF_OVER, PERCENT, DELIVERY, GIFT`},
		"code twice":             {"code: OVER", "code: OFF5", `coupons[1].code is "OFF5", which coupons[0] has; allowed is a code of its own`},
		"nothing off":            {"value: 500", "value: 0", "coupons[0].value is 0; allowed is 1 to 1000000000"},
		"more than all":          {"value: 50,", "value: 101,", "coupons[2].value is 101; allowed is 1 to 100"},
		"no cap":                 {" maxOffFen: 3000,", "", "coupons[2].maxOffFen is missing; needed is 1 to 1000000000"},
		"cap of an amount":       {"value: 500,", "value: 500, maxOffFen: 1,", "coupons[0].maxOffFen is not used by kind OFF; allowed is no such key"},
		"threshold of none":      {"value: 500,", "value: 500, minOrderFen: 1,", "coupons[0].minOrderFen is not used by kind OFF; with a threshold it is OFF_OVER; allowed is no such key"},
		"more off than it takes": {"minOrderFen: 5000", "minOrderFen: 599", "coupons[1].minOrderFen is 599; allowed is value, which is 600, and more"},
		"delivery of some goods": {"value: 0,", "value: 0, categories: [FRUIT],", "coupons[3].categories is not used by kind DELIVERY; allowed is no such key"},
		"group":                  {"value: 500, group: SHOP", "value: 500, group: SHIP", `coupons[0].group is "SHIP"; allowed are SHOP, POST`},
		"no group":               {"value: 500, group: SHOP,", "value: 500,", "coupons[0].group is missing; needed is the code of a stacking group"},
		"channel":                {"value: 500,", "value: 500, channels: [MARS],", `coupons[0].channels[0] is "MARS"; allowed are ONLINE_FLAGSHIP, STORE, MINI_PROGRAM, COMMUNITY_GROUP, PARTNER`},
		"tier of eligibility":    {"value: 500,", "value: 500, eligibility: {minTier: KING},", `coupons[0].eligibility.minTier is "KING"; allowed are GUEST, FRIEND, PATRON, OWNER`},
		"validity of nothing":    {"validity: {days: 30}", "validity: {}", "coupons[0].validity says 0 times how long it lasts; needed is exactly one of days, monthEnd, until"},
		"validity of both":       {"validity: {days: 30}", "validity: {days: 30, monthEnd: true}", "coupons[0].validity says 2 times how long it lasts; needed is exactly one of days, monthEnd, until"},
		"validity too long":      {"validity: {days: 30}", "validity: {days: 3651}", "coupons[0].validity.days is 3651; allowed is 1 to 3650"},
		"given a thousand":       {"value: 500,", "value: 500, maxPerIssue: 1000,", "coupons[0].maxPerIssue is 1000; allowed is 0 to 100"},
		"too many on an order":   {"most: 2\n", "most: 6\n", "stacking.most is 6; allowed is 1 to 4"},
		"order of application":   {"percent: LAST", "percent: SOMETIME", `stacking.percent is "SOMETIME"; allowed are FIRST, LAST`},
		"a freeze for ever":      {"holdMinutes: 15", "holdMinutes: 0", "stacking.holdMinutes is 0; allowed is 1 to 1440"},
		"group with itself":      {"with: [POST]", "with: [SHOP]", "stacking.groups[0].with names the group itself; allowed are others, because most says how many of its own may meet"},
		"group with nobody":      {"with: [POST]", "with: [PAST]", `stacking.groups[0].with[0] is "PAST"; allowed are SHOP, POST`},
		"campaign's coupon":      {"template: OFF5", "template: OFF6", `campaigns[0].template is "OFF6"; allowed are OFF5, OVER, HALF, FREE, TEA`},
		"campaign's time":        {"until: 2026-10-09", "until: 2026-10-07", "campaigns[0].until is 2026-10-07T00:00:00+08:00; allowed is after campaigns[0].from, which is 2026-10-08T00:00:00+08:00"},
	} {
		t.Run(name, func(t *testing.T) {
			err := withCoupons(t, c.old, c.new)
			if err == nil {
				t.Fatalf("accepted; want %s", c.want)
			}
			if _, sentence, _ := strings.Cut(strings.TrimPrefix(err.Error(), "small.yaml:"), ": "); sentence != c.want {
				t.Errorf("\n got %s\nwant %s", sentence, c.want)
			}
		})
	}
}

func TestStackingWithoutCouponsIsRefused(t *testing.T) {
	small := string(change(t, "corner-shop", "corner-shop"))
	_, err := programme.Parse("small.yaml", []byte(small+"\nstacking: {most: 1, percent: LAST, holdMinutes: 1}\n"))
	if err == nil || !strings.Contains(err.Error(), "stacking is not used without coupons; allowed is no such key") {
		t.Errorf("%v", err)
	}
}

func TestPresetsHaveTheCouponsOfTheirPapers(t *testing.T) {
	for preset, want := range map[string]map[string]programme.CouponTemplate{
		"fresh-3": {
			"FIVE_OFF_FIFTY": {Kind: programme.OffOver, Value: 500, MinOrderFen: 5000},
			"FIVE_OFF":       {Kind: programme.Off, Value: 500},
			"FIRST_ORDER_20": {Kind: programme.Off, Value: 2000},
			"LATE_20":        {Kind: programme.Off, Value: 2000},
			"CLAIM_20":       {Kind: programme.Off, Value: 2000},
			"RETURN_30_150":  {Kind: programme.OffOver, Value: 3000, MinOrderFen: 15000},
			"RETURN_50_200":  {Kind: programme.OffOver, Value: 5000, MinOrderFen: 20000},
		},
		"retail-5": {"NEWCOMER_20": {Kind: programme.OffOver, Value: 2000, MinOrderFen: 9900}, "COMEBACK_HALF": {Kind: programme.Percent, Value: 50, MaxOffFen: 3000}},
		"stage-4":  {"EIGHT_OFF_HUNDRED": {Kind: programme.OffOver, Value: 800, MinOrderFen: 10000}},
		"retail-3": {"BIRTHDAY_TEN": {Kind: programme.Percent, Value: 10, MaxOffFen: 5000}},
	} {
		p, err := programme.Load(preset)
		if err != nil {
			t.Fatal(err)
		}
		for code, w := range want {
			got, known := p.Template(code)
			if !known || got.Kind != w.Kind || got.Value != w.Value || got.MinOrderFen != w.MinOrderFen || got.MaxOffFen != w.MaxOffFen {
				t.Errorf("%s %s is %+v", preset, code, got)
			}
		}
	}
}
