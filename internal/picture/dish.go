package picture

import "fmt"

// strands are noodles: arcs around the bowl's middle.
func (s *sketch) strands(colour, edge string) {
	for range 16 {
		x, y := 306+s.between(-60, 60), 240+s.between(-60, 60)
		r := s.between(40, 96)
		arc := fmt.Sprintf(`M%g %g a%g %g 0 0 1 %g %g`, x-r/2, y, r, r, r, s.between(-40, 40))
		s.add(`<path d="%s" stroke="%s" stroke-width="14" fill="none" stroke-linecap="round"/><path d="%s" stroke="%s" stroke-width="10" fill="none" stroke-linecap="round"/>`, arc, edge, arc, colour)
	}
}

func (s *sketch) noodles() {
	s.table()
	s.beside()
	broth := one(s, [2]string{"#C9743A", "#A85A28"}, [2]string{"#E6C27A", "#C9A055"}, [2]string{"#B9402C", "#8F2E1E"}, [2]string{"#F0E0BC", "#D9C391"})
	s.bowl(broth[0], broth[1])
	s.strands("#F9E3A0", "#DDBB66")
	s.ring(3, 92, .9, false, halfEgg, beefSlice, greenLeaf)
	s.ring(4, 96, .85, true, one(s, beefSlice, shrimpBite, mushroomCap), greenLeaf)
	s.scatter(12, 120, .8, ringOnion, ringOnion, chiliBit)
	s.steam()
}

func (s *sketch) soup() {
	s.table()
	s.beside()
	broth := one(s, [2]string{"#F3E6C4", "#DCC797"}, [2]string{"#E2573C", "#BD3F28"}, [2]string{"#F0B65A", "#D4973A"}, [2]string{"#DCE8C0", "#BDCF95"})
	s.bowl(broth[0], broth[1])
	pieces := one(s, []string{tofuCube, mushroomCap, greenLeaf}, []string{lotusDisc, porkCube, carrotDisc}, []string{halfTomato, greenLeaf, tofuCube}, []string{shrimpBite, tofuCube, greenLeaf}, []string{cornBit, carrotDisc, lotusDisc})
	s.scatter(11, 112, .92, pieces...)
	s.scatter(14, 130, .6, ringOnion)
	s.steam()
}

func (s *sketch) stirFry() {
	s.table()
	s.beside()
	s.plate()
	pieces := one(s, []string{beefSlice, greenStrip, redStrip}, []string{shrimpBite, carrotDisc, greenStrip}, []string{chickenBit, redStrip, ringOnion, greenStrip}, []string{greenLeaf, mushroomCap, redStrip}, []string{lotusDisc, greenStrip, redStrip})
	s.scatter(30, 112, .88, pieces...)
	s.scatter(24, 116, 1, sesame)
	s.steam()
}

func (s *sketch) steamedFish() {
	s.table()
	s.beside()
	g := one(s, glazes[:5]...)
	s.add(`<ellipse cx="314" cy="254" rx="246" ry="168" fill="#3A2A1E" opacity=".18"/><ellipse cx="306" cy="240" rx="244" ry="164" fill="%s"/><ellipse cx="306" cy="240" rx="234" ry="154" fill="none" stroke="%s" stroke-width="5"/><ellipse cx="306" cy="246" rx="196" ry="118" fill="#8A5A34" opacity=".35"/>`, g[0], g[2])
	s.put(butchery["fish"].shape, one(s, butchery["fish"].palettes[0], butchery["fish"].palettes[2], butchery["fish"].palettes[3]), 306, 246, s.between(-8, 4), 2.05)
	for range 26 {
		s.put(one(s, greenStrip, greenStrip, redStrip, `<path d="M-30 0 Q0 -10 30 0" stroke="#F7FAEF" stroke-width="8" fill="none" stroke-linecap="round"/>`), colours{}, 296+s.between(-110, 70), 232+s.between(-34, 30), s.between(0, 180), .72)
	}
	s.steam()
}

func (s *sketch) dumplings() {
	s.table()
	s.beside()
	if s.IntN(2) == 0 {
		s.plate()
		s.ring(7, 96, 1.02, true, gyoza)
		s.put(`<circle r="46" fill="#FBF7EF"/><circle r="37" fill="#5A2A1A"/><ellipse cx="-8" cy="4" rx="9" ry="3" fill="#D8342A"/><ellipse cx="10" cy="-8" rx="8" ry="3" fill="#D8342A"/>`, colours{}, 306, 240, 0, 1)
		return
	}
	s.shadow(196)
	s.add(`<circle cx="306" cy="238" r="194" fill="#C99A5E"/><circle cx="306" cy="238" r="194" fill="none" stroke="#A87A40" stroke-width="10"/><circle cx="306" cy="238" r="168" fill="#E9CFA0"/>`)
	for i := range 9 {
		s.add(`<path d="M%d 110 V366" stroke="#D6B67E" stroke-width="5"/>`, 170+i*34)
	}
	s.ring(6, 102, 1, false, roundBun)
	s.put(roundBun, colours{}, 306, 240, s.between(0, 90), 1)
	s.steam()
}

func (s *sketch) braise() {
	s.table()
	s.beside()
	s.pot(one(s, "#7A2F18", "#8F3A1C", "#A3562A"))
	pieces := one(s, []string{porkCube, porkCube, halfEgg}, []string{porkCube, carrotDisc, greenLeaf}, []string{chickenBit, mushroomCap, carrotDisc}, []string{beefSlice, carrotDisc, lotusDisc})
	s.scatter(19, 122, 1.04, pieces...)
	s.scatter(12, 130, .7, ringOnion)
	s.steam()
}

func (s *sketch) hotpot() {
	s.table()
	s.shadow(176)
	s.add(`<circle cx="306" cy="238" r="172" fill="#4A4A4F"/><circle cx="306" cy="238" r="156" fill="#C13A24"/><path d="M306 82 C400 130 210 340 306 394 A156 156 0 0 1 306 82Z" fill="#F3E6C4"/><path d="M306 82 C400 130 210 340 306 394" stroke="#4A4A4F" stroke-width="12" fill="none"/>`)
	s.scatter(15, 122, .82, chiliBit, mushroomCap, greenLeaf, tofuCube, shrimpBite)
	for i, at := range [][2]float64{{84, 92}, {548, 96}, {88, 396}, {552, 392}} {
		c := []string{beefSlice, shrimpBite, greenLeaf, mushroomCap}[i]
		s.put(`<circle cx="4" cy="8" r="78" fill="#3A2A1E" opacity=".16"/><circle r="76" fill="#FBF7EF"/><circle r="62" fill="#EFE8DA"/>`, colours{}, at[0], at[1], 0, 1)
		for j := range 6 {
			s.put(c, colours{}, at[0]+[]float64{-28, 26, 0, -30, 30, 0}[j], at[1]+[]float64{-22, -24, 4, 26, 28, 34}[j], s.between(0, 360), .72)
		}
	}
	s.steam()
}

func (s *sketch) riceBowl() {
	s.table()
	s.beside()
	s.bowl("#FFFDF4", "#E9E0CC")
	for range 60 {
		s.add(`<ellipse cx="%g" cy="%g" rx="7" ry="4" fill="#EFE6D0" transform="rotate(%g %d %d)"/>`, 306+s.between(-130, 130), 240+s.between(-130, 130), s.between(0, 20), 306, 240)
	}
	toppings := one(s, []string{beefSlice, greenLeaf, carrotDisc, cornBit}, []string{shrimpBite, cukeDisc, cornBit, halfTomato}, []string{chickenBit, greenLeaf, mushroomCap, carrotDisc})
	for i, t := range toppings {
		for j := range 3 {
			x := []float64{236, 376, 236, 376}[i] + []float64{-18, 20, 0}[j]
			y := []float64{180, 180, 304, 304}[i] + []float64{-14, -10, 22}[j]
			s.put(t, colours{}, x, y, s.between(0, 360), .86)
		}
	}
	s.put(friedEgg, colours{}, 306, 240, s.between(0, 90), 1)
	s.scatter(26, 110, 1, sesame)
}
