package moderation

import (
	_ "embed"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

//go:embed lists/simplified.txt
var simplifiedFile string

// simplified holds the simplified character of each traditional one.
var simplified = pairs(simplifiedFile)

func pairs(file string) map[rune]rune {
	out := map[rune]rune{}
	for line := range strings.Lines(file) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for _, pair := range strings.Fields(line) {
			if r := []rune(pair); len(r) == 2 {
				out[r[0]] = r[1]
			}
		}
	}
	return out
}

// lookalikes are Greek and Cyrillic letters that are taken for Latin ones.
var lookalikes = map[rune]rune{
	'а': 'a', 'в': 'b', 'с': 'c', 'ԁ': 'd', 'е': 'e', 'ё': 'e', 'һ': 'h', 'і': 'i', 'ј': 'j', 'к': 'k', 'м': 'm', 'н': 'h', 'о': 'o', 'р': 'p', 'ԛ': 'q', 'ѕ': 's',
	'т': 't', 'у': 'y', 'ѵ': 'v', 'ԝ': 'w', 'х': 'x', 'α': 'a', 'β': 'b', 'ε': 'e', 'η': 'n', 'ι': 'i', 'κ': 'k', 'μ': 'u', 'ν': 'v', 'ο': 'o', 'ρ': 'p', 'τ': 't', 'υ': 'u', 'χ': 'x', 'ı': 'i',
}

// leet are signs that stand for letters among letters: v1agra, c@sino. An l is read as an i, because 1 may be both.
var leet = map[rune]rune{'0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', '$': 's', '!': 'i', '|': 'i', 'l': 'i'}

// letter is a letter or digit of a text as it is compared: small, of full width no more, simplified, without accents.
type letter struct {
	r        rune
	times    int    // in a row; 1 but where a reading keeps each once
	from, to int    // bytes of the text
	gap      string // what stands between the letter before and this one and is no letter; nothing invisible
}

// reading is a text as letters.
type reading struct {
	letters []letter
	bytes   []byte // the letters in UTF-8
	at      []int  // for each of those bytes the letter that it belongs to
}

// keep says which letters a reading is made of.
type keep int

const (
	keepAll   keep = iota // letters and digits
	keepHan               // Chinese characters only; all else is a gap
	keepLatin             // as keepAll, with signs read as the letters that they look like
	keepOnce              // as keepAll, with the same letter several times in a row as one
)

// read takes a text apart.
func read(text string, k keep) reading {
	out := reading{letters: make([]letter, 0, len(text)/2), bytes: make([]byte, 0, len(text))}
	var gap strings.Builder
	for at, r := range text {
		size := utf8.RuneLen(r)
		if size < 0 { // a byte that is no UTF-8
			size = 1
		}
		if invisible(r) {
			continue
		}
		kept := false
		for _, f := range folded(r, k) {
			if k == keepHan && !unicode.Is(unicode.Han, f) {
				continue
			}
			kept = true
			if n := len(out.letters); k == keepOnce && n > 0 && out.letters[n-1].r == f && gap.Len() == 0 {
				out.letters[n-1].times++
				out.letters[n-1].to = at + size
				continue
			}
			out.letters = append(out.letters, letter{r: f, times: 1, from: at, to: at + size, gap: gap.String()})
			gap.Reset()
			before := len(out.bytes)
			out.bytes = utf8.AppendRune(out.bytes, f)
			for range len(out.bytes) - before {
				out.at = append(out.at, len(out.letters)-1)
			}
		}
		if !kept {
			gap.WriteRune(r)
		}
	}
	return out
}

// worth tells whether another reading of a plain one's text may find what the plain one does not.
func (r reading) worth(k keep) bool {
	for i, l := range r.letters {
		switch k {
		case keepOnce:
			if i > 0 && l.gap == "" && l.r == r.letters[i-1].r {
				return true
			}
		case keepHan:
			if !unicode.Is(unicode.Han, l.r) {
				return true
			}
		case keepLatin:
			if l.r <= '9' || strings.ContainsAny(l.gap, "@$!|！＠＄") {
				return true
			}
		}
	}
	return false
}

// invisible tells whether nobody sees a character: formats, fillers, and marks over the letter before.
func invisible(r rune) bool {
	switch r {
	case 0x115F, 0x1160, 0x3164, 0xFFA0: // Hangul fillers, which Unicode counts as letters
		return true
	}
	return r > 0x7E && unicode.In(r, unicode.Cf, unicode.Mn, unicode.Me)
}

// folded gives the letters that a character is compared by; none for what is no letter.
func folded(r rune, k keep) []rune {
	if k == keepLatin {
		if as, ok := leet[unicode.ToLower(r)]; ok {
			return []rune{as}
		}
	}
	switch {
	case r < utf8.RuneSelf || r >= 0x4E00 && r <= 0x9FFF:
		return plain(nil, r)
	case r >= 0x1F150 && r <= 0x1F169: // Ⓐ on black, which has no letter behind it in Unicode
		return []rune{'a' + r - 0x1F150}
	case r >= 0x1F170 && r <= 0x1F189: // the same in a square
		return []rune{'a' + r - 0x1F170}
	case r >= 0x1F1E6 && r <= 0x1F1FF: // halves of flags
		return []rune{'a' + r - 0x1F1E6}
	}
	var out []rune
	for _, d := range norm.NFKD.String(string(r)) {
		out = plain(out, d)
	}
	return out
}

func plain(out []rune, r rune) []rune {
	r = unicode.ToLower(r)
	if !unicode.IsLetter(r) && !unicode.IsNumber(r) {
		return out
	}
	if s, ok := simplified[r]; ok {
		r = s
	} else if s, ok := lookalikes[r]; ok {
		r = s
	}
	return append(out, r)
}
