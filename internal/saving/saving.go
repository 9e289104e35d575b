// Package saving is what a member had of the programme in a month: what was saved, what was earned, and what that would
// have paid for.
package saving

import (
	"context"
	"strconv"
	"strings"
	"time"

	"membergate/internal/benefit"
	"membergate/internal/coupon"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// Kind is what a sum was saved by.
type Kind string

// The kinds.
const (
	Coupons  Kind = "COUPONS"  // what coupons took off, as far as shops told it
	Coins    Kind = "COINS"    // what coins took off orders, less what came back
	Benefits Kind = "BENEFITS" // what benefits that were used are worth
)

// Part is what was saved by one kind.
type Part struct {
	Kind Kind
	Fen  int64
}

// Report is what a member had in a span of time.
type Report struct {
	Parts  []Part // all kinds
	Fen    int64  // their sum
	Earned int64  // coins, repayments of what was owed included
}

// Service adds up what stores keep.
type Service struct {
	Coupons coupon.Store
	Uses    benefit.UseStore
	Ledger  wallet.Store
}

const (
	atOnce = 200 // entries, coupons or uses that are read at once
	// slack is how long after its end a coupon may still be told as used.
	slack = 31 * 24 * time.Hour
)

// Month reports what a member had from a moment on and before another one, as it is known now: what is taken back later
// is taken off then.
func (s *Service) Month(ctx context.Context, p *programme.Programme, who member.ID, id wallet.ID, from, to time.Time) (Report, error) {
	off, err := s.coupons(ctx, who, from, to)
	if err != nil {
		return Report{}, err
	}
	worth, err := s.benefits(ctx, p, who, from, to)
	if err != nil {
		return Report{}, err
	}
	paid, earned, err := s.coins(ctx, id, from, to)
	return Report{Parts: []Part{{Coupons, off}, {Coins, paid}, {Benefits, worth}}, Fen: off + paid + worth, Earned: earned}, err
}

func (s *Service) coupons(ctx context.Context, who member.ID, from, to time.Time) (fen int64, err error) {
	var after *coupon.Place
	for {
		page, err := s.Coupons.Page(ctx, who, from.Add(-slack), after, atOnce)
		if err != nil {
			return 0, err
		}
		for _, c := range page {
			if c.State == coupon.Used && c.Told && within(c.UsedAt, from, to) {
				fen += c.SavedFen
			}
		}
		if len(page) < atOnce {
			return fen, nil
		}
		last := page[len(page)-1]
		after = &coupon.Place{Until: last.Until, ID: last.ID}
	}
}

// benefits adds up uses that stand. What gave a coupon counts by the coupon.
func (s *Service) benefits(ctx context.Context, p *programme.Programme, who member.ID, from, to time.Time) (fen int64, err error) {
	coupons := map[string]bool{}
	for _, b := range p.Benefits {
		coupons[b.Code] = coupons[b.Code] || b.Coupon != ""
	}
	var after *benefit.Place
	for {
		page, err := s.Uses.Page(ctx, who, after, atOnce)
		if err != nil {
			return 0, err
		}
		for _, u := range page {
			if u.State != benefit.Used || coupons[u.Benefit] || !within(u.At, from, to) {
				continue
			}
			if u.ChoiceValue > 0 {
				fen += u.ChoiceValue
			} else if !u.Fallback {
				fen += u.Cost
			}
		}
		if len(page) < atOnce || page[len(page)-1].At.Before(from) {
			return fen, nil
		}
		last := page[len(page)-1]
		after = &benefit.Place{At: last.At, ID: last.ID}
	}
}

// coins adds up what coins took off orders and what was earned. What came back of a spending takes its share off.
func (s *Service) coins(ctx context.Context, id wallet.ID, from, to time.Time) (fen, earned int64, err error) {
	moved, err := s.entries(ctx, id, wallet.Query{Kinds: []wallet.Kind{wallet.Earn, wallet.Spend}, From: from, To: to})
	if err != nil {
		return 0, 0, err
	}
	spent := false
	for _, e := range moved {
		spent = spent || e.Fen > 0
	}
	back := map[int64]int64{}
	if spent {
		returned, err := s.entries(ctx, id, wallet.Query{Kinds: []wallet.Kind{wallet.Return}, From: from})
		if err != nil {
			return 0, 0, err
		}
		for _, e := range returned {
			back[e.Reverses] += int64(e.Amount)
		}
	}
	for _, e := range moved {
		switch coins := -int64(e.Amount); {
		case e.Kind == wallet.Earn:
			earned += int64(e.Claim)
		case e.Fen > 0 && coins > 0:
			fen += e.Fen - e.Fen*min(coins, back[e.Seq])/coins
		}
	}
	return fen, earned, nil
}

func (s *Service) entries(ctx context.Context, id wallet.ID, q wallet.Query) (out []wallet.Entry, err error) {
	q.Limit = atOnce
	for {
		page, err := s.Ledger.Page(ctx, id, q)
		if err != nil {
			return nil, err
		}
		if out = append(out, page...); len(page) < atOnce {
			return out, nil
		}
		q.Before = page[len(page)-1].Seq
	}
}

func within(at, from, to time.Time) bool { return !at.Before(from) && at.Before(to) }

// Equal is how much of something a sum pays for.
type Equal struct {
	Code  string
	Count int64
	Text  string
}

// Equals compares a sum with what everybody knows, in the programme's order: whole numbers of at least one.
func Equals(p *programme.Programme, fen int64, locale string) (out []Equal) {
	for _, e := range p.Equivalences {
		if n := fen / e.Fen; n > 0 {
			out = append(out, Equal{e.Code, n, strings.ReplaceAll(e.Texts.In(locale), "{0}", strconv.FormatInt(n, 10))})
		}
	}
	return out
}
