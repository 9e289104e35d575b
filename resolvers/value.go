package resolvers

import (
	"context"
	"maps"
	"slices"
	"time"

	"membergate/graph"
	"membergate/internal/clock"
	"membergate/internal/experiment"
	"membergate/internal/fault"
	"membergate/internal/saving"
	"membergate/loaders"
)

// Experiments are those that the member takes part in.
func (m memberFields) Experiments(ctx context.Context, obj *graph.Member) ([]*graph.MemberExperiment, error) {
	out := []*graph.MemberExperiment{}
	for _, part := range experiment.Of(m.programme(ctx), obj.Holder.Profile, loaders.From(ctx).Now) {
		row := &graph.MemberExperiment{Code: part.Experiment, Variant: part.Variant.Code, Parameters: []*graph.ExperimentParameter{}}
		for _, name := range slices.Sorted(maps.Keys(part.Variant.Parameters)) {
			row.Parameters = append(row.Parameters, &graph.ExperimentParameter{Name: name, Value: int(part.Variant.Parameters[name])})
		}
		out = append(out, row)
	}
	return out, nil
}

// ValueReport is what the member had in a month.
func (m memberFields) ValueReport(ctx context.Context, obj *graph.Member, month string) (*graph.ValueReport, error) {
	p, now := m.programme(ctx), loaders.From(ctx).Now
	from, to, err := monthOf(month, p.Zone(), now)
	if err != nil {
		return nil, err
	}
	r, err := m.Saving.Month(ctx, p, obj.Holder.Profile.ID, obj.Holder.Account.Wallet, from, to)
	if err != nil {
		return nil, err
	}
	out := &graph.ValueReport{Month: month, Complete: !to.After(now), SavedFen: int(r.Fen), EarnedCoins: int(r.Earned),
		Parts: []*graph.ValuePart{}, Equivalences: []*graph.ValueEquivalence{}}
	for _, part := range r.Parts {
		out.Parts = append(out.Parts, &graph.ValuePart{Kind: string(part.Kind), Fen: int(part.Fen)})
	}
	for _, e := range saving.Equals(p, r.Fen, locale(ctx)) {
		out.Equivalences = append(out.Equivalences, &graph.ValueEquivalence{Code: e.Code, Count: int(e.Count), Text: e.Text})
	}
	return out, nil
}

// monthOf reads a month of a zone that has begun: its first moment, and the first one behind it.
func monthOf(month string, zone *time.Location, now time.Time) (from, to time.Time, err error) {
	from, err = time.ParseInLocation(monthForm, month, zone)
	if err != nil || from.Year() < 1 {
		return from, to, fault.Bad("month", "month is %.20q; allowed is a month such as 2026-07", month)
	}
	if from.After(now) {
		return from, to, fault.Bad("month", "month is %s, which has not begun; allowed are months up to %s", month, now.In(zone).Format(monthForm))
	}
	return from.UTC(), clock.MonthStart(from, 1, zone), nil
}
