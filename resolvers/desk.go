package resolvers

import (
	"context"
	"time"

	"membergate/graph"
	"membergate/internal/account"
	"membergate/internal/desk"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/loaders"
)

// staffWith refuses whoever is not staff with one of the roles.
func staffWith(ctx context.Context, one, other string) error {
	if err := signIn(ctx); err != nil {
		return err
	}
	if v := loaders.From(ctx).Viewer; !v.Staff() || !v.Has(one) && !v.Has(other) {
		return fault.New(fault.Forbidden, "this needs a staff token with the role %s or %s", one, other)
	}
	return nil
}

// Services are how fast the member's requests are answered.
func (m memberFields) Services(ctx context.Context, obj *graph.Member) ([]*graph.ServiceLevel, error) {
	return m.services(ctx, obj.Holder), nil
}

func (r *Root) services(ctx context.Context, h *account.Holder) []*graph.ServiceLevel {
	p := r.programme(ctx)
	out := []*graph.ServiceLevel{}
	for _, l := range desk.Levels(p, r.standing(ctx, h).Held(p, loaders.From(ctx).Now).Code) {
		out = append(out, &graph.ServiceLevel{
			Kind: l.Kind, Grade: text(l.Grade), Title: l.Titles.In(locale(ctx)),
			RespondSeconds: inSeconds(l.Respond), PlanSeconds: inSeconds(l.Plan), ResolveSeconds: inSeconds(l.Resolve),
		})
	}
	return out
}

// inSeconds is nil for what is not promised.
func inSeconds(d time.Duration) *int {
	if d == 0 {
		return nil
	}
	return ptr(int(d / time.Second))
}

// Entitlements are what other desks do for the member now.
func (m memberFields) Entitlements(ctx context.Context, obj *graph.Member) ([]*graph.Entitlement, error) {
	return m.entitlements(ctx, obj.Holder)
}

func (r *Root) entitlements(ctx context.Context, h *account.Holder) ([]*graph.Entitlement, error) {
	o := loaders.From(ctx)
	used, _, err := o.Usages.Load(ctx, h.Profile.ID)
	if err != nil {
		return nil, err
	}
	out := []*graph.Entitlement{}
	for _, f := range desk.FlagsOf(r.programme(ctx), h.Profile, r.standing(ctx, h), used, o.Now) {
		e := &graph.Entitlement{
			Code: f.Code, BenefitCode: f.Offer.Code, Title: f.Offer.Titles.In(locale(ctx)), Terms: f.Offer.Terms.In(locale(ctx)), Usable: f.Usable(),
		}
		if !f.Left.Unlimited {
			e.Remaining = ptr(int(f.Left.Remaining))
			e.ResetsAt = momentOf(f.Left.ResetsAt)
		}
		out = append(out, e)
	}
	return out, nil
}

// StoreWord is the word to say in stores this month.
func (m memberFields) StoreWord(ctx context.Context, _ *graph.Member) (*graph.StoreWord, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	offers, err := m.offers(ctx)
	if err != nil {
		return nil, err
	}
	p, now := m.programme(ctx), loaders.From(ctx).Now
	w, ok := desk.WordFor(p, m.Desk.Keys, m.standing(ctx, h).Held(p, now).Code, offers, now)
	if !ok {
		return nil, nil
	}
	return &graph.StoreWord{Text: w.Texts.In(locale(ctx)), Until: w.Until, BenefitCode: w.Level.Benefit}, nil
}

// StoreWordCheck tells a clerk whether a word is right.
func (q query) StoreWordCheck(ctx context.Context, word string) (*graph.StoreWordCheck, error) {
	loaders.Leave(ctx)
	if err := atTill(ctx); err != nil {
		return nil, err
	}
	o := loaders.From(ctx)
	w, right, err := q.Words.Check(ctx, q.programme(ctx), string(o.Me()), word, o.Now)
	if err != nil || !right {
		return &graph.StoreWordCheck{}, err
	}
	return &graph.StoreWordCheck{Right: true, Hidden: ptr(w.Level.Hidden.In(locale(ctx))), BenefitCode: &w.Level.Benefit}, nil
}

// momentOf is nil for no moment.
func momentOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// Entitlements tells another desk what a member may have.
func (q query) Entitlements(ctx context.Context, memberID string) (*graph.Entitlements, error) {
	loaders.Leave(ctx)
	if err := staffWith(ctx, "service", "clerk"); err != nil {
		return nil, err
	}
	who, err := q.memberOf(ctx, memberID)
	if err != nil || who == "" {
		return nil, err
	}
	h, known, err := loaders.From(ctx).Holders.Load(ctx, who)
	if err != nil || !known {
		return nil, err
	}
	return q.entitled(ctx, &h)
}

// shower is whose code was shown, and what they may have.
func (r *Root) shower(ctx context.Context, who member.ID) (*graph.Entitlements, error) {
	h, known, err := loaders.From(ctx).Holders.Load(ctx, who)
	if err != nil {
		return nil, err
	}
	if !known { // a member who is gone
		return nil, fault.Refuse(desk.Unknown, "code", "code is none that a member shows now")
	}
	return r.entitled(ctx, &h)
}

func (r *Root) entitled(ctx context.Context, h *account.Holder) (*graph.Entitlements, error) {
	rights, err := r.entitlements(ctx, h)
	if err != nil {
		return nil, err
	}
	held := r.standing(ctx, h).Held(r.programme(ctx), loaders.From(ctx).Now)
	return &graph.Entitlements{Profile: r.profile(ctx, h), Tier: r.tier(ctx, held), Entitlements: rights, Services: r.services(ctx, h), Member: h.Profile.ID}, nil
}
