package storetest

import (
	"slices"
	"time"

	"membergate/internal/wallet"
)

// coin is one coin of the model: a thing with a name that is somewhere.
type coin struct {
	dies int64 // milliseconds; never = forever
	from int64 // PENDING: when it becomes available; forever = by the event
	at   int64 // HELD, PENDING, SPENT: seq of the entry that put it there
	is   place
}

type place int

const (
	free place = iota
	pending
	held
	spent
	gone
)

const forever = int64(1) << 62

// purse is the model: it moves coins one by one, and knows nothing of lots, shares and states.
type purse struct {
	coins                          []*coin
	until                          map[int64]int64 // open holds: when they end
	owed                           int64
	earned, burned, expired, taken int64
	moved                          int64
	spending                       map[int64][]*coin // coins of a spending in the order in which they went
	most                           int64
}

func newPurse(most int64) *purse {
	return &purse{until: map[int64]int64{}, spending: map[int64][]*coin{}, most: most}
}

// in lists the coins at a place, first to die first. With a seq, only those that this entry put there.
func (p *purse) in(where place, seq int64) []*coin {
	var out []*coin
	for _, c := range p.coins {
		if c.is == where && (seq == 0 || c.at == seq) {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b *coin) int { return int(min(1, max(-1, a.dies-b.dies))) })
	return out
}

// count tells how many coins are at a place.
func (p *purse) count(where place) int64 {
	n := int64(0)
	for _, c := range p.coins {
		if c.is == where {
			n++
		}
	}
	return n
}

func (p *purse) all() int64 { return p.count(free) + p.count(held) + p.count(pending) }

// repay burns free coins for what is owed.
func (p *purse) repay() {
	if p.owed == 0 {
		return
	}
	for _, c := range p.in(free, 0) {
		if p.owed > 0 {
			c.is = gone
			p.owed--
		}
	}
}

// pass lets time go by.
func (p *purse) pass(now int64) {
	for {
		first, what := forever, func() {}
		for _, c := range p.coins {
			if c.is == pending && c.from < first {
				first, what = c.from, func() { p.activate(c.at, 0) }
			}
		}
		for seq, until := range p.until {
			if until < first {
				first, what = until, func() { p.release(seq, until) }
			}
		}
		for _, c := range p.coins {
			if c.is == free && c.dies < first {
				dies := c.dies
				first, what = dies, func() {
					for _, c := range p.in(free, 0) {
						if c.dies == dies {
							c.is = gone
							p.expired++
						}
					}
				}
			}
		}
		if first > now {
			return
		}
		what()
	}
}

func (p *purse) earn(n, dies, from, seq int64) {
	for range n {
		c := &coin{dies: dies, from: from, at: seq, is: free}
		if from != 0 {
			c.is = pending
		}
		if p.all() >= p.most && (c.is == pending || p.owed == 0) {
			return
		}
		p.coins = append(p.coins, c)
		p.earned++
		if c.is == free {
			p.repay()
		}
	}
}

func (p *purse) activate(seq, dies int64) {
	for _, c := range p.in(pending, seq) {
		c.is = free
		if dies != 0 {
			c.dies = dies
		}
	}
	p.repay()
}

func (p *purse) claim(n, own int64) {
	p.taken += n
	coins := p.in(free, 0)
	slices.SortStableFunc(coins, func(a, b *coin) int { // those of the own lot first
		switch {
		case a.dies == own && b.dies != own:
			return -1
		case a.dies != own && b.dies == own:
			return 1
		}
		return 0
	})
	for _, c := range coins[:min(int(n), len(coins))] {
		c.is = gone
	}
	p.owed += max(0, n-int64(len(coins)))
}

func (p *purse) hold(n, seq, until int64) bool {
	coins := p.in(free, 0)
	if int64(len(coins)) < n {
		return false
	}
	for _, c := range coins[:n] {
		c.is, c.at = held, seq
	}
	p.until[seq] = until
	return true
}

func (p *purse) spend(n, seq int64, of int64, now int64) bool {
	coins := p.in(free, 0)
	if of != 0 {
		if _, open := p.until[of]; !open {
			return false
		}
		coins = p.in(held, of)
	}
	if int64(len(coins)) < n {
		return false
	}
	for _, c := range coins[:n] {
		c.is, c.at = spent, seq
		p.burned++
	}
	p.spending[seq] = coins[:n]
	if of != 0 {
		p.release(of, now)
	}
	return true
}

// leave takes a whole hold away to another wallet.
func (p *purse) leave(of int64, convert bool) bool {
	if _, open := p.until[of]; !open {
		return false
	}
	delete(p.until, of)
	for _, c := range p.in(held, of) {
		c.is = gone
		if convert {
			p.burned++
		} else {
			p.moved--
		}
	}
	return true
}

// arrive takes coins of another wallet in, all or none: n die at each of the moments.
func (p *purse) arrive(n int64, dies []int64, now, seq int64, convert bool) {
	all := n * int64(len(dies))
	if all-min(all, p.owed) > p.most-p.all() {
		return
	}
	for _, at := range dies {
		for range n {
			c := &coin{dies: at, at: seq}
			c.free(now)
			p.coins = append(p.coins, c)
		}
	}
	if convert {
		p.earned += all
	} else {
		p.moved += all
	}
	p.repay()
}

func (p *purse) release(seq, now int64) bool {
	if _, open := p.until[seq]; !open {
		return false
	}
	delete(p.until, seq)
	for _, c := range p.in(held, seq) {
		c.free(now)
	}
	p.repay()
	return true
}

// free makes a coin available again; a dead one lives a little longer.
func (c *coin) free(now int64) {
	c.is = free
	if c.dies <= now {
		c.dies = now + wallet.Grace.Milliseconds()
	}
}

// giveBack returns the next n coins of a spending, the last one spent first; given is how many came before.
func (p *purse) giveBack(seq, given, n, now int64) {
	coins := slices.Clone(p.spending[seq])
	slices.Reverse(coins)
	for i, c := range coins[given : given+n] {
		if p.all()-min(p.owed, int64(i)) >= p.most && p.owed <= int64(i) {
			break
		}
		c.free(now)
		p.coins = append(p.coins, c)
		p.burned--
	}
	p.repay()
}

// sweep forgets the coins that are nowhere; those of a spending are remembered with it.
func (p *purse) sweep() {
	p.coins = slices.DeleteFunc(p.coins, func(c *coin) bool { return c.is == gone || c.is == spent })
}

// lots is the model in the words of a wallet.
func (p *purse) lots() []wallet.Lot {
	by := map[int64]*wallet.Lot{}
	for _, c := range p.coins {
		if c.is != free && c.is != held {
			continue
		}
		l := by[c.dies]
		if l == nil {
			l = &wallet.Lot{}
			if c.dies != forever {
				l.Expires = time.UnixMilli(c.dies).UTC()
			}
			by[c.dies] = l
		}
		if c.is == free {
			l.Free++
		} else {
			l.Held++
		}
	}
	var out []wallet.Lot
	for _, l := range by {
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b wallet.Lot) int {
		switch {
		case a.Expires.IsZero():
			return 1
		case b.Expires.IsZero():
			return -1
		}
		return a.Expires.Compare(b.Expires)
	})
	return out
}
