package moderation

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Rules are the local rules: plain data and no state, so that any number may ask them at once. Load makes them.
type Rules struct {
	length   map[Kind]int
	links    linkRules
	contacts []*regexp.Regexp
	repeats  repeatRules
	pace     []paceRule
	lists    []listRule
	lexicon  *lexicon
}

type linkRules struct {
	Most    int           `yaml:"most"`    // links outside that a text may hold
	NewFor  time.Duration `yaml:"newFor"`  // authors who joined less than this ago may hold none
	Trusted []string      `yaml:"trusted"` // hosts, and all below them, that are not outside
}

type paceRule struct {
	Published int           `yaml:"published"` // for authors with at least so many published texts
	Posts     int           `yaml:"POST"`
	Comments  int           `yaml:"COMMENT"`
	Within    time.Duration `yaml:"within"`
}

type listRule struct {
	reason Reason
	state  State
}

// Window is how far back Facts.Recent must reach.
func (r *Rules) Window() time.Duration {
	longest := r.repeats.Within
	for _, p := range r.pace {
		longest = max(longest, p.Within)
	}
	return longest
}

// Most is how many characters a text of a kind may have; 0 = any number.
func (r *Rules) Most(k Kind) int { return r.length[k] }

// Judge gives the verdict of the local rules on a text by an author, at a time. Of several findings the gravest counts, and
// of equal ones the first: words before links, links before repetition.
func (r *Rules) Judge(t Text, author Facts, now time.Time) Verdict {
	letters := read(t.Body, keepAll)
	if len(letters.letters) == 0 && strings.TrimSpace(visible(t.Body)) == "" {
		return Verdict{State: Block, Reason: Blank}
	}
	if most := r.length[t.Kind]; most > 0 && utf8.RuneCountInString(t.Body) > most {
		return Verdict{State: Block, Reason: TooLong}
	}
	v := r.paced(t.Kind, author, now).Heavier(r.spoken(t.Body, letters))
	if !author.Trusted {
		v = v.Heavier(r.leads(t.Body, author, now))
	}
	return v.Heavier(r.repeats.monotonous(letters)).Heavier(r.repeats.again(t, letters, author, now))
}

// JudgeWordless judges what shows pictures and says nothing: by its author's pace alone.
func (r *Rules) JudgeWordless(k Kind, author Facts, now time.Time) Verdict {
	return r.paced(k, author, now)
}

// visible is a text without what nobody sees.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return r
	}, text)
}

// spoken looks for words of the lists.
func (r *Rules) spoken(body string, letters reading) Verdict {
	var v Verdict
	hits := r.lexicon.find(body, letters)
	slices.SortStableFunc(hits, func(a, b hit) int { return a.from - b.from })
	for _, h := range hits {
		w := r.lexicon.words[h.word]
		rule := r.lists[w.list]
		if rule.state > v.State {
			v.State, v.Reason = rule.state, rule.reason
		}
		if rule.state > Pass && !slices.Contains(v.Words, w.text) {
			v.Words = append(v.Words, w.text)
		}
	}
	return v
}

// Words are all entries of the lists, in their order.
func (r *Rules) Words() []string {
	var out []string
	for _, w := range r.lexicon.words {
		if w.list != exempt {
			out = append(out, w.text)
		}
	}
	return out
}

// paced refuses who writes too much in a short time.
func (r *Rules) paced(k Kind, author Facts, now time.Time) Verdict {
	if author.Trusted {
		return Verdict{}
	}
	i := slices.IndexFunc(r.pace, func(p paceRule) bool { return author.Published >= p.Published })
	if i < 0 {
		return Verdict{}
	}
	p := r.pace[i]
	most := map[Kind]int{Post: p.Posts, Comment: p.Comments}[k]
	n := 0
	for _, past := range author.Recent {
		if past.Kind == k && past.At.After(now.Add(-p.Within)) {
			n++
		}
	}
	if most > 0 && n >= most {
		return Verdict{State: Block, Reason: TooMany}
	}
	return Verdict{}
}

// link finds addresses of other places. Names of files such as a.md are none: only endings that spammers buy count.
var link = regexp.MustCompile(`(?:https?://|www\.)([^\s/?#<>"'，。；）】]+)[^\s<>"'，。；）】]*|\b((?:[a-z0-9-]+\.)+(?:com|cn|net|org|top|xyz|cc|vip|shop|io|me|link|icu|club|info|site|online|live|app|tk|ru))\b`)

// leads looks for links and contacts.
func (r *Rules) leads(body string, author Facts, now time.Time) Verdict {
	text := strings.ToLower(norm.NFKC.String(visible(body)))
	n := 0
	for _, m := range link.FindAllStringSubmatch(text, -1) {
		if host := m[1] + m[2]; !slices.ContainsFunc(r.links.Trusted, func(t string) bool { return host == t || strings.HasSuffix(host, "."+t) }) {
			n++
		}
	}
	fresh := author.JoinedAt.IsZero() || now.Before(author.JoinedAt.Add(r.links.NewFor))
	if n > r.links.Most || n > 0 && fresh {
		return Verdict{State: Review, Reason: Links}
	}
	for _, c := range r.contacts {
		if c.MatchString(text) {
			return Verdict{State: Review, Reason: Contact}
		}
	}
	return Verdict{}
}
