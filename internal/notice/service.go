package notice

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"membergate/internal/account"
	"membergate/internal/benefit"
	"membergate/internal/change"
	"membergate/internal/community"
	"membergate/internal/coupon"
	"membergate/internal/datause"
	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// Service looks at members and tells them. Any number may run, in any number of processes, and be killed anywhere.
type Service struct {
	Store    Store
	Accounts account.Store
	Ledger   wallet.Store
	Coupons  coupon.Store
	Usages   benefit.Store
	Talk     Talk         // nil tells nobody of comments
	Families Families     // who see one another's posts; needed with Talk
	Changes  change.Store // is told of new notices; nil tells nobody
	Book     tier.Book
	Now      func(View) time.Time // the moment that a member is looked at
	Abroad   func() []string      // further currencies; nil for none
	Log      *datause.Log         // is told of advertising; nil where nobody lists it
	AtOnce   int                  // members that are written at the same time; at least 1
}

// Looked is what one look at some members did.
type Looked struct {
	Done    int         // members who are looked at, or whom somebody else has changed meanwhile
	Notices int         // that were added or grew
	Failed  []member.ID // who could not be looked at
	Err     error       // of one of those
}

// Look tells members what their state calls for. The inboxes are read before all else: what changes afterwards marks
// them, and saving is refused.
func (s *Service) Look(ctx context.Context, ids []member.ID) (Looked, error) {
	return s.lookWith(ctx, ids, nil)
}

// lookWith tells, beside what states call for, some causes more; nil for none.
func (s *Service) lookWith(ctx context.Context, ids []member.ID, more func(now time.Time) []Cause) (Looked, error) {
	var out Looked
	inboxes, err := s.Store.Inboxes(ctx, ids)
	if err != nil {
		return out, err
	}
	var holders map[member.ID]account.Holder
	var set map[member.ID]Settings
	group, within := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		holders, err = s.Accounts.ByIDs(within, ids, account.Whole)
		return err
	})
	group.Go(func() (err error) {
		set, err = s.Store.Settings(within, ids)
		return err
	})
	if err := group.Wait(); err != nil {
		return out, err
	}
	views, err := s.views(ctx, holders)
	if err != nil {
		return out, err
	}
	var mu sync.Mutex // guards out
	var each errgroup.Group
	each.SetLimit(max(1, s.AtOnce))
	for _, id := range ids {
		in := inboxes[id]
		in.Member = id
		_, known := holders[id]
		each.Go(func() error {
			n, err := 0, error(nil)
			if known {
				n, err = s.look(ctx, in, views[id], set[id], more)
			} else { // whoever marked them did so after their account was closed
				err = s.Store.Remove(ctx, in)
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil && !errors.Is(err, ErrStale) {
				out.Failed, out.Err = append(out.Failed, id), err
				return nil
			}
			out.Done++
			out.Notices += n
			return nil
		})
	}
	_ = each.Wait()
	return out, ctx.Err()
}

// currencies are all of the programme, its own first.
func (s *Service) currencies() []string {
	if s.Abroad == nil {
		return []string{""}
	}
	return append([]string{""}, s.Abroad()...)
}

// views are the states of members, but for what their ledgers say that no look has seen.
func (s *Service) views(ctx context.Context, holders map[member.ID]account.Holder) (map[member.ID]View, error) {
	var wallets []wallet.ID
	for _, h := range holders {
		for _, currency := range s.currencies() {
			wallets = append(wallets, h.Account.Wallet.In(currency))
		}
	}
	slices.Sort(wallets)
	heads, err := s.Ledger.Heads(ctx, wallets)
	if err != nil {
		return nil, err
	}
	out := make(map[member.ID]View, len(holders))
	first := Ever
	for id, h := range holders {
		v := View{Profile: h.Profile, Account: h.Account}
		for _, currency := range s.currencies() {
			of := h.Account.Wallet.In(currency)
			head := heads[of]
			head.Wallet = of
			v.Purses = append(v.Purses, Purse{Currency: currency, Head: head})
		}
		out[id] = v
		if now := s.Now(v); now.Before(first) {
			first = now
		}
	}
	return out, s.apart(ctx, out, first)
}

// apart fills in the coupons that are live at a time or later, the uses of benefits, the families, and the comments that are
// news then.
func (s *Service) apart(ctx context.Context, views map[member.ID]View, from time.Time) error {
	ids := slices.Sorted(maps.Keys(views))
	var coupons map[member.ID][]coupon.Coupon
	var usages map[member.ID]benefit.Usage
	var heard map[member.ID][]community.Heard
	var homes map[member.ID][]family.Family
	group, within := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		coupons, err = s.Coupons.Live(within, ids, from)
		return err
	})
	group.Go(func() (err error) {
		usages, err = s.Usages.ByMembers(within, ids)
		return err
	})
	group.Go(func() (err error) {
		if s.Families != nil {
			homes, err = s.Families.Homes(within, ids)
		}
		return err
	})
	group.Go(func() (err error) {
		if p := s.Book.At(from); p.Notices != nil {
			heard, err = s.hear(within, views, ids, Fresh(p, from))
		}
		return err
	})
	if err := group.Wait(); err != nil {
		return err
	}
	for id, v := range views {
		v.Coupons, v.Usage, v.Heard, v.Homes = coupons[id], usages[id], heard[id], homes[id]
		views[id] = v
	}
	return nil
}

// look tells one member, and gives how many notices that made.
func (s *Service) look(ctx context.Context, in Inbox, v View, set Settings, more func(time.Time) []Cause) (int, error) {
	if err := s.carry(ctx, in); err != nil {
		return 0, err
	}
	if v.Profile.ID == "" { // the member has left
		in.Due, in.Outbox = Ever, nil
		return 0, s.Store.Save(ctx, in)
	}
	now := s.Now(v)
	p := s.Book.At(now)
	if p.Notices != nil {
		for i := range v.Purses {
			if err := s.read(ctx, in, &v.Purses[i], Fresh(p, now)); err != nil {
				return 0, err
			}
		}
	}
	causes, next := Causes(s.Book, v, now)
	if more != nil {
		causes = append(causes, more(now)...)
	}
	known, err := s.known(ctx, v, causes)
	if err != nil {
		return 0, err
	}
	in = in.take(p, v, set, causes, next, now, known)
	if err := s.Store.Save(ctx, in); err != nil || len(in.Outbox) == 0 {
		return 0, err
	}
	in.Version++
	s.advertised(p, in)
	n := len(in.Outbox)
	if err := s.carry(ctx, in); err != nil {
		return n, err
	}
	if before := in.Last - int64(p.Notices.Keep); before > 0 {
		if err := s.Store.Drop(ctx, in.Member, before); err != nil {
			return n, err
		}
	}
	in.Outbox, in.Due = nil, next
	return n, s.Store.Save(ctx, in)
}

// advertised notes that a member's consent to advertising was made use of.
func (s *Service) advertised(p *programme.Programme, in Inbox) {
	for _, n := range in.Outbox {
		if k, ok := p.Notice(n.Kind); ok && k.Marketing {
			s.Log.Note(in.Member, programme.Marketing, datause.Contact, datause.Notifier)
		}
	}
}

// carry adds what an inbox has decided, and tells devices. Both may be done any number of times.
func (s *Service) carry(ctx context.Context, in Inbox) error {
	if len(in.Outbox) == 0 {
		return nil
	}
	if err := s.Store.Put(ctx, in.Outbox); err != nil {
		return err
	}
	if s.Changes == nil {
		return nil
	}
	return s.Changes.Tell(ctx, []change.News{{Of: in.Wallet, Change: change.Change{Kind: change.Notice, Version: in.Last}}})
}

// known are the group notices that causes may belong to.
func (s *Service) known(ctx context.Context, v View, causes []Cause) (map[string]Notice, error) {
	ids := groups(v, causes)
	if len(ids) == 0 {
		return nil, nil
	}
	return s.Store.ByIDs(ctx, ids)
}

// readAtOnce is how many entries of a ledger are read together.
const readAtOnce = 100

// read finds the entries behind what the inbox has seen that may be told. Most often there is one, the newest.
func (s *Service) read(ctx context.Context, in Inbox, purse *Purse, since time.Time) error {
	seen := in.seq(purse.Currency)
	switch {
	case purse.Head.Seq <= seen:
		return nil
	case purse.Head.Seq == seen+1:
		purse.Fresh = []wallet.Entry{purse.Head}
		return nil
	}
	q := wallet.Query{Before: purse.Head.Seq + 1, Limit: readAtOnce, From: since}
	for kind := range told {
		q.Kinds = append(q.Kinds, kind)
	}
	slices.Sort(q.Kinds)
	for {
		page, err := s.Ledger.Page(ctx, purse.Head.Wallet, q)
		if err != nil {
			return err
		}
		for _, e := range page {
			if e.Seq > seen {
				purse.Fresh = append(purse.Fresh, e)
			}
		}
		if len(page) < q.Limit || page[len(page)-1].Seq <= seen {
			break
		}
		q.Before = page[len(page)-1].Seq
	}
	slices.Reverse(purse.Fresh)
	return nil
}
