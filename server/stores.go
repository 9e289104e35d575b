package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"membergate/internal/account"
	"membergate/internal/adjustment"
	"membergate/internal/admission"
	"membergate/internal/adoption"
	"membergate/internal/backup"
	"membergate/internal/basket"
	"membergate/internal/benefit"
	"membergate/internal/boltstore"
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
	"membergate/internal/mongostore"
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

	relay       *change.Relay    // tells what is changed; nil unless somebody watches
	busy        *busy            // the same, for work that changes many members at once; nil where that is no other
	redemptions redemption.Store // and what is taken of stocks
	vouchers    voucher.Store    // partners' codes

	coupons  coupon.Store       // what members may take off an order once
	invites  invites.Store      // who brought whom along
	promises programme.Promises // what members were told of the worth of coins

	checks  []Check                     // what must answer
	migrate func(context.Context) error // indexes; nothing to do for embedded stores
	fill    func(func() error) error    // does the work of filling empty stores
	close   func() error
}

// busy are stores whose calls travel together where many come at once.
type busy struct {
	accounts account.Store
	ledger   wallet.Store
	orders   order.Store
}

// openStores opens the stores of the settings. A command may wait longer for a store than a member does: patient.
func openStores(ctx context.Context, s Settings, patient bool, log *slog.Logger) (*stores, error) {
	out := &stores{}
	var closers []func() error
	out.close = func() error {
		var errs []error
		for _, c := range closers {
			errs = append(errs, c())
		}
		return errors.Join(errs...)
	}
	if s.EmbeddedMongo() {
		bolt, err := boltstore.Open(s.DataDir)
		if err != nil {
			return nil, err
		}
		closers = append(closers, bolt.Close)
		out.useBolt(bolt)
	} else {
		mongo, err := mongostore.Open(ctx, s.MongoURI.Reveal(), s.MongoDatabase)
		if err != nil {
			return nil, err
		}
		closers = append(closers, func() error {
			within, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			return mongo.Close(within)
		})
		if patient {
			mongo = mongo.Patient(commandPatience)
		}
		if err := whole(ctx, s, mongo); err != nil {
			return nil, errors.Join(err, out.close())
		}
		out.useMongo(mongo)
	}
	out.used = datause.NewLog(out.listed, time.Now)
	if err := out.openCache(ctx, s, patient); err != nil {
		return nil, errors.Join(err, out.close())
	}
	closers = append([]func() error{out.cache.Close}, closers...)
	out.seal(s)
	if err := out.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("the stores cannot be prepared: %w", err), out.close())
	}
	log.Info("stores are open", "embedded_documents", s.EmbeddedMongo(), "embedded_cache", s.EmbeddedRedis())
	return out, nil
}

// whole refuses a database that a backup is being put into: what is there of it is not all.
func whole(ctx context.Context, s Settings, m *mongostore.Store) error {
	of, err := m.Restoring(ctx)
	if err == nil && of != "" && !s.Restoring {
		err = fmt.Errorf("MONGODB_DATABASE is %q, which a backup is being put into; allowed is one that is whole: run `server restore` to its end", s.MongoDatabase)
	}
	return err
}

// commandPatience bounds one store call of a command: nobody waits for a screen, and a busy server may take a while.
const commandPatience = 30 * time.Second

func (s *stores) useBolt(b *boltstore.Store) {
	s.accounts, s.ledger, s.orders, s.supply = b.Members(), b.Ledger(), b.Orders(), b.Supply()
	s.admissions, s.adjusting = b.Admissions(), b.Adjustments()
	s.transfers, s.claims, s.notices = b.Transfers(), b.Claims(), b.Notices()
	s.offers = b.Offers()
	s.products, s.rewards, s.usages, s.families, s.community = b.Products(), b.Rewards(), b.Usages(), b.Families(), b.Community()
	s.uses, s.posting, s.glances = b.Uses(), b.Community(), b.Glances()
	s.homes = b.Community()
	s.reports, s.findings, s.reviewed, s.adoptions = b.Reports(), b.Reports(), b.Community(), b.Community()
	s.boards, s.stars = b.Community(), b.Community()
	s.decisions, s.requests, s.cards = b.Decisions(), b.Requests(), b.Cards()
	s.redemptions, s.vouchers, s.promises = b.Redemptions(), b.Vouchers(), b.Supply()
	s.coupons, s.invites = b.Coupons(), b.Invitations()
	s.uploads, s.personal = b.Uploads(), b.Personal()
	s.tastes, s.sealed = b.Tastes(), b.Rotation()
	s.insights, s.source = b.Insights(), b.Backup()
	s.vault = b.Vault()
	s.listed, s.incidents = b.DataUses(), b.Incidents()
	s.exports = b.Exports()
	s.migrate, s.fill = func(context.Context) error { return nil }, b.Hasty
	s.checks = append(s.checks, Check{Name: "store", Ping: b.Ping})
}

func (s *stores) useMongo(m *mongostore.Store) {
	s.accounts, s.ledger, s.orders, s.supply = m.Members(), m.Ledger(), m.Orders(), m.Supply()
	s.admissions, s.adjusting = m.Admissions(), m.Adjustments()
	s.transfers, s.claims, s.notices = m.Transfers(), m.Claims(), m.Notices()
	s.offers = m.Offers()
	s.products, s.rewards, s.usages, s.families, s.community = m.Products(), m.Rewards(), m.Usages(), m.Families(), m.Community()
	s.uses, s.posting, s.glances = m.Uses(), m.Community(), m.Glances()
	s.homes = m.Community()
	s.reports, s.findings, s.reviewed, s.adoptions = m.Reports(), m.Reports(), m.Community(), m.Community()
	s.boards, s.stars = m.Community(), m.Community()
	s.decisions, s.requests, s.cards = m.Decisions(), m.Requests(), m.Cards()
	s.redemptions, s.vouchers, s.promises = m.Redemptions(), m.Vouchers(), m.Supply()
	s.coupons, s.invites = m.Coupons(), m.Invitations()
	s.uploads, s.personal = m.Uploads(), m.Patient(commandPatience).Personal()
	s.tastes, s.sealed = m.Tastes(), m.Patient(commandPatience).Rotation()
	s.insights, s.source = m.Insights(), m.Patient(commandPatience).Backup()
	s.vault = m.Vault()
	s.listed, s.incidents = m.DataUses(), m.Incidents()
	s.exports = m.Patient(commandPatience).Exports()
	together := m.Together()
	s.busy = &busy{together.Members(), together.Ledger(), together.Orders()}
	s.migrate, s.fill = m.Patient(commandPatience).Migrate, func(work func() error) error { return work() }
	s.checks = append(s.checks, Check{Name: "store", Ping: m.Ping})
}

func (s *stores) openCache(ctx context.Context, set Settings, patient bool) (err error) {
	switch {
	case set.EmbeddedRedis():
		s.cache, err = redisstore.OpenEmbedded(ctx, set.DataDir, set.RedisPrefix)
	case patient:
		s.cache, err = redisstore.OpenPatient(ctx, set.RedisURL.Reveal(), set.RedisPrefix, commandPatience)
	default:
		s.cache, err = redisstore.Open(ctx, set.RedisURL.Reveal(), set.RedisPrefix)
	}
	if err == nil {
		s.checks = append(s.checks, Check{Name: "cache", Ping: s.cache.Ping})
	}
	return err
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
	s.relay, s.marks = change.NewRelay(s.cache.Changes(), s.ledger), notice.NewHints(s.notices)
	ledger := func(l wallet.Store) wallet.Store {
		return hints.Watch(s.marks.WatchLedger(s.relay.WatchLedger(l)))
	}
	accounts := func(a account.Store) account.Store { return s.marks.WatchAccounts(s.relay.WatchAccounts(a)) }
	s.ledger, s.accounts = ledger(s.ledger), accounts(s.accounts)
	s.coupons, s.usages = s.marks.WatchCoupons(s.coupons), s.marks.WatchUsages(s.usages)
	s.posting = posting.WatchHearers(s.posting, s.marks.Changed)
	s.families = family.WatchPeople(s.families, s.marks.Changed)
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
