package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"membergate/internal/fault"
	"membergate/internal/transfer"
	"membergate/internal/wallet"
)

// doomed counts the calls of a process, kills it at one of them, before the call happens or after it, and answers
// nothing from then on.
type doomed struct {
	mu    sync.Mutex
	left  int // calls before the last one; -1 = dead
	after bool
}

func (d *doomed) call(do func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.left < 0:
		return fault.Down("store", errCut)
	case d.left == 0:
		d.left = -1
		if d.after {
			_ = do()
		}
		return fault.Down("store", errCut)
	}
	d.left--
	return do()
}

// doomedWallets is a wallet.Store of a process that is about to be killed.
type doomedWallets struct {
	wallet.Store
	d caller
}

func (s *doomedWallets) Append(ctx context.Context, entries []wallet.Entry) error {
	for i := range entries { // each insert is a commit of its own
		if err := s.d.call(func() error { return s.Store.Append(ctx, entries[i:i+1]) }); err != nil {
			return err
		}
	}
	return nil
}

func (s *doomedWallets) Heads(ctx context.Context, ids []wallet.ID) (out map[wallet.ID]wallet.Entry, err error) {
	err = s.d.call(func() error { out, err = s.Store.Heads(ctx, ids); return err })
	return out, err
}

func (s *doomedWallets) ByOps(ctx context.Context, id wallet.ID, ops []string) (out map[string]wallet.Entry, err error) {
	err = s.d.call(func() error { out, err = s.Store.ByOps(ctx, id, ops); return err })
	return out, err
}

// killed does something in a process that is killed at every one of its calls in turn, and looks at what is left each
// time, until it lives to the end. It gives how many lives that took.
func killed(t *testing.T, s Bank, begin func() func(*transfer.Service) error, look func()) int {
	t.Helper()
	for step := 0; ; step++ {
		for _, after := range []bool{false, true} {
			d := &doomed{left: step, after: after}
			service := Bank{&flakyTransfers{s.Transfers, d}, &doomedWallets{s.Wallets, d}}.service(t)
			err := begin()(service)
			if err != nil && !fault.Is(err, fault.Unavailable) {
				t.Fatalf("killed at call %d it answers %v", step, err)
			}
			look()
			if err == nil {
				return step
			}
		}
	}
}

func sendKilled(t *testing.T, ctx context.Context, s Bank) {
	for _, recipient := range []int64{0, 999_950} { // with room, and without room by the time the coins come
		good := s.service(t)
		var ann, bob transfer.Party
		begin := func() func(*transfer.Service) error {
			ann, bob = somebody(t, good, 1000), somebody(t, good, recipient)
			return func(service *transfer.Service) error {
				if recipient > 0 { // who looks sees an empty wallet, who posts the true one
					service.Wallets.Store = &hasty{service.Wallets.Store, bob.Wallet, false}
				}
				_, _, err := service.Send(ctx, ann, &bob, gift(bob, 700))
				if refused(err, transfer.RecipientFull) {
					return nil
				}
				return err
			}
		}
		steps := killed(t, s, begin, func() {
			must(t, good.Sweep(ctx, gifts.Add(time.Minute), 1000))
			later := gifts.Add(time.Hour) // holds that nobody knows of have ended
			a, b := stateOf(t, good, ann.Wallet, later), stateOf(t, good, bob.Wallet, later)
			done := b.Whole() == recipient+700
			if undone := b.Whole() == recipient && a.Available() == 1000 && a.LifetimeMoved == 0; !undone && !(done && a.Available() == 300) || a.Held()+b.Held() != 0 {
				t.Errorf("ann has %+v, bob %+v: neither done nor undone", a, b)
			}
			g := gift(bob, 700)
			g.At = later
			_, _, err := good.Send(ctx, ann, &bob, g) // the app tries again
			if err != nil && !(recipient > 0 && refused(err, transfer.RecipientFull)) {
				t.Errorf("sent again: %v", err)
			}
			a, b = stateOf(t, good, ann.Wallet, later), stateOf(t, good, bob.Wallet, later)
			if want := map[bool]int64{true: 1000, false: 300}[recipient > 0]; a.Available() != want || a.Held() != 0 || a.Whole()+b.Whole() != 1000+recipient {
				t.Errorf("after it was sent again ann has %+v, bob %+v", a, b)
			}
		})
		if steps < 8 {
			t.Errorf("it was killed at %d steps only", steps)
		}
	}
}

// hasty shows one wallet as empty once: when somebody looks whether there is room.
type hasty struct {
	wallet.Store
	id     wallet.ID
	looked bool
}

func (h *hasty) Heads(ctx context.Context, ids []wallet.ID) (map[wallet.ID]wallet.Entry, error) {
	out, err := h.Store.Heads(ctx, ids)
	if err == nil && !h.looked && len(ids) == 1 && ids[0] == h.id {
		h.looked = true
		delete(out, h.id)
	}
	return out, err
}

func convertCoins(t *testing.T, ctx context.Context, s Bank) {
	service := s.service(t)
	ann := somebody(t, service, 1000)
	far := ann.Wallet.In("FAR")
	x := transfer.Exchange{Key: "k", From: "COIN", To: "FAR", Coins: 600, Expected: 900, At: gifts}
	for _, c := range []struct {
		want    string
		near    int64
		convert func(*transfer.Exchange)
	}{
		{transfer.UnknownMoney, 0, func(x *transfer.Exchange) { x.From = "GOLD" }},
		{transfer.UnknownMoney, 0, func(x *transfer.Exchange) { x.To = "COIN" }},
		{transfer.NotExact, 600, func(x *transfer.Exchange) { x.Coins = 601 }},
		{transfer.NotExact, 2, func(x *transfer.Exchange) { x.Coins = 1 }},
		{transfer.RateChanged, 900, func(x *transfer.Exchange) { x.Expected = 600 }},
		{wallet.Insufficient, 0, func(x *transfer.Exchange) { x.Coins, x.Expected = 2000, 3000 }},
	} {
		bad := x
		c.convert(&bad)
		_, _, err := service.Convert(ctx, ann.Member, ann.Wallet, bad)
		var r *fault.Refusal
		if !refused(err, c.want) || !errors.As(err, &r) || r.Nearest != c.near {
			t.Errorf("want %s near %d, got %v (%+v)", c.want, c.near, err, r)
		}
	}
	for i := range 2 {
		v, again, err := service.Convert(ctx, ann.Member, ann.Wallet, x)
		must(t, err)
		if v.State != transfer.Done || v.Arrives != 900 || again != (i == 1) {
			t.Errorf("converted: %+v, %v", v, again)
		}
	}
	a, b := stateOf(t, service, ann.Wallet, gifts), stateOf(t, service, far, gifts)
	if a.Available() != 400 || a.LifetimeSpent != 600 || a.LifetimeMoved != 0 || b.Available() != 900 || b.LifetimeEarned != 900 || b.LifetimeMoved != 0 {
		t.Errorf("at home %+v, far %+v", a, b)
	}
	if len(b.Lots) != 2 || b.Lots[0].Free != 750 || b.Lots[1].Free != 150 || !b.Lots[0].Expires.Equal(gifts.AddDate(0, 1, 0)) {
		t.Errorf("far lots are %+v", b.Lots)
	}
	back := transfer.Exchange{Key: "k", From: "FAR", To: "COIN", Coins: 900, Expected: 600, At: gifts}
	if _, _, err := service.Convert(ctx, ann.Member, ann.Wallet, back); !refused(err, wallet.KeyReused) {
		t.Errorf("the key the other way: %v", err)
	}
	back.Key = "back"
	_, _, err := service.Convert(ctx, ann.Member, ann.Wallet, back)
	must(t, err)
	if a, b := stateOf(t, service, ann.Wallet, gifts), stateOf(t, service, far, gifts); a.Available() != 1000 || b.Available() != 0 || len(a.Lots) != 2 || a.Lots[0].Free != 500 {
		t.Errorf("there and back: at home %+v, far %+v", a, b)
	}
}

func convertKilled(t *testing.T, ctx context.Context, s Bank) {
	good := s.service(t)
	var ann transfer.Party
	x := transfer.Exchange{Key: "k", From: "COIN", To: "FAR", Coins: 600, Expected: 900, At: gifts}
	begin := func() func(*transfer.Service) error {
		ann = somebody(t, good, 1000)
		return func(service *transfer.Service) error {
			_, _, err := service.Convert(ctx, ann.Member, ann.Wallet, x)
			return err
		}
	}
	killed(t, s, begin, func() {
		must(t, good.Sweep(ctx, gifts.Add(time.Minute), 1000))
		later := x
		later.At = gifts.Add(time.Hour)
		a, b := stateOf(t, good, ann.Wallet, later.At), stateOf(t, good, ann.Wallet.In("FAR"), later.At)
		if !(a.Available() == 1000 && b.Available() == 0) && !(a.Available() == 400 && b.Available() == 900) || a.Held() != 0 {
			t.Errorf("at home %+v, far %+v: neither done nor undone", a, b)
		}
		_, _, err := good.Convert(ctx, ann.Member, ann.Wallet, later)
		must(t, err)
		if a, b := stateOf(t, good, ann.Wallet, later.At), stateOf(t, good, ann.Wallet.In("FAR"), later.At); a.Available() != 400 || b.Available() != 900 {
			t.Errorf("sent again: at home %d, far %d", a.Available(), b.Available())
		}
	})
}
