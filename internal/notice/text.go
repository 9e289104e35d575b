package notice

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"membergate/internal/programme"
)

// Texts are a notice's title and body in a language. Of a kind that the programme has no more, the title is its code.
func (n Notice) Texts(p *programme.Programme, locale string) (title, body string) {
	k, ok := p.Notice(n.Kind)
	if !ok {
		return n.Kind, ""
	}
	fill := n.filler(p, locale)
	titles, bodies := k.Texts(n.Fill.Case)
	return fill.Replace(titles.In(locale)), fill.Replace(bodies.In(locale))
}

func (n Notice) filler(p *programme.Programme, locale string) *strings.Replacer {
	name := func(code string) string {
		if t, ok := p.Tier(code); ok {
			return t.Names.In(locale)
		}
		return code
	}
	what := n.Fill.Benefit
	for _, b := range p.Benefits { // its versions follow each other: the newest has the last word
		if b.Code == n.Fill.Benefit {
			what = b.Titles.In(locale)
		}
	}
	currency := p.Coin()
	if c, ok := p.Currency(n.Fill.Currency); ok {
		currency = c
	}
	f := n.Fill
	return strings.NewReplacer(
		"{coins}", strconv.FormatInt(f.Coins, 10), "{points}", strconv.FormatInt(f.Points, 10),
		"{count}", strconv.Itoa(n.Count), "{days}", strconv.Itoa(f.Days), "{day}", Day(f.Day, p.Zone(), locale),
		"{benefit}", what, "{tier}", name(f.Tier), "{from}", name(f.From), "{currency}", currency.Names.In(locale),
	)
}

// Day writes a local day as people of a language do.
func Day(t time.Time, zone *time.Location, locale string) string {
	l := t.In(zone)
	if locale == "en" {
		return l.Format("2 January 2006")
	}
	return fmt.Sprintf("%d年%d月%d日", l.Year(), l.Month(), l.Day())
}
