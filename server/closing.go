package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"membergate/internal/account"
	"membergate/internal/community"
	"membergate/internal/family"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/personal"
	"membergate/internal/posting"
	"membergate/internal/profile"
	"membergate/internal/redemption"
	"membergate/internal/secret"
	"membergate/internal/session"
	"membergate/internal/upload"
	"membergate/internal/wallet"
)

// closer closes accounts for good. Each of its steps may be done again, by anybody: wherever a process is killed, the next
// one does all of them from the first, until nothing is left, the note that it was to be done included.
type closer struct {
	st       *stores
	rules    book
	keys     func() (*secret.Keys, error)
	families *family.Service
	posts    *posting.Service
	uploads  *upload.Service
	shop     *redemption.Service
	now      func(context.Context) time.Time // programme time, for what changes in ledgers and families
}

// barred names the keyed hashes of ids that must not come back.
const barred = "erased member"

// newCloser makes it on the stores of the settings.
func newCloser(s Settings, st *stores, rules book, now func(context.Context) time.Time) *closer {
	c := &closer{st: st, rules: rules, keys: st.ring, now: now}
	c.uploads, _ = s.uploads(st.uploads, nil)
	c.posts = st.postingService(rules, &community.Service{Store: st.community}, c.uploads)
	c.families = &family.Service{Families: st.families, Accounts: st.accounts, Book: rules, Ledger: st.ledger,
		Wards: &profile.Service{Accounts: st.accounts, Decisions: st.decisions, Book: rules, Withdrawn: st.personalService(rules).Withdrawn}}
	c.shop = &redemption.Service{Store: st.redemptions, Rewards: st.rewards, Vouchers: st.vouchers, Wallets: st.wallets(rules), Book: rules, Families: c.families, Pool: c.families}
	return c
}

// close does all steps; false means that coins are still held for something that ends by itself soon.
func (c *closer) close(ctx context.Context, d personal.Deletion, _ time.Time) (bool, error) {
	now, who := c.now(ctx), d.Member
	keys, err := c.keys()
	if err != nil {
		return false, err
	}
	hashes := append(keys.Hashes(barred, string(who)), keys.Hashes(barred, d.Ghost)...)
	if err := errors.Join(c.st.personal.Bar(ctx, hashes, now.UTC().Truncate(time.Millisecond)), c.st.cache.Bar(ctx, hashes)); err != nil {
		return false, err
	}
	found, err := c.st.accounts.ByIDs(ctx, []member.ID{who}, account.Whole)
	if err != nil {
		return false, err
	}
	of := wallet.ID(d.Wallet)
	if h, known := found[who]; known {
		of = h.Account.Wallet
		if err := c.leave(ctx, h, now); err != nil {
			return false, err
		}
	}
	if of != "" {
		if free, err := c.forfeit(ctx, of, now); err != nil || !free {
			return false, err
		}
	}
	steps := []func() error{
		func() error { return c.st.admissionService(c.rules).Leave(ctx, who, now) },
		func() error { return c.silence(ctx, who, now) },
		func() error { return c.st.forgetReactions(ctx, who, now) },
		func() error { return c.st.cache.Lists().Forget(ctx, who) },
		func() error { return c.st.cache.Erase(ctx, who) },
		func() error { return c.st.personal.Erase(ctx, who, d.Ghost) },
	}
	if d.ErasedAt.IsZero() {
		// Sessions are erased perhaps before another process has read their ends: the end of all stays until the second time.
		steps = append(steps, func() error { return c.signOut(ctx, who) })
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return false, fmt.Errorf("an account that is being closed: %w", err)
		}
	}
	return true, nil
}

// leave shuts the account, takes the member out of the family, and carries out what is decided already.
func (c *closer) leave(ctx context.Context, h account.Holder, now time.Time) error {
	if p := h.Profile; p.ClosedAt.IsZero() {
		p.ClosedAt = now.UTC().Truncate(time.Millisecond)
		if err := c.st.accounts.SaveProfile(ctx, p); err != nil {
			return err // ErrStale included: it is tried again soon
		}
	}
	if err := c.signOut(ctx, h.Profile.ID); err != nil {
		return err
	}
	if err := c.leaveFamily(ctx, h.Profile.ID, now); err != nil {
		return err
	}
	if h.Account.Outbox != nil {
		if _, err := c.st.orderService(c.rules).Finish(ctx, h.Account); err != nil {
			return err
		}
	}
	return nil
}

// signOut ends all sessions and tokens of the member, in real time: connections that are open close.
func (c *closer) signOut(ctx context.Context, who member.ID) error {
	return (&session.Service{Store: c.st.sessions, Now: time.Now}).EndAll(ctx, who, session.Closed)
}

// redemptionsAtOnce is how many redemptions of a wallet are looked through at once.
const redemptionsAtOnce = 100

// giveUp takes back the rewards that the rules still let a member take back, and wishes that wait for a yes. Codes that were
// shown stay good: somebody may hold them.
func (c *closer) giveUp(ctx context.Context, of wallet.ID, now time.Time) error {
	for after := (*redemption.Place)(nil); ; {
		page, err := c.st.redemptions.Page(ctx, of, after, redemptionsAtOnce)
		if err != nil {
			return err
		}
		for _, r := range page {
			after = &redemption.Place{At: r.CreatedAt, ID: r.ID}
			if r.State != redemption.Opening && r.State != redemption.Awaiting && r.State != redemption.Reserved {
				continue
			}
			var refused *fault.Refusal
			if _, err := c.shop.Cancel(ctx, of, r.ID, now); err != nil && !errors.As(err, &refused) {
				return err
			}
		}
		if len(page) < redemptionsAtOnce {
			return nil
		}
	}
}

// forfeit takes whatever coins are left in a wallet and its sisters of other currencies; false if some are held.
func (c *closer) forfeit(ctx context.Context, of wallet.ID, now time.Time) (free bool, err error) {
	if err := c.giveUp(ctx, of, now); err != nil {
		return false, err
	}
	wallets := c.st.wallets(c.rules)
	for _, currency := range append([]string{""}, abroad(c.rules)...) {
		id := of
		if currency != "" {
			id = of.In(currency)
		}
		head, err := wallets.Head(ctx, id)
		if err != nil {
			return false, err
		}
		state := head.State.At(now)
		if state.Held() > 0 {
			return false, nil
		}
		if lost := state.Available(); lost > 0 {
			if _, err := wallets.Post(ctx, id, []wallet.Posting{{Op: fmt.Sprintf("closure:%d", head.Seq), Kind: wallet.Adjust, Coins: -lost, Title: "coins.forfeited",
				Reason: "The account was closed.", Programme: c.rules.At(now).Version, At: now, Actor: "system"}}); err != nil {
				return false, err
			}
		}
	}
	return true, c.st.personal.Orphan(ctx, string(of))
}

// leaveFamily takes the member out of the family: who owns it dissolves it, and children are taken out.
func (c *closer) leaveFamily(ctx context.Context, who member.ID, now time.Time) error {
	f, known, err := c.st.families.ByMember(ctx, who)
	if err != nil || !known {
		return err
	}
	p, in := f.Of(who)
	switch {
	case !in:
		return nil
	case p.Role == family.Owner && len(f.Active()) > 1:
		err = c.families.Dissolve(ctx, who, true, now)
	case p.Role == family.Owner || family.May(p.Role, family.LeaveByOneself):
		err = c.families.Leave(ctx, who, true, now)
	default:
		for _, owner := range f.Active() {
			if owner.Role == family.Owner {
				_, err = c.families.Remove(ctx, owner.Member, who, now)
			}
		}
	}
	var refused *fault.Refusal
	if errors.As(err, &refused) && refused.Code == family.NoFamily { // by somebody else, just now
		return nil
	}
	return err
}

// silence takes away what the member wrote and showed.
func (c *closer) silence(ctx context.Context, who member.ID, now time.Time) error {
	made, err := c.st.personal.Made(ctx, who)
	if err != nil {
		return err
	}
	reader := community.Reader{Member: who}
	for _, id := range made.Comments {
		if _, err := c.posts.Erase(ctx, reader, community.CommentID(id), now); err != nil && !gone(err) {
			return err
		}
	}
	for _, id := range made.Posts {
		if err := c.posts.Delete(ctx, reader, community.PostID(id), now); err != nil && !gone(err) {
			return err
		}
	}
	ids := make([]upload.ID, len(made.Uploads))
	for i, id := range made.Uploads {
		ids[i] = upload.ID(id)
	}
	return c.uploads.Erase(ctx, ids)
}

// gone tells whether something that was to be taken away is no more.
func gone(err error) bool {
	var refused *fault.Refusal
	return fault.Is(err, fault.NotFound) || errors.As(err, &refused) && refused.Code == "NOT_FOUND"
}

// barred tells whether a member closed the account for good.
func (s *stores) barred(ctx context.Context, who member.ID) (bool, error) {
	keys, err := s.ring()
	if err != nil {
		return false, err
	}
	found, err := s.personal.Barring(ctx, keys.Hashes(barred, string(who)))
	return len(found) > 0, err
}

// returned looks through all members for such as have closed their accounts for good, as a backup brings them back, and has
// them closed again. It gives how many there were.
func (s *stores) returned(ctx context.Context, service *personal.Service, now time.Time) (n int, err error) {
	if err := s.sameBars(ctx, now); err != nil {
		return 0, err
	}
	keys, err := s.ring()
	if err != nil {
		return 0, err
	}
	for after := member.ID(""); ; {
		page, err := s.accounts.Walk(ctx, after, membersAtOnce)
		if err != nil || len(page) == 0 {
			return n, err
		}
		of := map[string]member.ID{}
		for _, h := range page {
			after = h.Profile.ID
			for _, hash := range keys.Hashes(barred, string(after)) {
				of[hash] = after
			}
		}
		found, err := s.personal.Barring(ctx, slices.Collect(maps.Keys(of)))
		if err != nil {
			return n, err
		}
		for _, hash := range found {
			if err := service.CloseAgain(ctx, of[hash]); err != nil {
				return n, err
			}
			n++
		}
	}
}

// membersAtOnce is how many members are looked through at once.
const membersAtOnce = 500

// sameBars has both stores know who must not come back: either may be put back to an older state.
func (s *stores) sameBars(ctx context.Context, now time.Time) error {
	err := s.cache.Bars(ctx, func(some []string) error { return s.personal.Bar(ctx, some, now.UTC().Truncate(time.Millisecond)) })
	for after := ""; err == nil; {
		var page []string
		if page, err = s.personal.Bars(ctx, after, membersAtOnce); len(page) == 0 {
			return err
		}
		after, err = page[len(page)-1], s.cache.Bar(ctx, page)
	}
	return err
}
