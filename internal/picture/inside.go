package picture

func (s *sketch) unboxing() {
	s.add(`<rect width="640" height="480" fill="%s"/><path d="M0 370 H640 V480 H0Z" fill="%s"/>`, one(s, "#F6E7D6", "#E3EEF2", "#E9F1DF", "#F4E1E1"), one(s, "#C99E6D", "#B98A5E", "#A9856A"))
	s.add(`<ellipse cx="320" cy="428" rx="230" ry="20" fill="#3A2A1E" opacity=".2"/>`)
	tall := []string{"bokchoy", "scallion", "baguette", "corn", "pineapple", "carrot", "milk", "bottle"}
	round := []string{"apple", "orange", "tomato", "broccoli", "grape", "egg", "cabbage", "pear", "mango", "peach", "pepper", "lemon"}
	s.Shuffle(len(tall), func(i, j int) { tall[i], tall[j] = tall[j], tall[i] })
	s.Shuffle(len(round), func(i, j int) { round[i], round[j] = round[j], round[i] })
	for i, x := range []float64{210, 320, 428} {
		m := goods[tall[i]]
		s.put(m.shape, s.palette(m), x+s.between(-8, 8), 180+s.between(-8, 8), s.between(-14, 14), 1.1)
	}
	for i, x := range []float64{170, 262, 366, 464} {
		m := goods[round[i]]
		s.put(m.shape, s.palette(m), x, 244+s.between(-8, 8), s.between(-14, 14), .72)
	}
	s.put(`<path d="M-210 -80 H210 L196 100 H-196Z" fill="{a}"/><path d="M-210 -80 L-262 -36 L-206 -22Z M210 -80 L262 -36 L206 -22Z" fill="{b}"/><path d="M120 -80 H210 L196 100 H126Z" fill="{b}" opacity=".5"/><path d="M0 34 C-40 34 -46 -14 -16 -20 C-8 -22 -2 -18 0 -14 C2 -18 8 -22 16 -20 C46 -14 40 34 0 34Z M0 -18 C2 -40 24 -46 36 -38 C30 -24 14 -18 0 -18Z" fill="{c}"/><path d="M-70 62 H70" stroke="{c}" stroke-width="10" stroke-linecap="round"/>`,
		one(s, colours{"#D9A871", "#BF8C55", "#9A6B3A"}, colours{"#F3EBDD", "#DCCDB4", "#4E8F35"}), 320, 330, 0, 1)
}

func (s *sketch) class() {
	s.add(`<rect width="640" height="480" fill="%s"/>`, one(s, "#FCEBD5", "#E4F0EA", "#F7E3E3", "#E6EEF7"))
	s.put(`<rect x="-110" y="-70" width="220" height="150" rx="10" fill="#fff"/><path d="M-96 66 L-30 -6 L10 34 L44 0 L96 66Z" fill="#BFE1C6"/><circle cx="50" cy="-30" r="18" fill="#FBCB5B"/><rect x="-110" y="-70" width="220" height="150" rx="10" fill="none" stroke="{a}" stroke-width="12"/>`, one(s, colours{"#C98F55"}, colours{"#7FA3B8"}), 160, 130, 0, 1)
	s.add(`<path d="M380 96 H600" stroke="#A9794A" stroke-width="12" stroke-linecap="round"/>`)
	for i, m := range []string{"whisk", "ladle", "spatula"} {
		s.put(tools[m], colours{}, 420+float64(i)*70, 160, s.between(-6, 6), 1)
	}
	s.add(`<rect y="330" width="640" height="150" fill="#B98A5E"/><rect y="318" width="640" height="26" fill="#D9AE7C"/>`)
	who := s.Perm(len(cooks))
	for i, x := range []float64{150, 320, 490} {
		animal := animals[cooks[who[i]]]
		c := s.palette(animal)
		apron := one(s, "#E07A5F", "#6C9A8B", "#E7A24A", "#7FA3B8")
		s.put(`<path d="M-62 120 C-62 64 -34 50 0 50 C34 50 62 64 62 120Z" fill="{a}"/><path d="M-28 56 H28 V120 H-28Z" fill="#FFF8EC"/>`, colours{apron}, x, 246, 0, 1)
		s.put(animal.shape+eyes[i%2]+cheeks+extras[6], c, x, 246, 0, .8)
		s.put(`<path d="M-50 0 H50 Q46 46 0 46 Q-46 46 -50 0Z" fill="{a}"/><ellipse rx="50" ry="12" fill="#FFFDF6"/>`, colours{one(s, "#F4F0E6", "#BBD5E0", "#E6CFB8")}, x, 352, 0, 1)
		m := goods[one(s, "strawberry", "egg", "lemon", "carrot", "butter", "croissant")]
		s.put(m.shape, m.palettes[0], x+86, 384, s.between(-10, 10), .42)
	}
}

// cooks are the animals whose ears leave room for a cook's hat.
var cooks = []string{"bear", "dog", "panda", "koala", "pig", "chick", "cat"}

// tools hang in a kitchen.
var tools = map[string]string{
	"whisk":   `<path d="M0 -64 V-4" stroke="#8A5A3B" stroke-width="11" stroke-linecap="round"/><path d="M0 -4 C-34 20 -26 66 0 70 C26 66 34 20 0 -4 C-14 20 -12 50 0 70 C12 50 14 20 0 -4" stroke="#9AA7B0" stroke-width="5" fill="none"/>`,
	"ladle":   `<path d="M0 -64 V30" stroke="#9AA7B0" stroke-width="10" stroke-linecap="round"/><path d="M-30 28 H30 Q28 66 0 66 Q-28 66 -30 28Z" fill="#B9C4CB"/>`,
	"spatula": `<path d="M0 -64 V10" stroke="#8A5A3B" stroke-width="10" stroke-linecap="round"/><rect x="-24" y="4" width="48" height="64" rx="10" fill="#C98F55"/><path d="M-10 16 V54 M8 16 V54" stroke="#A8713A" stroke-width="6" stroke-linecap="round"/>`,
}

func (s *sketch) fridge() {
	s.add(`<rect width="640" height="480" fill="%s"/>`, one(s, "#DCEBF0", "#EAF1E4", "#F3E6DA"))
	s.add(`<rect x="70" y="24" width="500" height="470" rx="26" fill="%s"/><rect x="98" y="50" width="444" height="450" rx="14" fill="#F4FAFC"/>`, one(s, "#B9CDD6", "#D98A7C", "#A8BFA0", "#E3C48E"))
	for row, y := range []float64{186, 322, 458} {
		s.add(`<rect x="98" y="%g" width="444" height="12" fill="#CFE0E7"/>`, y)
		names := [][]string{{"milk", "yogurt", "bottle", "honey", "cake", "egg"}, {"fish", "steak", "shrimp", "tofu", "cheese", "butter", "salmon"}, {"cabbage", "carrot", "tomato", "broccoli", "apple", "orange", "grape", "lemon", "corn"}}[row]
		pick := s.Perm(len(names))
		for i := range 4 {
			m := goods[names[pick[i]]]
			s.put(m.shape, s.palette(m), 162+float64(i)*106, y-52, s.between(-4, 4), .56)
		}
	}
}
