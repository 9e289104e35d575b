package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"membergate/graph"
	"membergate/internal/checkout"
	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/desk"
	"membergate/internal/family"
	invites "membergate/internal/invitation"
	"membergate/internal/membership"
	"membergate/internal/notice"
	"membergate/internal/picture"
	"membergate/internal/product"
	"membergate/internal/profile"
	"membergate/internal/programme"
	"membergate/internal/recommend"
	"membergate/internal/redemption"
	"membergate/internal/reward"
	"membergate/internal/saving"
	"membergate/internal/supply"
	"membergate/internal/token"
	"membergate/internal/transfer"
	"membergate/internal/vault"
	"membergate/loaders"
	"membergate/resolvers"
	"membergate/web"
)

// build opens the stores and puts the parts together.
func build(ctx context.Context, s Settings, log *slog.Logger) (*Parts, error) {
	rules, err := programme.Keep(s.Programme)
	if err != nil {
		return nil, err
	}
	st, err := openStores(ctx, s, false, log)
	if err != nil {
		return nil, err
	}
	if err := st.bind(ctx, rules); err != nil {
		return nil, errors.Join(err, st.close())
	}
	parts, err := assemble(ctx, s, st, rules, log)
	if err != nil {
		return nil, errors.Join(err, st.close())
	}
	if err := s.Traces.traced(ctx, parts, log); err != nil {
		return nil, errors.Join(err, parts.Close())
	}
	return parts, nil
}

// assemble makes the gateway's parts on open stores.
func assemble(ctx context.Context, s Settings, st *stores, rules book, log *slog.Logger) (*Parts, error) {
	trust, err := s.Trust(log)
	if err != nil {
		return nil, err
	}
	verifier, err := token.NewVerifier(ctx, trust)
	if err != nil {
		return nil, err
	}
	keys, err := s.Keys()
	if err != nil {
		return nil, err
	}
	now, err := programmeClock(ctx, s, st)
	if err != nil {
		return nil, err
	}
	parts := &Parts{
		SDL: graph.SDL(), Tokens: verifier, Checks: append(st.checks, Check{Name: "token keys", Ping: verifier.Ready}),
		Media: picture.Handler(), Explorer: web.Files(), Close: st.close,
	}
	if s.EmbeddedMongo() {
		if err := finishLeft(ctx, st, rules, log); err != nil {
			return nil, err
		}
		if err := firstStart(ctx, st, rules, keys, now, log); err != nil {
			return nil, err
		}
		if !s.Replays() {
			if err := st.review(ctx, rules, now.Now(ctx), log); err != nil {
				return nil, err
			}
		}
	}
	if parts.Released, err = s.released(log); err != nil {
		return nil, err
	}
	if s.RateLimit {
		parts.Limits = limits(st.cache.Allowances(), keys)
	}
	if !s.Production { // there, what nobody has released does not run, whoever kept it
		parts.Texts = st.cache.Texts()
		parts.Demo = demoMembers(st, rules, now, trust)
	}
	hints := supply.NewHints()
	st.watch(hints)
	cursors := cursor.NewBook(keys)
	shelf := newShelf(st)
	if _, err := shelf.rewards.Get(ctx); err != nil { // warm before the first request
		return nil, err
	}
	lists := st.cache.Lists()
	wallets := st.wallets(rules)
	families := &family.Service{Families: st.families, Accounts: st.accounts, Book: rules, Keys: keys, Ledger: st.ledger}
	root := &resolvers.Root{
		Book: rules, Wallets: wallets, Cursors: cursors, Supply: st.supply,
		Admission: st.admissionService(rules),
		Claims:    st.claimService(rules),
		Offers:    st.offerService(rules),
		Orders:    st.orderService(rules),
		Renewing:  &membership.Service{Accounts: st.accounts, Book: rules},
		Couponing: st.couponService(rules),
		Inviting:  &invites.Service{Store: st.invites, Book: rules, Keys: keys},
		Baskets:   st.basketService(rules),
		Giving:    st.givingService(rules),
		Checkout:  &checkout.Service{Wallets: wallets, Book: rules},
		Redeeming: &redemption.Service{Store: st.redemptions, Rewards: st.rewards, Vouchers: st.vouchers, Keys: keys, Wallets: wallets, Book: rules, Pool: families},
		Adjusting: st.adjustmentService(rules),
		Notices:   &notice.Desk{Store: st.notices, Keys: keys, Book: rules},
		Transfers: &transfer.Service{Store: st.transfers, Wallets: wallets, Book: rules},
		Uses:      st.benefitService(rules),
		Families:  families,
		Desk:      &desk.Service{Requests: st.requests, Accounts: st.accounts, Orders: st.orders, Usages: st.usages, Book: rules, Keys: keys},
		Words:     &desk.Words{Keys: keys, Guesses: st.cache.Guesses()},
		Codes:     &desk.Codes{Cards: st.cards, Seen: st.cache.Seen(), Keys: keys, Now: time.Now},
		Personal:  st.personalService(rules),
		Insight:   st.insightService(rules),
		Vault:     st.vaultService(rules),
		Saving:    &saving.Service{Coupons: st.coupons, Uses: st.uses, Ledger: st.ledger},
		Recommend: &recommend.Service{Lists: lists, Tastes: st.tastes, Cursors: cursors, Last: shelf.last, Behind: recommend.NewBehind(lists)},
		DataLog:   st.used,
		Live:      st.hub,
		Changes:   st.changes(),

		PollSeconds: 15,
		Incident:    st.incidentService(rules, nil),
		Exports:     st.exportService(rules),
	}
	root.Vault.Guesses = st.cache.Guesses()
	root.Vault.Tokens = &vault.Tokens{Seen: st.cache.Seen(), Keys: keys, Now: time.Now}
	root.Profiles = &profile.Service{Accounts: st.accounts, Decisions: st.decisions, Book: rules, Withdrawn: root.Personal.Withdrawn}
	root.Profiles.Guardians, families.Wards = families, root.Profiles
	root.Sessions = st.sessionService(trust, keys)
	if root.SigningIn, root.Phones, err = st.signInService(ctx, s, rules, root.Sessions); err != nil {
		return nil, err
	}
	parts.Sessions, parts.Keys = root.Sessions, trust.Own.Public()
	parts.Beside = append(parts.Beside, root.Sessions.Run)
	parts.Archives = archives(root.Exports, parts.authenticate(), st, log)
	root.Uploads, parts.Disk = s.uploads(st.uploads, keys)
	root.Community = &community.Service{Store: st.community, Cursors: cursors, Choice: listing{root.Recommend, st.used},
		Hottest: &community.Hottest{Posts: st.community, Rankings: st.cache.Rankings(), Fresh: hotFresh}}
	if s.Followers > 0 {
		root.Community.Keeping = &community.Keeping{Store: st.homes, Homes: st.cache.Homes(), Now: time.Now}
		parts.Beside = append(parts.Beside, root.Community.Keeping.Run)
	}
	shelf.hottest = root.Community.Hottest
	root.Posting = st.postingService(rules, root.Community, root.Uploads)
	root.Profiles.Names = root.Posting.Judge.(profile.Names)
	root.Redeeming.Families, root.Families.Spending = root.Families, root.Redeeming
	root.Adopting = st.adoptionService(rules)
	root.Boards = st.boardService(rules)
	root.Reporting = st.reportService(rules, root.Community, root.Posting, keys)
	looks, told := st.inspected(s, root.Posting, root.Reporting, root.Uploads, keys, now)
	if looks != nil {
		parts.WeChat, parts.Beside = told, append(parts.Beside, inspecting(looks, now, log))
	}
	parts.Schema = graph.NewExecutableSchema(graph.Config{Resolvers: root})
	parts.Beside = append(parts.Beside, st.hub.Run, root.Recommend.Behind.Run, st.used.Run, keepLists(st, rules, log), keepSupply(st, rules, hints, log), st.keepTelling(log), st.keepMarking(log), finishRedemptions(root.Redeeming, now, log),
		finishLater("adjustments", root.Adjusting.Sweep, now, log), finishLater("transfers", root.Transfers.Sweep, now, log),
		finishLater("uploads", sweepUploads(root.Uploads, parts.Disk), now, log),
		finishLater("claims", root.Claims.Sweep, now, log), finishLater("uses", root.Uses.Sweep, now, log),
		finishLater("wishes", root.Families.Sweep, now, log),
		finishLater("comments", func(ctx context.Context, _ time.Time, n int) error { _, err := root.Posting.Repair(ctx, n); return err }, now, log),
		finishLater("adoptions", root.Adopting.Sweep, now, log),
		finishLater("moderation", func(ctx context.Context, at time.Time, n int) error {
			_, err := root.Reporting.Sweep(ctx, at, n)
			return err
		}, now, log))
	parts.Beside = append(parts.Beside, keepRules(st, rules, log), keepIndex(s, st, rules, now, log))
	inbound := newInbound(s, st, rules, now, log)
	parts.Breakers = st.breakers
	parts.Events, parts.Meters = inbound, append(append(inbound.meters(), lostUses(st.used)), st.breakerMeters()...)
	parts.Choices = choicesHandler(st.cache.Choices(), log)
	if s.Worker {
		if err := st.pushBy(s, log); err != nil {
			return nil, err
		}
		due := newSweeps(s, st, rules, now, log)
		parts.Beside, parts.Meters = append(parts.Beside, inbound.consume, due.runner.Run), append(parts.Meters, due.meters()...)
	}
	guard, err := resolvers.NewGuard(parts.Schema.Schema())
	if err != nil {
		return nil, err
	}
	parts.Around = []graphql.HandlerExtension{resolvers.Operations{
		Clock: now, EventClock: s.SandboxClock.Events,
		Stores: loaders.Stores{
			Accounts: st.accounts, Wallets: st.ledger, Usages: st.usages, Stock: st.redemptions, Families: st.families, Community: st.community,
			Products: st.products, Rewards: shelf.rewards, Replies: root.Replies,
			Slots:     root.Redeeming.SlotsByIDs,
			Transfers: st.transfers,
			Wishes:    st.redemptions,
			Notices:   st.notices,
			Badges:    st.adoptions,
			Stars:     st.stars,
			Glances:   st.glances,
		},
	}, guard}
	return parts, nil
}

// hotFresh is how long an order of the hot feed is shown to those who begin; tests do not wait for the next.
var hotFresh = community.RankingFresh

// shelf is what the shop offers to everybody, kept in the process for seconds.
type shelf struct {
	rewards  *loaders.Shared[[]reward.Reward]
	products *loaders.Shared[[]product.Product]
	hottest  *community.Hottest
}

const (
	// shelfLife is how old the shop's list may be: a reward that was changed is shown changed within seconds.
	shelfLife = 5 * time.Second
	// lastProducts is how many products are kept for when no list of recommendations is there.
	lastProducts = 50
)

func newShelf(st *stores) *shelf {
	return &shelf{
		rewards: loaders.NewShared(func(ctx context.Context) ([]reward.Reward, error) {
			all, err := st.rewards.All(ctx)
			if err != nil {
				return nil, err
			}
			return left(ctx, st, reward.Sorted(all))
		}, shelfLife, time.Now),
		products: loaders.NewShared(func(ctx context.Context) ([]product.Product, error) {
			return st.products.Walk(ctx, "", lastProducts)
		}, shelfLife, time.Now),
	}
}

// last is the end of every chain of recommendations: what stands on the shelf, and what many read.
func (s *shelf) last(ctx context.Context, k recommend.Kind, n int) ([]recommend.Item, error) {
	var out []recommend.Item
	add := func(id string) {
		if len(out) < n {
			out = append(out, recommend.Item{Ref: recommend.Ref{Kind: k, ID: id}, Cause: recommend.Editorial})
		}
	}
	switch k {
	case recommend.OfReward:
		rewards, err := s.rewards.Get(ctx)
		for _, r := range rewards {
			add(r.ID)
		}
		return out, err
	case recommend.OfPost:
		hot, err := s.hottest.Now(ctx)
		for _, id := range hot.Posts[:min(n, len(hot.Posts))] {
			out = append(out, recommend.Item{Ref: recommend.Ref{Kind: k, ID: string(id)}, Cause: recommend.Popular})
		}
		return out, err
	case recommend.OfProduct:
		products, err := s.products.Get(ctx)
		for _, p := range products {
			add(p.SKU)
		}
		return out, err
	}
	return nil, nil
}
