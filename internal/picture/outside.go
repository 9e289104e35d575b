package picture

// sky paints a day outside with a sun and a cloud or two.
func (s *sketch) sky() {
	c := one(s, [2]string{"#CFEBFA", "#F3FBFE"}, [2]string{"#FFE3C2", "#FFF7EA"}, [2]string{"#D8EDE3", "#F6FCF8"})
	s.add(`<defs><linearGradient id="g" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="%s"/><stop offset="1" stop-color="%s"/></linearGradient></defs><rect width="640" height="480" fill="url(#g)"/>`, c[0], c[1])
	s.add(`<circle cx="%g" cy="%g" r="42" fill="#FBCB5B"/>`, s.between(90, 550), s.between(70, 110))
	for range 2 {
		s.put(`<path d="M-60 16 a26 26 0 0 1 10 -48 a36 36 0 0 1 66 -8 a28 28 0 0 1 38 40 q8 16 -14 16Z" fill="#fff" opacity=".9"/>`, colours{}, s.between(80, 560), s.between(70, 150), 0, s.between(.6, 1))
	}
}

func (s *sketch) farm() {
	s.sky()
	soil := one(s, colours{"#9CCB6A", "#7FB24E", "#659A3A"}, colours{"#C9D46A", "#AFBF4E", "#8FA23A"})
	s.put(`<path d="M0 300 Q160 220 320 290 T640 270 V480 H0Z" fill="{a}"/><path d="M0 350 Q200 290 380 340 T640 330 V480 H0Z" fill="{b}"/>`, soil, 0, 0, 0, 1)
	s.put(`<path d="M-70 70 V-10 L0 -62 L70 -10 V70Z" fill="{a}"/><path d="M-84 0 L0 -66 L84 0" stroke="{b}" stroke-width="13" fill="none" stroke-linecap="round" stroke-linejoin="round"/><rect x="-24" y="16" width="48" height="54" fill="#FFF6E6"/><path d="M-24 16 L24 70 M24 16 L-24 70" stroke="{b}" stroke-width="5"/><circle cy="-20" r="12" fill="#FFF6E6"/>`, one(s, colours{"#D9604C", "#A63F30"}, colours{"#E0A45A", "#8A5A3B"}, colours{"#7FA3B8", "#4E7086"}), s.between(120, 520), 250, 0, 1)
	for row := range 3 {
		y := 386.0 + float64(row)*40
		s.add(`<path d="M-20 %g Q320 %g 660 %g" stroke="#8A6238" stroke-width="24" fill="none" stroke-linecap="round"/>`, y+14, y-14, y+12)
		crop := one(s, "cabbage", "carrot", "strawberry", "pumpkin", "bokchoy", "corn", "tomato")
		m := goods[crop]
		c := s.palette(m)
		for i := range 8 {
			s.put(m.shape, c, 40+float64(i)*80+s.between(-8, 8), y-14+s.between(-5, 5), s.between(-8, 8), .32+float64(row)*.06)
		}
	}
}

func (s *sketch) market() {
	s.sky()
	s.add(`<rect y="400" width="640" height="80" fill="#D8C6AE"/><rect x="70" y="120" width="14" height="300" fill="#8A5A3B"/><rect x="556" y="120" width="14" height="300" fill="#8A5A3B"/>`)
	stripe := one(s, "#E2574C", "#4E9F6E", "#3F87B5", "#E8A33A")
	for i := range 8 {
		fill := stripe
		if i%2 == 1 {
			fill = "#FFF8EC"
		}
		x := 40 + i*70
		s.add(`<path d="M%d 90 H%d V158 a35 30 0 0 1 -70 0Z" fill="%s"/>`, x, x+70, fill)
	}
	s.add(`<rect x="40" y="76" width="560" height="24" rx="8" fill="%s"/>`, stripe)
	s.add(`<path d="M54 330 H586 L600 424 H40Z" fill="#B98552"/><path d="M48 360 H592 M44 392 H596" stroke="#9C6C3C" stroke-width="5"/>`)
	stalls := []string{"apple", "orange", "carrot", "tomato", "cabbage", "eggplant", "corn", "lemon", "pepper", "grape", "peach", "broccoli", "banana", "pear"}
	s.Shuffle(len(stalls), func(i, j int) { stalls[i], stalls[j] = stalls[j], stalls[i] })
	for i := range 4 {
		m := goods[stalls[i]]
		c, x := s.palette(m), 122+float64(i)*132
		s.add(`<path d="M%g 282 h112 l-10 58 h-92Z" fill="#D9A66C"/><path d="M%g 306 h104" stroke="#B98552" stroke-width="6"/>`, x-56, x-52)
		for j, at := range [][2]float64{{-34, 262}, {0, 266}, {34, 262}, {-18, 238}, {18, 238}, {0, 214}} {
			s.put(m.shape, c, x+at[0], at[1], float64(j*17%30)-12, .3)
		}
	}
}

func (s *sketch) picnic() {
	s.sky()
	s.put(`<path d="M0 240 Q180 190 340 230 T640 220 V480 H0Z" fill="{a}"/>`, one(s, colours{"#A8D171"}, colours{"#93C78A"}, colours{"#C5D46A"}), 0, 0, 0, 1)
	tree := one(s, colours{"#6FAE4E", "#5B9540"}, colours{"#F2A65A", "#D9863A"}, colours{"#F4B6C4", "#E090A4"})
	s.put(`<rect x="-12" y="20" width="24" height="90" fill="#8A5A3B"/><circle cx="-40" cy="0" r="50" fill="{b}"/><circle cx="40" cy="0" r="50" fill="{b}"/><circle cy="-36" r="60" fill="{a}"/>`, tree, one(s, 90.0, 548.0), 160, 0, 1)
	cloth := one(s, "#E2574C", "#3F87B5", "#E8A33A")
	s.add(`<path d="M120 330 L520 330 L600 460 H40Z" fill="#FFF9F0"/>`)
	for i := range 6 {
		s.add(`<path d="M%d 330 L%d 460" stroke="%s" stroke-width="20" opacity=".4"/>`, 150+i*68, 84+i*94, cloth)
	}
	s.add(`<path d="M108 352 H532 M84 390 H556 M60 430 H580" stroke="%s" stroke-width="17" opacity=".4"/>`, cloth)
	s.put(pantry["hamper"].shape, pantry["hamper"].palettes[0], 206, 300, 0, 1)
	sweet := one(s, fruits["watermelon"], pantry["cake"])
	s.put(sweet.shape, s.palette(sweet), 356, 380, 0, .75)
	s.put(pantry["bottle"].shape, s.palette(pantry["bottle"]), 462, 322, 0, .8)
	s.put(pantry["croissant"].shape, pantry["croissant"].palettes[0], 492, 410, 0, .5)
}
