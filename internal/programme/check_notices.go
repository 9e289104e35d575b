package programme

import (
	"fmt"
	"regexp"
	"slices"
	"time"
)

// mostNotices bounds a member's inbox; mostAhead is how many days before an end members can be told of it.
const (
	mostNotices = 1000
	mostAhead   = 60
)

var (
	clockPattern = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)
	blankPattern = regexp.MustCompile(`\{[^{}]*\}`)
)

// notices checks what members are told, and that each text can be filled in.
func (c *check) notices() {
	n := c.p.Notices
	if n == nil {
		return
	}
	if n.Quiet != nil {
		c.hour("notices.quiet.from", n.Quiet.From)
		c.hour("notices.quiet.until", n.Quiet.Until)
		if n.Quiet.From == n.Quiet.Until {
			c.add("notices.quiet.until", "is %q, which is notices.quiet.from; allowed is another time of the day", n.Quiet.Until)
		}
	}
	c.between("notices.freshDays", int64(n.FreshDays), 1, 90)
	c.between("notices.keep", int64(n.Keep), 20, mostNotices)
	known := NoticeCodes()
	for i, k := range n.Kinds {
		at := fmt.Sprintf("notices.kinds[%d]", i)
		if !oneOf(c, at+".code", k.Code, known...) {
			continue
		}
		if first := slices.IndexFunc(n.Kinds, func(o NoticeKind) bool { return o.Code == k.Code }); first < i {
			c.add(at+".code", "is %q, which notices.kinds[%d] has; allowed is each kind once", k.Code, first)
		}
		c.noticeKind(at, k, noticeKinds[k.Code])
	}
}

func (c *check) noticeKind(at string, k NoticeKind, rule noticeKind) {
	c.text(at+".names", k.Names)
	if len(rule.cases) > 0 {
		c.noticeCases(at, k, rule)
	} else {
		c.only(at, "by "+k.Code+", which always says the same", "cases")
		c.noticeTexts(at, k.Titles, k.Bodies, rule.blanks)
	}
	if rule.family && c.p.Family == nil {
		c.add(at+".code", "is %q, but the programme has no families; allowed is no such kind", k.Code)
	}
	if m := c.p.Membership; rule.reminds && (m == nil || len(m.RemindDays) == 0) {
		c.add(at+".code", "is %q, which is told on the days of membership.remindDays; needed are such days", k.Code)
	}
	switch {
	case rule.reminds:
		c.only(at, "by "+k.Code+", which is told on the days of membership.remindDays", "days")
	case !rule.ahead:
		c.only(at, "by "+k.Code+", which is told when it has happened", "days")
	case len(k.Days) == 0:
		c.add(at+".days", "is missing; needed are the days before it happens, such as [7, 1]")
	}
	for i, d := range k.Days {
		day := fmt.Sprintf("%s.days[%d]", at, i)
		c.between(day, int64(d), 1, mostAhead)
		if i > 0 && d >= k.Days[i-1] {
			c.add(day, "is %d after %d; allowed are fewer and fewer days", d, k.Days[i-1])
		}
	}
	switch {
	case k.Group == "" && !c.given(at+".group"):
	case !rule.groups:
		c.only(at, "by "+k.Code+", of which each is told alone", "group")
	default:
		oneOf(c, at+".group", k.Group, ByDay)
	}
	if k.Marketing && rule.always {
		c.add(at+".marketing", "is true; allowed is false, because everybody whom it concerns must be told")
	}
	if rule.always && !k.Inbox {
		c.add(at+".inbox", "is false; allowed is true, because everybody whom it concerns must be told")
	}
	if k.Marketing && !slices.Contains(c.purposes, Marketing) {
		c.add(at+".marketing", "is true; allowed is false, because there is no purpose %s that members could agree to", Marketing)
	}
	if !k.Inbox && !k.Push {
		c.add(at, "is neither in the inbox nor pushed; needed is inbox: true or push: true")
	}
}

// noticeTexts checks the texts of a notice: there in every language, with blanks that can be filled in.
func (c *check) noticeTexts(at string, titles, bodies Text, blanks []string) {
	for key, t := range map[string]Text{".titles": titles, ".bodies": bodies} {
		c.text(at+key, t)
		for _, locale := range locales {
			if t[locale] == "" && t[locales[0]] != "" {
				c.add(at+key+"."+locale, "is missing; needed is a text in every language")
			}
			for _, blank := range blankPattern.FindAllString(t[locale], -1) {
				if !slices.Contains(blanks, blank[1:len(blank)-1]) {
					c.add(at+key+"."+locale, "has the blank %s; allowed %s", blank, these(blanks))
				}
			}
		}
	}
}

// noticeCases checks the texts of a kind that tells of several things: each of them has its own.
func (c *check) noticeCases(at string, k NoticeKind, rule noticeKind) {
	c.only(at, "by "+k.Code+", whose cases have texts", "titles", "bodies")
	seen := map[string]bool{}
	for i, one := range k.Cases {
		of := fmt.Sprintf("%s.cases[%d]", at, i)
		if !oneOf(c, of+".code", one.Code, rule.cases...) {
			continue
		}
		if seen[one.Code] {
			c.add(of+".code", "is %q, which another case has; allowed is each once", one.Code)
		}
		seen[one.Code] = true
		c.noticeTexts(of, one.Titles, one.Bodies, rule.blanks)
	}
	for _, code := range rule.cases {
		if !seen[code] {
			c.add(at+".cases", "lacks %s; needed %s", code, these(rule.cases))
		}
	}
}

func (c *check) hour(path, v string) {
	if _, err := time.Parse("15:04", v); err != nil || !clockPattern.MatchString(v) {
		c.add(path, "is %q; allowed is a time of the day such as 22:00", v)
	}
}
