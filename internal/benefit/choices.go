package benefit

import (
	"slices"

	"membergate/internal/eligibility"
	"membergate/internal/programme"
)

// Options are what a member chooses one of when using a benefit: of those that fit the sign that the member is born
// under, first what the member likes, then the others, in the programme's order; nil for a benefit without choices.
func Options(p *programme.Programme, b programme.Benefit, f eligibility.Facts) []programme.Option {
	if b.Choices == nil {
		return nil
	}
	sign := p.SignOf(f.Profile.Birthday)
	var liked, others []programme.Option
	for _, o := range b.Choices.Options {
		switch {
		case !o.Fits(sign):
		case slices.ContainsFunc(o.Preferences, func(wish string) bool { return slices.Contains(f.Told.Preferences, wish) }):
			liked = append(liked, o)
		default:
			others = append(others, o)
		}
	}
	all := append(liked, others...)
	return all[:min(b.Choices.Show, len(all))]
}
