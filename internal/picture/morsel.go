package picture

// Morsels are bits of food around the origin, as they lie in a dish.
const (
	halfEgg     = `<ellipse rx="40" ry="32" fill="#FFFDF6" stroke="#E9DFC8" stroke-width="3"/><circle cx="3" cy="1" r="18" fill="#F7A62B"/><circle cx="-3" cy="-5" r="5" fill="#FFD98A"/>`
	friedEgg    = `<path d="M-50 -8 C-54 -44 -10 -52 10 -42 C40 -54 62 -20 52 8 C58 40 20 54 -4 44 C-36 54 -58 24 -50 -8Z" fill="#FFFDF6" stroke="#EADFC4" stroke-width="4"/><circle r="20" fill="#F9B233"/><circle cx="-6" cy="-7" r="5" fill="#FFE3A0"/>`
	greenLeaf   = `<path d="M0 34 C-30 20 -30 -20 0 -40 C30 -20 30 20 0 34Z" fill="#5FA84A"/><path d="M0 30 V-28 M0 8 l-12 -10 M0 8 l12 -10" stroke="#CBE6B0" stroke-width="4" fill="none"/>`
	paleLeaf    = `<path d="M0 40 C-44 24 -40 -22 -18 -34 C-10 -46 10 -46 18 -34 C40 -22 44 24 0 40Z" fill="#A8D171"/><path d="M0 34 V-24 M0 6 l-16 -14 M0 6 l16 -14" stroke="#EAF5D8" stroke-width="5" fill="none"/>`
	ringOnion   = `<circle r="13" fill="none" stroke="#8CC152" stroke-width="6"/>`
	beefSlice   = `<path d="M-40 -14 C-20 -34 24 -30 40 -10 C44 14 14 30 -14 26 C-40 24 -48 4 -40 -14Z" fill="#A2593C"/><path d="M-26 -6 Q0 -16 26 -2 M-20 10 Q2 4 22 12" stroke="#C98262" stroke-width="5" fill="none" stroke-linecap="round"/>`
	porkCube    = `<rect x="-27" y="-25" width="54" height="50" rx="11" fill="#8E3B22"/><rect x="-27" y="-25" width="54" height="18" rx="9" fill="#C4602F"/><rect x="-27" y="-2" width="54" height="9" fill="#D98A58"/><path d="M-16 -18 h14" stroke="#FFD9B0" stroke-width="5" stroke-linecap="round" opacity=".8"/>`
	shrimpBite  = `<path d="M22 -22 C-8 -40 -40 -16 -32 14 C-28 32 -8 36 0 28 C-12 22 -16 8 -6 0 C4 -8 16 -2 24 -8Z" fill="#F58A5E"/><path d="M-24 -14 q6 8 14 8 M-32 6 q10 0 16 -2 M-20 26 q4 -8 8 -10 M0 -26 q0 10 6 18" stroke="#FFD3BD" stroke-width="4" fill="none"/>`
	carrotDisc  = `<circle r="22" fill="#F58634"/><circle r="13" fill="#FBA45F"/><path d="M0 -10 V10 M-9 -5 L9 5 M9 -5 L-9 5" stroke="#F58634" stroke-width="3"/>`
	lotusDisc   = `<circle r="30" fill="#F3E3C6" stroke="#D3B98E" stroke-width="4"/><g fill="#B99765"><circle r="4"/><circle cx="0" cy="-15" r="5"/><circle cx="14" cy="-5" r="5"/><circle cx="9" cy="12" r="5"/><circle cx="-9" cy="12" r="5"/><circle cx="-14" cy="-5" r="5"/></g>`
	mushroomCap = `<circle r="26" fill="#8A5F3F"/><path d="M-11 -11 L11 11 M11 -11 L-11 11" stroke="#E6CBA6" stroke-width="6" stroke-linecap="round"/>`
	tofuCube    = `<rect x="-24" y="-24" width="48" height="48" rx="8" fill="#FFFBEF" stroke="#E6DAB8" stroke-width="4"/>`
	redStrip    = `<path d="M-34 8 Q0 -18 34 6 Q0 2 -34 8Z" fill="#E2483D" stroke="#E2483D" stroke-width="9" stroke-linejoin="round"/>`
	greenStrip  = `<path d="M-34 8 Q0 -18 34 6 Q0 2 -34 8Z" fill="#6BAA3C" stroke="#6BAA3C" stroke-width="9" stroke-linejoin="round"/>`
	halfTomato  = `<circle r="27" fill="#E8442F"/><circle r="20" fill="#F4775F"/><path d="M0 -18 V18 M-16 -9 L16 9 M16 -9 L-16 9" stroke="#FBC2B2" stroke-width="5" stroke-linecap="round"/>`
	cukeDisc    = `<circle r="25" fill="#5E9E3F"/><circle r="20" fill="#E3F1C6"/><g fill="#B5CF86"><circle cy="-9" r="3"/><circle cx="9" cy="4" r="3"/><circle cx="-9" cy="4" r="3"/></g>`
	cornBit     = `<g fill="#F9D342"><circle cx="-8" cy="-4" r="7"/><circle cx="7" cy="-6" r="7"/><circle cx="0" cy="8" r="7"/></g>`
	berryBit    = `<circle r="15" fill="#4E69B8"/><circle cy="-3" r="6" fill="#37509A"/>`
	strawHalf   = `<path d="M0 30 C-26 20 -34 -10 -22 -22 H22 C34 -10 26 20 0 30Z" fill="#EB3B4B"/><path d="M0 18 C-12 10 -14 -8 -8 -14 H8 C14 -8 12 10 0 18Z" fill="#FBC4BE"/><path d="M-18 -22 L0 -30 L18 -22 L0 -16Z" fill="#6BAA3C"/>`
	orangeDisc  = `<circle r="33" fill="#F7941E"/><circle r="27" fill="#FFE0AE"/><g fill="#FBA93A"><path d="M0 -3 L-10 -24 A25 25 0 0 1 10 -24Z"/><path d="M0 -3 L-10 -24 A25 25 0 0 1 10 -24Z" transform="rotate(60)"/><path d="M0 -3 L-10 -24 A25 25 0 0 1 10 -24Z" transform="rotate(120)"/><path d="M0 -3 L-10 -24 A25 25 0 0 1 10 -24Z" transform="rotate(180)"/><path d="M0 -3 L-10 -24 A25 25 0 0 1 10 -24Z" transform="rotate(240)"/><path d="M0 -3 L-10 -24 A25 25 0 0 1 10 -24Z" transform="rotate(300)"/></g>`
	kiwiDisc    = `<circle r="31" fill="#8B6B45"/><circle r="28" fill="#A9CF52"/><circle r="9" fill="#EEF6C9"/><g fill="#2F2A22"><circle cy="-16" r="2.5"/><circle cx="14" cy="-8" r="2.5"/><circle cx="14" cy="8" r="2.5"/><circle cy="16" r="2.5"/><circle cx="-14" cy="8" r="2.5"/><circle cx="-14" cy="-8" r="2.5"/></g>`
	melonWedge  = `<path d="M-38 -14 A40 40 0 0 0 38 -14Z" fill="#3F8B45"/><path d="M-33 -14 A34 34 0 0 0 33 -14Z" fill="#F6F4D2"/><path d="M-29 -14 A30 30 0 0 0 29 -14Z" fill="#EE4B55"/><g fill="#2C2622"><circle cx="-11" cy="-4" r="2.5"/><circle cx="2" cy="2" r="2.5"/><circle cx="13" cy="-5" r="2.5"/></g>`
	gyoza       = `<path d="M-44 20 C-42 -18 -16 -30 2 -30 C24 -30 42 -14 44 20 C28 30 -28 30 -44 20Z" fill="#FBEFD2" stroke="#E0CB98" stroke-width="3"/><path d="M-40 6 C-34 -22 -14 -36 4 -34 C24 -34 40 -20 42 8 C34 -4 28 -8 22 -6 C18 -16 10 -16 4 -12 C-2 -18 -10 -16 -12 -10 C-20 -14 -26 -10 -28 -4 C-34 -4 -38 0 -40 6Z" fill="#FFFAEC" stroke="#E0CB98" stroke-width="3"/>`
	roundBun    = `<circle r="46" fill="#FFFDF8" stroke="#E9E0CE" stroke-width="3"/><path d="M0 0 C-14 -10 -18 -26 -10 -36 M0 0 C4 -16 16 -26 28 -24 M0 0 C16 2 26 14 24 28 M0 0 C2 16 -8 28 -22 28 M0 0 C-16 4 -30 -2 -34 -14" stroke="#DCD0B8" stroke-width="5" fill="none" stroke-linecap="round"/><circle r="5" fill="#C9A468"/>`
	chickenBit  = `<path d="M-30 -8 C-22 -32 20 -30 30 -10 C38 14 12 28 -8 24 C-30 22 -36 8 -30 -8Z" fill="#D9974F"/><path d="M-16 -8 Q2 -16 18 -6" stroke="#F0C285" stroke-width="6" fill="none" stroke-linecap="round"/>`
	toastSlice  = `<path d="M-50 -26 C-62 -52 -34 -60 0 -60 C34 -60 62 -52 50 -26 L48 46 Q48 56 38 56 H-38 Q-48 56 -48 46Z" fill="#C98B4B"/><path d="M-42 -28 C-50 -46 -28 -51 0 -51 C28 -51 50 -46 42 -28 L40 42 Q40 48 34 48 H-34 Q-40 48 -40 42Z" fill="#F6DDB0"/>`
	bacon       = `<path d="M-60 -14 q15 -14 30 0 t30 0 t30 0 t30 0 v26 q-15 14 -30 0 t-30 0 t-30 0 t-30 0Z" fill="#B9483C"/><path d="M-60 -2 q15 -14 30 0 t30 0 t30 0 t30 0 v7 q-15 14 -30 0 t-30 0 t-30 0 t-30 0Z" fill="#F6D5C4"/>`
	sesame      = `<ellipse rx="4" ry="2.4" fill="#FFF3D6"/>`
	chiliBit    = `<ellipse rx="10" ry="4" fill="#D8342A"/>`
)
