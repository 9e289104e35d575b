// Package benefit says what members may have now, which benefit takes the place of which, how often one may still be
// used, and what is missing for the others.
package benefit

import (
	"time"

	"membergate/internal/eligibility"
	"membergate/internal/programme"
)

// Offer is a benefit that a member has now.
type Offer struct {
	programme.Benefit
	Place int // its index in the programme's list, which is the order of every list here; a page's cursor carries it
}

// Locked is a benefit that a member does not have now, with all that is missing for it.
type Locked struct {
	Offer
	Missing []eligibility.Missing // never empty
}

// Available lists what a member may have at now, in the programme's order. Lower tiers' benefits are inherited; one
// that another available benefit replaces, at once or over others in between, is left out.
func Available(p *programme.Programme, f eligibility.Facts, now time.Time) []Offer {
	var out []Offer
	for _, o := range versions(p, now, visible(p, f)) {
		if eligibility.Met(p, o.Code, asked(p, o.Benefit), f, now) {
			out = append(out, o)
		}
	}
	return unreplaced(p, out)
}

// ByCode finds an available benefit by its code.
func ByCode(offers []Offer, code string) (Offer, bool) {
	for _, o := range offers {
		if o.Code == code {
			return o, true
		}
	}
	return Offer{}, false
}

// Why tells which conditions of an available benefit a member meets at now.
func Why(p *programme.Programme, o Offer, f eligibility.Facts, now time.Time) []eligibility.Reason {
	return eligibility.Why(p, o.Code, o.Eligibility, f, now)
}

// WhyNot lists the benefits that a member may know of but does not have at now, in the programme's order, each with
// what is missing. Those that a better one of the member's has replaced are left out.
func WhyNot(p *programme.Programme, f eligibility.Facts, now time.Time) []Locked {
	gone := replaced(p, Available(p, f, now))
	var out []Locked
	for _, o := range versions(p, now, visible(p, f)) {
		if gone[o.Code] {
			continue
		}
		e := asked(p, o.Benefit)
		if m := eligibility.WhyNot(p, o.Code, e, f, now); len(m) > 0 {
			out = append(out, Locked{Offer: o, Missing: m})
		}
	}
	return out
}

// Opens is when a member has a locked benefit by itself, were nothing to change but time; false if it never does.
func (l Locked) Opens(p *programme.Programme, f eligibility.Facts, now time.Time) (time.Time, bool) {
	at, ok := eligibility.Opens(p, l.Code, asked(p, l.Benefit), f, now)
	return at, ok && !over(l.Benefit, at)
}

// OfTier lists what a tier brings at a time, lower tiers' benefits included, whoever holds it: what is live and not over.
// What else it asks is not looked at, the terms tell of it; what members have for other reasons is not the tier's.
func OfTier(p *programme.Programme, tier string, now time.Time) []Offer {
	live := func(b programme.Benefit) bool { return b.State == programme.Live }
	var out []Offer
	for _, o := range versions(p, now, live) {
		if !now.Before(starts(p, o.Benefit)) && p.Brings(o.Eligibility, tier) {
			out = append(out, o)
		}
	}
	return unreplaced(p, out)
}

func unreplaced(p *programme.Programme, offers []Offer) []Offer {
	gone := replaced(p, offers)
	out := offers[:0]
	for _, o := range offers {
		if !gone[o.Code] {
			out = append(out, o)
		}
	}
	return out
}

// replaced gives the codes of all benefits whose place one of the offers takes. The chain goes on through benefits
// that are not offered themselves: what was replaced does not come back because its successor has ended.
func replaced(p *programme.Programme, offers []Offer) map[string]bool {
	before := make(map[string][]string, len(p.Benefits))
	for _, b := range p.Benefits {
		before[b.Code] = append(before[b.Code], b.Replaces)
	}
	gone := map[string]bool{}
	var take func(code string)
	take = func(code string) {
		if code == "" || gone[code] {
			return
		}
		gone[code] = true
		for _, earlier := range before[code] {
			take(earlier)
		}
	}
	for _, o := range offers {
		take(o.Replaces)
	}
	return gone
}
