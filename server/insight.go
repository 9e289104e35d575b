package main

import (
	"context"
	"time"

	"membergate/internal/clock"
	"membergate/internal/insight"
	"membergate/internal/member"
	"membergate/internal/sweep"
)

// insightService makes something of what members of these stores do, under their yes.
func (s *stores) insightService(book book) *insight.Service {
	return &insight.Service{
		Notes: s.insights, Accounts: s.accounts, Orders: s.orders, Products: s.products, Ledger: s.ledger, Looks: s.cache.Looks(), Book: book,
		Behaviour: s.cache.Behaviour(), Coupons: s.couponService(book), Log: s.used,
	}
}

// forgetPortrait takes away all that a portrait is made of.
func (s *stores) forgetPortrait(book book) func(context.Context, member.ID, time.Time) error {
	return func(ctx context.Context, who member.ID, _ time.Time) error {
		return s.insightService(book).Forget(ctx, who)
	}
}

// forgetTags takes away what data platforms said.
func (s *stores) forgetTags(book book) func(context.Context, member.ID, time.Time) error {
	return func(ctx context.Context, who member.ID, _ time.Time) error {
		return s.insightService(book).ForgetTags(ctx, who)
	}
}

// surveyEvery is how often it is looked whether the fifths of members are of today.
const surveyEvery = time.Hour

// surveying makes the fifths of all members anew once a day.
func surveying(st *stores, rules book, now clock.Clock) round {
	return func() func(ctx context.Context) (sweep.Batch, error) {
		return func(ctx context.Context) (sweep.Batch, error) {
			n, err := st.insightService(rules).Survey(ctx, now.Now(ctx))
			return sweep.Batch{Done: int(n)}, err
		}
	}
}
