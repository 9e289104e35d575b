package programme

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Book is a programme's versions by the time from which they are in force. It never changes; times are UTC.
type Book struct{ versions []*Programme }

// NewBook makes a book of the versions of one programme, in any order. Each version must end where the next one
// begins, and the newest must be open: there is a programme at every time. What members hold must outlive a change of
// version, so a newer version keeps the wallet's currency, its parity while that is locked, and every tier.
func NewBook(versions ...*Programme) (*Book, error) {
	if len(versions) == 0 {
		return nil, fmt.Errorf("a programme needs at least one version")
	}
	b := &Book{versions: slices.Clone(versions)}
	slices.SortStableFunc(b.versions, func(x, y *Programme) int { return x.EffectiveFrom.Compare(y.EffectiveFrom) })
	for i, v := range b.versions {
		for _, older := range b.versions[:i] {
			if older.Version == v.Version {
				return nil, v.wrong("version %q is also %s's; allowed is a version of its own", v.Version, older.place())
			}
		}
		if i == 0 {
			continue
		}
		if err := follows(b.versions[i-1], v); err != nil {
			return nil, err
		}
		for _, older := range b.versions[:i] { // a promise outlives the version after it
			if err := keeps(older, v); err != nil {
				return nil, err
			}
		}
	}
	last := b.versions[len(b.versions)-1]
	if last.EffectiveTo != nil {
		return nil, last.wrong("effectiveTo is %s, but no version follows %s; allowed is no effectiveTo",
			last.local(*last.EffectiveTo), last.Version)
	}
	return b, nil
}

// follows tells what is wrong with a version that comes right after another.
func follows(old, v *Programme) error {
	from := v.local(v.EffectiveFrom)
	switch {
	case v.Code != old.Code:
		return v.wrong("code is %q; allowed is %q, because all versions are of one programme", v.Code, old.Code)
	case old.EffectiveTo == nil:
		return old.wrong("version %s has no effectiveTo, but %s begins at %s; needed is effectiveTo %s", old.Version, v.Version, from, from)
	case v.EffectiveFrom.Before(*old.EffectiveTo):
		return v.wrong("effectiveFrom is %s, before version %s ends; allowed is %s", from, old.Version, old.local(*old.EffectiveTo))
	case v.EffectiveFrom.After(*old.EffectiveTo):
		return v.wrong("effectiveFrom is %s, after version %s ended; allowed is %s", from, old.Version, old.local(*old.EffectiveTo))
	}
	return nil
}

// keeps tells what a version takes from members who joined under an older one.
func keeps(old, v *Programme) error {
	was, is := old.Coin(), v.Coin()
	if is.Code != was.Code {
		return v.wrong("currencies[0].code is %q; allowed is %q, because wallets hold it", is.Code, was.Code)
	}
	if lock := was.ParityLockedUntil; lock != nil && is.ParityPerYuan != was.ParityPerYuan && v.EffectiveFrom.Before(*lock) {
		return v.wrongAt("currencies[0].parityPerYuan", "is %d; allowed is %d until %s", is.ParityPerYuan, was.ParityPerYuan, v.local(*lock))
	}
	for i, c := range old.Currencies[1:] {
		now, ok := v.Currency(c.Code)
		switch {
		case !ok:
			return v.wrong("currencies has no %s; needed is every currency of version %s, because members hold it", c.Code, old.Version)
		case now.rate() != c.rate():
			return v.wrong("currencies[%d].rate of %s is changed; allowed is {home: %d, here: %d}, because it is fixed", i+1, c.Code, c.rate().Home, c.rate().Here)
		}
	}
	for _, t := range old.Tiers {
		if _, ok := v.Tier(t.Code); !ok {
			return v.wrong("tiers has no %s; needed is every tier of version %s, because members hold it", t.Code, old.Version)
		}
	}
	return nil
}

// At is the version in force at a time; the first version also applies to all earlier times.
func (b *Book) At(t time.Time) *Programme {
	for _, v := range slices.Backward(b.versions) {
		if !t.Before(v.EffectiveFrom) {
			return v
		}
	}
	return b.versions[0]
}

// Version finds a version by its name, as ledger entries keep it.
func (b *Book) Version(version string) (*Programme, bool) {
	for _, v := range b.versions {
		if v.Version == version {
			return v, true
		}
	}
	return nil, false
}

// Versions are all versions, oldest first.
func (b *Book) Versions() []*Programme { return slices.Clone(b.versions) }

// place names a version for people: where it was read from, else what it is called.
func (p *Programme) place() string {
	if p.file == "" {
		return p.Code + " " + p.Version
	}
	return fmt.Sprintf("%s:%d", p.file, p.line)
}

// wrongAt is a problem with what stands at a path of this version.
func (p *Programme) wrongAt(path, format string, args ...any) error {
	line, given := p.lines[path]
	if !given {
		line = p.line
	}
	return Problems{{File: cmp.Or(p.file, p.Code+" "+p.Version), Line: max(1, line), Text: path + " " + fmt.Sprintf(format, args...)}}
}

// wrong is a problem with this version among others.
func (p *Programme) wrong(format string, args ...any) error {
	return Problems{{File: cmp.Or(p.file, p.Code+" "+p.Version), Line: max(1, p.line), Text: fmt.Sprintf(format, args...)}}
}
