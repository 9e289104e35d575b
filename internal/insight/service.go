package insight

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"membergate/internal/account"
	"membergate/internal/datause"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/product"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// Service draws portraits, and hears what other services tell of members.
type Service struct {
	Notes    Store
	Accounts account.Store
	Orders   order.Store
	Products product.Store
	Ledger   wallet.Store
	Looks    Looks

	Coupons   Giver        // gives what members who come seldom are given; nil = nothing
	Behaviour Behaviour    // where what members do goes to
	Log       *datause.Log // what data is used for; nil where nobody lists it
	Book      interface {
		At(time.Time) *programme.Programme
	}
}

// Looks knows what members looked at. It may be lost.
type Looks interface {
	// See notes what a member looked at. Looks with one id and product are one; of very many the newest are kept.
	See(ctx context.Context, who member.ID, all []Look) error
	// Viewed gives what a member looked at since a time, in any order.
	Viewed(ctx context.Context, who member.ID, since time.Time) ([]View, error)
	// Unsee removes all that is known of a member. It may be repeated.
	Unsee(ctx context.Context, who member.ID) error
}

// mostOrders is how many of a member's last orders are looked at.
const mostOrders = 200

// Portrait draws what can be made of a member at a moment; nil for whoever did not agree, of whom nothing is read.
func (s *Service) Portrait(ctx context.Context, h account.Holder, now time.Time) (*Portrait, error) {
	p := s.Book.At(now)
	if p.Insight == nil || !h.Profile.Agreed(p.Insight.Purpose) {
		return nil, nil
	}
	f := facts{holder: h, now: now, category: map[string]string{}}
	f.holder.Account.Standing = h.Account.Standing.Advance(s.Book, now)
	who := h.Profile.ID
	group, within := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		f.note, err = s.Notes.Of(within, who)
		return err
	})
	group.Go(func() error {
		found, err := s.Orders.Purchases(within, []member.ID{who}, mostOrders)
		f.orders = found[who]
		return err
	})
	group.Go(func() error {
		spent, err := s.Ledger.Page(within, h.Account.Wallet, wallet.Query{Limit: 1, Kinds: []wallet.Kind{wallet.Spend}})
		if len(spent) > 0 {
			f.spent = spent[0].OccurredAt
		}
		return err
	})
	group.Go(func() (err error) {
		f.fifths, err = s.Notes.Fifths(within)
		return err
	})
	group.Go(func() (err error) {
		f.views, err = s.Looks.Viewed(within, who, now.AddDate(0, 0, -int(p.Insight.Portrait.Days)))
		if fault.Is(err, fault.Unavailable) {
			err = nil // what was only looked at may be lost; what was bought is known all the same
		}
		return err
	})
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if err := s.categories(ctx, &f); err != nil {
		return nil, err
	}
	out := draw(p, f)
	return &out, nil
}

// categories finds the categories of products whose orders say none.
func (s *Service) categories(ctx context.Context, f *facts) error {
	ask := map[string]bool{}
	for _, v := range f.views {
		ask[v.SKU] = true
	}
	for _, r := range f.orders {
		for _, l := range r.Event.Lines {
			ask[l.SKU] = ask[l.SKU] || l.Category == ""
		}
	}
	var skus []string
	for sku, asked := range ask {
		if asked && sku != "" {
			skus = append(skus, sku)
		}
	}
	if len(skus) == 0 {
		return nil
	}
	found, err := s.Products.ByIDs(ctx, skus)
	for sku, one := range found {
		f.category[sku] = one.Category
	}
	return err
}

// tries bounds how often a note that somebody else changed is read again.
const tries = 50

// Hear keeps what a service tells of a member, if the member agreed to it; of whoever is unknown nothing is kept. Told
// again it changes nothing. What can never be kept is refused as bad input.
func (s *Service) Hear(ctx context.Context, who member.ID, w Word, now time.Time) error {
	in := s.Book.At(now).Insight
	if in == nil {
		return nil
	}
	found, err := s.Accounts.ByIDs(ctx, []member.ID{who}, account.Whole)
	if err != nil {
		return err
	}
	h, known := found[who]
	if !known || !h.Profile.Agreed(in.Purpose) {
		return s.Forget(ctx, who) // somebody may have been killed between keeping and seeing the no
	}
	if err := s.keep(ctx, h.Profile, w, *in); err != nil {
		return err
	}
	if found, err = s.Accounts.ByIDs(ctx, []member.ID{who}, account.Whole); err != nil {
		return err
	}
	if h = found[who]; !h.Profile.Agreed(in.Purpose) { // the member said no meanwhile, and what was kept may be deleted already
		return s.Forget(ctx, who)
	}
	s.listed(who, w, in.Purpose)
	if w.Kind != Scored || in.Winback == nil {
		return nil
	}
	bought, err := s.Orders.Purchases(ctx, []member.ID{who}, mostOrders)
	if err != nil {
		return err
	}
	return s.greet(ctx, []account.Holder{h}, bought, now)
}

// listed notes what a service has told: of a look that the member looked, else what it takes the member for.
func (s *Service) listed(who member.ID, w Word, purpose string) {
	switch {
	case w.Kind == Looked:
		s.Log.Note(who, purpose, datause.Behaviour, datause.Collector)
	case len(w.Tags) > 0:
		s.Log.Note(who, purpose, datause.Tags, w.Source)
	default:
		s.Log.Note(who, purpose, datause.Portrait, datause.Collector)
	}
}

func (s *Service) keep(ctx context.Context, who member.Profile, w Word, in programme.Insight) error {
	if w.Kind == Looked {
		return s.Looks.See(ctx, who.ID, []Look{{ID: w.ID, View: View{SKU: w.SKU, At: w.At}}})
	}
	for range tries {
		old, err := s.Notes.Of(ctx, who.ID)
		if err != nil {
			return err
		}
		next, changed, err := old.Take(w, in, who.Agreed)
		if err != nil || !changed {
			return err
		}
		if err = s.Notes.Save(ctx, next); !errors.Is(err, ErrStale) {
			return err
		}
	}
	return fault.Down("store", ErrStale)
}

// Forget removes all that is kept of a member.
func (s *Service) Forget(ctx context.Context, who member.ID) error {
	return errors.Join(s.Notes.Erase(ctx, who), s.Looks.Unsee(ctx, who))
}

// ForgetTags removes what data platforms said of a member.
func (s *Service) ForgetTags(ctx context.Context, who member.ID) error {
	for range tries {
		n, err := s.Notes.Of(ctx, who)
		if err != nil || len(n.Tags) == 0 && n.Sealed == "" && len(n.Said) == 0 {
			return err
		}
		n.Tags, n.Sealed, n.Said = nil, "", nil
		if err = s.Notes.Save(ctx, n); !errors.Is(err, ErrStale) {
			return err
		}
	}
	return fault.Down("store", ErrStale)
}
