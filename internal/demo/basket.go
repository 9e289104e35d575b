package demo

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/tier"
)

// shopper is how one member buys: for how much, which baskets, what again and again.
type shopper struct {
	shelf    map[string]good
	baskets  []basket
	habits   lottery[int] // places of the own baskets
	staples  []string     // bought with most orders
	channels lottery[string]
}

func (p *plan) shopper(c chance) shopper {
	s := shopper{shelf: p.shelf, baskets: p.texts.baskets}
	weights, habits, channels := map[int]int{}, map[int]int{}, maps.Clone(p.texts.people.Channels)
	for i, b := range s.baskets {
		weights[i] = b.Weight
	}
	all := lotteryOf(weights)
	for i := range 3 {
		own := all.draw(c)
		habits[own] += 5 - i
		s.staples = append(s.staples, pick(c, s.baskets[own].SKUs))
	}
	channels[weighted(c, channels)] += 20
	s.habits, s.channels = lotteryOf(habits), lotteryOf(channels)
	return s
}

// mostLines is how many different things are in one order, at most.
const mostLines = 9

// fill makes the lines of an order for about an amount.
func (s shopper) fill(c chance, fen int64) []order.Line {
	var lines []order.Line
	total := int64(0)
	add := func(sku string, most int64) {
		g, ok := s.shelf[sku]
		if !ok || len(lines) == mostLines || slices.ContainsFunc(lines, func(l order.Line) bool { return l.SKU == sku }) {
			return
		}
		price := g.milli / 10
		if price > most && len(lines) > 0 {
			return
		}
		lines = append(lines, order.Line{SKU: sku, Category: g.category, Quantity: 1, Fen: price})
		total += price
	}
	own := s.baskets[s.habits.draw(c)]
	if c.happens(60) {
		add(pick(c, s.staples), fen)
	}
	for _, i := range c.Perm(len(own.SKUs)) {
		if total < fen*8/10 {
			add(own.SKUs[i], fen-total)
		}
	}
	for range 30 { // a little of whatever, then more of the same
		switch {
		case total >= fen*85/100:
			return lines
		case c.happens(45) && len(lines) < mostLines:
			b := s.baskets[c.IntN(len(s.baskets))]
			if fen > 40_000 && c.happens(35) { // who spends that much gives presents
				b = s.baskets[len(s.baskets)-1]
			}
			add(pick(c, b.SKUs), fen-total)
		default:
			l := &lines[c.IntN(len(lines))]
			price := l.Fen / l.Quantity
			if price <= fen-total+fen/10 && l.Quantity < 12 {
				l.Quantity++
				l.Fen += price
				total += price
			}
		}
	}
	return lines
}

// buy makes a member's orders and refunds at a pace, by time.
func (p *plan) buy(who *person, c chance, pace float64) []order.Event {
	s := p.shopper(c)
	n := orders(pace)
	from, to := p.ladder.opening().Add(time.Hour), p.now.Add(-2*time.Hour)
	if who.JoinedAt.After(from) {
		from = who.JoinedAt.Add(time.Hour)
	}
	if !who.tryOut && who.target == 0 && c.happens(15) { // who has not come for long
		to = from.Add(to.Sub(from) / 3)
	}
	times := p.times(who, c, n, from, to)
	var out []order.Event
	for i, at := range times {
		share := spend(pace) / int64(n)
		lines := s.fill(c, share*int64(60+c.IntN(80))/100)
		e := order.Event{Kind: order.Paid, ID: orderID(who.ID, i), Member: who.ID, At: at, Channel: s.channels.draw(c), Lines: lines}
		for _, l := range lines {
			e.Fen += l.Fen
		}
		out = append(out, e)
		if lately := i == len(times)-2 && who.tryOut; lately || !who.tryOut && c.happens(7) {
			out = append(out, p.refund(e, c, lately))
		}
	}
	slices.SortStableFunc(out, func(a, b order.Event) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Kind, b.Kind)) })
	return slices.DeleteFunc(out, func(e order.Event) bool { return !e.At.Before(p.now) })
}

// times are when a member's orders are. Those to try out buy in the first days, so that they have coins that end soon,
// and in the last week.
func (p *plan) times(who *person, c chance, n int, from, to time.Time) []time.Time {
	zone := p.rules.Zone()
	step := to.Sub(from) / time.Duration(n)
	var out []time.Time
	for i := range n {
		at := c.between(from.Add(time.Duration(i)*step), from.Add(time.Duration(i+1)*step))
		out = append(out, c.daytime(at, zone))
	}
	if who.tryOut && n >= 4 {
		day := 24 * time.Hour
		out[0] = from.Add(day).Truncate(time.Second)
		out[n-3], out[n-2], out[n-1] = p.now.Add(-9*day+time.Hour), p.now.Add(-6*day-2*time.Hour), p.now.Add(-26*time.Hour)
	}
	for i := range out {
		out[i] = out[i].Truncate(time.Second)
		if out[i].After(to) {
			out[i] = to.Truncate(time.Second)
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return out
}

// refund gives a line of an order back, some days later; of those to try out the dearest one, lately.
func (p *plan) refund(e order.Event, c chance, lately bool) order.Event {
	back := pick(c, e.Lines)
	at := e.At.Add(time.Duration(20+c.IntN(100)) * time.Hour)
	if lately {
		back = slices.MaxFunc(e.Lines, func(a, b order.Line) int { return cmp.Compare(a.Fen, b.Fen) })
		at = p.now.Add(-3*24*time.Hour - 5*time.Hour).Truncate(time.Second)
	}
	return order.Event{Kind: order.Refunded, ID: "R" + e.ID[1:], Member: e.Member, At: at, Fen: back.Fen, OrderID: e.ID}
}

// orderID names a member's order: nobody else's begin like it.
func orderID(who member.ID, n int) string { return fmt.Sprintf("D%s-%03d", who, n+1) }

// provide makes the orders of everybody, trying again where they miss the tier that they aim at.
func (p *plan) provide() {
	for i := range p.people {
		who := &p.people[i]
		who.standing = p.ladder.walk(who.Profile, nil, tier.Grant{})
		if who.grown {
			p.supply(who)
		}
		who.rank = who.standing.Held(p.rules, p.now).Rank
	}
}

const attempts = 6

func (p *plan) supply(who *person) {
	for try := range attempts {
		c := p.luck.rand("orders", string(who.ID), strconv.Itoa(try))
		t := p.rules.Tiers[who.target]
		to := p.ladder.to(t, c)
		events := p.buy(who, c, to.pace)
		grant := tier.Grant{}
		if to.by != nil {
			grant, _ = p.ladder.grant(t, *to.by, who.Profile, events, c)
		}
		standing := p.ladder.walk(who.Profile, events, grant)
		who.events, who.grant, who.standing = events, grant, standing
		if standing.Held(p.rules, p.now).Rank == who.target {
			return
		}
	}
}
