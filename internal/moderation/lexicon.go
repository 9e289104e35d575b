package moderation

import (
	"strings"
	"unicode"

	ahocorasick "github.com/petar-dambovaliev/aho-corasick"
)

// lexicon finds words of lists in texts, however they are disguised. It never changes once made, so any number may ask
// it at once.
type lexicon struct {
	words   []word
	finders []finder
}

// word is an entry of a list.
type word struct {
	text string // as in the list
	list int    // its list; exempt for phrases that are none of the words that they contain
}

// exempt is the list of phrases in which words are harmless.
const exempt = -1

// finder looks for patterns in one kind of reading.
type finder struct {
	keep     keep
	search   ahocorasick.AhoCorasick
	patterns []pattern
}

// pattern is a word as letters.
type pattern struct {
	word    int
	letters []letter
}

// hit is a place where a word was found, in bytes of the text.
type hit struct{ word, from, to int }

func makeLexicon(words []word) *lexicon {
	l := &lexicon{words: words}
	every := func(reading) bool { return true }
	l.finders = []finder{
		makeFinder(keepAll, words, every),
		makeFinder(keepOnce, words, every),
		makeFinder(keepHan, words, func(r reading) bool { return within(r, unicode.Han) }),
		makeFinder(keepLatin, words, func(r reading) bool { return within(r, unicode.Latin) }),
	}
	return l
}

// within tells whether a word is made of one script alone.
func within(r reading, script *unicode.RangeTable) bool {
	for _, l := range r.letters {
		if !unicode.Is(script, l.r) {
			return false
		}
	}
	return true
}

func makeFinder(k keep, words []word, takes func(reading) bool) finder {
	f := finder{keep: k}
	var texts [][]byte
	for i, w := range words {
		if w.list == exempt && k != keepAll || !takes(read(w.text, keepAll)) {
			continue
		}
		r := read(w.text, k)
		f.patterns = append(f.patterns, pattern{word: i, letters: r.letters})
		texts = append(texts, r.bytes)
	}
	b := ahocorasick.NewAhoCorasickBuilder(ahocorasick.Opts{MatchKind: ahocorasick.StandardMatch})
	f.search = b.BuildByte(texts)
	return f
}

// find gives the words that a text contains, without those inside a harmless phrase. The text comes with its plain
// reading; other readings are only made of texts in which they would find more.
func (l *lexicon) find(text string, plain reading) []hit {
	var harmless, hits []hit
	for _, f := range l.finders {
		r := plain
		if f.keep != keepAll {
			if !plain.worth(f.keep) {
				continue
			}
			r = read(text, f.keep)
		}
		for _, h := range f.find(r) {
			if l.words[h.word].list == exempt {
				harmless = append(harmless, h)
			} else {
				hits = append(hits, h)
			}
		}
	}
	var out []hit
	for _, h := range hits {
		inside := false
		for _, e := range harmless {
			inside = inside || e.from <= h.from && h.to <= e.to
		}
		if !inside {
			out = append(out, h)
		}
	}
	return out
}

func (f finder) find(r reading) []hit {
	var out []hit
	if len(f.patterns) == 0 {
		return nil
	}
	for i := f.search.IterOverlappingByte(r.bytes); ; {
		m := i.Next()
		if m == nil {
			return out
		}
		p := f.patterns[m.Pattern()]
		first, last := r.at[m.Start()], r.at[m.End()-1]
		if last-first+1 == len(p.letters) && f.means(r, first, last, p) {
			out = append(out, hit{p.word, r.letters[first].from, r.letters[last].to})
		}
	}
}

// means tells whether letters that spell a word were meant as that word.
func (f finder) means(r reading, first, last int, p pattern) bool {
	found := r.letters[first : last+1]
	return f.doubles(found, p.letters) && f.standsAlone(r, first, last) && f.gapsAreADisguise(r, first, last, p)
}

// doubles tells whether letters are doubled as in the word, or as one disguises it: all of them, or one of them three
// times and more. What is doubled in passing is another word.
func (f finder) doubles(found, want []letter) bool {
	all, some, much := true, false, false
	for i := range found {
		switch more := found[i].times - want[i].times; {
		case more < 0:
			return false
		case more == 0:
			all = false
		default:
			some, much = true, much || more >= 2
		}
	}
	return !some || all || much
}

// standsAlone tells whether a word that begins or ends with a Latin letter is not a piece of a longer one there.
func (f finder) standsAlone(r reading, first, last int) bool {
	if f.keep == keepHan {
		return true
	}
	joined := func(a, b letter) bool {
		return b.gap == "" && unicode.Is(unicode.Latin, a.r) && unicode.Is(unicode.Latin, b.r)
	}
	return (first == 0 || !joined(r.letters[first-1], r.letters[first])) &&
		(last == len(r.letters)-1 || !joined(r.letters[last], r.letters[last+1]))
}

const (
	// mostGap is how many characters may stand between two letters of a disguised word. Ours: disguises put one to three.
	mostGap = 4
	// mostInserted is how many letters or digits may stand between two Chinese characters of a word. Ours.
	mostInserted = 2
)

// ends are signs and line breaks after which another sentence or item begins.
const ends = "。！？，、；：,;:!?\n\r"

// gapsAreADisguise tells whether what stands between the letters of a word was put there to hide it.
func (f finder) gapsAreADisguise(r reading, first, last int, p pattern) bool {
	filled, blank, ended := 0, false, false
	for i, l := range r.letters[first+1 : last+1] {
		if l.gap == "" || l.gap == p.letters[i+1].gap {
			continue
		}
		filled++
		n := len([]rune(l.gap))
		blank = blank || strings.TrimSpace(l.gap) == ""
		ended = ended || strings.ContainsAny(l.gap, ends)
		inserted := strings.ContainsFunc(l.gap, func(c rune) bool { return unicode.IsLetter(c) || unicode.IsNumber(c) })
		if n > mostGap || inserted && (n > mostInserted || strings.ContainsFunc(l.gap, unicode.IsSpace)) {
			return false
		}
	}
	if filled == 0 {
		return true
	}
	every := filled == last-first
	if f.keep == keepHan && !every {
		return false // digits and letters among Chinese are common; between all of them they are not
	}
	latin := unicode.Is(unicode.Latin, r.letters[first].r) && unicode.Is(unicode.Latin, r.letters[last].r)
	switch {
	case latin && blank:
		return every && (last-first > 1) // else it is the end of one word and the beginning of another
	case !ended:
		return true
	case !every:
		return false
	case last-first > 1:
		return true
	default: // of two letters, each must be set apart
		return (first == 0 || r.letters[first].gap != "") && (last == len(r.letters)-1 || r.letters[last+1].gap != "")
	}
}
