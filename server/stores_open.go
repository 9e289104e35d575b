package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"membergate/internal/boltstore"
	"membergate/internal/datause"
	"membergate/internal/mongostore"
	"membergate/internal/redisstore"
)

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
	s.sessions, s.logins = b.Sessions(), b.Logins()
	s.listed, s.incidents = b.DataUses(), b.Incidents()
	s.exports = b.Exports()
	s.migrate, s.fill = func(context.Context) error { return nil }, b.Hasty
	s.checks = append(s.checks, Check{Name: "store", Ping: b.Ping})
}

// communitySeats is how many calls for posts, feeds and reports run at once, of the 50 connections that a process has:
// a feed that is slow leaves the others to wallets.
const communitySeats = 30

func (s *stores) useMongo(m *mongostore.Store) {
	s.breakers = append(s.breakers, m.Breakers())
	social := m.Room(communitySeats)
	s.accounts, s.ledger, s.orders, s.supply = m.Members(), m.Ledger(), m.Orders(), m.Supply()
	s.admissions, s.adjusting = m.Admissions(), m.Adjustments()
	s.transfers, s.claims, s.notices = m.Transfers(), m.Claims(), m.Notices()
	s.offers = m.Offers()
	s.products, s.rewards, s.usages, s.families, s.community = m.Products(), m.Rewards(), m.Usages(), m.Families(), social.Community()
	s.uses, s.posting, s.glances = m.Uses(), social.Community(), m.Glances()
	s.homes = social.Community()
	s.reports, s.findings, s.reviewed, s.adoptions = social.Reports(), social.Reports(), social.Community(), social.Community()
	s.boards, s.stars = social.Community(), social.Community()
	s.decisions, s.requests, s.cards = m.Decisions(), m.Requests(), m.Cards()
	s.redemptions, s.vouchers, s.promises = m.Redemptions(), m.Vouchers(), m.Supply()
	s.coupons, s.invites = m.Coupons(), m.Invitations()
	s.uploads, s.personal = m.Uploads(), m.Patient(commandPatience).Personal()
	s.tastes, s.sealed = m.Tastes(), m.Patient(commandPatience).Rotation()
	s.insights, s.source = m.Insights(), m.Patient(commandPatience).Backup()
	s.vault = m.Vault()
	s.sessions, s.logins = m.Sessions(), m.Logins()
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
		s.breakers = append(s.breakers, s.cache.Breakers())
	}
	return err
}
