// Package giving lets members take coupons themselves, of a benefit's quota or of a campaign, and staff give them.
package giving

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"membergate/internal/account"
	"membergate/internal/benefit"
	"membergate/internal/coupon"
	"membergate/internal/eligibility"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// Service gives coupons. What is limited is taken first, once per key; the coupon is issued under the name of what was
// taken, so that it is one coupon however often that is done. Of a quota, the member's usage keeps the use as a step until
// its coupon is there: killed between the two, whoever touches the usage next finishes. Of a campaign, taking it again does.
type Service struct {
	Coupons  *coupon.Service
	Uses     *benefit.Service
	Stock    benefit.Stock
	Accounts account.Store
	Book     tier.Book

	turn sync.Mutex // those of this process who take what is limited take turns: the stock is exact without it, but of n at once the last would be decided n times
}

// New makes the service, which from then on issues the coupons of uses, whoever finishes them.
func New(coupons *coupon.Service, uses *benefit.Service, stock benefit.Stock, accounts account.Store, book tier.Book) *Service {
	s := &Service{Coupons: coupons, Uses: uses, Stock: stock, Accounts: accounts, Book: book}
	uses.Follow = s.follow
	return s
}

// Codes of refusals that are made here; those of benefit.Service come too.
const (
	NoCoupon  = "NO_COUPON" // the benefit gives none
	NotOpen   = "NOT_OPEN"  // the campaign has not begun, or is over
	NotFor    = "NOT_FOR_YOU"
	SoldOut   = "OUT_OF_STOCK"
	TooMany   = "TOO_MANY"
	NotIssued = "NOT_ISSUED_BY_STAFF"
)

const (
	mostAtOnce = 10
	mostReason = 200
)

// Claim is a wish for coupons of a benefit.
type Claim struct {
	Key     string
	Benefit string // code
	Count   int64
	Facts   eligibility.Facts // of the member, at At
	At      time.Time
}

// Claim takes coupons of a benefit's quota, and tells whether an earlier sending did. If the quota holds fewer than were
// asked for, those are given, as long as there is one.
func (s *Service) Claim(ctx context.Context, c Claim) ([]coupon.Coupon, bool, error) {
	op, err := wallet.OpKey("couponClaim", c.Key)
	if err != nil {
		return nil, false, err
	}
	if c.Count < 1 || c.Count > mostAtOnce {
		return nil, false, fault.Bad("count", "count is %d; allowed are 1 to %d", c.Count, mostAtOnce)
	}
	p := s.Book.At(c.At)
	offer, has := benefit.ByCode(benefit.Available(p, c.Facts, c.At), c.Benefit)
	if has && offer.Coupon == "" {
		return nil, false, fault.Refuse(NoCoupon, "benefitId", "benefit %s gives no coupons", c.Benefit)
	}
	var all []coupon.Issue
	replayed := true
	for n := range c.Count {
		use, before, err := s.Uses.Use(ctx, benefit.Command{Key: op + " " + strconv.FormatInt(n, 10), Facts: c.Facts, Benefit: c.Benefit, By: benefit.ByMember, For: benefit.ForCoupon, At: c.At})
		if err != nil && (n == 0 || !fault.Is(err, fault.BadInput)) {
			return nil, false, err
		}
		if err != nil {
			break
		}
		replayed = replayed && before
		all = append(all, s.of(use))
	}
	given, err := s.Coupons.Issue(ctx, all)
	return given, replayed, err
}

// follow issues the coupon that a use leads to. One that the programme has no more cannot be given to anybody: it does not
// keep what else waits.
func (s *Service) follow(ctx context.Context, u benefit.Use) error {
	if u.For != benefit.ForCoupon {
		return nil
	}
	_, err := s.Coupons.Issue(ctx, []coupon.Issue{s.of(u)})
	var gone *fault.Refusal
	if errors.As(err, &gone) {
		return nil
	}
	return err
}

// of is the issue that a use of a benefit leads to: of the coupon that the benefit gave when it was used.
func (s *Service) of(u benefit.Use) coupon.Issue {
	code := ""
	for _, b := range s.Book.At(u.At).Benefits {
		if b.Code == u.Benefit {
			code = b.Coupon
		}
	}
	return coupon.Issue{Op: "use:" + u.ID, Template: code, Member: u.Member, Source: coupon.ByQuota, Ref: u.Benefit + " " + u.Window, At: u.At}
}

// Take takes the coupon of a campaign, which each member has once, and tells whether it was taken before. Refusals:
// NOT_FOUND, NOT_OPEN, NOT_FOR_YOU, OUT_OF_STOCK.
func (s *Service) Take(ctx context.Context, f eligibility.Facts, code string, at time.Time) (coupon.Coupon, bool, error) {
	p, who := s.Book.At(at), f.Profile.ID
	g, known := p.Campaign(code)
	if !known {
		return coupon.Coupon{}, false, fault.Refuse(coupon.Unknown, "campaignCode", "no campaign %s is known", code)
	}
	issue := coupon.Issue{Op: "campaign:" + code, Template: g.Template, Member: who, Source: coupon.ByCampaign, Ref: code, At: at}
	had, err := s.Coupons.Store.ByIDs(ctx, []string{issue.ID()})
	if c, taken := had[issue.ID()]; err != nil || taken {
		return c, taken, err
	}
	t, _ := p.Template(g.Template)
	switch {
	case at.Before(g.From) || !at.Before(g.Until):
		return coupon.Coupon{}, false, fault.Refuse(NotOpen, "campaignCode", "the campaign is open from %s to %s", g.From.Format(time.RFC3339), g.Until.Format(time.RFC3339))
	case !eligibility.Met(p, t.Code, t.Eligibility, f, at):
		return coupon.Coupon{}, false, fault.Refuse(NotFor, "campaignCode", "the coupon is for others")
	}
	if g.Stock > 0 {
		left, err := s.takes(ctx, g, who)
		if err != nil {
			return coupon.Coupon{}, false, err
		}
		if !left {
			return coupon.Coupon{}, false, fault.Refuse(SoldOut, "campaignCode", "all were taken")
		}
	}
	made, err := s.Coupons.Issue(ctx, []coupon.Issue{issue})
	if err != nil {
		return coupon.Coupon{}, false, err
	}
	return made[0], false, nil
}

// takes gives a member one of a campaign's coupons, and false if all were taken. What was decided stays so for its name:
// whom a smaller campaign refused is decided about anew, once, when it is made larger.
func (s *Service) takes(ctx context.Context, g programme.Campaign, who member.ID) (bool, error) {
	s.turn.Lock()
	defer s.turn.Unlock()
	n, err := s.Stock.Move(ctx, StockOf(g.Code), string(who), 1, g.Stock)
	if err == nil && n == 0 {
		n, err = s.Stock.Move(ctx, StockOf(g.Code), fmt.Sprintf("%s of %d", who, g.Stock), 1, g.Stock)
	}
	return n > 0, err
}

// StockOf names what a campaign's coupons are taken from: no reward's id, slot or benefit begins like that.
func StockOf(campaign string) string { return "/campaign/" + campaign }

// Gift is coupons that staff give a member.
type Gift struct {
	Key      string // the staff's idempotency key
	Member   member.ID
	Template string
	Count    int64
	Source   coupon.Source
	Ref      string
	Reason   string
}

// Give gives coupons, once per key of who gives them, as many as the template lets one of the staff give at once.
// Refusals: NOT_FOUND, TOO_MANY, NOT_ISSUED_BY_STAFF.
func (s *Service) Give(ctx context.Context, g Gift, by string, at time.Time) ([]coupon.Coupon, error) {
	op, err := wallet.OpKey("couponIssue", g.Key)
	switch n := len([]rune(g.Reason)); {
	case err != nil:
		return nil, err
	case g.Count < 1 || g.Count > 100:
		return nil, fault.Bad("count", "count is %d; allowed are 1 to 100", g.Count)
	case n < 1 || n > mostReason:
		return nil, fault.Bad("reason", "reason has %d characters; allowed are 1 to %d", n, mostReason)
	case len(g.Ref) > 128:
		return nil, fault.Bad("ref", "ref has %d characters; allowed are 0 to 128", len(g.Ref))
	case !slices.Contains(coupon.Sources(), g.Source):
		return nil, fault.Bad("source", "source is %q; allowed is one of the sources of coupons", g.Source)
	}
	t, known := s.Book.At(at).Template(g.Template)
	switch {
	case !known:
		return nil, fault.Refuse(coupon.Unknown, "templateCode", "no coupon %s is given", g.Template)
	case t.MaxPerIssue == 0:
		return nil, fault.Refuse(NotIssued, "templateCode", "coupon %s is not given by staff", g.Template)
	case g.Count > t.MaxPerIssue:
		no := fault.Refuse(TooMany, "count", "%d of %s are asked for; allowed are %d at once", g.Count, g.Template, t.MaxPerIssue)
		no.Nearest = t.MaxPerIssue
		return nil, no
	}
	found, err := s.Accounts.ByIDs(ctx, []member.ID{g.Member}, account.Public)
	if err != nil {
		return nil, err
	}
	if _, known := found[g.Member]; !known {
		return nil, fault.Refuse(coupon.Unknown, "memberId", "the member is not known")
	}
	all := make([]coupon.Issue, g.Count)
	for i := range all {
		all[i] = coupon.Issue{Op: fmt.Sprintf("staff:%s:%s %d", by, op, i), Template: g.Template, Member: g.Member, Source: g.Source, Ref: g.Ref, At: at, By: by, Reason: g.Reason}
	}
	made, err := s.Coupons.Issue(ctx, all)
	if err != nil {
		return nil, err
	}
	for _, c := range made {
		if c.Terms.Template != g.Template || c.Source != g.Source || c.Reason != g.Reason || c.Ref != g.Ref {
			return nil, fault.Refuse(wallet.KeyReused, "idempotencyKey", "the key was used with another input")
		}
	}
	return made, nil
}

// Campaigns are the campaigns that are open at a time, and how many of each are left; less than 0 = as many as are wanted.
func (s *Service) Campaigns(ctx context.Context, at time.Time) ([]programme.Campaign, []int64, error) {
	var out []programme.Campaign
	var names []string
	for _, g := range s.Book.At(at).Campaigns {
		if !at.Before(g.From) && at.Before(g.Until) {
			out, names = append(out, g), append(names, StockOf(g.Code))
		}
	}
	if len(out) == 0 {
		return nil, nil, nil
	}
	taken, err := s.Stock.Taken(ctx, names)
	left := make([]int64, len(out))
	for i, g := range out {
		if left[i] = -1; g.Stock > 0 {
			left[i] = max(0, g.Stock-taken[names[i]])
		}
	}
	return out, left, err
}
