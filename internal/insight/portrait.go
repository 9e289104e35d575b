package insight

import (
	"time"

	"membergate/internal/account"
	"membergate/internal/eligibility"
	"membergate/internal/order"
	"membergate/internal/programme"
)

// Portrait is what can be made of a member.
type Portrait struct {
	Shares   []Share
	Days     int64 // so far back shares look
	Tags     []Tag
	Segments []string // codes, in the programme's order
	Stage    string   // code of the lifecycle's stage; empty where the programme has none
	RFM      *RFM     // nil for who bought nothing lately, or while nobody has been counted
	Health   Health
}

// View is a look at a product.
type View struct {
	SKU string
	At  time.Time
}

// Look is a view with the id of what told it, under which it counts once.
type Look struct {
	ID string
	View
}

// facts is what a portrait is drawn from.
type facts struct {
	holder   account.Holder
	note     Note
	orders   []order.Record
	views    []View
	category map[string]string // by stock-keeping unit
	spent    time.Time         // when coins were spent last; zero if they never were
	fifths   Fifths
	now      time.Time
}

// draw makes the portrait. The standing must have been advanced to now.
func draw(p *programme.Programme, f facts) Portrait {
	in := *p.Insight
	who, standing := f.holder.Profile, f.holder.Account.Standing
	met := eligibility.Gather(p, who, standing, f.now)
	out := Portrait{
		Days: in.Portrait.Days, Tags: f.note.shown(in, who.Agreed, f.now), Shares: shares(f.counts(in)),
		Segments: inOrder(p, met.Segments),
	}
	if n := len(met.Stages); n > 0 {
		out.Stage = met.Stages[n-1] // what is counted since the last order says more than what is counted since joining
	}
	if b, bought := buying(f.orders, in.RFMDays, f.now); bought && f.fifths.Members > 0 {
		rfm := f.fifths.place(b)
		out.RFM = &rfm
	}
	out.Health = health(in, f.last(p), f.note.Score, f.now)
	if in.Winback != nil {
		out.Health.Low = f.note.Low
	}
	return out
}

// last tells when what the parts of the health score look at happened last. The standing must have been advanced to now.
func (f facts) last(p *programme.Programme) map[string]time.Time {
	last := map[string]time.Time{
		programme.LastSignIn: later(f.holder.Profile.JoinedAt, f.note.SignedIn), programme.LastReview: f.note.Reviewed,
		programme.LastOrder: eligibility.LastOrder(p, f.holder.Account.Standing), programme.LastSpending: f.spent,
	}
	if len(f.orders) > 0 {
		last[programme.LastOrder] = later(last[programme.LastOrder], f.orders[0].Event.At)
	}
	return last
}

// inOrder sorts codes of segments as the programme has them.
func inOrder(p *programme.Programme, codes []string) (out []string) {
	in := map[string]bool{}
	for _, c := range codes {
		in[c] = true
	}
	for _, s := range p.Lifecycle.Segments {
		if in[s.Code] {
			out = append(out, s.Code)
		}
	}
	return out
}

// counts weighs what was looked at and bought in the last days, by category.
func (f facts) counts(in programme.Insight) map[string]int64 {
	out := map[string]int64{}
	from := f.now.AddDate(0, 0, -int(in.Portrait.Days))
	lately := func(at time.Time) bool { return !at.Before(from) && !at.After(f.now) }
	for _, v := range f.views {
		if lately(v.At) {
			out[f.of(v.SKU, "")] += in.Portrait.Viewed
		}
	}
	for _, r := range f.orders {
		if !lately(r.Event.At) {
			continue
		}
		for _, l := range r.Event.Lines {
			if l.Quantity > 0 {
				out[f.of(l.SKU, l.Category)] += in.Portrait.Bought
			}
		}
	}
	return out
}

// of is the category of a product: what its order said, else what the shop says.
func (f facts) of(sku, said string) string {
	switch {
	case said != "":
		return said
	case f.category[sku] != "":
		return f.category[sku]
	}
	return Other
}
