package main

import (
	"context"
	"log/slog"
	"time"

	"membergate/internal/account"
	"membergate/internal/adjustment"
	"membergate/internal/admission"
	"membergate/internal/adoption"
	"membergate/internal/backup"
	"membergate/internal/basket"
	"membergate/internal/benefit"
	"membergate/internal/breaker"
	"membergate/internal/change"
	"membergate/internal/claim"
	"membergate/internal/community"
	"membergate/internal/contribution"
	"membergate/internal/coupon"
	"membergate/internal/datause"
	"membergate/internal/desk"
	"membergate/internal/export"
	"membergate/internal/family"
	"membergate/internal/giving"
	"membergate/internal/glance"
	"membergate/internal/incident"
	"membergate/internal/insight"
	"membergate/internal/inspection"
	invites "membergate/internal/invitation"
	"membergate/internal/live"
	"membergate/internal/notice"
	"membergate/internal/offer"
	"membergate/internal/order"
	"membergate/internal/personal"
	"membergate/internal/posting"
	"membergate/internal/product"
	"membergate/internal/profile"
	"membergate/internal/programme"
	"membergate/internal/push"
	"membergate/internal/recommend"
	"membergate/internal/redemption"
	"membergate/internal/redisstore"
	"membergate/internal/report"
	"membergate/internal/reward"
	"membergate/internal/rotation"
	"membergate/internal/secret"
	"membergate/internal/session"
	"membergate/internal/signin"
	"membergate/internal/star"
	"membergate/internal/supply"
	"membergate/internal/transfer"
	"membergate/internal/upload"
	"membergate/internal/vault"
	"membergate/internal/voucher"
	"membergate/internal/wallet"
)

// stores are all that the program keeps, wherever the settings say.
type stores struct {
	accounts   account.Store    // members: profile, tier standing, outbox
	ledger     wallet.Store     // coins
	supply     supply.Store     // the count of all coins
	orders     order.Store      // orders and refunds
	products   product.Store    //
	rewards    reward.Store     //
	usages     benefit.Store    // how often benefits were used
	uses       benefit.UseStore // each use of a benefit
	families   family.Store     //
	admissions admission.Store  // seats and applications
	adjusting  adjustment.Store // corrections by staff
	transfers  transfer.Store   // coins between wallets
	offers     offer.Store      // tiers at a share of their price
	claims     claim.Store      // tiers for codes, and days
	community  community.Store  // posts, comments, marks, ties
	glances    glance.Store     // what screens read at once
	posting    posting.Store    // the same, for those who write
	adoptions  adoption.Store   // badges
	reports    report.Store     // what members report, and the log of moderation
	reviewed   report.Contents  // posts and comments, for moderators
	findings   inspection.Store // what services found of them
	requests   desk.Requests    // after a sale
	cards      desk.Cards       // who may show codes of members
	source     backup.Source    // all of it, for backups
	decisions  profile.Store    // members' earlier decisions on their data
	uploads    upload.Store     // pictures on their way in
	personal   personal.Store   // what members ask to be deleted
	vault      vault.Store      // who members are
	sessions   session.Store    // where members are signed in
	logins     signin.Store     // how members get in
	tastes     recommend.Tastes // what members say of recommendations
	insights   insight.Store    // what portraits are made of
	exports    interface {
		export.Store
		export.Source
	} // copies of what is kept of members
	incidents incident.Store // what happened to members' data
	listed    datause.Store  // what members' data was used for
	used      *datause.Log   // the same, written behind answers
	sealed    rotation.Store // what is kept secret
	cache     *redisstore.Store

	boards contribution.Store // who did most
	stars  star.Store         // of groups

	homes community.HomeStore // what lists of what members follow are made of

	notices notice.Store  // inboxes, and where to push them
	marks   *notice.Hints // whom this process has changed; nil unless somebody watches

	ring     func() (*secret.Keys, error) // the keys of the settings
	services map[string]push.Service      // that bring notices to devices, by kind; none where none is set
	keys     *secret.Keys                 // of tokens of devices; nil where no services are

	hub         *live.Hub        // wakes whoever listens; nil unless somebody watches
	told        change.Store     // what has changed, once somebody asked for it
	relay       *change.Relay    // tells what is changed; nil unless somebody watches
	busy        *busy            // the same, for work that changes many members at once; nil where that is no other
	redemptions redemption.Store // and what is taken of stocks
	vouchers    voucher.Store    // partners' codes

	coupons  coupon.Store       // what members may take off an order once
	invites  invites.Store      // who brought whom along
	promises programme.Promises // what members were told of the worth of coins

	checks   []Check                     // what must answer
	breakers []*breaker.Group            // who is not asked while it does not
	migrate  func(context.Context) error // indexes; nothing to do for embedded stores
	fill     func(func() error) error    // does the work of filling empty stores
	close    func() error
}

// busy are stores whose calls travel together where many come at once.
type busy struct {
	accounts account.Store
	ledger   wallet.Store
	orders   order.Store
}

// orderService applies orders and refunds to the members of these stores.
func (s *stores) orderService(book book) *order.Service {
	out := &order.Service{Orders: s.orders, Accounts: s.accounts, Wallets: s.wallets(book), Book: book, Coupons: s.couponService(book), Offers: s.offerService(book)}
	if b := s.busy; b != nil {
		out.Orders, out.Accounts, out.Wallets = b.orders, b.accounts, walletService(b.ledger, book)
	}
	out.Invitations, out.Barred = s.invitationService(book, out), s.barred
	return out
}

// invitationService rewards members of these stores who bring somebody along.
func (s *stores) invitationService(book book, orders *order.Service) *invites.Service {
	return &invites.Service{Store: s.invites, Accounts: orders.Accounts, Book: book, Outbox: orders}
}

// watch lets hints, marks and the relay know of everything that is written to ledgers and accounts from here on. These two
// know of an entry before the hints do: nothing is counted that could not be told.
func (s *stores) watch(hints *supply.Hints) {
	s.hub = live.NewHub(s.cache.Wakes())
	s.relay, s.marks = change.NewRelay(s.changes(), s.ledger), notice.NewHints(s.notices)
	ledger := func(l wallet.Store) wallet.Store {
		return hints.Watch(s.marks.WatchLedger(s.relay.WatchLedger(l)))
	}
	accounts := func(a account.Store) account.Store { return s.marks.WatchAccounts(s.relay.WatchAccounts(a)) }
	s.ledger, s.accounts = ledger(s.ledger), accounts(s.accounts)
	s.coupons, s.usages = s.marks.WatchCoupons(s.coupons), s.marks.WatchUsages(s.usages)
	s.posting = posting.WatchHearers(s.posting, s.marks.Changed)
	s.posting, s.community = posting.Waking(s.posting, s.hub.Post), community.Waking(s.community, s.hub.Post)
	s.families = s.relay.WatchFamilies(family.WatchPeople(s.families, s.marks.Changed), s.accounts)
	if b := s.busy; b != nil {
		b.ledger, b.accounts = ledger(b.ledger), accounts(b.accounts)
	}
}

// admissionService lets members of these stores into tiers with seats.
func (s *stores) admissionService(book book) *admission.Service {
	return &admission.Service{Store: s.admissions, Accounts: s.accounts, Book: book}
}

// offerService makes offers to members of these stores.
func (s *stores) offerService(book book) *offer.Service {
	return &offer.Service{Store: s.offers, Book: book}
}

// couponService gives coupons to members of these stores.
func (s *stores) couponService(book book) *coupon.Service {
	return &coupon.Service{Store: s.coupons, Book: book}
}

// basketService keeps coupons for orders of members of these stores.
func (s *stores) basketService(book book) *basket.Service {
	return &basket.Service{Coupons: s.couponService(book), Accounts: s.accounts, Book: book}
}

// givingService lets members of these stores take coupons.
func (s *stores) givingService(book book) *giving.Service {
	uses := &benefit.Service{Usages: s.usages, Uses: s.uses, Stock: s.redemptions, Book: book}
	out := giving.New(s.couponService(book), uses, s.redemptions, s.accounts, book)
	uses.Follow = s.choosing(uses.Follow)
	return out
}

// claimService gives tiers for codes to members of these stores.
func (s *stores) claimService(book book) *claim.Service {
	return &claim.Service{Store: s.claims, Accounts: s.accounts, Book: book, Outbox: s.orderService(book)}
}

// benefitService lets members of these stores use benefits; whoever finishes a claim's use issues its coupon.
func (s *stores) benefitService(book book) *benefit.Service { return s.givingService(book).Uses }

// adjustmentService corrects coins of these stores.
func (s *stores) adjustmentService(book book) *adjustment.Service {
	return &adjustment.Service{Store: s.adjusting, Accounts: s.accounts, Wallets: s.wallets(book), Book: book}
}

// wallets is the service of the ledger.
func (s *stores) wallets(book book) *wallet.Service { return walletService(s.ledger, book) }

func walletService(ledger wallet.Store, book book) *wallet.Service {
	return &wallet.Service{
		Store: ledger, Most: book.At(time.Now()).Coin().MaxBalance, Grace: int64(book.At(time.Now()).Returns.GraceHours), Now: time.Now,
		Mosts: func(currency string) wallet.Coins {
			c, _ := book.At(account.Ever).Currency(currency) // of one that there is not, a wallet holds nothing
			return c.MaxBalance
		},
	}
}

// finishLeft carries out what a process that was killed left undone; nobody else does so on embedded stores until the
// member is back.
func finishLeft(ctx context.Context, st *stores, rules book, log *slog.Logger) error {
	sweep := order.Sweep{Orders: st.orderService(rules), Workers: settleWorkers}
	n, err := sweep.Finish(ctx)
	if err == nil {
		err = st.admissionService(rules).Finish(ctx, time.Now())
	}
	if n > 0 {
		log.Info("finished what was left undone", "members", n)
	}
	return err
}

// changes is what has changed of members' things; who listens to it is woken.
func (s *stores) changes() change.Store {
	if s.told == nil {
		s.told = s.cache.Changes()
		if s.hub != nil {
			s.told = change.Waking(s.told, s.hub.Publish)
		}
	}
	return s.told
}
