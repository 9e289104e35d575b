package main

import (
	"context"
	"time"

	"membergate/internal/clock"
	"membergate/internal/token"
	"membergate/internal/viewer"
)

// demoTokenLife is how long the tokens of demo members are good: a working day.
const demoTokenLife = 8 * time.Hour

// demoMembers lists the members to try out, each with a fresh token; nil where no tokens can be signed.
func demoMembers(st *stores, rules book, now clock.Clock, trust token.Trust) func(context.Context) ([]DemoMember, error) {
	if len(trust.HS256) == 0 {
		return nil
	}
	return func(ctx context.Context) ([]DemoMember, error) {
		holders, err := st.accounts.Demo(ctx)
		if err != nil {
			return nil, err
		}
		at := now.Now(ctx)
		p := rules.At(at)
		out := []DemoMember{}
		for _, h := range holders {
			signed, err := token.Sign(trust, token.Grant{Member: string(h.Profile.ID), Scope: viewer.ScopeMember, Lifetime: demoTokenLife}, time.Now())
			if err != nil {
				return nil, err
			}
			held := h.Account.Standing.Advance(rules, at).Held(p, at)
			out = append(out, DemoMember{Member: string(h.Profile.ID), Name: h.Profile.DisplayName, Tier: held.Code,
				Title: held.Names.In(string(viewer.From(ctx).Locale)), Token: signed})
		}
		return out, nil
	}
}
