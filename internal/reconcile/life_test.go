package reconcile_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"membergate/internal/reconcile"
	"membergate/internal/storetest"
	"membergate/internal/wallet"
)

// Whatever is done to a wallet, in whatever order, and whatever happens to it by itself, reconciles.
func TestEveryLifeOfAWalletReconciles(t *testing.T) {
	kinds := map[wallet.Kind]bool{}
	rapid.Check(t, func(t *rapid.T) {
		s := storetest.Memory().Wallets
		service := &wallet.Service{Store: s, Most: 400, Now: func() time.Time { return start }}
		id, now := wallet.NewID(), start
		var last wallet.Entry
		var spent, sent []wallet.Entry
		given := map[int64]wallet.Coins{}
		for i := range rapid.IntRange(1, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 200).Draw(t, "hours")) * time.Hour)
			n := wallet.Coins(rapid.IntRange(1, 90).Draw(t, "coins"))
			p := wallet.Posting{Op: fmt.Sprint("op-", i), Coins: n, At: now, Expires: now.AddDate(0, 0, rapid.IntRange(1, 60).Draw(t, "life"))}
			switch rapid.IntRange(0, 14).Draw(t, "kind") {
			case 0, 1:
				p.Kind = wallet.Earn
			case 2:
				p.Kind, p.From = wallet.Earn, now.Add(time.Duration(n)*time.Hour)
			case 3:
				p.Kind = wallet.Spend
			case 4:
				p.Kind = wallet.Clawback
			case 5:
				p.Kind, p.Until = wallet.SetAside, now.Add(time.Duration(n*12)*time.Hour)
			case 6:
				p.Kind, p.Reason = wallet.Adjust, "because"
				if n%2 == 0 {
					p.Coins = -n
				}
			case 7:
				if len(last.State.Holds) == 0 {
					continue
				}
				p.Kind, p.Of, p.Coins = wallet.Release, last.State.Holds[0].Seq, 0
				if n%2 == 0 {
					p.Kind, p.Coins = wallet.Spend, min(n, last.State.Holds[0].Coins)
				}
			case 8:
				if len(last.State.Pending) == 0 {
					continue
				}
				p.Kind, p.Of, p.Coins = wallet.Activate, last.State.Pending[0].Seq, 0
			case 9:
				if len(spent) == 0 {
					continue
				}
				e := spent[rapid.IntRange(0, len(spent)-1).Draw(t, "spending")]
				p.Kind, p.OwnSeq, p.Parts, p.Given = wallet.Return, e.Seq, e.Parts, given[e.Seq]
				p.Coins = min(n, e.Claim-given[e.Seq])
			case 10, 13, 14:
				if len(last.State.Holds) == 0 {
					continue
				}
				h := last.State.Holds[len(last.State.Holds)-1]
				p.Kind, p.Of, p.Coins = rapid.SampledFrom([]wallet.Kind{wallet.Send, wallet.ConvertOut}).Draw(t, "way"), h.Seq, h.Coins
			case 11:
				p.Kind = rapid.SampledFrom([]wallet.Kind{wallet.Receive, wallet.ConvertIn}).Draw(t, "way")
				n *= 4
				p.Coins = n
				p.Parts = wallet.Convert([]wallet.Share{{Expires: now.AddDate(0, 0, 1), Coins: 3}, {Expires: p.Expires, Coins: 2}, {Coins: 4}}, n)
			case 12:
				if len(sent) == 0 {
					continue
				}
				e := sent[0]
				sent = sent[1:]
				p.Kind, p.OwnSeq, p.Parts, p.Coins = map[wallet.Kind]wallet.Kind{wallet.Send: wallet.Receive, wallet.ConvertOut: wallet.ConvertIn}[e.Kind], e.Seq, e.Parts, e.Claim
			}
			done, err := service.Post(t.Context(), id, []wallet.Posting{p})
			if err != nil {
				continue // refused
			}
			last = done[p.Op]
			switch last.Kind {
			case wallet.Spend:
				spent = append(spent, last)
			case wallet.Send, wallet.ConvertOut:
				sent = append(sent, last)
			case wallet.Return:
				given[last.Reverses] += last.Claim
			}
		}
		all, err := s.Chain(t.Context(), id, 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		report := &reconcile.Report{}
		l := reconcile.Ledger{Report: report, ID: id}
		for _, e := range all {
			kinds[e.Kind] = true
			l.Next(e)
		}
		for _, row := range report.Rows() {
			if row.Broken > 0 {
				t.Fatalf("%s: %s\n%+v", row.Rule, row.First, all)
			}
		}
	})
	for _, k := range []wallet.Kind{wallet.Earn, wallet.Spend, wallet.Clawback, wallet.Expire, wallet.Return, wallet.Adjust, wallet.SetAside, wallet.Release, wallet.Activate,
		wallet.Send, wallet.Receive, wallet.ConvertOut, wallet.ConvertIn, wallet.Decline} {
		if !kinds[k] {
			t.Errorf("no life had an entry of kind %s", k)
		}
	}
}

func TestDamageOfHoldsPromisesAndReturnsIsNamed(t *testing.T) {
	service := &wallet.Service{Store: storetest.Memory().Wallets, Most: 1000, Now: func() time.Time { return start }}
	id := wallet.NewID()
	post := func(p wallet.Posting) wallet.Entry {
		t.Helper()
		p.Op, p.At, p.Expires = fmt.Sprint("op", p), start, start.AddDate(0, 1, 0)
		done, err := service.Post(t.Context(), id, []wallet.Posting{p})
		if err != nil {
			t.Fatal(err)
		}
		return done[p.Op]
	}
	post(wallet.Posting{Kind: wallet.Earn, Coins: 100})
	post(wallet.Posting{Kind: wallet.Earn, Coins: 40, From: start.AddDate(0, 0, 3)})
	post(wallet.Posting{Kind: wallet.SetAside, Coins: 30, Until: start.Add(time.Hour)})
	post(wallet.Posting{Kind: wallet.Spend, Coins: 20, Of: 3})
	spent := post(wallet.Posting{Kind: wallet.Spend, Coins: 50})
	for i := range int64(2) { // the second one asks as if the first had not been
		post(wallet.Posting{Kind: wallet.Return, Coins: 30 + i, OwnSeq: spent.Seq, Parts: spent.Parts})
	}
	post(wallet.Posting{Kind: wallet.Activate, Of: 2})
	all, err := service.Store.Chain(t.Context(), id, 0, 100)
	if err != nil || len(all) != 8 {
		t.Fatal(len(all), err)
	}
	for name, c := range map[string]struct {
		seq    int
		damage func(*wallet.Entry)
		want   reconcile.Rule
	}{
		"a return of more than was spent":   {7, func(*wallet.Entry) {}, reconcile.Reversal},
		"a hold that is not listed":         {3, func(e *wallet.Entry) { e.State.Holds = nil }, reconcile.Holds},
		"a hold of more than its parts":     {3, func(e *wallet.Entry) { e.State.Holds[0].Coins++ }, reconcile.Holds},
		"a hold that moved coins away":      {3, func(e *wallet.Entry) { e.Amount = -1 }, reconcile.Movement},
		"a capture of a hold that is not":   {4, func(e *wallet.Entry) { e.Of = 2 }, reconcile.Movement},
		"a capture that leaves the hold":    {4, func(e *wallet.Entry) { e.State.Holds = []wallet.Hold{{Seq: 3}} }, reconcile.Movement},
		"a promise that was lost":           {2, func(e *wallet.Entry) { e.State.Pending = nil }, reconcile.Identity},
		"a promise under another name":      {2, func(e *wallet.Entry) { e.State.Pending[0].Seq = 9 }, reconcile.Movement},
		"an activation of another promise":  {8, func(e *wallet.Entry) { e.Of = 1 }, reconcile.Movement},
		"a return into lots not its parts'": {6, func(e *wallet.Entry) { e.Parts[0].Expires = start }, reconcile.Movement},
		"an entry of no known kind":         {5, func(e *wallet.Entry) { e.Kind = "GIFT" }, reconcile.Movement},
	} {
		t.Run(name, func(t *testing.T) {
			chain, err := service.Store.Chain(t.Context(), id, 0, 100)
			if err != nil {
				t.Fatal(err)
			}
			c.damage(&chain[c.seq-1])
			report := &reconcile.Report{}
			l := reconcile.Ledger{Report: report, ID: id}
			for _, e := range chain[:c.seq] {
				l.Next(e)
			}
			for _, row := range report.Rows() {
				if row.Rule == c.want && row.Broken == 0 {
					t.Errorf("%s is not named: %+v", c.want, report.Rows())
				}
			}
		})
	}
}
