package picture

import (
	"slices"
)

// backdrops are what faces stand before: background and shirt.
var backdrops = [][2]string{
	{"#FFD9A0", "#E07A5F"}, {"#BFE3D0", "#3D8B6E"}, {"#BBDDF5", "#3A6EA5"}, {"#F8C8C8", "#B5495B"}, {"#D9CDF2", "#6C5BA7"},
	{"#FBE8A6", "#D08C2C"}, {"#C9E4E7", "#2F7F86"}, {"#E8D3BE", "#8A5A3B"}, {"#F4CBE0", "#A84E86"}, {"#D5E8B0", "#6A8F2F"},
}

// animals are the faces. {a} is the fur, {b} its darker parts, {c} muzzle and belly, {d} nose and inner ears.
var animals = map[string]motif{
	"cat": {palettes: []colours{{"#F2A65A", "#D9803A", "#FFF3E0", "#F27D72"}, {"#8D99AE", "#6B7790", "#EEF1F6", "#F2A1A1"}, {"#4A4E5A", "#33363F", "#E7E3DC", "#E88F8F"}, {"#F7E7D2", "#E0B98A", "#FFFFFF", "#F2A1A1"}}, shape: `
<path d="M-62 -18 L-58 -84 Q-56 -90 -50 -86 L-12 -56Z M62 -18 L58 -84 Q56 -90 50 -86 L12 -56Z" fill="{a}"/><path d="M-52 -36 L-50 -70 L-28 -54Z M52 -36 L50 -70 L28 -54Z" fill="{d}"/>
<ellipse cx="0" cy="0" rx="70" ry="60" fill="{a}"/><path d="M-8 -58 h16 l-4 26 h-8Z M-30 -52 l12 -4 2 20Z M30 -52 l-12 -4 -2 20Z" fill="{b}"/>
<ellipse cx="0" cy="26" rx="36" ry="26" fill="{c}"/><path d="M-7 14 h14 l-7 9Z" fill="{d}"/><path d="M0 23 v8 M0 31 q-10 10 -18 1 M0 31 q10 10 18 1" stroke="#5A4636" stroke-width="3" fill="none" stroke-linecap="round"/>
<path d="M-40 18 l-32 -6 M-40 26 l-32 4 M40 18 l32 -6 M40 26 l32 4" stroke="{c}" stroke-width="2.5" stroke-linecap="round"/>`},
	"bear": {palettes: []colours{{"#A9744F", "#8A5A3B", "#E9CFB2", "#5B3A29"}, {"#C98F5C", "#A87243", "#F5E1C8", "#5B3A29"}, {"#F3F0EA", "#D8D2C6", "#FFFFFF", "#4C4A48"}}, shape: `
<circle cx="-50" cy="-48" r="24" fill="{a}"/><circle cx="50" cy="-48" r="24" fill="{a}"/><circle cx="-50" cy="-48" r="12" fill="{c}"/><circle cx="50" cy="-48" r="12" fill="{c}"/>
<ellipse cx="0" cy="0" rx="70" ry="62" fill="{a}"/><ellipse cx="0" cy="26" rx="34" ry="27" fill="{c}"/><ellipse cx="0" cy="13" rx="12" ry="8.5" fill="{d}"/><path d="M0 21 v9 M0 30 q-9 9 -16 1 M0 30 q9 9 16 1" stroke="{d}" stroke-width="3.5" fill="none" stroke-linecap="round"/>`},
	"panda": {palettes: []colours{{"#FBFAF7", "#3A3D42", "#FFFFFF", "#2B2D31"}}, shape: `
<circle cx="-50" cy="-50" r="24" fill="{b}"/><circle cx="50" cy="-50" r="24" fill="{b}"/><ellipse cx="0" cy="0" rx="72" ry="62" fill="{a}"/>
<ellipse cx="-29" cy="-8" rx="19" ry="23" fill="{b}" transform="rotate(22 -29 -8)"/><ellipse cx="29" cy="-8" rx="19" ry="23" fill="{b}" transform="rotate(-22 29 -8)"/><circle cx="-27" cy="-8" r="11" fill="#fff"/><circle cx="27" cy="-8" r="11" fill="#fff"/>
<ellipse cx="0" cy="18" rx="10" ry="7" fill="{d}"/><path d="M0 24 v7 M0 31 q-9 9 -16 1 M0 31 q9 9 16 1" stroke="{d}" stroke-width="3.5" fill="none" stroke-linecap="round"/>`},
	"fox": {palettes: []colours{{"#EE7B3A", "#D2601F", "#FFF6EC", "#3B2B26"}, {"#E9E4DC", "#CFC7BB", "#FFFFFF", "#3B2B26"}}, shape: `
<path d="M-66 -12 L-62 -88 L-10 -50Z M66 -12 L62 -88 L10 -50Z" fill="{a}"/><path d="M-55 -36 L-53 -68 L-28 -50Z M55 -36 L53 -68 L28 -50Z" fill="{d}"/>
<path d="M-76 -6 C-70 -60 70 -60 76 -6 C70 26 30 56 0 62 C-30 56 -70 26 -76 -6Z" fill="{a}"/><path d="M-76 -6 C-50 -4 -18 6 0 40 C18 6 50 -4 76 -6 C70 26 30 56 0 62 C-30 56 -70 26 -76 -6Z" fill="{c}"/><ellipse cx="0" cy="50" rx="11" ry="9" fill="{d}"/>`},
	"rabbit": {palettes: []colours{{"#F4ECE4", "#DCCFC2", "#FFFFFF", "#F2A7B0"}, {"#C9B8A8", "#AD9A88", "#F4ECE4", "#E99AA5"}, {"#A7B0BD", "#8A94A3", "#EDF0F4", "#E99AA5"}}, shape: `
<ellipse cx="-26" cy="-74" rx="17" ry="46" fill="{a}" transform="rotate(-10 -26 -74)"/><ellipse cx="26" cy="-74" rx="17" ry="46" fill="{a}" transform="rotate(12 26 -74)"/><ellipse cx="-26" cy="-72" rx="8" ry="34" fill="{d}" transform="rotate(-10 -26 -74)"/><ellipse cx="26" cy="-72" rx="8" ry="34" fill="{d}" transform="rotate(12 26 -74)"/>
<ellipse cx="0" cy="2" rx="66" ry="58" fill="{a}"/><ellipse cx="-14" cy="27" rx="18" ry="15" fill="{c}"/><ellipse cx="14" cy="27" rx="18" ry="15" fill="{c}"/><path d="M-8 12 h16 l-8 9Z" fill="{d}"/><rect x="-8" y="34" width="16" height="14" rx="3" fill="#fff" stroke="{b}" stroke-width="1.5"/><path d="M0 34 v14" stroke="{b}" stroke-width="1.5"/>`},
	"dog": {palettes: []colours{{"#F2D7AE", "#B97F4A", "#FFF9F0", "#4A342A"}, {"#FFFFFF", "#4F4A47", "#F7F3EE", "#3A3230"}, {"#C98B57", "#8C5A33", "#FBEAD6", "#3F2A20"}}, shape: `
<ellipse cx="0" cy="0" rx="64" ry="62" fill="{a}"/><path d="M-46 -50 C-86 -58 -92 0 -76 30 C-60 34 -54 -8 -40 -34Z M46 -50 C86 -58 92 0 76 30 C60 34 54 -8 40 -34Z" fill="{b}"/><path d="M18 -58 C48 -52 60 -20 48 4 C28 12 12 -14 18 -58Z" fill="{b}" opacity=".8"/>
<ellipse cx="0" cy="28" rx="36" ry="28" fill="{c}"/><ellipse cx="0" cy="14" rx="13" ry="9.5" fill="{d}"/><path d="M0 23 v8 M0 31 q-10 9 -18 1 M0 31 q10 9 18 1" stroke="{d}" stroke-width="3.5" fill="none" stroke-linecap="round"/><path d="M-8 36 h16 v10 a8 8 0 0 1 -16 0Z" fill="#F0797C"/>`},
	"koala": {palettes: []colours{{"#9AA5B1", "#7C8794", "#E6EAEE", "#3B4149"}, {"#B3A79B", "#94887C", "#EFEAE4", "#3F3934"}}, shape: `
<circle cx="-64" cy="-24" r="33" fill="{a}"/><circle cx="64" cy="-24" r="33" fill="{a}"/><circle cx="-64" cy="-22" r="19" fill="{c}"/><circle cx="64" cy="-22" r="19" fill="{c}"/><ellipse cx="0" cy="0" rx="66" ry="60" fill="{a}"/><ellipse cx="0" cy="40" rx="34" ry="17" fill="{c}"/><ellipse cx="0" cy="14" rx="15" ry="22" fill="{d}"/><ellipse cx="-5" cy="4" rx="4" ry="7" fill="#fff" opacity=".35"/><path d="M-12 45 q12 9 24 0" stroke="{d}" stroke-width="3.5" fill="none" stroke-linecap="round"/>`},
	"pig": {palettes: []colours{{"#F7B7BD", "#EE969F", "#FBD3D6", "#D9707B"}, {"#F3C7A8", "#E3A67D", "#FADCC8", "#C97F55"}}, shape: `
<path d="M-60 -30 L-66 -76 Q-40 -74 -22 -50Z M60 -30 L66 -76 Q40 -74 22 -50Z" fill="{b}"/><ellipse cx="0" cy="0" rx="70" ry="60" fill="{a}"/><ellipse cx="0" cy="22" rx="30" ry="22" fill="{b}"/><ellipse cx="-11" cy="22" rx="5.5" ry="9" fill="{d}"/><ellipse cx="11" cy="22" rx="5.5" ry="9" fill="{d}"/><path d="M-14 50 q14 8 28 0" stroke="{d}" stroke-width="4" fill="none" stroke-linecap="round"/>`},
	"penguin": {palettes: []colours{{"#3F4C66", "#2E3950", "#FFFFFF", "#F5A623"}, {"#5B7DA8", "#456489", "#FFFFFF", "#F28C38"}}, shape: `
<ellipse cx="0" cy="0" rx="68" ry="66" fill="{a}"/><path d="M0 60 C-58 60 -62 2 -52 -20 C-42 -44 -8 -38 0 -14 C8 -38 42 -44 52 -20 C62 2 58 60 0 60Z" fill="{c}"/><path d="M-15 8 Q0 -6 15 8 Q0 30 -15 8Z" fill="{d}"/><path d="M-14 9 h28" stroke="#C97B16" stroke-width="2"/><path d="M-8 -66 q8 -22 20 -14 M0 -66 q12 -16 20 -4" stroke="{a}" stroke-width="7" fill="none" stroke-linecap="round"/>`},
	"chick": {palettes: []colours{{"#FFD85A", "#F5B93A", "#FFF1BD", "#F0863A"}, {"#FFF3D1", "#F0D79A", "#FFFFFF", "#F0863A"}}, shape: `
<path d="M-6 -58 q-14 -24 2 -30 q6 12 4 22 q10 -20 20 -14 q2 14 -14 24Z" fill="{b}"/><ellipse cx="0" cy="0" rx="68" ry="62" fill="{a}"/><ellipse cx="0" cy="36" rx="44" ry="22" fill="{c}" opacity=".7"/><path d="M-14 12 L0 2 L14 12 L0 24Z" fill="{d}"/><path d="M-14 12 h28" stroke="#C4611B" stroke-width="2"/>`},
	"frog": {palettes: []colours{{"#8CC152", "#6BA033", "#DDF0C1", "#4C7A1F"}, {"#5FB7A5", "#43968A", "#CFEFE8", "#2F6F66"}}, shape: `
<circle cx="-36" cy="-46" r="25" fill="{a}"/><circle cx="36" cy="-46" r="25" fill="{a}"/><circle cx="-36" cy="-48" r="16" fill="#fff"/><circle cx="36" cy="-48" r="16" fill="#fff"/><circle cx="-34" cy="-47" r="8.5" fill="#33312E"/><circle cx="34" cy="-47" r="8.5" fill="#33312E"/><ellipse cx="0" cy="6" rx="76" ry="54" fill="{a}"/><ellipse cx="0" cy="32" rx="52" ry="26" fill="{c}"/><path d="M-44 12 q44 34 88 0" stroke="{d}" stroke-width="5" fill="none" stroke-linecap="round"/><circle cx="-8" cy="-8" r="3" fill="{d}"/><circle cx="8" cy="-8" r="3" fill="{d}"/>`},
	"owl": {palettes: []colours{{"#9A7B5F", "#7A5F48", "#F3E4CF", "#F0A33A"}, {"#7F8FA6", "#64738A", "#EAF0F6", "#F0A33A"}}, shape: `
<path d="M-64 -20 L-60 -82 L-20 -56Z M64 -20 L60 -82 L20 -56Z" fill="{b}"/><ellipse cx="0" cy="2" rx="70" ry="64" fill="{a}"/><circle cx="-29" cy="-10" r="30" fill="{c}"/><circle cx="29" cy="-10" r="30" fill="{c}"/><circle cx="-27" cy="-10" r="17" fill="#fff"/><circle cx="27" cy="-10" r="17" fill="#fff"/><path d="M-10 10 L10 10 L0 30Z" fill="{d}"/><path d="M-26 46 q8 8 16 0 q8 8 16 0 q8 8 16 0" stroke="{c}" stroke-width="4" fill="none" stroke-linecap="round"/>`},
}

// extras are what a face may wear besides.
var extras = []string{
	``, ``,
	`<path d="M30 -66 q-4 -22 16 -28 q10 16 -4 30 q18 -10 28 4 q-8 16 -28 8 q-12 4 -12 -14Z" fill="#F2707A"/><circle cx="43" cy="-62" r="6" fill="#FFE08A"/>`,
	`<g stroke="#4A4038" stroke-width="4.5" fill="none"><circle cx="-27" cy="-8" r="20"/><circle cx="27" cy="-8" r="20"/><path d="M-7 -10 q7 -6 14 0"/></g>`,
	`<path d="M-50 -46 Q-44 -98 0 -98 Q44 -98 50 -46 Q0 -68 -50 -46Z" fill="{b}"/><path d="M-56 -42 Q0 -70 56 -42 l-3 -14 Q0 -82 -53 -56Z" fill="{c}"/><circle cx="0" cy="-100" r="11" fill="{c}"/>`,
	`<path d="M-2 -60 C-4 -78 2 -86 10 -92 M6 -82 C12 -104 36 -100 40 -94 C32 -80 16 -76 6 -82Z M2 -74 C-8 -94 -26 -88 -30 -82 C-22 -70 -8 -68 2 -74Z" fill="#7DB343" stroke="#5E9130" stroke-width="3" stroke-linejoin="round"/>`,
	`<path d="M-48 -52 Q-52 -74 -34 -80 Q-30 -100 0 -100 Q30 -100 34 -80 Q52 -74 48 -52 Q0 -66 -48 -52Z" fill="#fff"/><path d="M-44 -48 Q0 -64 44 -48 l2 -12 Q0 -76 -46 -60Z" fill="#E9E4DC"/>`,
}

// eyes are for the faces that have none of their own yet.
var eyes = []string{
	`<circle cx="-27" cy="-8" r="8" fill="#33312E"/><circle cx="27" cy="-8" r="8" fill="#33312E"/><circle cx="-24" cy="-11" r="2.6" fill="#fff"/><circle cx="30" cy="-11" r="2.6" fill="#fff"/>`,
	`<path d="M-37 -6 q10 -13 20 0 M17 -6 q10 -13 20 0" stroke="#33312E" stroke-width="5" fill="none" stroke-linecap="round"/>`,
	`<circle cx="-27" cy="-8" r="8" fill="#33312E"/><circle cx="-24" cy="-11" r="2.6" fill="#fff"/><path d="M17 -7 q10 -11 20 0" stroke="#33312E" stroke-width="5" fill="none" stroke-linecap="round"/>`,
}

const cheeks = `<ellipse cx="-46" cy="16" rx="11" ry="7" fill="#F58C8C" opacity=".45"/><ellipse cx="46" cy="16" rx="11" ry="7" fill="#F58C8C" opacity=".45"/>`

func avatarMotifs() []string { return keys(animals) }

// avatar draws an animal's face before a plain colour.
func (s *sketch) avatar() {
	if s.motif == "" {
		names := avatarMotifs()
		slices.Sort(names)
		s.motif = one(s, names...)
	}
	animal, back := animals[s.motif], one(s, backdrops...)
	fur := s.palette(animal)
	s.add(`<rect width="240" height="240" fill="%s"/><circle cx="%g" cy="%g" r="%g" fill="#fff" opacity=".28"/>`, back[0], s.between(40, 200), s.between(20, 80), s.between(70, 120))
	s.add(`<path d="M34 240 C34 190 70 172 120 172 C170 172 206 190 206 240Z" fill="%s"/><path d="M92 174 Q120 204 148 174 L140 168 H100Z" fill="#fff" opacity=".85"/>`, back[1])
	s.put(animal.shape, fur, 120, 124, 0, .98)
	look, worn := one(s, eyes...), one(s, extras...)
	switch s.motif {
	case "frog": // it has eyes of its own, where no glasses fit
		look, worn = "", one(s, extras[4:]...)
	case "panda", "owl": // round eyes, which glasses would hide
		look, worn = eyes[0], one(s, extras[4:]...)
	case "rabbit": // its ears leave no room
		worn = ""
	}
	s.put(look+cheeks+worn, colours{"", back[1], "#FFF6E8", ""}, 120, 124, 0, .98)
}
