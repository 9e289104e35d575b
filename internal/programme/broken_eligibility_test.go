package programme_test

import (
	"strings"
	"testing"

	"membergate/internal/programme"
)

// asks is what small.yaml's second benefit asks of members; it stands in line 119.
const asks = "{minTier: PATRON, consent: HEALTH}"

func TestConditionsOfEveryKindAreTaken(t *testing.T) {
	text := string(change(t, asks, `{minTier: PATRON, tiers: [PATRON], segments: [BIG], stages: [NEW], lifeStages: [SMALL_CHILDREN], preferences: [TEA],
      regions: [SOUTH, CN-BJ, GB], channels: [STORE], stores: [s1], weekdays: [SAT, SUN], monthDays: [8, 18], yearDays: ["10-08"], festivals: [SPRING],
      birthday: DAY, consent: HEALTH, cohortPercent: 20, from: 2026-02-01T00:00:00+08:00, until: 2026-03-01T00:00:00+08:00,
      all: [{segments: [BIG]}], any: [{stages: [NEW]}, {all: [{minTier: PATRON}, {not: {channels: [PARTNER]}}]}], not: {birthday: MONTH}}`))
	text = strings.Replace(text, "family:\n", `festivals: [{code: SPRING, names: {zh-CN: 春节}, days: ["2026-02-17", "2027-02-06"], daysBefore: 7, daysAfter: 15}]
areas: [{code: SOUTH, names: {zh-CN: 华南}, regions: [CN-GD, CN-GX]}]
household: {consents: {lifeStage: HEALTH, preferences: HEALTH}, lifeStages: [{code: SMALL_CHILDREN, names: {zh-CN: 有幼儿}}],
  preferences: [{code: TEA, names: {zh-CN: 茶}}], mostPreferences: 1}
family:
`, 1)
	if _, err := programme.Parse("small.yaml", []byte(text)); err != nil {
		t.Fatal(err)
	}
}

func TestWrongConditionsAreRefusedWithLineAndReason(t *testing.T) {
	for _, c := range []struct{ name, ask, want string }{
		{"a tier that is not there", "{tiers: [KING]}", `tiers[0] is "KING"; allowed are GUEST, FRIEND, PATRON, OWNER`},
		{"a segment that is not there", "{all: [{segments: [SMALL]}]}", `all[0].segments[0] is "SMALL"; allowed is BIG`},
		{"a stage that is not there", "{any: [{stages: [BORED]}]}", `any[0].stages[0] is "BORED"; allowed are NEW, OLD, GONE`},
		{"a festival where there is none", "{festivals: [SPRING]}", `festivals[0] is "SPRING"; allowed is no such key, because there is nothing that it could name`},
		{"a channel that is not there", "{not: {channels: [PHONE]}}", `not.channels[0] is "PHONE"; allowed are ONLINE_FLAGSHIP, STORE, MINI_PROGRAM, COMMUNITY_GROUP, PARTNER`},
		{"a like where nobody is asked", "{preferences: [TEA]}", `preferences[0] is "TEA"; allowed is no such key, because there is nothing that it could name`},
		{"a weekday that is not there", "{weekdays: [SATURDAY]}", `weekdays[0] is "SATURDAY"; allowed are SUN, MON, TUE, WED, THU, FRI, SAT`},
		{"a region that is none", "{regions: [Beijing]}", `regions[0] is "Beijing"; allowed are the programme's areas, and regions such as CN or CN-BJ`},
		{"a day of the month that no month has", "{monthDays: [32]}", "monthDays[0] is 32; allowed is 1 to 31"},
		{"a day of the year that no year has", `{yearDays: ["02-30"]}`, `yearDays[0] is "02-30"; allowed is a day such as 10-08`},
		{"a birthday of another kind", "{birthday: WEEK}", `birthday is "WEEK"; allowed are MONTH, DAY`},
		{"a purpose that is not there", "{consent: FUN}", `consent is "FUN"; allowed is HEALTH`},
		{"a share of more than all", "{cohortPercent: 101}", "cohortPercent is 101; allowed is 0 to 100"},
		{"one of nothing", "{any: []}", "any is an empty list; needed is at least one, or no such key"},
		{"no segment at all", "{segments: []}", "segments is an empty list; needed is at least one, or no such key"},
		{"a way that asks nothing", "{any: [{}, {birthday: DAY}]}", "any[0] asks nothing; needed is a condition"},
		{"dates that end before they begin", "{from: 2026-02-01T00:00:00+08:00, until: 2026-01-01T00:00:00+08:00}",
			"until is 2026-01-01T00:00:00+08:00; allowed is after benefits[1].eligibility.from, which is 2026-02-01T00:00:00+08:00"},
		{"too deep", "{not: {not: {not: {not: {birthday: DAY}}}}}", "not.not.not.not lies 5 levels deep; allowed are 4"},
		{"too many", "{any: [" + strings.Repeat("{birthday: DAY}, ", 32) + "{birthday: DAY}]}", " asks 33 conditions; allowed are 32"},
		{"a condition that nobody knows", "{weather: SUNNY}", "weather is no known key; allowed are all, any, not, minTier, tiers, segments, stages, lifeStages, " +
			"preferences, regions, channels, stores, from, until, weekdays, monthDay, monthDays, yearDays, festivals, birthday, consent, cohortPercent"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := programme.Parse("small.yaml", change(t, "    eligibility: "+asks+"\n    quota: {unlimited: true}\n    costCap",
				"    eligibility: "+c.ask+"\n    quota: {unlimited: true}\n    costCap"))
			want := "small.yaml:119: benefits[1].eligibility." + c.want
			if strings.HasPrefix(c.want, " ") {
				want = "small.yaml:119: benefits[1].eligibility" + c.want
			}
			if err == nil {
				t.Fatalf("accepted; want %s", want)
			}
			first, _, _ := strings.Cut(err.Error(), "\nsmall.yaml:126: benefits[1].replaces") // nobody of a lower tier has it then
			if first != want {
				t.Errorf("\n got %s\nwant %s", first, want)
			}
		})
	}
}

func TestWrongCalendarsVersionsAndTermsAreRefusedWithLineAndReason(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"a festival without a day", "family:\n", "festivals: [{code: SPRING, names: {zh-CN: 春节}}]\nfamily:\n",
			"127: festivals[0].days is missing; needed is at least one day such as 2026-02-17"},
		{"a festival on no day", "family:\n", "festivals: [{code: SPRING, names: {zh-CN: 春节}, days: [2026-02-30]}]\nfamily:\n",
			`127: festivals[0].days[0] is "2026-02-30"; allowed is a day such as 2026-02-17`},
		{"festivals out of order", "family:\n", "festivals: [{code: SPRING, names: {zh-CN: 春节}, days: [2027-02-06, 2026-02-17]}]\nfamily:\n",
			`127: festivals[0].days[1] is "2026-02-17"; allowed is after 2027-02-06, the day before it`},
		{"a festival of a season", "family:\n", "festivals: [{code: SPRING, names: {zh-CN: 春节}, days: [2026-02-17], daysAfter: 90}]\nfamily:\n",
			"127: festivals[0].daysAfter is 90; allowed is 0 to 60"},
		{"an area of nothing", "family:\n", "areas: [{code: SOUTH, names: {zh-CN: 华南}}]\nfamily:\n",
			"127: areas[0].regions is missing; needed is at least one region such as CN-BJ"},
		{"an area that nobody knows", "family:\n", "areas: [{code: SOUTH, names: {zh-CN: 华南}, regions: [Guangdong]}]\nfamily:\n",
			`127: areas[0].regions[0] is "Guangdong"; allowed are regions such as CN or CN-BJ`},
		{"a benefit twice in one version", "code: COURIER", "code: DELIVERY",
			`112: benefits[1].code is "DELIVERY", which benefits[0] has in the same version; allowed is a code or a version of its own`},
		{"two versions from one day", "  - code: COURIER\n", "  - code: DELIVERY\n    version: \"2\"\n",
			"123: benefits[1].validFrom is 2026-01-01T00:00:00+08:00, as that of benefits[0], which is DELIVERY too; allowed is another time for another version"},
		{"terms that keep silent on the cap", "en: up to 50 yuan a year", "en: as often as you like",
			"117: benefits[1].terms.en does not name the cost cap of 50 yuan a year; needed is that number"},
		{"terms that keep silent on the quota", "zh-TW: 每月2次", "zh-TW: 每月免費",
			"106: benefits[0].terms.zh-TW does not name the quota of 2; needed is that number"},
		{"terms in two languages", ", en: 2 a month", "",
			"106: benefits[0].terms has no en; needed are terms in zh-CN, zh-TW, en"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := programme.Parse("small.yaml", change(t, c.old, c.new))
			if err == nil {
				t.Fatalf("accepted; want %s", c.want)
			}
			first, _, _ := strings.Cut(err.Error(), "\n")
			if got := strings.TrimPrefix(first, "small.yaml:"); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}
