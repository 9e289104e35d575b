package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/family"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/wallet"
	"membergate/loaders"
)

// Preview is what a draw would take now.
func (f poolFields) Preview(ctx context.Context, obj *graph.FamilyPool, coins int, draws []*graph.FamilyDrawInput) (*graph.FamilyDrawPreview, error) {
	if coins < 1 || coins > mostDrawn {
		return nil, fault.Bad("coins", "coins is %d; allowed are 1 to %d", coins, mostDrawn)
	}
	asked, err := f.asked(ctx, draws)
	if err != nil {
		return nil, err
	}
	o, p := loaders.From(ctx), f.programme(ctx)
	seen, err := obj.Sight.Foresee(p, family.Bill{Spender: o.Me(), Coins: int64(coins), Asked: asked, At: o.Now}, p.Zone())
	no, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	out := &graph.FamilyDrawPreview{Parts: []*graph.FamilyDrawPart{}, NeedsYes: seen.Asks, Others: int(seen.Others)}
	if no != nil {
		out.BlockedBy, out.ShortBy = text(no.code), no.shortBy
	}
	for _, part := range seen.Parts {
		person, _ := obj.Sight.Family.Of(part.Member)
		out.Parts = append(out.Parts, &graph.FamilyDrawPart{Member: f.kin(ctx, &obj.Sight.Family, person), Coins: int(part.Coins)})
	}
	return out, nil
}

// mostDrawn is the most coins that an app may ask for: what an Int of the schema holds of them.
const mostDrawn = 2_000_000_000

// asked reads from whom how many coins are to come; nil where the app does not say. Who is unknown is nobody, whom no
// family knows.
func (r *Root) asked(ctx context.Context, draws []*graph.FamilyDrawInput) (map[member.ID]wallet.Coins, error) {
	if draws == nil {
		return nil, nil
	}
	out := map[member.ID]wallet.Coins{}
	for _, d := range draws {
		who, err := r.relative(ctx, d.MemberID)
		if err != nil {
			return nil, err
		}
		switch _, twice := out[who]; {
		case twice && who != "":
			return nil, fault.Bad("draws", "draws names one person twice; allowed is once")
		case d.Coins < 1 || d.Coins > mostDrawn:
			return nil, fault.Bad("draws", "draws has %d coins of one person; allowed are 1 to %d", d.Coins, mostDrawn)
		}
		out[who] = int64(d.Coins)
	}
	return out, nil
}
