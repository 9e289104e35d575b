package claim

import (
	"context"
	"errors"
	"slices"
	"time"

	"membergate/internal/account"
	"membergate/internal/clock"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// Service issues codes, and gives what was taken. The way of a claim:
//
//  1. the claim becomes the member's, in one compare-and-swap of its own;
//  2. the member's account takes the grant, in another, once per claim, and the coins that come with it into its outbox;
//  3. the claim is marked as given;
//  4. the outbox is carried out: the ledger has the coins, once per claim.
//
// Killed between any two, the same claim sent again or the next Sweep finishes; the outbox, whoever touches the account.
type Service struct {
	Store    Store
	Accounts account.Store
	Book     tier.Book
	Outbox   Outbox
}

// Outbox carries out what accounts decided.
type Outbox interface {
	// Finish carries out an account's outbox and empties it. ErrStale of accounts means that somebody else does.
	Finish(ctx context.Context, a account.Account) (account.Account, error)
}

// Bounds of what staff send.
const (
	mostCodes  = 1000 // at once
	mostDays   = 366
	mostReason = 200 // characters
	mostCoins  = 100_000
	tries      = 200 // how often a value that somebody else changed is read again
)

// Issue is what staff want codes for.
type Issue struct {
	Tier    string
	Count   int
	Partner string
	Days    int   // 0 = the tier's PARTNER route, for as long as that says; else its DAYS route
	Coins   int64 // that come with each; negative = as many as the tier's PARTNER route says
	Expires time.Time
}

// Issue makes codes, which are shown this once. Refusals: NOT_FOUND.
func (s *Service) Issue(ctx context.Context, in Issue, by string, now time.Time) ([]string, error) {
	p := s.Book.At(now)
	switch n := len([]rune(in.Partner)); {
	case in.Count < 1 || in.Count > mostCodes:
		return nil, fault.Bad("count", "count is %d; allowed are 1 to %d", in.Count, mostCodes)
	case n < 1 || n > mostReason:
		return nil, fault.Bad("partner", "partner has %d characters; allowed are 1 to %d", n, mostReason)
	case in.Days < 0 || in.Days > mostDays:
		return nil, fault.Bad("days", "days is %d; allowed are 1 to %d", in.Days, mostDays)
	case in.Coins > mostCoins:
		return nil, fault.Bad("coins", "coins is %d; allowed are 0 to %d", in.Coins, mostCoins)
	case !in.Expires.After(now):
		return nil, fault.Bad("expiresAt", "expiresAt is %s; allowed are times to come", in.Expires.UTC().Format(time.RFC3339))
	}
	kind := programme.Partner
	if in.Days > 0 {
		kind = programme.ByDays
	}
	if err := given(p, in.Tier, kind); err != nil {
		return nil, err
	}
	if in.Coins < 0 {
		t, _ := p.Tier(in.Tier)
		r, _ := t.Route(kind)
		in.Coins = r.Coins
	}
	codes := make([]string, in.Count)
	all := make([]Claim, in.Count)
	for i := range all {
		codes[i] = newCode()
		all[i] = Claim{ID: hash(codes[i]), Tier: in.Tier, Route: kind, Days: in.Days, Coins: in.Coins, Reason: in.Partner, IssuedBy: by,
			IssuedAt: now.Truncate(time.Millisecond), Expires: in.Expires.UTC().Truncate(time.Millisecond)}
	}
	return codes, s.Store.Add(ctx, all)
}

// given refuses a tier that is not given by a route.
func given(p *programme.Programme, code string, kind programme.RouteKind) error {
	t, known := p.Tier(code)
	if _, ok := t.Route(kind); !known || !ok || t.CapPerMille > 0 {
		return fault.Refuse("NOT_FOUND", "tierId", "no tier %s is given by the route %s", code, kind)
	}
	return nil
}

// Redeem takes a code for a member. Taken again by the same member it answers the same, and true for replayed. Refusals:
// NOT_FOUND, ALREADY_CLAIMED, WITHDRAWN, EXPIRED.
func (s *Service) Redeem(ctx context.Context, who member.ID, code string, now time.Time) (tier.Grant, bool, error) {
	for range tries {
		c, known, err := s.Store.ByID(ctx, hash(code))
		switch {
		case err != nil:
			return tier.Grant{}, false, err
		case !known:
			return tier.Grant{}, false, fault.Refuse("NOT_FOUND", "code", "no such code was issued")
		case c.Member == who:
			g, err := s.give(ctx, c)
			return g, true, err
		case c.Member != "":
			return tier.Grant{}, false, fault.Refuse("ALREADY_CLAIMED", "code", "somebody else has taken the code")
		case !c.Withdrawn.IsZero():
			return tier.Grant{}, false, fault.Refuse("WITHDRAWN", "code", "the code was withdrawn")
		case !c.Expires.IsZero() && !now.Before(c.Expires):
			return tier.Grant{}, false, fault.Refuse("EXPIRED", "code", "the code could be taken until %s", c.Expires.Format(time.RFC3339))
		}
		c.Member, c.ClaimedAt = who, now.Truncate(time.Millisecond)
		if err = s.Store.Save(ctx, c); errors.Is(err, ErrStale) {
			continue
		}
		if err != nil {
			return tier.Grant{}, false, err
		}
		c.Version++
		g, err := s.give(ctx, c)
		return g, false, err
	}
	return tier.Grant{}, false, fault.New(fault.Unavailable, "the code is being taken by too many at once")
}

// Gift is days that staff add to a member's membership.
type Gift struct {
	Key    string // the staff's idempotency key
	Member member.ID
	Tier   string
	Days   int
	Reason string
}

// Add adds days, once per key of who adds them. Refusals: NOT_FOUND, IDEMPOTENCY_CONFLICT.
func (s *Service) Add(ctx context.Context, in Gift, by string, now time.Time) (tier.Grant, bool, error) {
	switch n := len([]rune(in.Reason)); {
	case len(in.Key) < 1 || len(in.Key) > 64 || slices.ContainsFunc([]byte(in.Key), func(c byte) bool { return c <= ' ' || c > '~' }):
		return tier.Grant{}, false, fault.Bad("idempotencyKey", "idempotencyKey has %d bytes; allowed are 1 to 64 visible ASCII characters", len(in.Key))
	case in.Days < 1 || in.Days > mostDays:
		return tier.Grant{}, false, fault.Bad("days", "days is %d; allowed are 1 to %d", in.Days, mostDays)
	case n < 1 || n > mostReason:
		return tier.Grant{}, false, fault.Bad("reason", "reason has %d characters; allowed are 1 to %d", n, mostReason)
	}
	if err := given(s.Book.At(now), in.Tier, programme.ByDays); err != nil {
		return tier.Grant{}, false, err
	}
	if _, known, err := s.account(ctx, in.Member); err != nil || !known {
		if err == nil {
			err = fault.Refuse("NOT_FOUND", "memberId", "the member is not known")
		}
		return tier.Grant{}, false, err
	}
	at := now.Truncate(time.Millisecond)
	c := Claim{ID: digest("days", by, in.Key), Tier: in.Tier, Route: programme.ByDays, Days: in.Days, Reason: in.Reason, IssuedBy: by,
		IssuedAt: at, Member: in.Member, ClaimedAt: at, Version: 1}
	err := s.Store.Add(ctx, []Claim{c})
	replayed := errors.Is(err, ErrExists)
	if replayed {
		var old Claim
		old, _, err = s.Store.ByID(ctx, c.ID)
		if err == nil && (old.Member != c.Member || old.Tier != c.Tier || old.Days != c.Days || old.Reason != c.Reason) {
			return tier.Grant{}, false, fault.Refuse("IDEMPOTENCY_CONFLICT", "idempotencyKey", "the key was used with another input")
		}
		c = old
	}
	if err != nil {
		return tier.Grant{}, false, err
	}
	g, err := s.give(ctx, c)
	return g, replayed, err
}

// give makes the member's account have the grant, and marks the claim.
func (s *Service) give(ctx context.Context, c Claim) (tier.Grant, error) {
	for range tries {
		a, known, err := s.account(ctx, c.Member)
		if err != nil {
			return tier.Grant{}, err
		}
		if !known { // the member has left
			return tier.Grant{}, s.mark(ctx, c)
		}
		if g, ok := a.Standing.Grant(c.grantID()); ok {
			if err := s.mark(ctx, c); err != nil || len(a.Outbox) == 0 {
				return g, err
			}
			if _, err := s.Outbox.Finish(ctx, a); err != nil && !errors.Is(err, account.ErrStale) {
				return tier.Grant{}, err
			}
			return g, nil
		}
		p := s.Book.At(c.ClaimedAt)
		until := clock.AddDays(c.ClaimedAt, c.Days, p.Zone())
		if c.Days == 0 {
			t, _ := p.Tier(c.Tier)
			r, _ := t.Route(c.Route)
			until = tier.Lasts(p, r, c.ClaimedAt)
		}
		before := a.Standing
		a.Standing = a.Standing.Advance(s.Book, c.ClaimedAt).Give(s.Book, tier.Grant{
			ID: c.grantID(), Tier: c.Tier, Route: c.Route, From: c.ClaimedAt, Until: until, Reason: c.Reason,
		}).Foreseen(s.Book)
		a = a.Reached(s.Book, before)
		if c.Coins > 0 {
			a.Outbox = append(a.Outbox[:len(a.Outbox):len(a.Outbox)], account.Step{Posting: c.posting(p)})
		}
		if err := s.Accounts.Save(ctx, a); err != nil && !errors.Is(err, account.ErrStale) {
			return tier.Grant{}, err
		}
	}
	return tier.Grant{}, fault.New(fault.Unavailable, "member %s is being changed by too many at once", c.Member)
}

// posting is the coins that come with a claim: once per claim, whoever finishes it.
func (c Claim) posting(p *programme.Programme) *wallet.Posting {
	return &wallet.Posting{
		Op: c.grantID(), Kind: wallet.Earn, Coins: c.Coins, Expires: p.Expires(p.Coin(), c.ClaimedAt), Title: "coins.partner", Ref: c.ID,
		Lines: []wallet.Line{{Code: "PARTNER", Detail: c.Reason, Coins: c.Coins}}, Programme: p.Version, At: c.ClaimedAt, Actor: "system",
	}
}

func (s *Service) mark(ctx context.Context, c Claim) error {
	if c.Given {
		return nil
	}
	c.Given = true
	if err := s.Store.Save(ctx, c); !errors.Is(err, ErrStale) {
		return err
	}
	return nil // somebody else marked it
}

// Sweep gives at most n claims that a process which was killed had left.
func (s *Service) Sweep(ctx context.Context, _ time.Time, n int) error {
	left, err := s.Store.Unfinished(ctx, n)
	for _, c := range left {
		_, wrong := s.give(ctx, c)
		err = errors.Join(err, wrong)
	}
	return err
}

func (s *Service) account(ctx context.Context, who member.ID) (account.Account, bool, error) {
	found, err := s.Accounts.ByIDs(ctx, []member.ID{who}, account.Whole)
	h, ok := found[who]
	return h.Account, ok, err
}
