package storetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"membergate/internal/fault"
	"membergate/internal/wallet"
)

// Choice gives a number from 0 to n-1: random, or a tester's that looks for the shortest failure.
type Choice func(n int) int

// walk is a wallet and its model that go the same random way.
type walk struct {
	ctx     context.Context
	s       *wallet.Service
	id      wallet.ID
	model   *purse
	choose  Choice
	now     time.Time
	head    wallet.Entry
	returns map[int64]int64 // of spendings: how much came back
	ended   map[int64]int   // how often a hold or a promise ended
	ops     int
}

// WalletWalk lets a service do random things to a wallet on a store and its model, and compares after every step: each
// answer, each lot, all totals, the chain. It tells the first difference. A store that fails is asked again, as a caller
// would, with the same op.
func WalletWalk(ctx context.Context, store wallet.Store, steps int, choose Choice) error {
	const most = 120 // so small that it is often met
	w := &walk{
		ctx: ctx, id: wallet.NewID(), model: newPurse(most), choose: choose, now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		returns: map[int64]int64{}, ended: map[int64]int{},
	}
	w.s = &wallet.Service{Store: store, Most: most, Now: func() time.Time { return w.now }}
	for step := range steps {
		if err := w.step(); err != nil {
			return fmt.Errorf("step %d: %w", step, err)
		}
	}
	for {
		proof, err := w.s.Prove(ctx, w.id)
		if fault.Is(err, fault.Unavailable) {
			continue
		}
		if err != nil || !proof.Verified || proof.HeadSeq < w.head.Seq {
			return fmt.Errorf("the chain proves as %+v, %w; the last entry seen is %d", proof, err, w.head.Seq)
		}
		return nil
	}
}

// step does one thing, and sometimes sends it again.
func (w *walk) step() error {
	w.now = w.now.Add(time.Duration(w.choose(30)*w.choose(30)) * time.Hour / 4)
	w.model.pass(w.now.UnixMilli())
	w.model.sweep()
	p, expect := w.draw()
	w.ops++
	c := wallet.Command{
		Op: fmt.Sprint("op:", w.ops), Input: wallet.Fingerprint(p.Kind, p.Coins), At: w.now,
		Decide: func(context.Context, wallet.Entry) (wallet.Posting, error) { return p, nil },
	}
	done, err := w.send(c)
	if ok := expect(done.Entry.Seq); ok != (err == nil) {
		return fmt.Errorf("%s of %d at %s: the model says %v, the wallet %w", p.Kind, p.Coins, w.now, ok, err)
	}
	w.model.pass(w.now.UnixMilli()) // some coins are dead when they come
	w.model.sweep()
	if err != nil {
		return w.compare(nil)
	}
	if w.choose(8) == 0 {
		again, err := w.send(c)
		if err != nil || !again.Replayed || again.Entry.Hash != done.Entry.Hash {
			return fmt.Errorf("sent again it is entry %d, %w; want %d", again.Entry.Seq, err, done.Entry.Seq)
		}
		c.Input = "another"
		if _, err := w.send(c); !refused(err, wallet.KeyReused) {
			return fmt.Errorf("its op with another input gives %w", err)
		}
	}
	return w.compare(&done.Entry)
}

// send does a command until the store answers.
func (w *walk) send(c wallet.Command) (wallet.Done, error) {
	for {
		if done, err := w.s.Do(w.ctx, w.id, c); !fault.Is(err, fault.Unavailable) {
			return done, err
		}
	}
}

func refused(err error, code string) bool {
	var r *fault.Refusal
	return errors.As(err, &r) && r.Code == code
}

// draw makes a posting, and what the model does: whether it can be done, given the sequence of its entry.
func (w *walk) draw() (wallet.Posting, func(seq int64) bool) {
	m, now := w.model, w.now.UnixMilli()
	n := int64(1 + w.choose(25))
	open := slices.Sorted(maps.Keys(m.until))
	spendings := slices.Sorted(maps.Keys(m.spending))
	p := wallet.Posting{Coins: n}
	switch what := w.choose(22); {
	case what == 20 && len(open) > 0 && w.head.State.Held() > 0:
		p.Kind, p.Of, p.Coins = wallet.Send, open[w.choose(len(open))], 1
		for _, h := range w.head.State.Holds {
			if h.Seq == p.Of {
				p.Coins = h.Coins
			}
		}
		convert := w.choose(2) == 0
		if convert {
			p.Kind = wallet.ConvertOut
		}
		return p, func(int64) bool { return m.leave(p.Of, convert) }
	case what >= 20:
		p.Kind = wallet.Receive
		convert := w.choose(2) == 0
		if convert {
			p.Kind = wallet.ConvertIn
		}
		var dies []int64
		for range 1 + w.choose(3) {
			at := w.now.AddDate(0, 0, w.choose(60)-3)
			p.Parts = append(p.Parts, wallet.Share{Expires: at, Coins: n})
			dies = append(dies, at.UnixMilli())
		}
		p.Coins = n * int64(len(dies))
		return p, func(seq int64) bool { m.arrive(n, dies, now, seq, convert); return true }
	case what < 5:
		p.Kind = wallet.Earn
		dies := w.dies(&p)
		return p, func(seq int64) bool { m.earn(n, dies, 0, seq); return true }
	case what < 7:
		p.Kind = wallet.Earn
		dies, from := w.dies(&p), forever
		if p.Event = "arrived"; w.choose(3) > 0 {
			p.Event, p.From = "", w.now.Add(time.Duration(1+w.choose(40*24))*time.Hour)
			from = p.From.UnixMilli()
		}
		return p, func(seq int64) bool { m.earn(n, dies, from, seq); return true }
	case what < 9:
		p.Kind = wallet.Spend
		return p, func(seq int64) bool { return m.spend(n, seq, 0, now) }
	case what < 12:
		p.Kind, p.Until = wallet.SetAside, w.now.Add(time.Duration(1+w.choose(30*24))*time.Hour)
		return p, func(seq int64) bool { return m.hold(n, seq, p.Until.UnixMilli()) }
	case what < 14 && len(open) > 0:
		p.Kind, p.Of = wallet.Spend, open[w.choose(len(open))]
		return p, func(seq int64) bool { return m.spend(n, seq, p.Of, now) }
	case what < 15 && len(open) > 0:
		p.Kind, p.Of, p.Coins = wallet.Release, open[w.choose(len(open))], 0
		return p, func(int64) bool { return m.release(p.Of, now) }
	case what < 16 && len(w.head.State.Pending) > 0:
		promise := w.head.State.Pending[w.choose(len(w.head.State.Pending))]
		p.Kind, p.Of, p.Coins = wallet.Activate, promise.Seq, 0
		return p, func(int64) bool {
			if len(m.in(pending, promise.Seq)) == 0 {
				return false
			}
			m.activate(promise.Seq, 0)
			return true
		}
	case what < 18 && len(spendings) > 0:
		of := spendings[w.choose(len(spendings))]
		given, all := w.returns[of], int64(len(m.spending[of]))
		p.Kind, p.OwnSeq, p.Given, p.Parts = wallet.Return, of, given, w.parts(of)
		p.Coins = min(n, all-given+int64(w.choose(8)/7)) // now and then one too many
		if p.Coins < 1 {
			p.Coins = all + 1
		}
		return p, func(int64) bool {
			if given+p.Coins > all {
				return false
			}
			m.giveBack(of, given, p.Coins, now)
			w.returns[of] += p.Coins
			return true
		}
	case what < 19:
		p.Kind, p.Reason = wallet.Adjust, "a test"
		if w.choose(2) == 0 {
			p.Coins = -n
			return p, func(int64) bool { m.claim(n, -1); return true }
		}
		dies := w.dies(&p)
		return p, func(seq int64) bool { m.earn(n, dies, 0, seq); return true }
	default:
		p.Kind = wallet.Clawback
		own := int64(-1)
		if len(w.head.State.Lots) > 0 && w.choose(2) == 0 {
			l := w.head.State.Lots[w.choose(len(w.head.State.Lots))]
			p.OwnOp, p.OwnSeq, p.Own = "op:1", 1, l.Expires
			if own = forever; !l.Expires.IsZero() {
				own = l.Expires.UnixMilli()
			}
		}
		return p, func(int64) bool { m.claim(n, own); return true }
	}
}

// dies chooses when coins die: soon, later, never, or before they come.
func (w *walk) dies(p *wallet.Posting) int64 {
	if w.choose(8) == 0 {
		return forever
	}
	p.Expires = time.Date(2026, w.now.Month()+time.Month(w.choose(6)), 1, 0, 0, 0, 0, time.UTC).AddDate(w.now.Year()-2026, 0, 0)
	return p.Expires.UnixMilli()
}

// parts reads what a spending took, as a caller does.
func (w *walk) parts(seq int64) []wallet.Share {
	for {
		if found, err := w.s.Store.BySeqs(w.ctx, w.id, []int64{seq}); err == nil {
			return found[seq].Parts
		}
	}
}

// walks lets wallets walk on a store over a good network and over a bad one; what a store keeps wrongly shows here.
func walks(t *testing.T, open func(t *testing.T) Stores) {
	const runs, steps = 3, 120
	for run := range uint64(runs) {
		for _, bad := range []bool{false, true} {
			s := open(t)
			if bad {
				s = Flaky(s, run)
			}
			if err := WalletWalk(t.Context(), s.Wallets, steps, dice(run).IntN); err != nil {
				t.Errorf("run %d, over a bad network: %v: %v", run, bad, err)
			}
		}
	}
}
