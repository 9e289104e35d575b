package programme

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Experiment lets members meet one of several variants, each always the same one.
type Experiment struct {
	Code     string     `yaml:"code"`
	Salt     string     `yaml:"salt"`    // another one draws anew; empty = the code
	Purpose  string     `yaml:"purpose"` // that members must have agreed to; empty = all take part
	From     time.Time  `yaml:"from"`
	Until    *time.Time `yaml:"until"` // exclusive; absent = open
	Variants []Variant  `yaml:"variants"`
}

// Variant is one way in which members may meet something.
type Variant struct {
	Code        string           `yaml:"code"`
	BasisPoints int64            `yaml:"basisPoints"` // share of members; what all variants leave takes no part
	Parameters  map[string]int64 `yaml:"parameters"`  // what is different, by name
}

// Runs tells whether an experiment is on at a time.
func (e Experiment) Runs(now time.Time) bool {
	return !now.Before(e.From) && (e.Until == nil || now.Before(*e.Until))
}

// ForApps begins the names of parameters that the gateway does nothing with: apps and other services do.
const ForApps = "app."

// tuned are the parameters of recommendations that a variant may set, each with what it sets.
var tuned = map[string]func(*Recommendations) *int64{
	"recommendations.rotation.percent": func(r *Recommendations) *int64 { return &r.Rotation.Percent },
	"recommendations.recent.viewed":    func(r *Recommendations) *int64 { return &r.Recent.Viewed },
	"recommendations.recent.inCart":    func(r *Recommendations) *int64 { return &r.Recent.InCart },
	"recommendations.said.more":        func(r *Recommendations) *int64 { return &r.Said.More },
	"recommendations.said.less":        func(r *Recommendations) *int64 { return &r.Said.Less },
}

// CouponValue is the name of the parameter that sets what a coupon of a template is worth, in what its kind counts.
func CouponValue(template string) string { return "coupons." + template + ".value" }

// template gives the template whose value a parameter sets.
func (p *Programme) template(parameter string) (CouponTemplate, bool) {
	for _, t := range p.Coupons {
		if parameter == CouponValue(t.Code) {
			return t, true
		}
	}
	return CouponTemplate{}, false
}

// mostValue is the largest value that a coupon of the template can have; 0 where its value is no more than a bound.
func (t CouponTemplate) mostValue() int64 {
	switch t.Kind {
	case Off:
		return mostFen
	case OffOver:
		return t.MinOrderFen
	case Percent:
		return 100
	default:
		return 0
	}
}

// With gives the rules as a variant's parameters change them; the same ones where it changes none.
func (r *Recommendations) With(parameters map[string]int64) *Recommendations {
	out := r
	for name, v := range parameters {
		at, is := tuned[name]
		if !is || r == nil {
			continue
		}
		if out == r {
			next := *r
			out = &next
		}
		*at(out) = v
	}
	return out
}

// experiments checks that shares add up, and that what changes what a member is recommended asks for a yes.
func (c *check) experiments() {
	c.unique("experiments", codes(c.p.Experiments, func(e Experiment) string { return e.Code }))
	for i, e := range c.p.Experiments {
		at := fmt.Sprintf("experiments[%d]", i)
		c.known(at+".purpose", e.Purpose, c.purposes)
		c.moment(at+".from", e.From)
		c.ordered(at+".from", e.From, at+".until", e.Until)
		if len(e.Variants) < 2 {
			c.add(at+".variants", "has %d; allowed are 2 and more", len(e.Variants))
		}
		c.unique(at+".variants", codes(e.Variants, func(v Variant) string { return v.Code }))
		sum := int64(0)
		for k, v := range e.Variants {
			at := fmt.Sprintf("%s.variants[%d]", at, k)
			c.between(at+".basisPoints", v.BasisPoints, 1, 10_000)
			sum += v.BasisPoints
			c.parameters(at+".parameters", v.Parameters, e.Purpose)
		}
		if sum > 10_000 {
			c.add(at+".variants", "have %d basisPoints together; allowed are 10000", sum)
		}
	}
}

func (c *check) parameters(path string, all map[string]int64, purpose string) {
	for _, name := range slices.Sorted(maps.Keys(all)) {
		at := path + "." + name
		set, ours := tuned[name]
		t, gives := c.p.template(name)
		switch {
		case gives && t.mostValue() > 0:
			c.between(at, all[name], 1, t.mostValue())
		case !ours && !strings.HasPrefix(name, ForApps):
			c.add(at, "is no parameter; allowed %s, coupons.CODE.value of coupons that take off a value, and names that begin with %s", these(slices.Sorted(maps.Keys(tuned))), ForApps)
		case !ours:
		case purpose == "":
			c.add(at, "changes what members are recommended; needed is the experiment's purpose")
		case c.p.Recommendations == nil:
			c.add(at, "is of recommendations, of which the programme has none")
		case name == "recommendations.rotation.percent":
			c.between(at, *set(c.p.Recommendations.With(all)), 1, 100)
		default:
			c.between(at, *set(c.p.Recommendations.With(all)), 0, 1000)
		}
	}
}

// Equivalent is something that everybody knows the price of, to say what a sum is worth.
type Equivalent struct {
	Code  string `yaml:"code"`
	Fen   int64  `yaml:"fen"`   // what one of it costs
	Texts Text   `yaml:"texts"` // {0} is how many of it a sum pays for
}

// equivalences checks what sums are compared with.
func (c *check) equivalences() {
	c.unique("equivalences", codes(c.p.Equivalences, func(e Equivalent) string { return e.Code }))
	for i, e := range c.p.Equivalences {
		at := fmt.Sprintf("equivalences[%d]", i)
		c.between(at+".fen", e.Fen, 1, 100_000_000)
		c.text(at+".texts", e.Texts)
		for _, locale := range slices.Sorted(maps.Keys(e.Texts)) {
			if !strings.Contains(e.Texts[locale], "{0}") {
				c.add(at+".texts."+locale, "is %q; needed is {0} where the number stands", e.Texts[locale])
			}
		}
	}
}
