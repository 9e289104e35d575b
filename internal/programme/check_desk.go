package programme

import (
	"fmt"
	"slices"
)

// flagKinds are the kinds of benefits that another system can act on.
var flagKinds = []string{"ACCESS", "DELIVERY", "RETURNS", "SERVICE"}

// flags checks the rights that benefits give.
func (c *check) flags() {
	for i, b := range c.p.Benefits {
		at := fmt.Sprintf("benefits[%d].flag", i)
		if !c.given(at) {
			continue
		}
		c.code(at, b.Flag)
		if !slices.Contains(flagKinds, b.Kind) {
			c.add(at, "is not used by the kind %s; allowed is no such key", b.Kind)
		}
	}
}

func (c *check) afterSales() {
	a := c.p.AfterSales
	if a == nil {
		return
	}
	var flags, kinds []string
	for _, b := range c.p.Benefits {
		if b.Flag != "" {
			flags = append(flags, b.Flag)
		}
	}
	for _, s := range c.p.Services {
		if s.Grade == "" {
			kinds = append(kinds, s.Kind)
		}
	}
	c.filled("afterSales.flag", a.Flag)
	c.known("afterSales.flag", a.Flag, flags)
	c.filled("afterSales.service", a.Service)
	c.known("afterSales.service", a.Service, kinds)
	c.between("afterSales.mostOpen", a.MostOpen, 1, mostOpen)
	for key, list := range map[string][]Named{"kinds": a.Kinds, "outcomes": a.Outcomes} {
		c.named("afterSales."+key, list)
		if len(list) == 0 {
			c.add("afterSales."+key, "is missing; needed is at least one")
		}
	}
}

const (
	// mostOpen bounds how many requests after a sale a programme may let one member have.
	mostOpen = 50
	// mostWordLists is how many numbers a hash holds.
	mostWordLists = 4
	// leastWords is how many words a list has at least, and so how many levels can always have words of their own.
	leastWords = 8
	// mostWrong bounds how many words a programme may let a clerk check in vain in a day: a small part of leastWords
	// to the power of two, of which there is one for each level and month.
	mostWrong = 50
)

func (c *check) phrases() {
	ph := c.p.Phrases
	if ph == nil {
		return
	}
	last := -1
	for i, l := range ph.Levels {
		at := fmt.Sprintf("phrases.levels[%d]", i)
		c.filled(at+".tier", l.Tier)
		c.known(at+".tier", l.Tier, c.tiers)
		c.filled(at+".benefit", l.Benefit)
		c.known(at+".benefit", l.Benefit, c.benefits)
		c.text(at+".hidden", l.Hidden)
		if rank := c.p.Rank(l.Tier); rank <= last && rank >= 0 {
			c.add(at+".tier", "is %q, which is not above the level before; allowed are levels from the lowest tier up", l.Tier)
		} else {
			last = rank
		}
	}
	if n := len(ph.Levels); n == 0 {
		c.add("phrases.levels", "is missing; needed is at least one")
	} else if n > leastWords {
		c.add("phrases.levels", "has %d levels; allowed are at most %d, so that each has a word of its own", n, leastWords)
	}
	c.between("phrases.wrongPerDay", ph.WrongPerDay, 1, mostWrong)
	if n := len(ph.Words); n < 2 || n > mostWordLists {
		c.add("phrases.words", "has %d lists; allowed are 2 to %d", n, mostWordLists)
	}
	for i, list := range ph.Words {
		c.words(fmt.Sprintf("phrases.words[%d]", i), list)
	}
}

// words checks one of the lists: of its words no two may be heard alike in a language, or levels would share a word.
func (c *check) words(at string, list []Text) {
	if len(list) < leastWords {
		c.add(at, "has %d words; needed are at least %d, so that nobody guesses", len(list), leastWords)
	}
	first := map[string]int{}
	for j, w := range list {
		path := fmt.Sprintf("%s[%d]", at, j)
		c.text(path, w)
		for _, locale := range locales {
			said, given := w[locale]
			heard := Heard(said)
			if !given || said == "" {
				continue // the text's own check tells what is missing
			}
			i, there := first[locale+" "+heard]
			switch {
			case heard == "":
				c.add(path+"."+locale, "is %q, of which nothing is heard; needed are letters or digits", said)
			case there:
				c.add(path+"."+locale, "is %q, which is heard as %s[%d]; allowed is a word of its own", said, at, i)
			default:
				first[locale+" "+heard] = j
			}
		}
	}
}
