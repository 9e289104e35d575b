package programme_test

import (
	"os"
	"strings"
	"testing"

	"membergate/internal/programme"
)

// change gives small.yaml with one thing changed; the old text must stand in it exactly once.
func change(t *testing.T, old, new string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(b), old); n != 1 {
		t.Fatalf("%q stands %d times in small.yaml; it must stand there once", old, n)
	}
	return []byte(strings.Replace(string(b), old, new, 1))
}

func TestSmallIsRight(t *testing.T) {
	if _, err := programme.Parse("small.yaml", change(t, "corner-shop", "corner-store")); err != nil {
		t.Fatal(err)
	}
}

func TestBrokenFileIsRefusedWithOneClearSentence(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"unknown key", "    capPerMille: 8", "    capPerMile: 8",
			"66: tiers[3].capPerMile is no known key; allowed are code, rank, names, capPerMille, routes, coupons, keep"},
		{"unknown key deep inside", "{metric: SPEND, atLeast: 1000000}", "{metric: SPEND, atleast: 1000000}",
			"148: lifecycle.segments[0].when.atleast is no known key; allowed are all, any, score, metric, atLeast"},
		{"key given twice", "dailyCap: 50", "dailyCap: 50\n    dailyCap: 60",
			"32: metrics[1].dailyCap is given twice; allowed is once, as in line 31"},
		{"wrong type: text for number", "    rank: 2", "    rank: two",
			`57: tiers[2].rank is "two"; allowed is a whole number`},
		{"wrong type: number for text", "version: \"1\"\nnames", "version: 1.10\nnames",
			"3: version is 1.10; allowed is a text, so put it in quotes"},
		{"wrong type: fraction", "percent: 300", "percent: 1.5",
			"85: earn[0].multiply[0].percent is 1.5; allowed is a whole number"},
		{"wrong type: list for mapping", "names: {zh-CN: 客人}", "names: [客人]",
			"45: tiers[0].names is a list; allowed is a mapping"},
		{"wrong type: mapping for list", "channels: [STORE], cohortPercent: 50", "channels: {STORE: 1}, cohortPercent: 50",
			"8: scope.channels is a mapping; allowed is a list"},
		{"wrong type: number too large", "fixed: 5", "fixed: 99999999999999999999",
			`90: earn[1].fixed is "99999999999999999999"; allowed is a whole number`},
		{"wrong type: text for yes or no", "commonDraw: true", "commonDraw: yes",
			`131: family.commonDraw is "yes"; allowed is true or false`},
		{"empty value", "    minSeconds: {LIVE: 60}", "    minSeconds:",
			"30: metrics[1].minSeconds is empty; allowed is a mapping, or no such key"},
		{"time without zone", "effectiveFrom: 2026-01-01T00:00:00+08:00\nscope", "effectiveFrom: 2026-01-01\nscope",
			`7: effectiveFrom is "2026-01-01"; allowed is a time such as 2026-01-01T00:00:00+08:00`},
		{"anchor", "dailyCap: 50", "dailyCap: &cap 50",
			"31: metrics[1].dailyCap is a YAML anchor; allowed are plain values"},
		{"key that is a number", "weights: {REVIEW: 10", "weights: {7: 10",
			"29: metrics[1].weights.7 is no text key; put it in quotes"},
		{"no YAML", "names: {zh-CN: 客人}", "names: {zh-CN: 客人",
			"46: the file is no YAML: ',' or '}' must be specified"},
		{"code missing", "code: corner-shop\n", "",
			"2: code is missing; needed is a code"},
		{"code with a space", "code: TALK", `code: "SMALL TALK"`,
			`139: boards[0].code is "SMALL TALK"; allowed are 1 to 40 letters, digits, - and _`},
		{"code twice", "code: OLD", "code: NEW",
			`145: lifecycle.stages[1].code is "NEW", which lifecycle.stages[0] has; allowed is a code of its own`},
		{"version missing", "version: \"1\"\nnames", "names",
			"2: version is missing; needed is a text"},
		{"Chinese name missing", "names: {zh-CN: 豆, en: Beans}", "names: {en: Beans}",
			"11: currencies[0].names.zh-CN is missing; needed is a text"},
		{"unknown language", "names: {zh-CN: 豆, en: Beans}", "names: {zh-CN: 豆, fr: Fèves}",
			"11: currencies[0].names.fr is no language; allowed are zh-CN, zh-TW, en"},
		{"empty translation", "en: Beans", `en: ""`,
			`11: currencies[0].names.en is ""; needed is a text`},
		{"unknown time zone", "timeZone: Asia/Shanghai", "timeZone: Asia/Peking",
			`6: timeZone is "Asia/Peking"; allowed is an IANA time zone such as Asia/Shanghai`},
		{"end before beginning", "scope: {channels", "effectiveTo: 2025-01-01T00:00:00+08:00\nscope: {channels",
			"8: effectiveTo is 2025-01-01T00:00:00+08:00; allowed is after effectiveFrom, which is 2026-01-01T00:00:00+08:00"},
		{"cohort over 100 percent", "cohortPercent: 50", "cohortPercent: 150",
			"8: scope.cohortPercent is 150; allowed is 0 to 100"},
		{"unknown channel in scope", "scope: {channels: [STORE]", "scope: {channels: [SHOP]",
			`8: scope.channels[0] is "SHOP"; allowed are ONLINE_FLAGSHIP, STORE, MINI_PROGRAM, COMMUNITY_GROUP, PARTNER`},
		{"parity lock without parity", "    parityPerYuan: 100\n", "",
			"12: currencies[0].parityLockedUntil is not used without parityPerYuan; allowed is no such key\nsmall.yaml:92: burn[0].kind is \"CHECKOUT\"; allowed is that only for a currency with parityPerYuan"},
		{"balance above what apps can read", "maxBalance: 1000000", "maxBalance: 3000000000",
			"16: currencies[0].maxBalance is 3000000000; allowed is 1 to 2000000000"},
		{"reserve over 100 percent", "reservePercent: 8", "reservePercent: 108",
			"15: currencies[0].reservePercent is 108; allowed is 0 to 100"},
		{"index limits crossed", "high: 103, low: 97", "high: 97, low: 103",
			"17: currencies[0].index.high is 97; allowed is more than low, which is 103"},
		{"unknown period of the index", "period: MONTH}", "period: WEEK}",
			`17: currencies[0].index.period is "WEEK"; allowed are MONTH, QUARTER`},
		{"unknown kind of metric", "kind: SCENES", "kind: SCENE",
			`34: metrics[2].kind is "SCENE"; allowed are SPEND, ORDERS, POINTS, ACTIONS, SCENES`},
		{"unknown window", "window: LIFETIME", "window: FOREVER",
			`35: metrics[2].window is "FOREVER"; allowed are ROLLING_MONTHS, CALENDAR_YEAR, LIFETIME`},
		{"window without length", "    length: 12\n    coefficients", "    coefficients",
			"19: metrics[0].length is missing; needed is 1 to 120"},
		{"length of another window", "window: CALENDAR_YEAR", "window: CALENDAR_YEAR\n    length: 12",
			"29: metrics[1].length is not used with window CALENDAR_YEAR; allowed is no such key"},
		{"negative coefficient", "coefficients: {CARD: 0}", "coefficients: {CARD: -1}",
			"24: metrics[0].coefficients.CARD is -1; allowed is 0 to 1000"},
		{"weights of another kind", "perScene: 1", "perScene: 1\n    weights: {REVIEW: 1}",
			"37: metrics[2].weights is not used by kind SCENES; allowed is no such key"},
		{"event that is no action", "score:\n", "actions: {action.recorded: REVIEW}\nscore:\n",
			"37: actions.action.recorded names no event that can count as an action; allowed are content.shared, coupon.used, group.starred, live.watched, member.signedIn, order.late, order.paid, post.adopted, product.viewed, review.written, store.visited, trial.adopted"},
		{"action that nothing asks for", "score:\n", "actions: {content.shared: SHARE}\nscore:\n",
			`37: actions.content.shared is "SHARE"; allowed are LIVE, ORDER, REVIEW`},
		{"seconds of an action without weight", "minSeconds: {LIVE: 60}", "minSeconds: {LIFE: 60}",
			"30: metrics[1].minSeconds.LIFE names no action that has a weight; allowed are LIVE, REVIEW"},
		{"score of an unknown metric", "{metric: DEEDS, hundredths: 120}", "{metric: DEED, hundredths: 120}",
			`41: score.terms[1].metric is "DEED"; allowed are SPEND, DEEDS, PLACES`},
		{"score counts a metric twice", "{metric: DEEDS, hundredths: 120}", "{metric: SPEND, hundredths: 120}",
			`41: score.terms[1].metric is "SPEND" a second time; allowed is once`},
		{"score where there is none", "score:\n  names: {zh-CN: 成长值}\n  terms:\n    - {metric: SPEND, hundredths: 1}\n    - {metric: DEEDS, hundredths: 120}\n", "",
			"48: tiers[1].routes[0].when.score asks for a score, which the programme has not; allowed is a metric\nsmall.yaml:57: tiers[2].routes[0].when.score asks for a score, which the programme has not; allowed is a metric"},
		{"rank left out", "    rank: 2", "    rank: 3",
			"57: tiers[2].rank is 3; allowed is 2, because tiers count up from 0"},
		{"nobody can start", "      - kind: FREE", "      - kind: PARTNER",
			"46: tiers[0].routes has no FREE route; needed is one, because members start at the lowest tier"},
		{"free tier above the lowest", "      - {kind: PAID, feeFen: 9900, months: 12}", "      - kind: FREE",
			"51: tiers[1].routes has a FREE route; allowed is that only for the lowest tier"},
		{"unknown route", "{kind: PAID,", "{kind: BOUGHT,",
			`54: tiers[1].routes[1].kind is "BOUGHT"; allowed are FREE, EARNED, PAID, INVITED, REVIEWED, TASKS, PARTNER, TRIAL, DAYS`},
		{"key of another route", "months: 12}", "months: 12, minScore: 90}",
			"54: tiers[1].routes[1].minScore is not used by kind PAID; allowed is no such key"},
		{"fee missing", "feeFen: 9900, ", "",
			"54: tiers[1].routes[1].feeFen is missing; needed is 1 to 100000000"},
		{"paid for days and months", "feeFen: 9900, months: 12", "feeFen: 9900, months: 12, days: 30",
			"54: tiers[1].routes[1] gives 2 of days, months; allowed is exactly one"},
		{"fewer task codes than tasks", "taskCodes: [ORDER, REVIEW]", "taskCodes: [ORDER]",
			"55: tiers[1].routes[2].taskCodes names 1; allowed is at least 2, the number of tasks"},
		{"route twice", "{kind: PAID, feeFen: 9900, months: 12}", "{kind: TASKS, tasks: 1, days: 1}",
			`55: tiers[1].routes[2].kind is "TASKS" a second time; allowed is once for a tier`},
		{"condition missing", "      - kind: EARNED\n        when: {score: 3000}", "      - kind: EARNED",
			"61: tiers[2].routes[0].when is missing; needed is a condition"},
		{"condition asks nothing", "when: {score: 3000}", "when: {}",
			"62: tiers[2].routes[0].when asks for 0 of all, any, score, metric; allowed is exactly one"},
		{"condition asks two things", "when: {score: 3000}", "when: {score: 3000, metric: SPEND, atLeast: 1}",
			"62: tiers[2].routes[0].when asks for 2 of all, any, score, metric; allowed is exactly one"},
		{"unknown metric in a condition", "all: [{metric: SPEND, atLeast: 5000000}", "all: [{metric: SPND, atLeast: 5000000}",
			`70: tiers[3].routes[0].when.all[0].metric is "SPND"; allowed are SPEND, DEEDS, PLACES`},
		{"threshold missing", "{metric: PLACES, atLeast: 30}", "{metric: PLACES}",
			"71: tiers[3].routes[0].when.all[1].any[1].atLeast is missing; needed is 1 to 1000000000000"},
		{"threshold does not rise", "when: {score: 3000}", "when: {score: 500}",
			"62: tiers[2].routes[0].when.score is 500; allowed is more than 500, which tiers[1].routes[0].when.score asks for"},
		{"nothing asked to keep a reviewed tier", "    keep: {metric: SPEND, atLeast: 5000000}\n", "",
			"63: tiers[3].keep is missing; needed is a condition, because the tier has no EARNED route"},
		{"seats for all who earn it", "    # as many as earn it", "    capPerMille: 8",
			`61: tiers[2].routes[0].kind is "EARNED"; allowed with capPerMille are INVITED and REVIEWED, which take a seat`},
		{"cap over all members", "capPerMille: 8", "capPerMille: 8000",
			"66: tiers[3].capPerMille is 8000; allowed is 0 to 1000"},
		{"unknown rhythm", "kind: ROLLING_QUARTER", "kind: QUARTERLY",
			`76: evaluation.kind is "QUARTERLY"; allowed are ROLLING_QUARTER, ANNUAL_WINDOW, NONE`},
		{"window of the year without months", "kind: ROLLING_QUARTER", "kind: ANNUAL_WINDOW",
			"75: evaluation.months is missing; needed is at least one month"},
		{"month 13", "kind: ROLLING_QUARTER", "kind: ANNUAL_WINDOW\n  months: [12, 13]",
			"77: evaluation.months[1] is 13; allowed is 1 to 12"},
		{"unknown upgrade", "upgrade: IMMEDIATE", "upgrade: NOW",
			`77: evaluation.upgrade is "NOW"; allowed are IMMEDIATE, AT_SETTLEMENT`},
		{"grace in days and months", "grace: {days: 60", "grace: {days: 60, months: 2",
			"78: evaluation.grace gives 2 of days, months; allowed is exactly one"},
		{"grace without a way back", "restoreBy: [SHORTFALL, TASKS], tasks: 1", "restoreBy: []",
			"78: evaluation.grace.restoreBy is missing; allowed are SHORTFALL, TASKS"},
		{"grace by an unknown way", "restoreBy: [SHORTFALL, TASKS]", "restoreBy: [SHORTFALL, PAYING, TASKS]",
			`78: evaluation.grace.restoreBy[1] is "PAYING"; allowed are SHORTFALL, TASKS`},
		{"tasks without their number", "restoreBy: [SHORTFALL, TASKS], tasks: 1", "restoreBy: [TASKS]",
			"78: evaluation.grace.tasks is missing; needed is 1 to 100"},
		{"unknown event", "event: store.visited", "event: store.visit",
			`87: earn[1].event is "store.visit"; allowed are action.recorded, content.shared, coupon.used, group.starred, live.watched, member.joined, member.segmented, member.signedIn, membership.paid, order.late, order.paid, post.adopted, product.viewed, review.written, store.visited, trial.adopted`},
		{"rate of an unknown tier", "PATRON: 150, OWNER: 250", "PATRON: 150, OWNER: 250, KING: 1",
			"83: earn[0].rates.KING names no tier; allowed are GUEST, FRIEND, PATRON, OWNER"},
		{"rate of a tier missing", ", OWNER: 250}", "}",
			"83: earn[0].rates.OWNER is missing; needed are basis points for every tier"},
		{"rate over 100 percent", "OWNER: 250}", "OWNER: 25000}",
			"83: earn[0].rates.OWNER is 25000; allowed is 0 to 10000"},
		{"fixed amount missing", "    fixed: 5\n", "",
			"86: earn[1].fixed is missing; needed is 1 to 2000000000"},
		{"field that the event has not", "match: {travel: [BUS]}", "match: {vehicle: [BUS]}",
			"89: earn[1].match.vehicle is no field of store.visited; allowed are storeId, travel"},
		{"unknown time of a multiplier", "when: BIRTHDAY_MONTH", "when: BIRTHDAY",
			`85: earn[0].multiply[0].when is "BIRTHDAY"; allowed are BIRTHDAY_MONTH, MONTH_DAY`},
		{"day 32", "day: 8", "day: 32",
			"97: burn[0].multiply[0].day is 32; allowed is 1 to 31"},
		{"multiplier of nothing", "percent: 150", "percent: 0",
			"97: burn[0].multiply[0].percent is 0; allowed is 1 to 100000"},
		{"more than an order", "maxPercentOfOrder: 30", "maxPercentOfOrder: 130",
			"94: burn[0].maxPercentOfOrder is 130; allowed is 1 to 100"},
		{"hold time missing", "    holdMinutes: 15\n", "",
			"93: burn[0].holdMinutes is missing; needed is 1 to 10080"},
		{"unknown sink", "cost: 1, sink: DESTROY", "cost: 1, sink: BURN",
			`99: burn[1].sink is "BURN"; allowed are DESTROY, RETURN`},
		{"time to take back missing", "{kind: VOTE, cost: 1, sink: DESTROY}", "{kind: ITEM, sink: RETURN, holdMinutes: 10, codeDays: 90, codeGraceHours: 24, slotCancelHours: 2}",
			"99: burn[1].cancelMinutes is missing; needed is 0 to 10080"},
		{"life of a code missing", "{kind: VOTE, cost: 1, sink: DESTROY}", "{kind: ITEM, sink: RETURN, holdMinutes: 10, cancelMinutes: 10, codeGraceHours: 24, slotCancelHours: 2}",
			"99: burn[1].codeDays is missing; needed is 1 to 3650"},
		{"a code that is good for no day", "{kind: VOTE, cost: 1, sink: DESTROY}", "{kind: ITEM, sink: RETURN, holdMinutes: 10, cancelMinutes: 10, codeDays: 0, codeGraceHours: 24, slotCancelHours: 2}",
			"99: burn[1].codeDays is 0; allowed is 1 to 3650"},
		{"grace of a code missing", "{kind: VOTE, cost: 1, sink: DESTROY}", "{kind: ITEM, sink: RETURN, holdMinutes: 10, cancelMinutes: 10, codeDays: 90, slotCancelHours: 2}",
			"99: burn[1].codeGraceHours is missing; needed is 0 to 10080"},
		{"grace below nothing", "{kind: VOTE, cost: 1, sink: DESTROY}", "{kind: ITEM, sink: RETURN, holdMinutes: 10, cancelMinutes: 10, codeDays: 90, codeGraceHours: -1, slotCancelHours: 2}",
			"99: burn[1].codeGraceHours is -1; allowed is 0 to 10080"},
		{"time to give a seat back missing", "{kind: VOTE, cost: 1, sink: DESTROY}", "{kind: ITEM, sink: RETURN, holdMinutes: 10, cancelMinutes: 10, codeDays: 90, codeGraceHours: 24}",
			"99: burn[1].slotCancelHours is missing; needed is 0 to 10080"},
		{"hold of a redemption missing", "{kind: VOTE, cost: 1, sink: DESTROY}", "{kind: ITEM, sink: RETURN, cancelMinutes: 10, codeDays: 90, codeGraceHours: 24, slotCancelHours: 2}",
			"99: burn[1].holdMinutes is missing; needed is 1 to 10080"},
		{"share of an order for a reward", "{kind: VOTE, cost: 1, sink: DESTROY}", "{kind: ITEM, sink: RETURN, maxPercentOfOrder: 30, holdMinutes: 10, cancelMinutes: 10, codeDays: 90, codeGraceHours: 24, slotCancelHours: 2}",
			"99: burn[1].maxPercentOfOrder is not used by kind ITEM; allowed is no such key"},
		{"code of a vote", "{kind: VOTE, cost: 1, sink: DESTROY}", "{kind: VOTE, cost: 1, sink: DESTROY, codeDays: 90}",
			"99: burn[1].codeDays is not used by kind VOTE; allowed is no such key"},
		{"grace of what comes back missing", "returns: {graceHours: 72}", "returns: {}",
			"163: returns.graceHours is missing; needed is 1 to 8760"},
		{"no grace of what comes back", "returns: {graceHours: 72}", "returns: {graceHours: 0}",
			"163: returns.graceHours is 0; allowed is 1 to 8760"},
		{"unknown layer", "layer: UPGRADE", "layer: PREMIUM",
			`114: benefits[1].layer is "PREMIUM"; allowed are BASIC, UPGRADE, EMOTIONAL`},
		{"unknown benefit kind", "code: COURIER\n    kind: DELIVERY", "code: COURIER\n    kind: SHIPPING",
			`113: benefits[1].kind is "SHIPPING"; allowed are ACCESS, COINS, COUPON, DELIVERY, DISCOUNT, GIFT, MULTIPLIER, RETURNS, SERVICE`},
		{"terms missing", "    terms: {zh-CN: 每月2次, zh-TW: 每月2次, en: 2 a month}\n", "",
			"101: benefits[0].terms.zh-CN is missing; needed is a text\n" +
				"small.yaml:101: benefits[0].terms has no zh-TW; needed are terms in zh-CN, zh-TW, en\n" +
				"small.yaml:101: benefits[0].terms has no en; needed are terms in zh-CN, zh-TW, en"},
		{"owner missing", "    owner: logistics\n    eligibility: {minTier: FRIEND", "    eligibility: {minTier: FRIEND",
			"101: benefits[0].owner is missing; needed is a text"},
		{"benefit of an unknown tier", "eligibility: {minTier: FRIEND", "eligibility: {minTier: FIREND",
			`108: benefits[0].eligibility.minTier is "FIREND"; allowed are GUEST, FRIEND, PATRON, OWNER`},
		{"benefit of an unknown stage", "stages: [NEW]", "stages: [BABY]",
			`108: benefits[0].eligibility.stages[0] is "BABY"; allowed are NEW, OLD, GONE`},
		{"benefit under an unknown consent", "consent: HEALTH", "consent: WEALTH",
			`119: benefits[1].eligibility.consent is "WEALTH"; allowed is HEALTH`},
		{"quota missing", "    quota: {count: 2, per: MONTH}\n", "",
			"101: benefits[0].quota is missing; needed is a count or unlimited"},
		{"quota of nothing", "count: 2, per", "count: 0, per",
			"109: benefits[0].quota.count is 0; allowed is 1 to 1000000"},
		{"quota in an unknown period", "per: MONTH}\n", "per: WEEK}\n",
			`109: benefits[0].quota.per is "WEEK"; allowed are ORDER, MONTH, YEAR, ONCE`},
		{"quota of both", "unlimited: true", "unlimited: true, count: 3",
			"120: benefits[1].quota.count is not used when unlimited; allowed is no such key"},
		{"cap without honest fallback", "fallback: {zh-CN: 标准配送}", "fallback: {en: Standard}",
			"121: benefits[1].costCap.fallback.zh-CN is missing; needed is a text"},
		{"validity ends before it begins", "validUntil: 2027-01-01T00:00:00+08:00", "validUntil: 2025-01-01T00:00:00+08:00",
			"123: benefits[1].validUntil is 2025-01-01T00:00:00+08:00; allowed is after benefits[1].validFrom, which is 2026-01-01T00:00:00+08:00"},
		{"grey for nobody", "    scope: {cohortPercent: 10}\n", "",
			"112: benefits[1].scope is missing; needed is for whom a GREY benefit is"},
		{"replaces an unknown benefit", "replaces: DELIVERY", "replaces: CARRIER",
			`126: benefits[1].replaces is "CARRIER"; allowed are DELIVERY, COURIER`},
		{"replaces an equal tier's benefit", "minTier: PATRON, consent", "minTier: FRIEND, consent",
			`126: benefits[1].replaces is "DELIVERY", whose tier is not lower; allowed is a lower tier's benefit`},
		{"family of an unknown tier", "  minTier: PATRON\n  maxRelatives", "  minTier: PATRONE\n  maxRelatives",
			`128: family.minTier is "PATRONE"; allowed are GUEST, FRIEND, PATRON, OWNER`},
		{"discount below the family's tier", "{PATRON: 3, OWNER: 10}", "{FRIEND: 1, PATRON: 3, OWNER: 10}",
			"130: family.discountPercent.FRIEND is for a tier below minTier, which is PATRON; allowed is no such key"},
		{"discount over 100 percent", "OWNER: 10}", "OWNER: 101}",
			"130: family.discountPercent.OWNER is 101; allowed is 0 to 100"},
		{"unknown draw order", "drawOrder: EXPIRING_FIRST", "drawOrder: OLDEST",
			`132: family.drawOrder is "OLDEST"; allowed are EXPIRING_FIRST, PROPORTIONAL, REQUESTED`},
		{"guardians needed after growing up", "consentAge: 14", "consentAge: 19",
			"137: family.consentAge is 19; allowed is at most adultAge, which is 18"},
		{"board for an unknown role", "postRoles: [moderator]", "postRoles: [boss]",
			`139: boards[0].postRoles[0] is "boss"; allowed are clerk, moderator, service, operations, dpo, legal`},
		{"consent of a computed segment", "when: {metric: SPEND, atLeast: 1000000}}", "when: {metric: SPEND, atLeast: 1000000}, consent: LIKES}",
			"148: lifecycle.segments[0].consent is not used without when; allowed is no such key"},
		{"named segment without consent", ", when: {metric: SPEND, atLeast: 1000000}}", "}",
			"148: lifecycle.segments[0].consent is missing; needed is a text"},
		{"group of an unknown segment", "segment: BIG}", "segment: HUGE}",
			`141: groups[0].segment is "HUGE"; allowed is BIG`},
		{"gap between stages", "fromDays: 8}", "fromDays: 9}",
			"145: lifecycle.stages[1].fromDays is 9; allowed is 8, the day after the stage before"},
		{"stages end", "fromDays: 8}", "fromDays: 8, toDays: 90}",
			"143: lifecycle.stages ends on day 90 after joining; needed is a last stage without toDays"},
		{"answer later than the plan", "respondSeconds: 90, resolveSeconds: 7200", "respondSeconds: 90, resolveSeconds: 60",
			"150: services[0].resolveSeconds is 60; allowed is at least respondSeconds, which is 90"},
		{"deletion later than promised", "deletionDays: 7", "deletionDays: 30",
			"152: privacy.deletionDays is 30; allowed is 1 to 7"},
		{"one approver", "rawApprovers: [dpo, legal]", "rawApprovers: [dpo]",
			"156: privacy.rawApprovers names 1; allowed is at least 2 of clerk, moderator, service, operations, dpo, legal"},
		{"policy version missing", `policyVersion: "1", `, "",
			"159: privacy.purposes[0].policyVersion is missing; needed is a text"},
		{"rule without text", "texts: {zh-CN: 返1%}, ", "",
			"161: rules[0].texts.zh-CN is missing; needed is a text"},
		{"transfers of an unknown tier", "    maxBalance: 1000000\n", "    maxBalance: 1000000\n    transfers: {minTier: KING, min: 1, max: 2, perMonth: 3, holdMinutes: 1}\n",
			`17: currencies[0].transfers.minTier is "KING"; allowed are GUEST, FRIEND, PATRON, OWNER`},
		{"transfers whose most is less than their fewest", "    maxBalance: 1000000\n", "    maxBalance: 1000000\n    transfers: {min: 10, max: 2, perMonth: 30, holdMinutes: 1}\n",
			"17: currencies[0].transfers.max is 2; allowed is 10 to 1000000"},
		{"so many transfers that nobody adds them up", "    maxBalance: 1000000\n", "    maxBalance: 1000000\n    transfers: {min: 1, max: 2, perMonth: 1001, holdMinutes: 1}\n",
			"17: currencies[0].transfers.perMonth is 1001; allowed is 2 to 1000"},
		{"transfers that may be left half done for ever", "    maxBalance: 1000000\n", "    maxBalance: 1000000\n    transfers: {min: 1, max: 2, perMonth: 3}\n",
			"17: currencies[0].transfers.holdMinutes is missing; needed is 1 to 1440"},
		{"a rate of the wallet's own currency", "    maxBalance: 1000000\n", "    maxBalance: 1000000\n    rate: {home: 1, here: 1}\n",
			"17: currencies[0].rate is not used by the wallet's currency, which is the first; allowed is no such key"},
		{"a further currency that is worth nothing", "metrics:\n", "  - {code: NUT, names: {zh-CN: 坚果}, region: FAR, maxBalance: 5}\nmetrics:\n",
			"18: currencies[1].rate is missing; needed is what the currency is worth, such as {home: 1, here: 1}"},
		{"a further currency of nowhere", "metrics:\n", "  - {code: NUT, names: {zh-CN: 坚果}, rate: {home: 1, here: 0}, maxBalance: 5}\nmetrics:\n",
			"18: currencies[1].region is missing; needed is a text\nsmall.yaml:18: currencies[1].rate.here is 0; allowed is 1 to 10000"},
		{"household facts under an unknown purpose", "returns: {graceHours: 72}\n", "returns: {graceHours: 72}\nhousehold:\n  consents: {size: SECRET, preferences: HEALTH}\n  mostPeople: 9\n  preferences: [{code: TEA, names: {zh-CN: 茶}}]\n  mostPreferences: 1\n",
			`165: household.consents.size is "SECRET"; allowed is HEALTH`},
		{"household facts under no purpose", "returns: {graceHours: 72}\n", "returns: {graceHours: 72}\nhousehold:\n  consents: {preferences: HEALTH}\n  mostPeople: 9\n  preferences: [{code: TEA, names: {zh-CN: 茶}}]\n  mostPreferences: 1\n",
			`165: household.consents.size is missing; needed is the purpose under which the size is told`},
		{"a consent for what nobody asks", "returns: {graceHours: 72}\n", "returns: {graceHours: 72}\nhousehold:\n  consents: {size: HEALTH, diet: HEALTH, preferences: HEALTH}\n  mostPeople: 9\n  preferences: [{code: TEA, names: {zh-CN: 茶}}]\n  mostPreferences: 1\n",
			`165: household.consents.diet is not used where nothing of it is asked; allowed is no such key`},
		{"more preferences than there are", "returns: {graceHours: 72}\n", "returns: {graceHours: 72}\nhousehold:\n  consents: {size: HEALTH, preferences: HEALTH}\n  mostPeople: 9\n  preferences: [{code: TEA, names: {zh-CN: 茶}}]\n  mostPreferences: 3\n",
			`168: household.mostPreferences is 3; allowed is 1 to 1`},
		{"a preference that nobody can read", "returns: {graceHours: 72}\n", "returns: {graceHours: 72}\nhousehold:\n  consents: {size: HEALTH, preferences: HEALTH}\n  mostPeople: 9\n  preferences: [{code: TEA, names: {en: Tea}}]\n  mostPreferences: 1\n",
			`167: household.preferences[0].names.zh-CN is missing; needed is a text`},
		{"adjustments without a limit", "maxCoins: 500, ", "",
			"162: adjustments.maxCoins is missing; needed is 1 to 2000000000"},
		{"a proposal that never expires", "decideHours: 24", "decideHours: 0",
			"162: adjustments.decideHours is 0; allowed is 1 to 720"},
		{"adjustments without reasons", "categories: [{code: GOODWILL, names: {zh-CN: 补偿}}]", "categories: []",
			"162: adjustments.categories is missing; needed is at least one reason that members can read"},
		{"a reason that nobody can read", "code: GOODWILL, names: {zh-CN: 补偿}", "code: GOODWILL",
			"162: adjustments.categories[0].names.zh-CN is missing; needed is a text"},
		{"a stock of none", "quota: {count: 2, per: MONTH}", "quota: {count: 2, per: MONTH}\n    stock: {total: 0, per: MONTH}",
			"110: benefits[0].stock.total is 0; allowed is 1 to 1000000000"},
		{"a stock by order", "quota: {count: 2, per: MONTH}", "quota: {count: 2, per: MONTH}\n    stock: {total: 2, per: ORDER}",
			`110: benefits[0].stock.per is "ORDER"; allowed are MONTH, YEAR, ONCE`},
		{"a stock that the terms keep quiet about", "quota: {count: 2, per: MONTH}", "quota: {count: 2, per: MONTH}\n    stock: {total: 5, per: YEAR}",
			"106: benefits[0].terms.zh-CN does not name the stock of 5 for all members; needed is that number\nsmall.yaml:106: benefits[0].terms.zh-TW does not name the stock of 5 for all members; needed is that number\nsmall.yaml:106: benefits[0].terms.en does not name the stock of 5 for all members; needed is that number"},
		{"a use that is taken back after years", "quota: {count: 2, per: MONTH}", "quota: {count: 2, per: MONTH}\n    cancelMinutes: 600000",
			"110: benefits[0].cancelMinutes is 600000; allowed is 0 to 527040"},
		{"fewer options than are shown", "quota: {count: 2, per: MONTH}", "quota: {count: 2, per: MONTH}\n    choices: {show: 2, options: [{code: TEA, titles: {zh-CN: 茶}, value: 100}]}",
			"110: benefits[0].choices.options hold 1 for everybody; needed are at least 2, which are shown"},
		{"an option for a sign that is none", "quota: {count: 2, per: MONTH}", "quota: {count: 2, per: MONTH}\n    choices: {show: 1, options: [{code: TEA, titles: {zh-CN: 茶}, value: 100, signs: [RAM]}]}",
			`110: benefits[0].choices.options[0].signs[0] is "RAM"; allowed is no such key, because there is nothing that it could name` + "\nsmall.yaml:110: benefits[0].choices.options hold 0 for everybody; needed are at least 1, which are shown"},
		{"signs out of their order", "returns: {graceHours: 72}", "returns: {graceHours: 72}\nsigns: [{code: A, names: {zh-CN: 甲}, from: 01-19}, {code: B, names: {zh-CN: 乙}, from: 02-30}, {code: C, names: {zh-CN: 丙}, from: 01-20}, {code: D, names: {zh-CN: 丁}, from: 01-20}]",
			"164: signs[1].from is \"02-30\"; allowed is a day such as 03-21\nsmall.yaml:164: signs[3].from is \"01-20\"; allowed is after 01-20, on which the sign before begins"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := programme.Parse("small.yaml", change(t, c.old, c.new))
			if err == nil {
				t.Fatalf("accepted; want %s", c.want)
			}
			if got := strings.TrimPrefix(err.Error(), "small.yaml:"); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestWrongNoticesAreRefusedWithOneClearSentence(t *testing.T) {
	const right = `notices:
  quiet: {from: "22:00", until: "08:00"}
  freshDays: 7
  keep: 100
  kinds:
    - code: COINS_EXPIRING
      names: {zh-CN: 到期}
      days: [30, 7]
      inbox: true
      titles: {zh-CN: 到期, zh-TW: 到期, en: Soon}
      bodies: {zh-CN: "{coins}", zh-TW: "{coins}", en: "{coins}"}
`
	b, err := os.ReadFile("testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	parse := func(text string) error {
		_, err := programme.Parse("small.yaml", append(append([]byte{}, b...), "\n"+text...))
		return err
	}
	if err := parse(right); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"COINS_EXPIRING", "LOTTERY", `notices.kinds[0].code is "LOTTERY"; allowed are APPROVAL, COINS_CORRECTED,`},
		{"      titles: {zh-CN: 到期,", "      cases: []\n      titles: {zh-CN: 到期,", "notices.kinds[0].cases is not used by COINS_EXPIRING, which always says the same"},
		{"COINS_EXPIRING", "APPROVAL", "notices.kinds[0].titles is not used by APPROVAL, whose cases have texts"},
		{"COINS_EXPIRING", "APPROVAL", "notices.kinds[0].cases lacks DECLINED; needed are PENDING, APPROVED, DECLINED, EXPIRED, CANCELLED"},

		{`from: "22:00"`, `from: "22"`, `notices.quiet.from is "22"; allowed is a time of the day such as 22:00`},
		{`until: "08:00"`, `until: "22:00"`, `notices.quiet.until is "22:00", which is notices.quiet.from; allowed is another time of the day`},
		{"freshDays: 7", "freshDays: 0", "notices.freshDays is 0; allowed is 1 to 90"},
		{"keep: 100", "keep: 1", "notices.keep is 1; allowed is 20 to 1000"},
		{"days: [30, 7]", "days: [7, 30]", "notices.kinds[0].days[1] is 30 after 7; allowed are fewer and fewer days"},
		{"days: [30, 7]", "days: []", "notices.kinds[0].days is missing; needed are the days before it happens"},
		{"inbox: true", "group: DAY", "notices.kinds[0].group is not used by COINS_EXPIRING, of which each is told alone"},
		{"COINS_EXPIRING", "COUPON_EXPIRING", "notices.kinds[0].bodies.en has the blank {coins}; allowed are count, day, days"},
		{"COINS_EXPIRING", "QUOTA_USED_UP", "notices.kinds[0].days is not used by QUOTA_USED_UP, which is told when it has happened"},
		{"inbox: true", "inbox: false", "notices.kinds[0] is neither in the inbox nor pushed; needed is inbox: true or push: true"},
		{"en: Soon", "en: \"{tier}\"", "notices.kinds[0].titles.en has the blank {tier}; allowed are coins, currency, day, days"},
		{", en: Soon", "", "notices.kinds[0].titles.en is missing; needed is a text in every language"},
	} {
		if err := parse(strings.Replace(right, c.old, c.new, 1)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.new, err, c.want)
		}
	}
}
