package demo

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"membergate/internal/member"
	"membergate/internal/wallet"
)

// seed makes every chance of the demo: the same seed and name always give the same.
type seed uint64

// sum gives 32 bytes for a name.
func (s seed) sum(name ...string) [32]byte {
	return sha256.Sum256([]byte(strings.Join(name, "\x00") + "\x00" + hex.EncodeToString(binary.BigEndian.AppendUint64(nil, uint64(s)))))
}

// rand gives a source of chance for a name.
func (s seed) rand(name ...string) chance {
	sum := s.sum(name...)
	return chance{rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum[:]), binary.BigEndian.Uint64(sum[8:])))}
}

func (s seed) handle(id member.ID) string {
	sum := s.sum("handle", string(id))
	return hex.EncodeToString(sum[:12])
}

func (s seed) wallet(id member.ID) wallet.ID {
	sum := s.sum("wallet", string(id))
	return wallet.ID("w_" + hex.EncodeToString(sum[:16]))
}

// name makes an id like those that families have, with a prefix.
func (s seed) name(prefix string, of ...string) string {
	sum := s.sum(append([]string{prefix}, of...)...)
	return prefix + "_" + hex.EncodeToString(sum[:16])
}

// tail makes the end of a post's or comment's id.
func (s seed) tail(of ...string) [10]byte {
	sum := s.sum(of...)
	return [10]byte(sum[:10])
}

// chance is one stream of chance.
type chance struct{ *rand.Rand }

// between gives a time from one moment to before another.
func (c chance) between(from, to time.Time) time.Time {
	if !to.After(from) {
		return from
	}
	return from.Add(time.Duration(c.Int64N(int64(to.Sub(from))))).Truncate(time.Millisecond)
}

// happens is true so many times of a hundred.
func (c chance) happens(percent int) bool { return c.IntN(100) < percent }

// pick gives one of several.
func pick[T any](c chance, of []T) T { return of[c.IntN(len(of))] }

// lottery gives one of several, each as often as its weight says.
type lottery[K cmp.Ordered] struct {
	names []K
	upTo  []int // the weights up to each name
}

func lotteryOf[K cmp.Ordered](weights map[K]int) lottery[K] {
	l := lottery[K]{names: slices.Sorted(maps.Keys(weights))}
	total := 0
	for _, name := range l.names {
		total += weights[name]
		l.upTo = append(l.upTo, total)
	}
	return l
}

func (l lottery[K]) draw(c chance) K {
	at := c.IntN(l.upTo[len(l.upTo)-1])
	i, _ := slices.BinarySearch(l.upTo, at+1)
	return l.names[i]
}

// weighted draws once.
func weighted[K cmp.Ordered](c chance, weights map[K]int) K { return lotteryOf(weights).draw(c) }

// daytime moves a time between midnight and seven to the same minute of the morning or evening, in the zone.
func (c chance) daytime(t time.Time, zone *time.Location) time.Time {
	local := t.In(zone)
	if h := local.Hour(); h < 7 {
		return t.Add(time.Duration(7+c.IntN(9)) * time.Hour)
	}
	return t
}
