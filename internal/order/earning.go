package order

import (
	"math/bits"
	"slices"
	"strconv"
	"time"

	"membergate/internal/eligibility"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// Coins is what an order earns a member of whom these facts hold: ⌊paidFen × rate × multiplier / 10000⌋, with the rate of the tier held before the
// order, as the inflation index has shifted it. An amount of 0 or below earns nothing. The lines tell how it came about and add up to the coins.
func Coins(p *programme.Programme, f eligibility.Facts, e Event) (wallet.Coins, []wallet.Line) {
	rule, ok := p.Earning(string(Paid))
	if !ok || e.Fen <= 0 {
		return 0, nil
	}
	held := f.Tier
	rate := rule.RateByTier[held]
	base := min(rate, rule.RateByTier[p.Tiers[0].Code])
	shifted := p.EarnRate(held)
	percent := int64(100)
	for _, m := range rule.Multipliers {
		if applies(p, m, f, e.Channel, e.At) {
			percent = percent * m.Percent / 100
		}
	}
	coins := e.Fen * shifted * percent / 1_000_000
	plain := e.Fen * rate / 10_000
	ground := e.Fen * base / 10_000
	lines := []wallet.Line{{Code: "BASE", Detail: strconv.FormatInt(base, 10), Coins: ground}}
	if rate > base {
		lines = append(lines, wallet.Line{Code: "TIER", Detail: held, Coins: plain - ground})
	}
	unmultiplied := e.Fen * shifted / 10_000
	if shifted != rate { // the audit that says why is kept with the entry
		detail := strconv.FormatInt(shifted-rate, 10) + " " + p.Shift().Audit
		lines = append(lines, wallet.Line{Code: "INDEX", Detail: detail, Coins: unmultiplied - plain})
	}
	if percent != 100 {
		lines = append(lines, wallet.Line{Code: "MULTIPLIER", Detail: strconv.FormatInt(percent, 10), Coins: coins - unmultiplied})
	}
	return coins, lines
}

func applies(p *programme.Programme, m programme.Multiplier, f eligibility.Facts, channel string, at time.Time) bool {
	if len(m.Channels) > 0 && !slices.Contains(m.Channels, channel) {
		return false
	}
	switch m.When {
	case programme.BirthdayMonth:
		if !f.Profile.BornIn(at, p.Zone()) {
			return false
		}
	case programme.MonthDay:
		if at.In(p.Zone()).Day() != m.Day {
			return false
		}
	}
	f.Channel = channel
	return m.Eligibility == nil || eligibility.Met(p, m.Names["zh-CN"], *m.Eligibility, f, at)
}

// factsOf are what a rule asks of a member who orders. Only a programme whose orders are multiplied by conditions needs
// more than the tier held and the profile.
func factsOf(p *programme.Programme, who member.Profile, s tier.Standing) eligibility.Facts {
	rule, _ := p.Earning(string(Paid))
	if slices.ContainsFunc(rule.Multipliers, func(m programme.Multiplier) bool { return m.Eligibility != nil }) {
		return eligibility.Gather(p, who, s, s.Clock)
	}
	return eligibility.Facts{Profile: who, Tier: s.Held(p, s.Clock).Code}
}

// Expires is when coins earned at a time die: at the end of the local month that lies the currency's months after
// it. Earned 6 July 2026 with 12 months: 1 August 2027 00:00. Zero is never.
func Expires(p *programme.Programme, at time.Time) time.Time {
	return p.Expires(p.Coin(), at)
}

// ClawBack is what one refund of a known order takes back: the cumulative floor, so that parts add up to the whole
// without drift: ⌊earned × refunded so far / paid⌋ less the same before it.
func ClawBack(earned wallet.Coins, paidFen int64, refunds []Part, refundID string) wallet.Coins {
	before, upTo := Cumulative(paidFen, refunds, refundID)
	return share(earned, upTo, paidFen) - share(earned, before, paidFen)
}

// Cumulative is what was refunded of an order before a refund and up to it, in fen, never more than was paid.
func Cumulative(paidFen int64, refunds []Part, refundID string) (before, upTo int64) {
	for _, r := range refunds {
		before, upTo = upTo, min(paidFen, upTo+r.Fen)
		if r.ID == refundID {
			return before, upTo
		}
	}
	return upTo, upTo
}

// LooseClawBack is what a refund without its order takes back: ⌊refundFen × rate / 10000⌋ at the tier held then.
func LooseClawBack(p *programme.Programme, held string, fen int64) wallet.Coins {
	return fen * p.EarnRate(held) / 10_000
}

// share is ⌊whole × part / total⌋, exact for every amount that Event.Check lets in.
func share(whole, part, total int64) int64 {
	if total <= 0 {
		return 0
	}
	q, r := whole/total, whole%total
	return q*part + mulDiv(r, part, total)
}

// mulDiv is ⌊a × b / c⌋ with a 128-bit product; a and b are at least 0, a below c.
func mulDiv(a, b, c int64) int64 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	q, _ := bits.Div64(hi, lo, uint64(c))
	return int64(q)
}
