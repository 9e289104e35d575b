package picture

func (s *sketch) congee() {
	s.table()
	s.beside()
	c := one(s, [2]string{"#FBF4E2", "#E4D8BA"}, [2]string{"#F6D98A", "#DDB85C"}, [2]string{"#8A4A4A", "#6B3434"}, [2]string{"#F3E3D0", "#D9C3A6"})
	s.bowl(c[0], c[1])
	for range 46 {
		s.add(`<circle cx="%g" cy="%g" r="%g" fill="#fff" opacity=".45"/>`, 306+s.between(-118, 118), 240+s.between(-96, 96), s.between(3, 7))
	}
	s.scatter(5, 60, .8, one(s, shrimpBite, beefSlice, cornBit, halfEgg), greenLeaf)
	s.scatter(12, 112, .62, ringOnion)
	s.steam()
}

func (s *sketch) salad() {
	s.table()
	s.beside()
	s.plate()
	s.scatter(16, 116, 1.12, paleLeaf, greenLeaf)
	s.scatter(17, 104, .84, halfTomato, cukeDisc, cornBit, one(s, shrimpBite, chickenBit, halfEgg), one(s, berryBit, carrotDisc))
	s.scatter(20, 110, 1, sesame)
}

func (s *sketch) fruitPlate() {
	s.table()
	s.small(84, 92)
	s.small(560, 396)
	s.plate()
	s.ring(8, 104, 1, true, orangeDisc, melonWedge, kiwiDisc, strawHalf)
	s.scatter(9, 56, .9, strawHalf, berryBit, kiwiDisc, orangeDisc)
}

func (s *sketch) grill() {
	s.table()
	s.small(80, 96)
	s.small(566, 404)
	s.board()
	switch s.IntN(3) {
	case 0:
		for i := range 3 {
			s.put(butchery["skewer"].shape, butchery["skewer"].palettes[0], 196+float64(i)*112, 242, s.between(-60, -48), 1.1)
		}
	case 1:
		s.put(butchery["steak"].shape, colours{"#8C4630", "#6E3220", "#B9785A", "#A9694A"}, 250, 236, -8, 1.7)
		s.put(`<path d="M-60 -40 L60 40 M-84 0 L0 60 M0 -60 L84 0" stroke="#4A2115" stroke-width="9" stroke-linecap="round" opacity=".6"/>`, colours{}, 250, 236, 0, 1)
		s.put(vegetables["corn"].shape, vegetables["corn"].palettes[0], 444, 220, 10, .8)
	default:
		s.put(butchery["drumstick"].shape, butchery["drumstick"].palettes[1], 210, 230, -10, 1.15)
		s.put(butchery["drumstick"].shape, butchery["drumstick"].palettes[1], 340, 250, 16, 1.15)
		s.put(fruits["lemon"].shape, fruits["lemon"].palettes[0], 458, 190, 20, .6)
	}
	s.put(greenLeaf, colours{}, 460, 320, 40, 1)
	s.put(greenLeaf, colours{}, 430, 336, -20, .9)
}

func (s *sketch) cakePlate() {
	s.table()
	s.small(84, 92)
	s.small(566, 400)
	s.plate()
	base := one(s, colours{"#FFF3E4", "#F8B6C4"}, colours{"#8A5A44", "#5A3526"}, colours{"#FFF6DC", "#F9C846"}, colours{"#EAF3D4", "#8DB255"})
	s.put(`<circle r="120" fill="{a}"/><circle r="120" fill="none" stroke="{b}" stroke-width="16"/><circle r="88" fill="{b}" opacity=".35"/>`, base, 306, 238, 0, 1)
	s.ring(10, 104, .62, false, `<circle r="25" fill="#FFFDF8"/><circle r="14" fill="#F3E8DC"/>`)
	s.ring(5, 50, .9, false, one(s, strawHalf, orangeDisc, kiwiDisc), berryBit)
	s.put(strawHalf, colours{}, 306, 238, 0, 1)
}

func (s *sketch) bread() {
	s.table()
	s.small(84, 92)
	s.small(566, 400)
	s.board()
	loaf := one(s, "baguette", "croissant", "toast", "bun", "tart", "cookie")
	m := pantry[loaf]
	c := s.palette(m)
	s.put(m.shape, c, 222, 236, s.between(-14, 6), 1.15)
	s.put(m.shape, c, 376, 220, s.between(4, 20), 1.02)
	if s.IntN(2) == 0 {
		s.put(m.shape, c, 318, 312, s.between(-10, 10), .8)
		return
	}
	s.put(pantry["butter"].shape, pantry["butter"].palettes[0], 330, 326, 0, .5)
}

func (s *sketch) breakfast() {
	s.table()
	s.beside()
	s.plate()
	s.put(toastSlice, colours{}, 250, 196, s.between(-16, -4), 1.1)
	s.put(friedEgg, colours{}, 348, 196, s.between(0, 90), 1.1)
	s.put(bacon, colours{}, 262, 304, s.between(-12, 0), .95)
	s.put(bacon, colours{}, 290, 332, s.between(-12, 0), .8)
	s.put(halfTomato, colours{}, 376, 296, 0, 1)
	s.put(halfTomato, colours{}, 404, 250, 0, .8)
	s.put(greenLeaf, colours{}, 352, 340, 60, .9)
	s.put(one(s, strawHalf, berryBit, kiwiDisc), colours{}, 200, 270, 0, .8)
}

func (s *sketch) brew() {
	s.table()
	liquid := one(s, "#6F4A32", "#C98F4B", "#9DB255", "#D9776C")
	cup := one(s, glazes[:5]...)
	s.add(`<ellipse cx="320" cy="264" rx="210" ry="150" fill="#3A2A1E" opacity=".16"/><ellipse cx="312" cy="250" rx="206" ry="146" fill="%s"/><ellipse cx="312" cy="250" rx="190" ry="132" fill="none" stroke="%s" stroke-width="5"/>`, cup[0], cup[2])
	s.add(`<path d="M414 218 C500 196 500 300 412 284" stroke="%s" stroke-width="24" fill="none"/><circle cx="306" cy="240" r="118" fill="%s"/><circle cx="306" cy="240" r="100" fill="%s"/>`, cup[2], cup[0], liquid)
	s.put(one(s,
		`<path d="M0 52 C-64 8 -36 -42 0 -10 C36 -42 64 8 0 52Z" fill="#F7E8D2"/><path d="M0 34 C-36 8 -20 -20 0 -2 C20 -20 36 8 0 34Z" fill="#D9B58A"/>`,
		`<path d="M0 64 V-56 M0 44 C-44 34 -52 8 -48 -10 C-22 -10 -4 10 0 30 M0 44 C44 34 52 8 48 -10 C22 -10 4 10 0 30 M0 10 C-30 2 -36 -18 -32 -32 C-14 -32 -2 -14 0 0 M0 10 C30 2 36 -18 32 -32 C14 -32 2 -14 0 0" stroke="#F7E8D2" stroke-width="9" fill="none" stroke-linejoin="round"/>`,
		`<g fill="#fff" opacity=".55"><circle cx="-30" cy="-20" r="12"/><circle cx="6" cy="-34" r="9"/><circle cx="34" cy="-2" r="13"/><circle cx="-8" cy="18" r="10"/><circle cx="-40" cy="22" r="7"/></g>`), colours{}, 306, 240, s.between(-12, 12), 1.1)
	s.put(pantry["cookie"].shape, pantry["cookie"].palettes[0], 112, 380, 0, .7)
	s.small(96, 96)
	s.small(560, 110)
	s.steam()
}
