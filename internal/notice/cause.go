package notice

import (
	"slices"
	"time"

	"membergate/internal/account"
	"membergate/internal/benefit"
	"membergate/internal/clock"
	"membergate/internal/community"
	"membergate/internal/coupon"
	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// View is a member's state as a look finds it.
type View struct {
	Profile member.Profile
	Account account.Account
	Purses  []Purse
	Coupons []coupon.Coupon // those that are open
	Usage   benefit.Usage
	Homes   []family.Family   // that the member is or was in
	Heard   []community.Heard // comments that the member is told of, newest first
}

// Purse is one of the member's wallets: its newest entry, and of those that no look has seen the ones that may be told.
type Purse struct {
	Currency string // empty for the programme's own
	Head     wallet.Entry
	Fresh    []wallet.Entry // oldest first
}

// Cause is one thing that a member is told of.
type Cause struct {
	Kind    string
	Key     string    // names it among all causes of the member and kind
	Group   string    // what it is told together with; empty for alone
	At      time.Time // when it came about
	Until   time.Time // from then on no look finds it again; zero where the place in a ledger says so
	Fill    Fill
	Subject string
}

// finding collects causes, and the next moment at which there may be others.
type finding struct {
	book   tier.Book
	p      *programme.Programme
	v      View
	s      tier.Standing // advanced to now
	now    time.Time
	causes []Cause
	next   time.Time
}

// Causes says what a state calls for at a time, in the order in which it came about, and when it will call for more
// without anybody's doing; Ever for never. What happened longer ago than the programme's fresh days is left out.
func Causes(book tier.Book, v View, now time.Time) ([]Cause, time.Time) {
	f := &finding{book: book, p: book.At(now), v: v, now: now, next: Ever}
	if f.p.Notices == nil {
		return nil, Ever
	}
	f.s = v.Account.Standing.Advance(book, now)
	for _, purse := range v.Purses {
		f.moved(purse)
		f.dying(purse)
	}
	f.turned()
	f.risk()
	f.protection()
	f.memberships()
	f.ending()
	f.exhausted()
	f.talked()
	f.asked()
	slices.SortStableFunc(f.causes, func(a, b Cause) int { return a.At.Compare(b.At) })
	return f.causes, f.next
}

// tell adds a cause if members are told of its kind and it is news.
func (f *finding) tell(c Cause) {
	if _, ok := f.p.Notice(c.Kind); ok && !c.At.Before(f.fresh()) {
		f.causes = append(f.causes, c)
	}
}

// Apart is what Causes says of those parts of a state that no version of the account and no ledger tells of: coupons,
// uses of benefits, comments and what waits for a yes.
func Apart(book tier.Book, v View, now time.Time) ([]Cause, time.Time) {
	f := &finding{book: book, p: book.At(now), v: v, now: now, next: Ever}
	if f.p.Notices == nil || len(v.Coupons)+len(v.Usage.Counts)+len(v.Heard)+len(v.Homes) == 0 {
		return nil, Ever
	}
	f.s = v.Account.Standing.Advance(book, now)
	f.ending()
	f.exhausted()
	f.talked()
	f.asked()
	return f.causes, f.next
}

// fresh is from when on what happened is news.
func (f *finding) fresh() time.Time { return Fresh(f.p, f.now) }

// Fresh is from when on what happened is news at a time.
func Fresh(p *programme.Programme, now time.Time) time.Time {
	return clock.AddDays(now, -p.Notices.FreshDays, p.Zone())
}

// ahead tells of something that will happen at a time, on each of the kind's days before it.
func (f *finding) ahead(code string, at time.Time, key string, c Cause) {
	k, ok := f.p.Notice(code)
	if !ok {
		return
	}
	var moments []time.Time
	for _, days := range k.Days {
		moments = append(moments, clock.AddDays(at, -days, f.p.Zone()))
	}
	f.before(k, at, moments, key, c)
}

// before tells of something that will happen at a time: once for each moment before it, the earliest first, of which the
// last that has come counts. What cannot happen any more is told no more.
func (f *finding) before(k programme.NoticeKind, at time.Time, moments []time.Time, key string, c Cause) {
	for _, from := range moments {
		f.at(from)
	}
	last := lastCome(moments, f.now)
	if last < 0 || !at.After(f.now) {
		return
	}
	c.Kind, c.Key = k.Code, key+"/"+moments[last].UTC().Format(time.RFC3339)
	c.At, c.Until = f.now, at
	c.Fill.Day, c.Fill.Days = at, days(moments[last], at, f.p.Zone())
	f.causes = append(f.causes, c)
}

// lastCome is the place of the last moment that has come; -1 for none.
func lastCome(moments []time.Time, now time.Time) int {
	last := -1
	for i, from := range moments {
		if !from.After(now) {
			last = i
		}
	}
	return last
}

// days are the local days from one time to another.
func days(from, to time.Time, zone *time.Location) int {
	return int(clock.DayStart(to, zone).Sub(clock.DayStart(from, zone)).Round(24*time.Hour) / (24 * time.Hour))
}

// at notes a moment at which to look again.
func (f *finding) at(t time.Time) {
	if t.After(f.now) && t.Before(f.next) {
		f.next = t
	}
}
