package picture

// scenes are what posts show, each drawn by its own function.
var scenes = map[string]func(*sketch){
	"noodles": (*sketch).noodles, "soup": (*sketch).soup, "stirfry": (*sketch).stirFry, "steamedfish": (*sketch).steamedFish,
	"dumplings": (*sketch).dumplings, "cakeplate": (*sketch).cakePlate, "bread": (*sketch).bread, "salad": (*sketch).salad,
	"hotpot": (*sketch).hotpot, "ricebowl": (*sketch).riceBowl, "congee": (*sketch).congee, "grill": (*sketch).grill,
	"fruitplate": (*sketch).fruitPlate, "brew": (*sketch).brew, "braise": (*sketch).braise, "breakfast": (*sketch).breakfast,
	"unboxing": (*sketch).unboxing, "market": (*sketch).market, "farm": (*sketch).farm, "class": (*sketch).class,
	"picnic": (*sketch).picnic, "fridge": (*sketch).fridge,
}

func postMotifs() []string { return keys(scenes) }

func (s *sketch) post() { scenes[s.motif](s) }

// tables are what dishes stand on: ground, lines.
var tables = [][2]string{
	{"#D9A871", "#C8945B"}, {"#B98A5E", "#A5774C"}, {"#E9D8C0", "#DBC6A8"}, {"#C9D6D3", "#B6C7C3"}, {"#F2E3D5", "#E6D0BC"}, {"#8F7A66", "#7F6B58"},
}

// table paints wood, a checked cloth or plain stone.
func (s *sketch) table() {
	t := one(s, tables...)
	s.add(`<rect width="640" height="480" fill="%s"/>`, t[0])
	switch s.IntN(3) {
	case 0:
		for y := range 5 {
			top := float64(y*96) + s.between(-6, 6)
			s.add(`<path d="M0 %g H640 M%g %g h60 M%g %g h44" stroke="%s" stroke-width="4" fill="none" stroke-linecap="round"/>`, top, s.between(20, 260), top+s.between(24, 44), s.between(320, 560), top+s.between(50, 74), t[1])
		}
	case 1:
		cloth := one(s, "#D9534F", "#5B8DB8", "#6BA368", "#E0A23A")
		s.add(`<g transform="rotate(%g 320 240)" fill="%s" opacity=".85"><rect x="-80" y="-80" width="800" height="640" fill="#FFF9F0"/>`, s.between(-9, 9), "#FFF9F0")
		for i := range 10 {
			s.add(`<path d="M%d -80 V560 M-80 %d H720" stroke="%s" stroke-width="34" opacity=".32"/>`, -60+i*80, -60+i*80, cloth)
		}
		s.out.WriteString(`</g>`)
	default:
		for range 40 {
			s.add(`<circle cx="%g" cy="%g" r="%g" fill="%s"/>`, s.between(0, 640), s.between(0, 480), s.between(2, 6), t[1])
		}
	}
}

// beside lays things next to a dish: chopsticks or a spoon, and something small in a corner or two.
func (s *sketch) beside() {
	if s.IntN(2) == 0 {
		s.put(`<rect x="-150" y="-22" width="300" height="9" rx="4" fill="{a}"/><rect x="-150" y="6" width="300" height="9" rx="4" fill="{a}"/><rect x="96" y="-22" width="54" height="9" rx="4" fill="{b}"/><rect x="96" y="6" width="54" height="9" rx="4" fill="{b}"/>`,
			one(s, colours{"#7A4A2B", "#C94B3B"}, colours{"#3F3A36", "#D9B98A"}, colours{"#C98F55", "#8A5A3B"}), 556, 262, 78+s.between(-8, 8), 1)
	} else {
		s.put(`<ellipse cx="-100" rx="44" ry="30" fill="{a}"/><ellipse cx="-100" cy="2" rx="34" ry="21" fill="{b}"/><rect x="-62" y="-9" width="190" height="18" rx="9" fill="{a}"/>`,
			one(s, colours{"#E4E8EB", "#C6CED4"}, colours{"#C98F55", "#A8713A"}), 556, 250, 84+s.between(-10, 10), .95)
	}
	corners := [][2]float64{{84, 84}, {92, 400}}
	for _, at := range corners {
		s.small(at[0]+s.between(-14, 14), at[1]+s.between(-14, 14))
	}
}

// small puts something small on the table.
func (s *sketch) small(x, y float64) {
	switch s.IntN(6) {
	case 0:
		s.put(`<circle r="44" fill="#FBF7EF"/><circle r="34" fill="{a}"/><circle cx="-8" cy="-8" r="7" fill="#fff" opacity=".35"/>`, one(s, colours{"#6B2E1E"}, colours{"#C73E2C"}, colours{"#E0A23A"}, colours{"#6E8F3A"}), x, y, 0, 1)
	case 1:
		c := one(s, colours{"#F4F0E6", "#CFE3B0"}, colours{"#DDE9F2", "#D9A15E"}, colours{"#F6E1D3", "#8A4B2F"})
		s.put(`<path d="M40 -14 a22 22 0 0 1 0 34" stroke="{a}" stroke-width="12" fill="none"/><circle r="46" fill="{a}"/><circle r="36" fill="{b}"/><path d="M-18 -14 a26 26 0 0 1 20 -10" stroke="#fff" stroke-width="5" fill="none" stroke-linecap="round" opacity=".6"/>`, c, x, y, s.between(-40, 40), 1)
	case 2:
		s.put(`<path d="M0 60 C-4 20 -4 -20 0 -60 M0 30 C-30 24 -42 6 -44 -8 C-22 -10 -6 4 0 22 M0 10 C30 4 42 -14 44 -28 C22 -30 6 -16 0 2 M0 -20 C-24 -26 -32 -42 -32 -54 C-14 -54 -4 -42 0 -28" stroke="#4E8F35" stroke-width="5" fill="#7DB343" stroke-linejoin="round"/>`, colours{}, x, y, s.between(0, 360), 1)
	case 3:
		s.put(fruits["lemon"].shape, fruits["lemon"].palettes[0], x, y, s.between(-40, 40), .5)
	case 4:
		s.put(vegetables["garlic"].shape, vegetables["garlic"].palettes[0], x, y, s.between(-40, 40), .5)
	default:
		s.put(vegetables["tomato"].shape, vegetables["tomato"].palettes[0], x, y, s.between(-30, 30), .46)
	}
}
