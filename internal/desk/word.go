package desk

import (
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"time"

	"membergate/internal/benefit"
	"membergate/internal/clock"
	"membergate/internal/programme"
)

// WordPurpose names the keys that choose the word of the month.
const WordPurpose = "store word"

// Word is what members of a level say in stores in one month.
type Word struct {
	Level programme.PhraseLevel
	Texts programme.Text
	Until time.Time // exclusive: the end of the month in the programme's zone
}

// Hasher gives the keyed hash of a value under every key, newest first.
type Hasher interface {
	Hashes(purpose, value string) []string
}

// WordFor is the word of a member who holds a tier and has these benefits: that of the highest level open to them, and
// false if none is. It is made from the keys, so every process has the same one, and nobody without them knows it.
func WordFor(p *programme.Programme, keys Hasher, tier string, offers []benefit.Offer, now time.Time) (Word, bool) {
	if p.Phrases == nil {
		return Word{}, false
	}
	for i, level := range slices.Backward(p.Phrases.Levels) {
		if _, has := benefit.ByCode(offers, level.Benefit); has && p.Rank(tier) >= p.Rank(level.Tier) {
			return words(p, keys, now)[0][i], true
		}
	}
	return Word{}, false
}

// CheckWord tells which level's word of this month somebody has said, in any language, and false if it is nobody's. All
// words are compared whatever is found, so that the time says nothing.
func CheckWord(p *programme.Programme, keys Hasher, said string, now time.Time) (Word, bool) {
	if p.Phrases == nil || len(said) > mostText {
		return Word{}, false
	}
	heard, right := []byte(programme.Heard(said)), false
	var out Word
	for _, month := range words(p, keys, now) {
		for _, w := range month {
			for _, text := range w.Texts {
				if subtle.ConstantTimeCompare(heard, []byte(programme.Heard(text))) == 1 {
					out, right = w, true
				}
			}
		}
	}
	return out, right
}

// words are the words of all levels in the month of now under every key, newest key first; no two levels share one.
func words(p *programme.Programme, keys Hasher, now time.Time) [][]Word {
	month, until := now.In(p.Zone()).Format(month), clock.MonthStart(now, 1, p.Zone())
	out := make([][]Word, len(keys.Hashes(WordPurpose, "")))
	for key := range out {
		for _, level := range p.Phrases.Levels {
			for try := 0; ; try++ {
				h := keys.Hashes(WordPurpose, strings.Join([]string{p.Code, level.Tier, month, strconv.Itoa(try)}, "\x00"))[key]
				w := Word{Level: level, Texts: choose(p.Phrases.Words, h), Until: until}
				if !slices.ContainsFunc(out[key], func(o Word) bool { return o.Texts.In("zh-CN") == w.Texts.In("zh-CN") }) {
					out[key] = append(out[key], w)
					break
				}
			}
		}
	}
	return out
}

// month is how the month of a word is written.
const month = "2006-01"

// choose takes one of each list by a hash, which is a key's id, a colon and base64.
func choose(lists [][]programme.Text, hash string) programme.Text {
	_, body, _ := strings.Cut(hash, ":")
	raw, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil { // unreachable: the keys wrote it
		panic(err)
	}
	out := programme.Text{"zh-CN": "", "zh-TW": "", "en": ""}
	for i, list := range lists {
		word := list[binary.BigEndian.Uint32(raw[4*i:])%uint32(len(list))]
		for locale := range out {
			gap := ""
			if locale == "en" && i > 0 {
				gap = " "
			}
			out[locale] += gap + word.In(locale)
		}
	}
	return out
}
