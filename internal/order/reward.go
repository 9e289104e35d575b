package order

import (
	"slices"
	"strconv"
	"time"

	"membergate/internal/account"
	"membergate/internal/clock"
	"membergate/internal/coupon"
	"membergate/internal/eligibility"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// rewards are the steps by which rules reward a deed: coins, and coupons to be issued.
func rewards(p *programme.Programme, f eligibility.Facts, rules []programme.Earn, id string, d Deed, earned map[string]Earned) (out []account.Step) {
	for i, rule := range rules {
		if !rewarded(p, f, rule, d) {
			continue
		}
		op := rewardOp(rule, id, i == 0, d)
		if coins, lines := fixedCoins(p, f, rule, d.At, earned[rule.Code]); coins > 0 {
			out = append(out, account.Step{Posting: &wallet.Posting{
				Op: op, Kind: wallet.Earn, Coins: coins, Expires: Expires(p, d.At), Title: d.Type, Ref: id, Lines: lines,
				Programme: p.Version, At: d.At, Actor: "system",
			}})
		}
		if rule.Coupon != "" {
			out = append(out, account.Step{Coupons: &coupon.Turn{Issue: []coupon.Issue{{
				Op: op, Template: rule.Coupon, Member: d.Member, Source: coupon.Source(rule.Source), Ref: d.Fields[rule.Once], At: d.At,
			}}}})
		}
	}
	return out
}

// rewarded tells whether a rule rewards a deed of a member.
func rewarded(p *programme.Programme, f eligibility.Facts, rule programme.Earn, d Deed) bool {
	for field, values := range rule.Match {
		if !slices.Contains(values, d.Fields[field]) {
			return false
		}
	}
	return Rewards(p, f, rule, d.At)
}

// Rewards tells whether a rule rewards a member at a time, whatever the event says.
func Rewards(p *programme.Programme, f eligibility.Facts, rule programme.Earn, at time.Time) bool {
	return rule.Runs(at) && (rule.MinTier == "" || p.Rank(f.Tier) >= p.Rank(rule.MinTier)) &&
		(rule.Eligibility == nil || eligibility.Met(p, rule.Code, *rule.Eligibility, f, at))
}

// fixedCoins is what a rule gives: its fixed amount, multiplied, within the caps that are left. The lines tell how it came
// about and add up to the coins; the first one names the rule.
func fixedCoins(p *programme.Programme, f eligibility.Facts, rule programme.Earn, at time.Time, earned Earned) (wallet.Coins, []wallet.Line) {
	percent := int64(100)
	for _, m := range rule.Multipliers {
		if applies(p, m, f, "", at) {
			percent = percent * m.Percent / 100
		}
	}
	coins := rule.Fixed * percent / 100
	lines := []wallet.Line{{Code: fixedLine, Detail: rule.Code, Coins: rule.Fixed}}
	if percent != 100 {
		lines = append(lines, wallet.Line{Code: "MULTIPLIER", Detail: strconv.FormatInt(percent, 10), Coins: coins - rule.Fixed})
	}
	day, ever := earned.Left(rule)
	if left := min(coins, day, ever); left < coins {
		lines = append(lines, wallet.Line{Code: "CAP", Coins: left - coins})
		coins = left
	}
	return coins, lines
}

// fixedLine is the code of the line of a fixed amount.
const fixedLine = "FIXED"

// rewardOp names what a rule gives for a deed: it happens once. Where a rule rewards each value of a field once, the op
// names the value, so that no event under whatever id is rewarded for it again.
func rewardOp(rule programme.Earn, id string, first bool, d Deed) string {
	switch {
	case rule.Once != "":
		return "earn:" + rule.Code + ":" + d.Fields[rule.Once]
	case first:
		return EventRecord(id)
	default:
		return EventRecord(id) + ":" + rule.Code
	}
}

// RuleOf is the code of the rule that an entry was earned by; empty for the first of its event, which is what entries say
// that are older than rules' codes in them.
func RuleOf(lines []wallet.Line) string {
	for _, l := range lines {
		if l.Code == fixedLine {
			return l.Detail
		}
	}
	return ""
}

// Earned is what a member has earned by one rule.
type Earned struct {
	Day  wallet.Coins // on one local day
	Ever wallet.Coins
}

// Left is what a rule's caps leave; a cap that the rule has not leaves everything.
func (e Earned) Left(rule programme.Earn) (day, ever wallet.Coins) {
	day, ever = wallet.MaxCoins, wallet.MaxCoins
	if rule.PerDay > 0 {
		day = max(0, rule.PerDay-e.Day)
	}
	if rule.PerMember > 0 {
		ever = max(0, rule.PerMember-e.Ever)
	}
	return day, ever
}

// capped tells from when on rules ask what was earned: the local day's start, or the beginning for a cap of all times;
// false without caps.
func capped(p *programme.Programme, rules []programme.Earn, at time.Time) (since time.Time, yes bool) {
	since = clock.DayStart(at, p.Zone())
	for _, rule := range rules {
		if rule.PerMember > 0 {
			return time.Time{}, true
		}
		yes = yes || rule.PerDay > 0
	}
	return since, yes
}

// count adds a posting to what was earned, if one of the rules earned it.
func count(p *programme.Programme, all map[string]Earned, rules []programme.Earn, title string, lines []wallet.Line, at time.Time, coins wallet.Coins, today string) {
	code := RuleOf(lines)
	rule, ok := p.EarnRule(title, code)
	if !ok || !slices.ContainsFunc(rules, func(r programme.Earn) bool { return r.Code == rule.Code }) {
		return
	}
	e := all[rule.Code]
	e.Ever += coins
	if clock.Day(at, p.Zone()) == today {
		e.Day += coins
	}
	all[rule.Code] = e
}
