package programme

import (
	"slices"
	"time"
)

// Shift is what the inflation index adds to the earn rate of orders from a moment on.
type Shift struct {
	From        time.Time
	BasisPoints int64
	Audit       string // the period whose audit says why, such as "2026-Q3"
}

// Shifted is the version with its earn rate shifted; the version itself stays as it is.
func (p *Programme) Shifted(s Shift) *Programme {
	out := *p
	out.shift = s
	return &out
}

// Shift is what the index has added to the earn rate of this version; its zero value is nothing.
func (p *Programme) Shift() Shift { return p.shift }

// shifts are those of a keeper, by time, with the versions that they make: who asks twice gets the same one.
type shifts struct {
	all  []Shift
	made map[shifted]*Programme
}

type shifted struct {
	version *Programme
	shift   Shift
}

// Shift sets what the index has done to the earn rate, whole. At gives versions with it from then on.
func (k *Keeper) Shift(all []Shift) {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b Shift) int { return a.From.Compare(b.From) })
	k.reload.Lock()
	defer k.reload.Unlock()
	k.setShifts(all)
}

// setShifts makes all shifted versions before anybody can ask for one.
func (k *Keeper) setShifts(all []Shift) {
	next := &shifts{all: all, made: map[shifted]*Programme{}}
	for _, v := range k.Book().versions {
		for _, s := range all {
			if s.BasisPoints != 0 {
				next.made[shifted{v, s}] = v.Shifted(s)
			}
		}
	}
	k.shifts.Store(next)
}

// at is a version as shifted at a time.
func (s *shifts) at(v *Programme, t time.Time) *Programme {
	if s == nil {
		return v
	}
	for _, each := range slices.Backward(s.all) {
		if !t.Before(each.From) {
			if made, ok := s.made[shifted{v, each}]; ok {
				return made
			}
			return v
		}
	}
	return v
}
