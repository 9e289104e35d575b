// Package experiment is which variant of something a member meets: always the same one, without anything being kept.
package experiment

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"membergate/internal/member"
	"membergate/internal/programme"
)

// whole is all members, in basis points.
const whole = 10_000

// Draw gives the variant that a member meets; false for those whom the variants leave out. It depends on the member and
// the experiment's salt alone, so it is the same in every process and at all times, and independent of other experiments.
func Draw(e programme.Experiment, who member.ID) (programme.Variant, bool) {
	salt := e.Salt
	if salt == "" {
		salt = e.Code
	}
	sum := sha256.Sum256([]byte("experiment\x00" + salt + "\x00" + string(who)))
	ticket := int64(binary.BigEndian.Uint64(sum[:8]) % whole)
	for _, v := range e.Variants {
		if ticket < v.BasisPoints {
			return v, true
		}
		ticket -= v.BasisPoints
	}
	return programme.Variant{}, false
}

// Part is that a member takes part in an experiment.
type Part struct {
	Experiment string // code
	Variant    programme.Variant
}

// Of gives the experiments that run and that a member takes part in, in the programme's order: those for which a yes is
// needed only while there is one.
func Of(p *programme.Programme, who member.Profile, now time.Time) (out []Part) {
	for _, e := range p.Experiments {
		if !e.Runs(now) || e.Purpose != "" && !who.Agreed(e.Purpose) {
			continue
		}
		if v, drawn := Draw(e, who.ID); drawn {
			out = append(out, Part{e.Code, v})
		}
	}
	return out
}

// Rules are those by which recommendations follow a member, as the experiments that the member takes part in change them.
// They count for members who agreed only, and an experiment that changes them needs that yes.
func Rules(p *programme.Programme, who member.ID, now time.Time) *programme.Recommendations {
	rules := p.Recommendations
	for _, e := range p.Experiments {
		if who == "" || e.Purpose == "" || !e.Runs(now) {
			continue
		}
		if v, drawn := Draw(e, who); drawn {
			rules = rules.With(v.Parameters)
		}
	}
	return rules
}

// CouponValue is what a coupon of a template is worth for a member, where an experiment that the member takes part in says
// so; 0 where the template does.
func CouponValue(p *programme.Programme, who member.Profile, template string, now time.Time) (value int64) {
	for _, part := range Of(p, who, now) {
		if v, says := part.Variant.Parameters[programme.CouponValue(template)]; says {
			value = v
		}
	}
	return value
}
