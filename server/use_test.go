package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"membergate/graph"
	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/recommend"
	"membergate/internal/tier"
	"membergate/programmes"
)

// usable are benefits that are added to a programme: a quota of 3, a stock of 5, a cost cap, one by order, one to choose
// from, one for stores, one that a better one replaces, and one that gives coupons.
const usable = `
  - {code: THREE, kind: SERVICE, layer: BASIC, category: X, owner: tests, titles: {zh-CN: 三, en: Three}, terms: {zh-CN: 每月3次, zh-TW: 每月3次, en: 3 times a month}, eligibility: {minTier: REGISTERED},
     quota: {count: 3, per: MONTH}, validFrom: 2026-01-01T00:00:00+08:00, state: LIVE, cancelMinutes: 60}
  - {code: FIVE, kind: GIFT, layer: EMOTIONAL, category: X, owner: tests, titles: {zh-CN: 五, en: Five}, terms: {zh-CN: 每人每年1份，全员共5份, zh-TW: 每人每年1份，全員共5份, en: "1 a year for each, 5 for all"}, eligibility: {minTier: REGISTERED},
     quota: {count: 1, per: YEAR}, stock: {total: 5, per: YEAR}, validFrom: 2026-01-01T00:00:00+08:00, state: LIVE, cancelMinutes: 60}
  - {code: RIDE, kind: DELIVERY, layer: UPGRADE, category: X, owner: tests, titles: {zh-CN: 次日达, en: Next day}, terms: {zh-CN: 每年16元封顶, zh-TW: 每年16元封頂, en: At most 16 yuan a year}, eligibility: {minTier: REGISTERED},
     quota: {unlimited: true}, value: 800, costCap: {fenPerYear: 1600, fallback: {zh-CN: 标准配送, en: Standard delivery}}, validFrom: 2026-01-01T00:00:00+08:00, state: LIVE}
  - {code: WRAP, kind: SERVICE, layer: BASIC, category: X, owner: tests, titles: {zh-CN: 包装}, terms: {zh-CN: 每单1次, zh-TW: 每單1次, en: 1 for each order}, eligibility: {minTier: REGISTERED},
     quota: {count: 1, per: ORDER}, validFrom: 2026-01-01T00:00:00+08:00, state: LIVE}
  - {code: BOX, kind: GIFT, layer: EMOTIONAL, category: X, owner: tests, titles: {zh-CN: 盲盒}, terms: {zh-CN: 生日当月1次, zh-TW: 生日當月1次, en: 1 in the birthday month}, eligibility: {minTier: REGISTERED, birthday: MONTH},
     quota: {count: 1, per: YEAR}, validFrom: 2026-01-01T00:00:00+08:00, state: LIVE, choices: {show: 2, options: [
       {code: TEA, titles: {zh-CN: 茶, en: Tea}, value: 8000}, {code: PAN, titles: {zh-CN: 锅, en: Pan}, value: 32000, signs: [LEO]}, {code: CUP, titles: {zh-CN: 杯}, value: 9000}]}}
  - {code: LANE, kind: ACCESS, layer: BASIC, category: X, owner: tests, titles: {zh-CN: 通道}, terms: {zh-CN: 仅限门店, zh-TW: 僅限門市, en: In stores only}, eligibility: {minTier: SILVER, channels: [STORE]},
     quota: {unlimited: true}, validFrom: 2026-01-01T00:00:00+08:00, state: LIVE}
  - {code: LANE_PLUS, kind: ACCESS, layer: BASIC, category: X, owner: tests, titles: {zh-CN: 金通道}, terms: {zh-CN: 不限, zh-TW: 不限, en: As often as you like}, eligibility: {minTier: GOLD},
     quota: {unlimited: true}, validFrom: 2026-01-01T00:00:00+08:00, state: LIVE, replaces: LANE}
  - {code: CARD, kind: COUPON, layer: BASIC, category: X, owner: tests, titles: {zh-CN: 券, en: Coupon}, terms: {zh-CN: 每月1张, zh-TW: 每月1張, en: 1 a month}, eligibility: {minTier: REGISTERED},
     quota: {count: 1, per: MONTH}, coupon: LATE_20, validFrom: 2026-01-01T00:00:00+08:00, state: LIVE}
`

// usableProgramme writes retail-5 with those.
func usableProgramme(t *testing.T) string {
	t.Helper()
	text, err := programmes.Read("retail-5")
	if err != nil {
		t.Fatal(err)
	}
	before, after, found := strings.Cut(string(text), "\nbenefits:\n")
	if !found {
		t.Fatal("retail-5 has no benefits")
	}
	after = usable + after
	if !strings.Contains(string(text), "\nsigns:") {
		after += "\nsigns: [{code: ARIES, names: {zh-CN: 白羊}, from: 03-21}, {code: LEO, names: {zh-CN: 狮子}, from: 07-23}]\n"
	}
	path := filepath.Join(t.TempDir(), "usable.yaml")
	if err := os.WriteFile(path, []byte(before+"\nbenefits:\n"+after), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// crowd is how many members want the same at once.
const crowd = 200

// counters is that programme's gateway with a crowd of members whose clocks stand at julyDay until something happens to
// them. Number 0 was born on 25 July, number 1 is GOLD, number 4 was born on that day too and may be learnt from.
type counters struct {
	walletApp
	y *year
}

func onCounters(t *testing.T, test func(t *testing.T, a counters)) {
	yearsOf(t, usableProgramme(t), putCrowd, func(y *year) {
		test(y.t, counters{walletApp{y.t, y.g.url, "c0", appDocument(y.t, "use")}, y})
	})
}

func putCrowd(pairs []string, path string) error {
	s, err := readSettings(env(pairs...))
	if err != nil {
		return err
	}
	st, err := openStores(context.Background(), s, true, discard())
	if err != nil {
		return err
	}
	defer st.close()
	rules, err := programme.Keep(path)
	if err != nil {
		return err
	}
	now, err := time.Parse(time.RFC3339, local(julyDay))
	if err != nil {
		return err
	}
	var all errgroup.Group
	all.SetLimit(8) // new connections are slow on busy servers
	for i := range crowd + 1 {
		all.Go(func() error {
			id := fmt.Sprint("c", i)
			if i == crowd {
				id = "clerk" // whose clock desks go by
			}
			h := account.Open(rules, member.Profile{ID: member.ID(id), DisplayName: id, JoinedAt: foundation})
			switch i {
			case 0:
				h.Profile.Birthday = "1990-07-25"
			case 4:
				h.Profile.Birthday = "1990-07-25"
				h.Profile.Consents = map[string]member.Consent{recommend.Purpose: {Granted: true, At: foundation, PolicyVersion: "2026-01", Source: "app"}}
			case 1:
				h.Account.Standing = h.Account.Standing.Give(rules, tier.Grant{Tier: "GOLD", Route: programme.Invited, From: written(2), Until: written(2).AddDate(100, 0, 0)})
			}
			h.Account.Standing = h.Account.Standing.Advance(rules, now)
			return st.accounts.Create(context.Background(), h)
		})
	}
	return all.Wait()
}

// of is the same app in another member's hands.
func (a counters) of(who string) counters {
	a.who = who
	return a
}

// until lets time pass for the member, or for desks.
func (a counters) until(at string) counters {
	a.t.Helper()
	who := a.who
	if who == "" {
		who = "clerk"
	}
	a.y.lives(who, looks(at))
	return a
}

// wish asks for the use of a benefit.
func (a counters) wish(key, code string, more map[string]any) question {
	in := map[string]any{"idempotencyKey": key, "benefitId": globalID("Benefit", code)}
	maps.Copy(in, more)
	return question{query: a.only("UseBenefit"), variables: map[string]any{"input": in}, who: a.who, header: map[string]string{"Accept-Language": "zh-CN"}}
}

func (a counters) use(key, code string, more map[string]any) reply {
	a.t.Helper()
	return good(a.t, a.url, a.wish(key, code, more))
}

// shown is a benefit as the member sees it.
func (a counters) shown(code string) map[string]any {
	a.t.Helper()
	r := good(a.t, a.url, question{query: a.only("BenefitsToUse"), variables: map[string]any{"first": 50}, who: a.who, header: map[string]string{"Accept-Language": "zh-CN"}})
	for _, node := range r.at(a.t, "me", "benefits", "nodes").([]any) {
		if b := node.(map[string]any); b["code"] == code {
			return b
		}
	}
	return nil
}

// used lists what the member has used.
func (a counters) used(variables map[string]any) reply {
	a.t.Helper()
	return ask(a.t, a.url, question{query: a.only("BenefitUses"), variables: variables, who: a.who, header: map[string]string{"Accept-Language": "zh-CN"}})
}

func (a counters) takeBack(use any, header map[string]string) reply {
	a.t.Helper()
	return ask(a.t, a.url, question{query: a.only("CancelBenefitUse"), variables: input("useId", use), who: a.who, header: header})
}

// outcomes counts how a benefit's uses were answered: by the code of the refusal, empty for none.
func outcomes(t *testing.T, replies []reply) map[string]int {
	t.Helper()
	out := map[string]int{}
	for _, r := range replies {
		out[r.refusal(t, "benefitUse")]++
	}
	return out
}

const julyDay = "2026-07-08 12:00"

func TestTwoHundredUsesAtOnceGiveAQuotaOfThreeAndAStockOfFiveExactly(t *testing.T) {
	onCounters(t, func(t *testing.T, a counters) {
		var three, five []question
		for i := range crowd {
			three = append(three, a.wish(fmt.Sprint("k", i), "THREE", nil))
			five = append(five, a.of(fmt.Sprint("c", i)).wish("k", "FIVE", nil))
		}
		if got := outcomes(t, atOnce(t, a.url, three)); got[""] != 3 || got["USED_UP"] != crowd-3 {
			t.Errorf("the quota of 3 by one member: %v", got)
		}
		if b := a.shown("THREE"); b["used"] != 3.0 || b["remaining"] != 0.0 || b["resetsAt"] != "2026-07-31T16:00:00Z" || b["nextUse"] != nil {
			t.Errorf("afterwards it shows %v", b)
		}
		if got := outcomes(t, atOnce(t, a.url, five)); got[""] != 5 || got["OUT_OF_STOCK"] != crowd-5 {
			t.Errorf("the stock of 5 by %d members: %v", crowd, got)
		}
		held := 0
		for i := range crowd {
			r := a.of(fmt.Sprint("c", i)).used(map[string]any{"filter": map[string]any{"benefitIds": []string{globalID("Benefit", "FIVE")}}})
			held += len(r.at(t, "me", "benefitUses", "nodes").([]any))
		}
		b := a.of("c199").shown("FIVE")
		if stock := jsonOf(b["stock"]); held != 5 || stock != `{"left":0,"per":"YEAR","resetsAt":"2026-12-31T16:00:00Z","total":5}` {
			t.Errorf("they hold %d; the stock shows %s", held, stock)
		}
	})
}

func TestABenefitIsUsedSeenAndTakenBack(t *testing.T) {
	onCounters(t, func(t *testing.T, a counters) {
		where := map[string]any{"orderId": "o-1", "channel": "STORE", "storeId": "S1"}
		first, again := a.use("k", "THREE", where), a.use("k", "THREE", where)
		use := first.at(t, "benefitUse", "use").(map[string]any)
		if use["state"] != "USED" || use["title"] != "三" || use["orderId"] != "o-1" || use["channel"] != "STORE" || use["storeId"] != "S1" || use["byDesk"] != false ||
			use["cancellableUntil"] != "2026-07-08T05:00:00Z" || first.at(t, "benefitUse", "remaining") != 2.0 || first.at(t, "benefitUse", "replayed") != false {
			t.Errorf("used: %s", first.text)
		}
		if jsonOf(again.at(t, "benefitUse", "use")) != jsonOf(use) || again.at(t, "benefitUse", "replayed") != true {
			t.Errorf("sent again: %s", again.text)
		}
		late := a.use("late", "THREE", nil).at(t, "benefitUse", "use", "id")
		for _, c := range []struct {
			who  string
			use  any
			want string
		}{{"c2", use["id"], "NOT_FOUND"}, {"c0", use["id"], ""}, {"c0", use["id"], ""}, {"c0", "x", "NOT_FOUND"}} {
			r := a.of(c.who).takeBack(c.use, nil)
			if got := r.refusal(t, "benefitUseCancel"); got != c.want || c.want == "" && r.at(t, "benefitUseCancel", "use", "state") != "CANCELLED" {
				t.Errorf("taken back by %s: %s", c.who, r.text)
			}
		}
		if b := a.shown("THREE"); b["used"] != 1.0 || b["remaining"] != 2.0 {
			t.Errorf("afterwards %v", b)
		}
		node := question{query: `query($id: ID!) {node(id: $id) {... on BenefitUse {state cancelledAt benefit{code}}}}`, variables: map[string]any{"id": use["id"]}, who: "c0"}
		if r := good(t, a.url, node); r.at(t, "node", "state") != "CANCELLED" || r.at(t, "node", "benefit", "code") != "THREE" || r.at(t, "node", "cancelledAt") == nil {
			t.Errorf("its node: %s", r.text)
		}
		node.who = "c2"
		if r := good(t, a.url, node); r.at(t, "node") != nil {
			t.Errorf("its node for another member: %s", r.text)
		}
		for n := range 3 {
			a.use(fmt.Sprint("page", n), "RIDE", nil)
		}
		var codes []string
		variables := map[string]any{"first": 2}
		for range 3 {
			r := a.used(variables)
			for _, node := range r.at(t, "me", "benefitUses", "nodes").([]any) {
				codes = append(codes, node.(map[string]any)["benefitCode"].(string))
			}
			variables["after"] = r.at(t, "me", "benefitUses", "pageInfo", "endCursor")
		}
		if slices.Sort(codes); strings.Join(codes, " ") != "RIDE RIDE RIDE THREE THREE" {
			t.Errorf("the list, in pages of two, has %v", codes)
		}
		if r := a.of("c2").used(variables); len(r.Errors) != 1 || r.Errors[0].code() != "BAD_USER_INPUT" {
			t.Errorf("another member's cursor: %s", r.text)
		}
		if r := a.used(map[string]any{"filter": map[string]any{"states": []string{"CANCELLED"}}}); len(r.at(t, "me", "benefitUses", "nodes").([]any)) != 1 {
			t.Errorf("those that were taken back: %s", r.text)
		}
		if r := a.until("2026-07-08 13:00").takeBack(late, nil); r.refusal(t, "benefitUseCancel") != "NOT_CANCELLABLE" {
			t.Errorf("taken back when its hour is over: %s", r.text)
		}
	})
}

func TestTheFallbackOfACostCapIsShownBeforeItIsGiven(t *testing.T) {
	onCounters(t, func(t *testing.T, a counters) {
		for n, want := range []struct {
			left     float64
			fallback bool
			text     string
			given    any
		}{{1600, false, "次日达", nil}, {800, false, "次日达", nil}, {0, true, "标准配送", "标准配送"}, {0, true, "标准配送", "标准配送"}} {
			b := a.shown("RIDE")
			if next := jsonOf(b["nextUse"]); b["costLeftFen"] != want.left || next != fmt.Sprintf(`{"fallback":%v,"text":"%s"}`, want.fallback, want.text) {
				t.Errorf("before use %d it shows %v", n, b)
			}
			if r := a.use(fmt.Sprint(n), "RIDE", nil); r.at(t, "benefitUse", "use", "fallback") != want.given || r.at(t, "benefitUse", "remaining") != nil {
				t.Errorf("use %d: %s", n, r.text)
			}
		}
		if b := a.until("2027-01-01 00:00").shown("RIDE"); b["costLeftFen"] != 1600.0 {
			t.Errorf("in the new year it shows %v", b)
		}
	})
}

func TestEveryReasonNotToUseABenefitIsToldWithItsCode(t *testing.T) {
	onCounters(t, func(t *testing.T, a counters) {
		produced := map[string]bool{}
		for n := range 3 {
			a.use(fmt.Sprint(n), "THREE", nil)
		}
		for n := range 5 {
			a.of(fmt.Sprint("c", n+10)).use("k", "FIVE", nil)
		}
		store, choose := map[string]any{"channel": "STORE"}, func(code string) map[string]any { return map[string]any{"choice": code} }
		check := func(r reply, want string) {
			t.Helper()
			got := r.refusal(t, "benefitUse")
			if produced[got] = true; got != want {
				t.Errorf("%q instead of %q: %s", got, want, r.text)
			}
			if got == "" {
				return
			}
			why := r.at(t, "benefitUse", "userErrors", 0).(map[string]any)
			if text, _ := why["message"].(string); (len(why["missing"].([]any)) > 0) != (got == "LOCKED") || text == "" || strings.Contains(text, got) ||
				(got == "OUT_OF_STOCK") != (why["resetsAt"] == "2026-12-31T16:00:00Z") && got != "USED_UP" {
				t.Errorf("%s says %s", got, r.text)
			}
		}
		check(a.use("k", "NOTHING", nil), "NOT_FOUND")
		check(a.use("k", "LANE", store), "LOCKED")
		check(a.of("c1").use("k", "LANE", store), "REPLACED")
		check(a.use("4", "THREE", nil), "USED_UP")
		check(a.use("k", "FIVE", nil), "OUT_OF_STOCK")
		check(a.use("k", "WRAP", nil), "ORDER_NEEDED")
		check(a.use("k", "WRAP", map[string]any{"orderId": "o-1"}), "")
		check(a.use("l", "WRAP", map[string]any{"orderId": "o-1"}), "USED_UP")
		check(a.use("l", "WRAP", map[string]any{"orderId": "o-2"}), "")
		check(a.use("card", "CARD", nil), "GIVES_COUPONS")
		check(a.use("c", "BOX", nil), "CHOICE_NEEDED")
		check(a.use("c", "BOX", choose("CUP")), "CHOICE_UNKNOWN")  // two are shown, and the pan is for those born in July
		check(a.of("c2").use("c", "BOX", choose("TEA")), "LOCKED") // whose birthday nobody knows
		check(a.use("c", "BOX", choose("PAN")), "")
		check(a.use("c", "BOX", choose("TEA")), "IDEMPOTENCY_CONFLICT")
		if got := jsonOf(a.shown("BOX")["options"]); got != `[{"code":"TEA","title":"茶","valueFen":8000},{"code":"PAN","title":"锅","valueFen":32000}]` {
			t.Errorf("to choose from are %s", got)
		}
		a.until("2026-07-31 23:59")
		check(a.use("d", "BOX", choose("TEA")), "USED_UP")
		a.until("2026-08-01 00:00")
		check(a.use("d", "BOX", choose("TEA")), "LOCKED")
		a.until("2027-07-01 00:00")
		check(a.use("d", "BOX", choose("TEA")), "")
		for _, code := range graph.AllBenefitUseErrorCode {
			if !produced[string(code)] {
				t.Errorf("the schema promises %s, which nothing produces", code)
			}
		}
		box := map[string]any{"first": 1, "filter": map[string]any{"benefitIds": []string{globalID("Benefit", "BOX")}}}
		if got := jsonOf(a.used(box).at(t, "me", "benefitUses", "nodes", 0, "choice")); got != `{"code":"TEA","title":"茶","valueFen":8000}` {
			t.Errorf("chosen was %s", got)
		}
	})
}

func TestADeskUsesAMembersBenefitOnTheirBehalf(t *testing.T) {
	onCounters(t, func(t *testing.T, a counters) {
		profile := good(t, a.url, question{query: `{me{publicProfile{id}}}`, who: "c3"}).at(t, "me", "publicProfile", "id")
		desk := func(role, key string, more map[string]any) reply {
			q := a.of("").wish(key, "THREE", more)
			q.header = staff(t, role)
			return ask(t, a.url, q)
		}
		theirs := map[string]any{"memberId": profile}
		for name, c := range map[string]struct {
			r    reply
			want string
		}{
			"another role":            {desk("operations", "k", theirs), "FORBIDDEN"},
			"a member for another":    {ask(t, a.url, a.wish("k", "THREE", theirs)), "FORBIDDEN"},
			"a desk for nobody":       {desk("clerk", "k", nil), "BAD_USER_INPUT"},
			"nobody":                  {ask(t, a.url, a.of("").wish("k", "THREE", nil)), "UNAUTHENTICATED"},
			"a key of spaces":         {desk("clerk", " ", theirs), "BAD_USER_INPUT"},
			"an order of two lines":   {desk("clerk", "k", map[string]any{"memberId": profile, "orderId": "a\nb"}), "BAD_USER_INPUT"},
			"a store without a name":  {desk("clerk", "k", map[string]any{"memberId": profile, "storeId": ""}), "BAD_USER_INPUT"},
			"another role takes back": {a.of("").takeBack("x", staff(t, "moderator")), "FORBIDDEN"},
			"nobody takes back":       {a.of("").takeBack("x", nil), "UNAUTHENTICATED"},
		} {
			if len(c.r.Errors) != 1 || c.r.Errors[0].code() != c.want {
				t.Errorf("%s: want %s, got %s", name, c.want, c.r.text)
			}
		}
		if r := desk("service", "k", map[string]any{"memberId": globalID("PublicProfile", "none")}); r.refusal(t, "benefitUse") != "NOT_FOUND" {
			t.Errorf("for somebody unknown: %s", r.text)
		}
		var use any
		for i, role := range []string{"clerk", "service"} {
			r := desk(role, "k", theirs)
			if use = r.at(t, "benefitUse", "use", "id"); r.refusal(t, "benefitUse") != "" || r.at(t, "benefitUse", "use", "byDesk") != true || r.at(t, "benefitUse", "replayed") != (i == 1) {
				t.Errorf("by a %s: %s", role, r.text)
			}
		}
		if r := a.of("c3").use("k", "THREE", nil); r.at(t, "benefitUse", "replayed") != false || r.at(t, "benefitUse", "remaining") != 1.0 {
			t.Errorf("the member's own use under that key: %s", r.text)
		}
		late := a.of("").until("2026-07-30 12:00")
		if r := late.takeBack(use, staff(t, "service")); r.at(t, "benefitUseCancel", "use", "state") != "CANCELLED" {
			t.Errorf("taken back by a desk weeks later: %s", r.text)
		}
		if r := late.takeBack(globalID("BenefitUse", "none"), staff(t, "service")); r.refusal(t, "benefitUseCancel") != "NOT_FOUND" {
			t.Errorf("one that nobody knows: %s", r.text)
		}
		if b := a.of("c3").shown("THREE"); b["used"] != 1.0 {
			t.Errorf("afterwards %v", b)
		}
	})
}

// Check 25 of the papers, through the schema: what was used up in July is there again in August, China's.
func TestAMonthlyQuotaIsThereAgainInTheNextMonthOfTheProgrammesZone(t *testing.T) {
	onCounters(t, func(t *testing.T, a counters) {
		a.until("2026-07-31 23:59")
		for n, want := range []string{"", "", "", "USED_UP"} {
			if r := a.use(fmt.Sprint(n), "THREE", nil); r.refusal(t, "benefitUse") != want {
				t.Errorf("use %d in July: want %q: %s", n, want, r.text)
			}
		}
		a.until("2026-08-01 00:00") // in UTC it is still July
		if r := a.use("august", "THREE", nil); r.refusal(t, "benefitUse") != "" {
			t.Errorf("in August: %s", r.text)
		}
		if b := a.shown("THREE"); b["used"] != 1.0 || b["resetsAt"] != "2026-08-31T16:00:00Z" {
			t.Errorf("in August it shows %v", b)
		}
	})
}
