package notice

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

type one struct{ *programme.Programme }

func (o one) At(time.Time) *programme.Programme { return o.Programme }

func load(t *testing.T, preset string) one {
	t.Helper()
	p, err := programme.Load(preset)
	if err != nil {
		t.Fatal(err)
	}
	return one{p}
}

func day(t *testing.T, text string) time.Time {
	t.Helper()
	zone, _ := time.LoadLocation("Asia/Shanghai")
	at, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC()
}

// newcomer is somebody who has joined and done nothing.
func newcomer(b one, at time.Time) View {
	h := account.Open(b, member.Profile{ID: "m", JoinedAt: at})
	return View{Profile: h.Profile, Account: h.Account, Purses: []Purse{{Head: wallet.Entry{Wallet: h.Account.Wallet}}}}
}

// walk looks at a state whenever it says that it must be looked at, and tells what it calls for, each cause once.
func walk(t *testing.T, b one, v View, from, to time.Time) (out []string) {
	t.Helper()
	var in Inbox
	for now := from; now.Before(to); {
		causes, next := Causes(b, v, now)
		in = in.take(b.Programme, v, Settings{}, causes, next, now, nil)
		for _, n := range in.Outbox {
			out = append(out, fmt.Sprintf("%s %s %s", now.In(b.Zone()).Format(time.DateOnly), n.Kind, n.Fill.Day.In(b.Zone()).Format(time.DateOnly)))
		}
		if !next.After(now) {
			t.Fatalf("at %s the next look is at %s", now, next)
		}
		now = next
	}
	return out
}

func equal(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %s\nwant %s", what, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

func TestAMembershipsEndIsToldBeforeAndOneThatRenewsItselfSaysSo(t *testing.T) {
	b := load(t, "fresh-3")
	at := day(t, "2026-03-02 10:00")
	v := newcomer(b, at)
	grant := func(renew bool) View {
		v := v
		v.Account.Standing = v.Account.Standing.Bought(b, at, tier.Payment{ID: "p", Tier: "SILVER", From: at, Until: at.AddDate(1, 0, 0)})
		if renew {
			v.Account.Standing = v.Account.Standing.Chosen(tier.Choice{Tier: "SILVER", On: true, At: at, Fen: 9_900})
		}
		return v
	}
	changed := "2026-03-02 TIER_CHANGED 2026-03-02"
	equal(t, "one that ends", walk(t, b, grant(false), at, at.AddDate(1, 1, 0)),
		[]string{changed, "2027-01-31 MEMBERSHIP_ENDING 2027-03-02", "2027-02-23 MEMBERSHIP_ENDING 2027-03-02", "2027-03-01 MEMBERSHIP_ENDING 2027-03-02"})
	equal(t, "one that renews itself", walk(t, b, grant(true), at, at.AddDate(1, 1, 0)),
		[]string{changed, "2027-01-31 MEMBERSHIP_RENEWS 2027-03-02", "2027-02-23 MEMBERSHIP_RENEWS 2027-03-02", "2027-03-01 MEMBERSHIP_RENEWS 2027-03-02"})
	longer := grant(false)
	longer.Account.Standing = longer.Account.Standing.Bought(b, at, tier.Payment{ID: "q", Tier: "SILVER", From: at, Until: at.AddDate(1, 0, 0)})
	equal(t, "one that goes on for another year", walk(t, b, longer, at, at.AddDate(2, 1, 0)),
		[]string{changed, "2028-02-01 MEMBERSHIP_ENDING 2028-03-02", "2028-02-24 MEMBERSHIP_ENDING 2028-03-02", "2028-03-01 MEMBERSHIP_ENDING 2028-03-02"})
	back := grant(false)
	back.Account.Standing = back.Account.Standing.TakeBack(b, at.AddDate(0, 1, 0), "payment:p")
	equal(t, "one that was given back", walk(t, b, back, at.AddDate(0, 1, 0), at.AddDate(2, 0, 0)), []string{"2026-04-02 TIER_CHANGED 2026-04-02"})
}

func TestASettlementThatWillFindTooLittleIsToldBeforeAndSoIsTheProtectionsEnd(t *testing.T) {
	b := load(t, "retail-5")
	at := day(t, "2025-02-10 12:00")
	v := newcomer(b, at)
	v.Account.Standing = v.Account.Standing.Paid(b, tier.Purchase{At: at, Source: "o", Channel: "STORE", Fen: 400_000, Lines: []tier.Line{{Fen: 400_000}}}).Foreseen(b)
	start := day(t, "2026-03-01 09:00") // the growth has left its window; nobody has settled that yet
	equal(t, "before the settlement", walk(t, b, v, start, day(t, "2026-04-01 00:00")),
		[]string{"2026-03-18 TIER_AT_RISK 2026-04-01", "2026-03-29 TIER_AT_RISK 2026-04-01"})
	v.Account.Standing = v.Account.Standing.Advance(b, day(t, "2026-04-01 00:00"))
	equal(t, "after it", walk(t, b, v, day(t, "2026-04-01 00:01"), day(t, "2026-05-31 00:00")),
		[]string{"2026-04-01 TIER_PROTECTED 2026-05-31", "2026-05-17 PROTECTION_ENDING 2026-05-31", "2026-05-28 PROTECTION_ENDING 2026-05-31"})
	v.Account.Standing = v.Account.Standing.Advance(b, day(t, "2026-05-31 00:00"))
	equal(t, "when the protection is over", walk(t, b, v, day(t, "2026-05-31 00:01"), day(t, "2026-06-10 00:00")), []string{"2026-05-31 TIER_CHANGED 2026-05-31"})
}

func TestCoinsThatDieAreToldThirtySevenAndOneDayBefore(t *testing.T) {
	b := load(t, "retail-5")
	at := day(t, "2026-07-06 12:00")
	v := newcomer(b, at)
	v.Purses[0].Head.State = wallet.State{Lots: []wallet.Lot{{Expires: day(t, "2027-08-01 00:00"), Free: 120}, {Expires: day(t, "2027-09-01 00:00"), Held: 7}, {Free: 5}}}
	equal(t, "what dies", walk(t, b, v, at, at.AddDate(2, 0, 0)),
		[]string{"2027-07-02 COINS_EXPIRING 2027-08-01", "2027-07-25 COINS_EXPIRING 2027-08-01", "2027-07-31 COINS_EXPIRING 2027-08-01"})
	equal(t, "found late, the last one counts", walk(t, b, v, day(t, "2027-07-26 12:00"), at.AddDate(2, 0, 0)),
		[]string{"2027-07-26 COINS_EXPIRING 2027-08-01", "2027-07-31 COINS_EXPIRING 2027-08-01"})
}

func TestWhatHappenedLongAgoIsNoNews(t *testing.T) {
	b := load(t, "retail-5")
	at := day(t, "2026-07-06 12:00")
	for _, c := range []struct {
		days int
		kind wallet.Kind
		want int
	}{{0, wallet.Earn, 1}, {7, wallet.Earn, 1}, {8, wallet.Earn, 0}, {0, wallet.Spend, 0}, {0, wallet.Return, 0}, {0, wallet.Activate, 1}, {0, wallet.Adjust, 1}} {
		v := newcomer(b, at)
		v.Purses[0].Fresh = []wallet.Entry{{Seq: 1, Kind: c.kind, Amount: 10, OccurredAt: at.AddDate(0, 0, -c.days)}}
		if causes, _ := Causes(b, v, at); len(causes) != c.want {
			t.Errorf("%s of %d days ago makes %+v", c.kind, c.days, causes)
		}
	}
}

func TestQuietHoursHoldPushesBackInTheMembersZone(t *testing.T) {
	b := load(t, "retail-5")
	own := func(from, until, zone string) Settings {
		return Settings{Quiet: &Quiet{From: from, Until: until}, TimeZone: zone}
	}
	for _, c := range []struct {
		name     string
		set      Settings
		at, want string
	}{
		{"the programme's, before", Settings{}, "2026-07-06 21:59", "2026-07-06 21:59"},
		{"the programme's, in the evening", Settings{}, "2026-07-06 22:00", "2026-07-07 08:00"},
		{"the programme's, in the morning", Settings{}, "2026-07-07 07:59", "2026-07-07 08:00"},
		{"the programme's, over", Settings{}, "2026-07-07 08:00", "2026-07-07 08:00"},
		{"own, at noon", own("12:00", "14:00", ""), "2026-07-06 13:00", "2026-07-06 14:00"},
		{"own, instead of the programme's", own("12:00", "14:00", ""), "2026-07-06 23:00", "2026-07-06 23:00"},
		{"none", own("00:00", "00:00", ""), "2026-07-06 23:00", "2026-07-06 23:00"},
		{"in London, eight hours and a summer behind", own("22:00", "07:00", "Europe/London"), "2026-07-07 05:30", "2026-07-07 14:00"},
	} {
		if got := c.set.Loud(b.Programme, day(t, c.at)); !got.Equal(day(t, c.want)) {
			t.Errorf("%s: %s, want %s", c.name, got.In(b.Zone()), c.want)
		}
	}
}

func TestSwitchesAndConsentDecideWhatBecomesOfACause(t *testing.T) {
	b := load(t, "retail-5")
	kinds := slices.Clone(b.Notices.Kinds)
	i := slices.IndexFunc(kinds, func(k programme.NoticeKind) bool { return k.Code == programme.TierRestored })
	kinds[i].Marketing = true // no preset has advertising yet
	kinds[slices.IndexFunc(kinds, func(k programme.NoticeKind) bool { return k.Code == programme.CoinsReceived })].Urgent = true
	changed := *b.Programme
	changed.Notices = &programme.Notices{Quiet: b.Notices.Quiet, FreshDays: 7, Keep: 100, Kinds: kinds}
	night := day(t, "2026-07-06 23:00")
	phone := []Device{{ID: "d"}}
	for _, c := range []struct {
		name    string
		kind    string
		set     Settings
		agreed  bool
		notices int
		hidden  bool
		push    time.Time
	}{
		{"without a device nothing is pushed", programme.TierChanged, Settings{}, false, 1, false, time.Time{}},
		{"with one it waits for the morning", programme.TierChanged, Settings{Devices: phone}, false, 1, false, day(t, "2026-07-07 08:00")},
		{"what is urgent does not", programme.CoinsReceived, Settings{Devices: phone}, false, 1, false, night},
		{"pushed only", programme.TierChanged, Settings{Devices: phone, Switches: []Switch{{programme.TierChanged, false, true}}}, false, 1, true, day(t, "2026-07-07 08:00")},
		{"switched off", programme.TierChanged, Settings{Devices: phone, Switches: []Switch{{programme.TierChanged, false, false}}}, false, 0, false, time.Time{}},
		{"advertising without consent", programme.TierRestored, Settings{}, false, 0, false, time.Time{}},
		{"advertising with consent", programme.TierRestored, Settings{}, true, 1, false, time.Time{}},
	} {
		v := newcomer(b, night)
		v.Profile.Consents = map[string]member.Consent{programme.Marketing: {Granted: c.agreed}}
		in := Inbox{}.take(&changed, v, c.set, []Cause{{Kind: c.kind, Key: "k", Until: Ever}}, Ever, night, nil)
		if len(in.Outbox) != c.notices || !in.has(c.kind+" k") {
			t.Errorf("%s: %+v", c.name, in)
			continue
		}
		for _, n := range in.Outbox {
			if n.Hidden != c.hidden || (n.Push.State == Waiting) != !c.push.IsZero() || n.Push.State == Waiting && !n.Push.Due.Equal(c.push) {
				t.Errorf("%s: %+v", c.name, n)
			}
		}
		if again := in.take(&changed, v, c.set, []Cause{{Kind: c.kind, Key: "k", Until: Ever}}, Ever, night, nil); len(again.Outbox) > 0 {
			t.Errorf("%s: told again", c.name)
		}
	}
}

func TestEveryTextOfEveryPresetIsFilledIn(t *testing.T) {
	at := day(t, "2026-07-06 12:00")
	for _, preset := range []string{"retail-5", "fresh-3", "stage-4", "retail-3"} {
		b := load(t, preset)
		last := b.Tiers[len(b.Tiers)-1].Code
		for _, k := range b.Notices.Kinds {
			n := Notice{Kind: k.Code, Count: 3, Fill: Fill{Coins: 120, Points: 7, Days: 30, Day: at, Tier: last, From: b.Tiers[0].Code, Benefit: b.Benefits[0].Code}}
			var cases []string
			for _, one := range k.Cases {
				cases = append(cases, one.Code)
			}
			for i, locale := range slices.Repeat([]string{"zh-CN", "zh-TW", "en"}, max(1, len(cases))) {
				if len(cases) > 0 {
					n.Fill.Case = cases[i/3]
				}
				title, body := n.Texts(b.Programme, locale)
				if title == "" || body == "" || strings.ContainsAny(title+body, "{}") || strings.Contains(body, last) || strings.Contains(title+body, b.Benefits[0].Code) {
					t.Errorf("%s %s in %s: %q, %q", preset, k.Code, locale, title, body)
				}
			}
		}
	}
	title, body := Notice{Kind: "GONE"}.Texts(load(t, "retail-5").Programme, "en")
	if title != "GONE" || body != "" {
		t.Errorf("of a kind that is no more: %q, %q", title, body)
	}
	title, body = Notice{Kind: programme.Approval, Fill: Fill{Case: "GONE"}}.Texts(load(t, "retail-5").Programme, "en")
	if title != "Wishes in your family" || body != "" {
		t.Errorf("of a case that is no more: %q, %q", title, body)
	}
	if _, body := (Notice{Kind: programme.CoinsEarned, Count: 1, Fill: Fill{Coins: 120, Day: at}}).Texts(load(t, "retail-5").Programme, "zh-CN"); body != "2026年7月6日共到账120星币。" {
		t.Errorf("coins are told as %q", body)
	}
}
