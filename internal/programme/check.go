package programme

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// check is the report of one programme together with the codes that other parts of it may name.
type check struct {
	*report
	p                                                    *Programme
	tiers, metrics, benefits, stages, segments, purposes []string
	templates                                            []string // of coupons
}

// check finds every value that is not allowed and every code that names nothing, and gives the programme its zone.
func (r *report) check(p *Programme) {
	c := &check{report: r, p: p,
		tiers:    codes(p.Tiers, func(t Tier) string { return t.Code }),
		metrics:  codes(p.Metrics, func(m Metric) string { return m.Code }),
		benefits: codes(p.Benefits, func(b Benefit) string { return b.Code }),
		stages:   codes(p.Lifecycle.Stages, func(s LifeStage) string { return s.Code }),
		segments: codes(p.Lifecycle.Segments, func(s Segment) string { return s.Code }),
		purposes: codes(p.Privacy.Purposes, func(u Purpose) string { return u.Code }),

		templates: codes(p.Coupons, func(t CouponTemplate) string { return t.Code }),
	}
	c.head()
	c.currencies()
	c.measures()
	c.acts()
	c.score()
	c.ladder()
	c.evaluation()
	c.membership()
	c.upgrades()
	c.earning()
	c.burning()
	c.returns()
	c.adjustments()
	c.calendar()
	c.signs()
	c.offers()
	c.coupons()
	c.invitations()
	c.services()
	c.flags()
	c.afterSales()
	c.phrases()
	c.household()
	c.completeness()
	c.family()
	c.community()
	c.groupRoles()
	c.contributions()
	c.posts()
	c.moderation()
	c.lifecycle()
	c.privacy()
	c.identity()
	c.rules()
	c.notices()
	c.recommendations()
	c.insight()
	c.experiments()
	c.equivalences()
}

// codes are the codes of a list, for finding what names them.
func codes[T any](list []T, code func(T) string) []string {
	all := make([]string, len(list))
	for i, each := range list {
		all[i] = code(each)
	}
	return all
}

var codePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$`)

// code asks for a code: it stands in ids, keys and addresses.
func (c *check) code(path, v string) {
	if v == "" {
		c.add(path, "is missing; needed is a code")
	} else if !codePattern.MatchString(v) {
		c.add(path, "is %q; allowed are 1 to 40 letters, digits, - and _", v)
	}
}

// unique asks for different codes in a list at a path.
func (c *check) unique(path string, all []string) {
	for i, v := range all {
		at := fmt.Sprintf("%s[%d].code", path, i)
		c.code(at, v)
		if first := slices.Index(all, v); first < i && v != "" {
			c.add(at, "is %q, which %s[%d] has; allowed is a code of its own", v, path, first)
		}
	}
}

// filled asks for a text that is not empty.
func (c *check) filled(path, v string) {
	switch {
	case strings.TrimSpace(v) != "":
	case c.given(path):
		c.add(path, "is %q; needed is a text", v)
	default:
		c.add(path, "is missing; needed is a text")
	}
}

// text asks for a text in Simplified Chinese, and in no language that nobody can ask for.
func (c *check) text(path string, t Text) {
	c.filled(path+"."+locales[0], t[locales[0]])
	for _, locale := range slices.Sorted(maps.Keys(t)) {
		if !slices.Contains(locales, locale) {
			c.add(path+"."+locale, "is no language; allowed %s", these(locales))
		} else if locale != locales[0] {
			c.filled(path+"."+locale, t[locale])
		}
	}
}

// oneOf asks for one of a few words.
func oneOf[S ~string](c *check, path string, v S, allowed ...S) bool {
	words := codes(allowed, func(s S) string { return string(s) })
	if slices.Contains(allowed, v) {
		return true
	}
	if v == "" {
		c.add(path, "is missing; allowed %s", these(words))
	} else {
		c.add(path, "is %q; allowed %s", v, these(words))
	}
	return false
}

// known asks that a code names something of the programme, where one is given.
func (c *check) known(path, v string, all []string) bool {
	if v == "" && !c.given(path) {
		return true
	}
	if slices.Contains(all, v) {
		return true
	}
	if len(all) == 0 {
		c.add(path, "is %q; allowed is no such key, because there is nothing that it could name", v)
	} else {
		c.add(path, "is %q; allowed %s", v, these(all))
	}
	return false
}

// allKnown asks that every code of a list names something, once.
func (c *check) allKnown(path string, list, all []string) {
	for i, v := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		if c.known(at, v, all) && slices.Index(list, v) < i {
			c.add(at, "is %q a second time; allowed is once", v)
		}
	}
}

// between asks for a number in a range; a range from 1 asks that it is given.
func (c *check) between(path string, v, low, high int64) {
	switch {
	case v >= low && v <= high:
	case !c.given(path):
		c.add(path, "is missing; needed is %d to %d", low, high)
	default:
		c.add(path, "is %d; allowed is %d to %d", v, low, high)
	}
}

// only refuses keys that are given where nothing would use them.
func (c *check) only(path, because string, unused ...string) {
	for _, key := range unused {
		if at := join(path, key); c.given(at) {
			c.add(at, "is not used %s; allowed is no such key", because)
		}
	}
}

// ordered asks for two times in their order, where both are there.
func (c *check) ordered(path string, from time.Time, untilPath string, until *time.Time) {
	if until != nil && !until.After(from) {
		c.add(untilPath, "is %s; allowed is after %s, which is %s", c.p.local(*until), path, c.p.local(from))
	}
}

// moment asks for a time.
func (c *check) moment(path string, t time.Time) {
	if t.IsZero() {
		c.add(path, "is missing; needed is a time such as 2026-01-01T00:00:00+08:00")
	}
}

// these lists what is allowed: "is A" or "are A, B, C".
func these(all []string) string {
	if len(all) == 1 {
		return "is " + all[0]
	}
	return "are " + strings.Join(all, ", ")
}

// local shows a time as the programme's people know it.
func (p *Programme) local(t time.Time) string { return t.In(p.Zone()).Format(time.RFC3339) }
