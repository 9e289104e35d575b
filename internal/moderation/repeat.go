package moderation

import (
	"hash/fnv"
	"math/bits"
	"time"
)

// Print is what is kept of a text to know it again: alike texts have alike prints. The zero Print is that of no text.
type Print struct {
	Bits    uint64 // similar texts differ in few bits
	Letters int
}

type repeatRules struct {
	Run      int           `yaml:"run"`      // most of the same letter in a row
	Shingles int           `yaml:"shingles"` // of texts with more groups of four letters …
	Distinct int           `yaml:"distinct"` // … at least this many per cent differ
	Within   time.Duration `yaml:"within"`   // how long a text is known again
	Letters  int           `yaml:"letters"`  // shorter ones may be said again
	Near     int           `yaml:"near"`     // bits in which prints of the same text may differ
}

// shingle is how many letters make a group: a Chinese phrase is rarely longer, and a shorter group is in every text.
const shingle = 4

// PrintOf takes the print of a text.
func PrintOf(body string) Print { return printOf(read(body, keepAll)) }

// printOf is Charikar's simhash over groups of letters: each bit is the majority's among the hashes of the groups.
func printOf(r reading) Print {
	out := Print{Letters: len(r.letters)}
	var votes [64]int
	each(r, func(h uint64) {
		for b := range votes {
			votes[b] += int(h>>b&1)*2 - 1
		}
	})
	for b, v := range votes {
		if v > 0 {
			out.Bits |= 1 << b
		}
	}
	return out
}

// each gives the hash of every group of letters; of a text with fewer letters, that of all of them.
func each(r reading, do func(uint64)) {
	n := len(r.letters)
	for i := range max(min(n, 1), n-shingle+1) {
		h := fnv.New64a()
		for _, l := range r.letters[i:min(n, i+shingle)] {
			_, _ = h.Write([]byte(string(l.r))) // it never fails
		}
		do(mixed(h.Sum64()))
	}
}

// mixed spreads a hash over all bits (the last step of MurmurHash3): FNV leaves the high ones alike for short input.
func mixed(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// monotonous looks for texts that say the same again and again.
func (r repeatRules) monotonous(text reading) Verdict {
	run := 0
	for i, l := range text.letters {
		if run++; i > 0 && l.r != text.letters[i-1].r {
			run = 1
		}
		if r.Run > 0 && run > r.Run {
			return Verdict{State: Review, Reason: Monotonous}
		}
	}
	if r.Shingles == 0 || len(text.letters) <= r.Shingles {
		return Verdict{}
	}
	seen := map[uint64]bool{}
	all := 0
	each(text, func(h uint64) { seen[h], all = true, all+1 })
	if all > r.Shingles && len(seen)*100 < all*r.Distinct {
		return Verdict{State: Review, Reason: Monotonous}
	}
	return Verdict{}
}

// again looks for the same text among those that its author wrote a short time ago. Short texts must be the same to the
// letter; of long ones few words may differ.
func (r repeatRules) again(t Text, text reading, author Facts, now time.Time) Verdict {
	if len(text.letters) < r.Letters || author.Trusted || len(author.Recent) == 0 {
		return Verdict{}
	}
	p := printOf(text)
	for _, past := range author.Recent {
		if past.Kind != t.Kind || !past.At.After(now.Add(-r.Within)) || past.Print.Letters == 0 {
			continue
		}
		differ := bits.OnesCount64(p.Bits ^ past.Print.Bits)
		if differ == 0 && p.Letters == past.Print.Letters || p.Letters >= 10*r.Letters && differ <= r.Near {
			return Verdict{State: Review, Reason: Repeated}
		}
	}
	return Verdict{}
}
