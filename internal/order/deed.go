package order

import (
	"slices"
	"strconv"
	"time"

	"membergate/internal/account"
	"membergate/internal/clock"
	"membergate/internal/coupon"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// Deed is what a member did besides buying, as another service tells it.
type Deed struct {
	Type    string // of the event, such as live.watched
	Member  member.ID
	At      time.Time
	Fields  map[string]string // the event's fields that rules may name
	Seconds int64             // how long it took; 0 where that says nothing
	Payment *tier.Payment     // of a membership that was paid for; nil for all else
	Naming  *tier.Naming      // of segments that another system names; nil for all else
	Undoes  string            // the payment that was given back; empty for all else
	Coupon  *coupon.Use       // of a coupon that was used; nil for all else
}

func (d Deed) check(id string) error {
	switch {
	case d.At.IsZero():
		return fault.Bad("at", "event %s has no time", id)
	case d.Seconds < 0:
		return fault.Bad("seconds", "seconds of event %s is %d; allowed are 0 and more", id, d.Seconds)
	}
	return d.Member.Check("member")
}

// matters tells whether the programme makes anything of the deed. One that it makes nothing of moves the member's
// clock and is not written down.
func (d Deed) matters(p *programme.Programme) bool {
	_, earns := p.Earning(d.Type)
	return earns || d.Payment != nil || d.Naming != nil || d.Undoes != "" || d.Coupon != nil || p.Action(d.Type, d.Fields) != ""
}

// Earned is what a member has earned by events of one type.
type Earned struct {
	Day  wallet.Coins // on the deed's local day
	Ever wallet.Coins
}

// DecideDeed applies one deed to an account: due settlements first, then the coins that a rule gives for it, at the
// tier held, then what it counts for growth and tasks. The deed must not have been decided before.
func DecideDeed(book tier.Book, who member.Profile, a account.Account, id string, d Deed, earned Earned) account.Account {
	a.Standing = a.Standing.Advance(book, d.At)
	p := book.At(d.At)
	step := account.Step{Record: EventRecord(id)}
	held := a.Standing.Held(p, a.Standing.Clock)
	if coins, lines := deedCoins(p, held, who, d, earned); coins > 0 {
		step.Posting = &wallet.Posting{
			Op: deedOp(p, id, d), Kind: wallet.Earn, Coins: coins, Expires: Expires(p, d.At), Title: d.Type, Ref: id, Lines: lines,
			Programme: p.Version, At: d.At, Actor: "system",
		}
	}
	action := p.Action(d.Type, d.Fields)
	if action != "" {
		a.Standing = a.Standing.Did(book, d.At, EventRecord(id), action, d.Seconds)
	}
	a.Standing = d.lift(book, a.Standing, who.JoinedAt, action)
	a.Outbox = append(a.Outbox[:len(a.Outbox):len(a.Outbox)], step)
	if record := d.record(); record != "" {
		a.Outbox = append(a.Outbox, account.Step{Record: record})
	}
	return a
}

// deedCoins is what the rule of the deed's event gives: its fixed amount, multiplied, within the caps that are left. The
// lines tell how it came about and add up to the coins.
func deedCoins(p *programme.Programme, held programme.Tier, who member.Profile, d Deed, earned Earned) (wallet.Coins, []wallet.Line) {
	rule, ok := p.Earning(d.Type)
	if !ok || rule.MinTier != "" && held.Rank < p.Rank(rule.MinTier) {
		return 0, nil
	}
	for field, values := range rule.Match {
		if !slices.Contains(values, d.Fields[field]) {
			return 0, nil
		}
	}
	percent := int64(100)
	for _, m := range rule.Multipliers {
		if applies(m, who, "", d.At, p.Zone()) {
			percent = percent * m.Percent / 100
		}
	}
	coins := rule.Fixed * percent / 100
	lines := []wallet.Line{{Code: "FIXED", Coins: rule.Fixed}}
	if percent != 100 {
		lines = append(lines, wallet.Line{Code: "MULTIPLIER", Detail: strconv.FormatInt(percent, 10), Coins: coins - rule.Fixed})
	}
	left := coins
	if rule.PerDay > 0 {
		left = min(left, rule.PerDay-earned.Day)
	}
	if rule.PerMember > 0 {
		left = min(left, rule.PerMember-earned.Ever)
	}
	if left = max(0, left); left < coins {
		lines = append(lines, wallet.Line{Code: "CAP", Coins: left - coins})
	}
	return left, lines
}

// deedOp names the posting: the ledger does it once. Where a rule pays for each value of a field once, the op names
// the value, so that no event under whatever id earns for it again.
func deedOp(p *programme.Programme, id string, d Deed) string {
	rule, _ := p.Earning(d.Type)
	if rule.Once != "" {
		return "earn:" + rule.Code + ":" + d.Fields[rule.Once]
	}
	return EventRecord(id)
}

// capped tells from when on a deed's rule asks what was earned: the local day's start, or the beginning for a cap of
// all times; false without caps.
func capped(p *programme.Programme, d Deed) (since time.Time, yes bool) {
	rule, ok := p.Earning(d.Type)
	switch {
	case !ok || rule.PerDay == 0 && rule.PerMember == 0:
		return time.Time{}, false
	case rule.PerMember > 0:
		return time.Time{}, true
	default:
		return clock.DayStart(d.At, p.Zone()), true
	}
}

// add counts a posting if it is an earning by the deed's type.
func (e *Earned) add(title string, kind wallet.Kind, at time.Time, coins wallet.Coins, d Deed, zone *time.Location) {
	if kind != wallet.Earn || title != d.Type {
		return
	}
	e.Ever += coins
	if clock.Day(at, zone) == clock.Day(d.At, zone) {
		e.Day += coins
	}
}
