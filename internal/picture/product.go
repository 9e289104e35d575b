package picture

import "maps"

// goods are the motifs of all products by name.
var goods = func() map[string]motif {
	all := map[string]motif{}
	for _, shelf := range []map[string]motif{fruits, vegetables, butchery, pantry} {
		maps.Copy(all, shelf)
	}
	return all
}()

func productMotifs() []string { return keys(goods) }

func keys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	return out
}

// product draws one thing or a few of its kind before a round spot.
func (s *sketch) product() {
	thing := goods[s.motif]
	ground := s.ground(400, 400)
	s.add(`<circle cx="%g" cy="%g" r="%g" fill="%s" opacity=".6"/>`, 200+s.between(-12, 12), 196+s.between(-8, 8), s.between(138, 150), ground[2])
	s.sprinkle(ground)
	c := s.palette(thing)
	shade := func(x, y, rx float64) {
		s.add(`<ellipse cx="%g" cy="%g" rx="%g" ry="%g" fill="#5B4636" opacity=".16"/>`, x, y, rx, rx/6)
	}
	switch pieces := s.IntN(3); {
	case thing.alone:
		shade(200, 322, 92)
		s.put(thing.shape, c, 200, 204, s.between(-4, 4), 1.22)
	case pieces == 0:
		shade(200, 318, 112)
		s.put(thing.shape, c, 200, 206, s.between(-10, 10), 1.24)
	case pieces == 1:
		shade(200, 316, 140)
		s.put(thing.shape, c, 268, 176, s.between(6, 22), .86)
		s.put(thing.shape, c, 160, 222, s.between(-12, 4), 1.02)
	default:
		shade(200, 312, 146)
		s.put(thing.shape, c, 200, 140, s.between(-10, 10), .74)
		s.put(thing.shape, c, 124, 238, s.between(-18, -4), .78)
		s.put(thing.shape, c, 274, 240, s.between(4, 18), .8)
	}
}

// sprinkle scatters a few quiet marks, so that no two backgrounds are alike.
func (s *sketch) sprinkle(ground [3]string) {
	marks := []string{
		`<circle r="6" fill="{c}"/>`,
		`<path d="M0 -9 V9 M-9 0 H9" stroke="{c}" stroke-width="4" stroke-linecap="round"/>`,
		`<path d="M0 10 C-14 0 -8 -14 0 -12 C8 -14 14 0 0 10Z" fill="{c}"/>`,
		`<path d="M-12 0 q6 -8 12 0 q6 8 12 0" stroke="{c}" stroke-width="4" fill="none" stroke-linecap="round"/>`,
	}
	mark := one(s, marks...)
	for _, at := range [][2]float64{{42, 52}, {356, 66}, {54, 330}, {352, 318}, {200, 28}} {
		s.put(mark, colours{"", "", ground[2], ""}, at[0]+s.between(-14, 14), at[1]+s.between(-14, 14), s.between(-30, 30), s.between(.7, 1.2))
	}
}
