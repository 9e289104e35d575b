package picture

// prizes are what coins buy, besides goods.
var prizes = map[string]motif{
	"coupon": {palettes: []colours{{"#F0625D", "#D2433F", "#FFE7C2", "#F9C846"}, {"#F29A38", "#DA7F1D", "#FFF0D2", "#FFFFFF"}, {"#4E9F6E", "#388456", "#E6F5EA", "#F9C846"}}, shape: `
<g transform="rotate(-8)"><path d="M-96 -52 H96 V-16 A16 16 0 0 0 96 16 V52 H-96 V16 A16 16 0 0 0 -96 -16Z" fill="{a}"/><path d="M30 -52 H96 V-16 A16 16 0 0 0 96 16 V52 H30Z" fill="{b}"/><path d="M30 -44 V48" stroke="{c}" stroke-width="5" stroke-dasharray="9 8"/><path d="M-72 -22 H4 M-72 2 H-10 M-72 24 H-34" stroke="{c}" stroke-width="10" stroke-linecap="round"/><path d="M62 -24 l7 15 16 2 -12 11 4 16 -15 -8 -15 8 4 -16 -12 -11 16 -2Z" fill="{d}"/></g>`},
	"tote": {palettes: []colours{{"#F3E6CF", "#D9C5A0", "#4E8F35", "#E2483D"}, {"#DDE9E4", "#B5CDC3", "#2F7F86", "#F28C2E"}}, shape: `
<path d="M-34 -36 C-34 -104 34 -104 34 -36" stroke="{b}" stroke-width="12" fill="none"/><path d="M-70 -40 H70 L80 86 Q80 94 72 94 H-72 Q-80 94 -80 86Z" fill="{a}"/><path d="M40 -40 H70 L80 86 Q80 94 72 94 H44Z" fill="{b}" opacity=".6"/><path d="M0 58 C-34 58 -38 20 -14 14 C-6 12 -2 16 0 18 C2 16 6 12 14 14 C38 20 34 58 0 58Z" fill="{d}"/><path d="M0 16 C2 -8 26 -14 38 -6 C30 10 14 16 0 16Z" fill="{c}"/><path d="M-26 -40 v14 M26 -40 v14" stroke="{b}" stroke-width="12" stroke-linecap="round"/>`},
	"mug": {palettes: []colours{{"#F7F3EA", "#DDD3C0", "#E07A5F", "#FFFFFF"}, {"#5A87A8", "#456D8B", "#F9E9C8", "#DCE9F2"}, {"#8DB28A", "#719770", "#FFF6DC", "#E6F2E4"}}, shape: `
<path d="M48 -26 C96 -34 96 46 44 44" stroke="{b}" stroke-width="17" fill="none"/><path d="M-66 -46 H54 V50 Q54 84 20 84 H-32 Q-66 84 -66 50Z" fill="{a}"/><path d="M28 -46 H54 V50 Q54 84 20 84 H6 Q30 60 28 -46Z" fill="{b}" opacity=".6"/><ellipse cx="-6" cy="-46" rx="60" ry="13" fill="{d}"/><ellipse cx="-6" cy="-45" rx="50" ry="9" fill="#8A5A3B"/><path d="M-6 52 C-46 24 -30 -8 -6 14 C18 -8 34 24 -6 52Z" fill="{c}"/><path d="M-26 -66 q-9 -12 0 -20 q8 -8 0 -18 M12 -66 q-9 -12 0 -20 q8 -8 0 -18" stroke="{b}" stroke-width="6" fill="none" stroke-linecap="round" opacity=".7"/>`},
	"apron": {palettes: []colours{{"#E7A24A", "#CB8730", "#FFF2DC", "#8A5A3B"}, {"#6C9A8B", "#527D6F", "#EAF4F0", "#F2C14E"}}, shape: `
<path d="M-30 -92 Q0 -62 30 -92 L40 -50 C44 -24 56 -16 76 -10 V84 Q0 104 -76 84 V-10 C-56 -16 -44 -24 -40 -50Z" fill="{a}"/><path d="M30 -92 L40 -50 C44 -24 56 -16 76 -10 V84 Q56 90 34 92 C44 20 40 -40 16 -80Z" fill="{b}" opacity=".6"/><path d="M-30 -92 C-24 -110 24 -110 30 -92" stroke="{d}" stroke-width="8" fill="none"/><path d="M-76 -8 q-18 0 -22 18 M76 -8 q18 0 22 18" stroke="{d}" stroke-width="8" fill="none" stroke-linecap="round"/><path d="M-44 20 H44 V56 Q44 70 30 70 H-30 Q-44 70 -44 56Z" fill="{c}"/><path d="M0 20 V68 M-44 32 H44" stroke="{b}" stroke-width="4" stroke-dasharray="7 6"/>`},
	"giftbox": {palettes: []colours{{"#E8505B", "#C23742", "#F9D65C", "#FFE9A8"}, {"#5B8DB8", "#44739A", "#FFE0B0", "#FFF3DC"}, {"#7FB069", "#64954F", "#F7B2B7", "#FDE2E4"}}, shape: `
<rect x="-70" y="-10" width="140" height="100" rx="8" fill="{a}"/><path d="M30 -10 H62 Q70 -10 70 -2 V82 Q70 90 62 90 H30Z" fill="{b}"/><rect x="-82" y="-36" width="164" height="36" rx="8" fill="{a}"/><path d="M34 -36 H74 Q82 -36 82 -28 V-8 Q82 0 74 0 H34Z" fill="{b}"/><rect x="-16" y="-36" width="32" height="126" fill="{c}"/><path d="M0 -38 C-60 -96 -86 -40 0 -38 C86 -40 60 -96 0 -38Z" fill="none" stroke="{c}" stroke-width="15" stroke-linejoin="round"/><circle cy="-40" r="13" fill="{d}"/>`},
	"cooler": {palettes: []colours{{"#6DB6C9", "#4E98AC", "#F3FAFB", "#F2A65A"}, {"#9BB95E", "#7F9D43", "#F7FAEC", "#E07A5F"}}, shape: `
<path d="M-44 -48 C-44 -100 44 -100 44 -48" stroke="{d}" stroke-width="12" fill="none"/><rect x="-80" y="-44" width="160" height="132" rx="18" fill="{a}"/><path d="M46 -44 H62 Q80 -44 80 -26 V70 Q80 88 62 88 H46Z" fill="{b}"/><path d="M-80 -10 H80" stroke="{c}" stroke-width="7" stroke-dasharray="12 8"/><rect x="-46" y="14" width="92" height="50" rx="10" fill="{c}"/><g stroke="{b}" stroke-width="6" stroke-linecap="round"><path d="M0 22 V56 M-15 30 L15 48 M15 30 L-15 48"/></g>`},
	"ticket": {palettes: []colours{{"#7FB069", "#5F9149", "#FFF8E2", "#F2C14E"}, {"#E59866", "#CC7B45", "#FFF8EE", "#7FB069"}}, shape: `
<g transform="rotate(-10)"><rect x="-78" y="-84" width="156" height="168" rx="14" fill="{c}"/><path d="M-78 -2 V-70 Q-78 -84 -64 -84 H64 Q78 -84 78 -70 V-2 Q40 -26 0 -6 T-78 -2Z" fill="#BFE1F5"/><circle cx="40" cy="-54" r="17" fill="{d}"/><path d="M-78 -2 Q-40 -26 0 -6 T78 -2 V24 H-78Z" fill="{a}"/><path d="M-50 -14 v-22 h26 v24 M-56 -34 l19 -18 19 18" fill="#E2694F" stroke="#E2694F" stroke-width="4" stroke-linejoin="round"/><path d="M-78 24 H78" stroke="{b}" stroke-width="4" stroke-dasharray="8 7"/><path d="M-54 44 H20 M-54 62 H-6" stroke="{b}" stroke-width="9" stroke-linecap="round"/><circle cx="48" cy="54" r="16" fill="{a}"/><path d="M41 54 l5 6 10 -12" stroke="#fff" stroke-width="5" fill="none" stroke-linecap="round"/></g>`},
	"tree": {palettes: []colours{{"#7DB343", "#5E9130", "#A8D171", "#8A5A3B"}}, shape: `
<path d="M-84 84 Q-40 52 0 70 Q40 52 84 84 Q0 104 -84 84Z" fill="#B98F63"/><path d="M0 74 C-4 40 -2 20 0 -6" stroke="{d}" stroke-width="11" fill="none" stroke-linecap="round"/><path d="M0 24 C-20 -10 -64 -10 -78 6 C-62 34 -24 40 0 24Z" fill="{a}"/><path d="M0 8 C18 -30 62 -34 80 -18 C64 14 28 24 0 8Z" fill="{b}"/><path d="M0 -4 C-24 -34 -14 -76 8 -92 C30 -70 28 -28 0 -4Z" fill="{c}"/><path d="M4 -8 C6 -36 8 -56 8 -80 M-8 24 Q-36 14 -64 8 M10 6 Q40 -10 66 -16" stroke="#fff" stroke-opacity=".55" stroke-width="4" fill="none"/>`},
	"lunchbox": {palettes: []colours{{"#F2B6A0", "#DB937A", "#FFF6EE", "#E07A5F"}, {"#9CC5C9", "#7BAAAF", "#F2FAFA", "#3D8B8B"}}, shape: `
<rect x="-92" y="-54" width="184" height="116" rx="22" fill="{b}" transform="translate(0 10)"/><rect x="-92" y="-56" width="184" height="116" rx="22" fill="{a}"/><rect x="-78" y="-44" width="88" height="92" rx="14" fill="#FFFDF6"/><rect x="18" y="-44" width="60" height="42" rx="12" fill="{c}"/><rect x="18" y="6" width="60" height="42" rx="12" fill="{c}"/><g fill="#EDE3CE"><circle cx="-58" cy="-20" r="7"/><circle cx="-32" cy="-28" r="7"/><circle cx="-10" cy="-10" r="7"/><circle cx="-56" cy="24" r="7"/><circle cx="-16" cy="28" r="7"/></g><circle cx="-34" cy="4" r="12" fill="#D8283C"/><circle cx="36" cy="-24" r="12" fill="#5CA04A"/><circle cx="58" cy="-22" r="12" fill="#6FB35C"/><path d="M26 34 q10 -22 24 -14 q14 -4 20 14Z" fill="#F28C2E"/>`},
	"thermos": {alone: true, palettes: []colours{{"#D9776C", "#B9584E", "#F2EDE6", "#C9C2B8"}, {"#5E8C9A", "#46717E", "#F2EDE6", "#C9C2B8"}}, shape: `
<rect x="-30" y="-98" width="60" height="42" rx="12" fill="{d}"/><rect x="-34" y="-60" width="68" height="16" rx="5" fill="{b}"/><path d="M-34 -44 H34 Q44 -36 44 -20 V78 Q44 92 30 92 H-30 Q-44 92 -44 78 V-20 Q-44 -36 -34 -44Z" fill="{a}"/><path d="M16 -44 H34 Q44 -36 44 -20 V78 Q44 92 30 92 H14Z" fill="{b}" opacity=".7"/><path d="M-44 20 H44 V42 H-44Z" fill="{c}"/><path d="M-28 -26 V8" stroke="#fff" stroke-width="8" opacity=".45" stroke-linecap="round"/>`},
	"knife": {palettes: []colours{{"#DCE3E8", "#B4C0C8", "#8A5A3B", "#C98F55"}}, shape: `
<g transform="rotate(-32)"><rect x="-96" y="20" width="192" height="70" rx="14" fill="{d}"/><path d="M-80 44 H60 M-70 66 H76" stroke="#B07C46" stroke-width="4" stroke-linecap="round"/><path d="M-92 -30 H34 V16 H-56 C-80 16 -92 -4 -92 -30Z" fill="{a}"/><path d="M-78 2 C-72 12 -66 16 -56 16 H34 V4Z" fill="{b}"/><rect x="34" y="-30" width="62" height="30" rx="12" fill="{c}"/><circle cx="52" cy="-15" r="4" fill="{a}"/><circle cx="76" cy="-15" r="4" fill="{a}"/></g>`},
	"hat": {palettes: []colours{{"#EDF1F4", "#CDD6DC", "#E07A5F", "#FFFFFF"}}, shape: `
<path d="M-58 20 C-96 4 -92 -52 -46 -52 C-34 -92 34 -92 46 -52 C92 -52 96 4 58 20Z" fill="{a}"/><path d="M46 -52 C92 -52 96 4 58 20 H20 C50 0 56 -24 46 -52Z" fill="{b}" opacity=".7"/><path d="M-58 14 H58 V76 Q0 92 -58 76Z" fill="{a}"/><path d="M20 14 H58 V76 Q40 81 20 83Z" fill="{b}" opacity=".7"/><path d="M-58 40 Q0 54 58 40 V60 Q0 74 -58 60Z" fill="{c}"/><path d="M-26 4 V-16 M26 4 V-16 M0 4 V-22" stroke="{b}" stroke-width="6" stroke-linecap="round"/>`},
	"umbrella": {palettes: []colours{{"#F2A65A", "#D9863A", "#FFE3BF", "#7A5230"}, {"#6FA8A0", "#528A82", "#D6ECE8", "#7A5230"}}, shape: `
<path d="M0 -60 V66 Q0 90 22 88 Q38 84 36 66" stroke="{d}" stroke-width="9" fill="none" stroke-linecap="round"/><path d="M-92 10 C-86 -60 -40 -84 0 -84 C40 -84 86 -60 92 10 Q70 -12 46 10 Q22 -14 0 10 Q-22 -14 -46 10 Q-70 -12 -92 10Z" fill="{a}"/><path d="M0 -84 C-30 -60 -44 -20 -46 10 Q-22 -14 0 10 Q22 -14 46 10 C44 -20 30 -60 0 -84Z" fill="{c}"/><path d="M0 -84 C40 -84 86 -60 92 10 Q70 -12 46 10 C44 -20 30 -60 0 -84Z" fill="{b}" opacity=".55"/><path d="M0 -84 V-98" stroke="{d}" stroke-width="8" stroke-linecap="round"/>`},
}

func rewardMotifs() []string { return append(keys(prizes), keys(goods)...) }

// reward draws one thing before rays, as something that is won.
func (s *sketch) reward() {
	thing, ok := prizes[s.motif]
	if !ok {
		thing = goods[s.motif]
	}
	ground := s.ground(400, 400)
	turn := s.between(0, 30)
	for i := range 12 {
		s.add(`<path d="M200 196 L176 -140 H224Z" fill="%s" opacity=".5" transform="rotate(%g 200 196)"/>`, ground[2], turn+float64(i)*30)
	}
	s.add(`<circle cx="200" cy="196" r="132" fill="#fff" opacity=".82"/><circle cx="200" cy="196" r="132" fill="none" stroke="%s" stroke-width="6" stroke-dasharray="2 15" stroke-linecap="round"/>`, ground[2])
	s.add(`<ellipse cx="200" cy="300" rx="80" ry="11" fill="#5B4636" opacity=".14"/>`)
	s.put(thing.shape, s.palette(thing), 200, 200, s.between(-5, 5), 1)
	star := `<path d="M0 -15 l4 10 11 1 -8 8 2 11 -9 -6 -9 6 2 -11 -8 -8 11 -1Z" fill="{d}"/>`
	for _, at := range [][2]float64{{64, 92}, {338, 84}, {72, 316}, {334, 312}} {
		s.put(star, colours{"", "", "", "#F7C948"}, at[0]+s.between(-16, 16), at[1]+s.between(-16, 16), s.between(-20, 20), s.between(.8, 1.4))
	}
}
