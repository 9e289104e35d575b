package programme

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// versions checks the codes of benefits: one code may stand for several versions, each with a name and a beginning of
// its own.
func (c *check) versions() {
	for i, b := range c.p.Benefits {
		at := fmt.Sprintf("benefits[%d]", i)
		c.code(at+".code", b.Code)
		if c.given(at + ".version") {
			c.code(at+".version", strings.ReplaceAll(b.Version, ".", "-"))
		}
		first := slices.IndexFunc(c.p.Benefits[:i], func(o Benefit) bool {
			return b.Code != "" && o.Code == b.Code && (o.Version == b.Version || o.ValidFrom.Equal(b.ValidFrom))
		})
		switch {
		case first < 0:
		case c.p.Benefits[first].Version == b.Version:
			c.add(at+".code", "is %q, which benefits[%d] has in the same version; allowed is a code or a version of its own", b.Code, first)
		default:
			c.add(at+".validFrom", "is %s, as that of benefits[%d], which is %s too; allowed is another time for another version",
				c.p.local(b.ValidFrom), first, b.Code)
		}
	}
}

// terms asks for a benefit's terms in every language, each naming the limits that bind: nobody learns of a cap by
// running into it.
func (c *check) terms(at string, b Benefit) {
	c.text(at+".terms", b.Terms)
	for _, locale := range locales {
		text := b.Terms[locale]
		if strings.TrimSpace(text) == "" {
			if locale != locales[0] {
				c.add(at+".terms", "has no %s; needed are terms in %s", locale, strings.Join(locales, ", "))
			}
			continue
		}
		if b.CostCap != nil && b.CostCap.FenPerYear%100 == 0 && !names(text, b.CostCap.FenPerYear/100) {
			c.add(at+".terms."+locale, "does not name the cost cap of %d yuan a year; needed is that number", b.CostCap.FenPerYear/100)
		}
		if b.Stock != nil && b.Stock.Total > 0 && !names(text, b.Stock.Total) {
			c.add(at+".terms."+locale, "does not name the stock of %d for all members; needed is that number", b.Stock.Total)
		}
		if q := b.Quota; !q.Unlimited && q.Count > 0 && !names(text, q.Count) {
			c.add(at+".terms."+locale, "does not name the quota of %d; needed is that number", q.Count)
		}
	}
}

var number = regexp.MustCompile(`[0-9][0-9,]*`)

// words are how a text may say one instead of 1.
var words = regexp.MustCompile(`(?i)一|\b(one|once|a|each)\b`)

// names tells whether a text holds a number.
func names(text string, n int64) bool {
	if n == 1 && words.MatchString(text) {
		return true
	}
	return slices.ContainsFunc(number.FindAllString(text, -1), func(digits string) bool {
		v, err := strconv.ParseInt(strings.ReplaceAll(strings.TrimRight(digits, ","), ",", ""), 10, 64)
		return err == nil && v == n
	})
}

// VersionOf is the version of a benefit's terms.
func (p *Programme) VersionOf(b Benefit) string { return cmp.Or(b.Version, p.Version) }
