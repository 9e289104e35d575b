package tier

import (
	"slices"
	"strings"
	"time"

	"membergate/internal/fault"
	"membergate/internal/programme"
)

// Naming is what another system, such as a data platform, last said of a member: in which of the programme's named
// segments the member is.
type Naming struct {
	Segments []string  // codes, sorted
	At       time.Time // when it was so; zero if it was never said
}

// Check refuses segments that nobody can be named to be in.
func (n Naming) Check(p *programme.Programme) error {
	var named []string
	for _, s := range p.Lifecycle.Segments {
		if s.Named() {
			named = append(named, s.Code)
		}
	}
	for _, code := range n.Segments {
		if !slices.Contains(named, code) {
			return fault.Bad("data.segments", "data.segments has %q; allowed are %s", code, strings.Join(named, ", "))
		}
	}
	return nil
}

// Name takes in what was said, unless something newer is known. What was said replaces all that was said before.
func (s Standing) Name(n Naming) Standing {
	if n.At.Before(s.Named.At) {
		return s
	}
	s = s.Clone()
	slices.Sort(n.Segments)
	s.Named = Naming{Segments: slices.Compact(n.Segments), At: n.At}
	return s
}
