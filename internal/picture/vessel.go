package picture

import "math"

// glazes are the colours of plates and bowls: rim, inside, line.
var glazes = []colours{
	{"#FDFBF6", "#F3EEE3", "#C9D6E2"}, {"#F7F3EC", "#EDE5D8", "#D9B98A"}, {"#DCE6EA", "#EEF4F6", "#8FB0C0"}, {"#EFE3D6", "#F9F2EA", "#C78F6A"}, {"#D5E3D3", "#EDF5EB", "#8DB28A"}, {"#4A5560", "#5A6672", "#7A8793"},
}

// shadow lies under whatever stands on a table.
func (s *sketch) shadow(r float64) {
	s.add(`<circle cx="314" cy="252" r="%g" fill="#3A2A1E" opacity=".18"/>`, r)
}

// plate paints a flat plate.
func (s *sketch) plate() {
	g := one(s, glazes...)
	s.shadow(196)
	s.add(`<circle cx="306" cy="238" r="194" fill="%s"/><circle cx="306" cy="238" r="184" fill="none" stroke="%s" stroke-width="5"/><circle cx="306" cy="238" r="146" fill="%s"/>`, g[0], g[2], g[1])
}

// bowl paints a deep bowl filled with a broth.
func (s *sketch) bowl(broth, rim string) {
	g := one(s, glazes[:5]...)
	s.shadow(186)
	s.add(`<circle cx="306" cy="238" r="184" fill="%s"/><circle cx="306" cy="238" r="172" fill="none" stroke="%s" stroke-width="7" stroke-dasharray="18 10"/><circle cx="306" cy="238" r="158" fill="%s"/><circle cx="306" cy="240" r="152" fill="%s"/>`, g[0], g[2], rim, broth)
	s.add(`<path d="M188 180 A132 132 0 0 1 250 124" stroke="#fff" stroke-width="8" fill="none" stroke-linecap="round" opacity=".3"/>`)
}

// pot paints an iron pot with two handles, filled.
func (s *sketch) pot(broth string) {
	iron := one(s, "#4A4A4F", "#C2473A", "#3E5F6B", "#D08C2C")
	s.shadow(196)
	s.add(`<rect x="86" y="212" width="440" height="56" rx="26" fill="%s"/><circle cx="306" cy="238" r="190" fill="%s"/><circle cx="306" cy="238" r="174" fill="#2E2E33" opacity=".35"/><circle cx="306" cy="240" r="164" fill="%s"/>`, iron, iron, broth)
}

// board paints a wooden board with a handle.
func (s *sketch) board() {
	s.put(`<rect x="-236" y="-136" width="420" height="290" rx="34" fill="#3A2A1E" opacity=".18" transform="translate(8 14)"/><rect x="-236" y="-140" width="420" height="284" rx="34" fill="{a}"/><path d="M184 -30 h54 q28 30 0 62 h-54Z" fill="{a}"/><circle cx="226" cy="0" r="13" fill="{b}"/><path d="M-210 -90 H150 M-216 -20 H160 M-212 60 H150 M-190 112 H120" stroke="{b}" stroke-width="4" stroke-linecap="round" opacity=".7"/>`,
		one(s, colours{"#C9935C", "#AE7840"}, colours{"#DDB98C", "#C59E6C"}, colours{"#8F6240", "#774E30"}), 320, 240, s.between(-8, 8), 1)
}

// steam rises from what is hot.
func (s *sketch) steam() {
	for _, x := range []float64{236, 306, 376} {
		s.put(`<path d="M0 30 q-22 -26 0 -52 q20 -24 0 -50" stroke="#fff" stroke-width="11" fill="none" stroke-linecap="round" opacity=".5"/>`, colours{}, x+s.between(-8, 8), 170+s.between(-16, 16), s.between(-8, 8), s.between(.8, 1.1))
	}
}

// scatter puts pieces on a dish, evenly but not in rows: the sunflower's way.
func (s *sketch) scatter(n int, radius, size float64, pieces ...string) {
	start := s.between(0, 6)
	for i := range n {
		r := radius * math.Sqrt((float64(i)+.5)/float64(n))
		a := start + float64(i)*2.39996
		s.put(pieces[i%len(pieces)], colours{}, 306+math.Round(r*math.Cos(a)), 240+math.Round(r*math.Sin(a)), math.Round(s.between(0, 360)), size*s.between(.9, 1.12))
	}
}

// ring puts pieces around a dish.
func (s *sketch) ring(n int, radius, size float64, turn bool, pieces ...string) {
	start := s.between(0, 6)
	for i := range n {
		a := start + float64(i)*2*math.Pi/float64(n)
		angle := 0.0
		if turn {
			angle = math.Round(a*180/math.Pi + 90)
		}
		s.put(pieces[i%len(pieces)], colours{}, 306+math.Round(radius*math.Cos(a)), 240+math.Round(radius*math.Sin(a)), angle, size)
	}
}
