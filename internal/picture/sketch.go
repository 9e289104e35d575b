package picture

import (
	"fmt"
	"math"
	"strings"
)

// colours are what a motif is painted with: main, dark, light and one beside them.
type colours [4]string

// motif is a shape around the origin, within about 90 in every direction, in SVG. {a} to {d} stand for its colours.
type motif struct {
	shape    string
	palettes []colours
	alone    bool // it is shown once, not several pieces of it
}

// add writes SVG.
func (s *sketch) add(svg string, args ...any) { fmt.Fprintf(&s.out, svg, args...) }

// between gives a number from low to high, to a tenth.
func (s *sketch) between(low, high float64) float64 {
	return math.Round((low+s.Float64()*(high-low))*10) / 10
}

// one picks one of several.
func one[T any](s *sketch, of ...T) T { return of[s.IntN(len(of))] }

// palette picks a motif's colours: those that the path asks for, else any.
func (s *sketch) palette(m motif) colours {
	if s.colour > 0 && s.colour <= len(m.palettes) {
		return m.palettes[s.colour-1]
	}
	return one(s, m.palettes...)
}

// put paints a motif around a place, turned by degrees, at a size of 1 for about 180 pixels.
func (s *sketch) put(shape string, c colours, x, y, turn, size float64) {
	s.add(`<g transform="translate(%g %g) rotate(%g) scale(%g)">`, x, y, turn, size)
	s.out.WriteString(paint(shape, c))
	s.out.WriteString("</g>")
}

func paint(shape string, c colours) string {
	return strings.NewReplacer("{a}", c[0], "{b}", c[1], "{c}", c[2], "{d}", c[3]).Replace(shape)
}

// grounds are backgrounds: outer colour, inner colour, and that of the round spot behind a thing.
var grounds = [][3]string{
	{"#FFE9C9", "#FFF8EC", "#FFDCA6"},
	{"#D6F0DD", "#F1FBF3", "#BBE5C6"},
	{"#D3EAFB", "#F0F8FE", "#B5DAF6"},
	{"#FBDCDC", "#FFF3F1", "#F6C3C2"},
	{"#E4DAF7", "#F7F3FD", "#D2C2F0"},
	{"#FDF0BE", "#FFFBEA", "#F9E192"},
	{"#D2EFEC", "#EFFAF9", "#B2E0DB"},
	{"#F3E3D3", "#FCF6F0", "#E6CCB2"},
}

// ground paints a background with a round spot.
func (s *sketch) ground(width, height int) [3]string {
	g := one(s, grounds...)
	s.add(`<defs><radialGradient id="g" cx=".5" cy=".45" r=".75"><stop offset="0" stop-color="%s"/><stop offset="1" stop-color="%s"/></radialGradient></defs>`, g[1], g[0])
	s.add(`<rect width="%d" height="%d" fill="url(#g)"/>`, width, height)
	return g
}
