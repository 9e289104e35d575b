package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/fault"
	"membergate/internal/programme"
	"membergate/internal/recommend"
	"membergate/loaders"
)

const (
	// mostCart is how many products of a cart are taken.
	mostCart = 50
	// mostCode is how long a code of the moment may be.
	mostCode = 64
)

// moment adds what is known of the moment: what the app tells of it and, of a member who agreed, what may be used of home,
// tier and country.
func (r *Root) moment(ctx context.Context, ask recommend.Asked, in *graph.RecommendationContextInput) (recommend.Asked, error) {
	p := r.programme(ctx)
	ask.Zone = p.Zone()
	ask.Moment = programme.Moment{Hour: ask.Now.In(ask.Zone).Hour()}
	if in != nil {
		if err := told(&ask, in); err != nil {
			return ask, err
		}
	}
	if !ask.Personal || ask.Member == "" {
		return ask, nil
	}
	h, err := r.holder(ctx)
	if err != nil {
		return ask, err
	}
	home := h.Profile.Told(p.Household).Household
	ask.Moment.LifeStage, ask.Moment.Diets, ask.Moment.People = home.LifeStage, home.Diet, home.Size
	ask.Tier = r.standing(ctx, h).Held(p, loaders.From(ctx).Now).Code
	if !ask.Elsewhere {
		ask.Region = h.Profile.Country
	}
	return ask, nil
}

// told takes what the app tells.
func told(ask *recommend.Asked, in *graph.RecommendationContextInput) error {
	if in.Hour != nil {
		if *in.Hour < 0 || *in.Hour > 23 {
			return fault.Bad("context.hour", "hour is %d; allowed are 0 to 23", *in.Hour)
		}
		ask.Moment.Hour = *in.Hour
	}
	for _, code := range []struct {
		name string
		in   *string
		to   *string
	}{{"weather", in.Weather, &ask.Moment.Weather}, {"solarTerm", in.SolarTerm, &ask.Moment.SolarTerm}, {"region", in.Region, &ask.Region}} {
		if code.in == nil {
			continue
		}
		if n := len(*code.in); n > mostCode {
			return fault.Bad("context."+code.name, "%s has %d bytes; allowed are %d", code.name, n, mostCode)
		}
		*code.to = *code.in
	}
	if n := len(in.CartProductIds); n > mostCart {
		return fault.Bad("context.cartProductIds", "cartProductIds has %d ids; allowed are %d", n, mostCart)
	}
	for _, id := range in.CartProductIds {
		if sku, err := keyOf("context.cartProductIds", id, kindProduct); err == nil { // what is unknown has no say
			ask.Cart = append(ask.Cart, recommend.Ref{Kind: recommend.OfProduct, ID: sku})
		}
	}
	ask.Given, ask.Elsewhere = true, ask.Region != ""
	return nil
}
