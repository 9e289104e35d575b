package family

import (
	"time"

	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// Pool is the coins of a family seen as one. It is a view: everybody's coins stay in their own wallet.
type Pool struct {
	Available wallet.Coins // summed over wallets, so it may pass what one wallet holds
	DrawOrder string       // the programme's
}

// PoolFor is what a viewer could draw at now: the own coins and what the others share, within the viewer's limit and what
// one draw may take; while sharing is paused the own coins alone, and nothing for whoever must ask where nobody could say yes.
// States are those of the members' wallets at now; a wallet that is missing counts nothing. False if the programme lets
// nobody draw in common, or the viewer is not in the family.
func (f Family) PoolFor(viewer member.ID, p *programme.Programme, g Gate, states map[member.ID]wallet.State, now time.Time) (Pool, bool) {
	v, in := f.Of(viewer)
	if !in || p.Family == nil || !p.Family.CommonDraw {
		return Pool{}, false
	}
	pool := Pool{DrawOrder: p.Family.DrawOrder}
	if !May(v.Role, SpendPool) && !f.decided(viewer) {
		return pool, true
	}
	for _, s := range f.Sources(viewer, g, states) {
		pool.Available += s.Most
	}
	if p.Family.DrawMax != 0 {
		pool.Available = min(pool.Available, p.Family.DrawMax)
	}
	if v.Limit != nil {
		pool.Available = min(pool.Available, v.Limit.LeftAt(now, p.Zone()))
	}
	return pool, true
}

// Sources are the wallets that a spender may draw on, in the order of Active: the own one whole, the others' as far as
// they share them, and none of those while sharing is paused.
func (f Family) Sources(spender member.ID, g Gate, states map[member.ID]wallet.State) []Source {
	var out []Source
	for _, person := range f.Active() {
		s := states[person.Member]
		most := s.Available()
		switch {
		case person.Member == spender:
		case g.Open:
			most = person.Share.Of(most)
		default:
			most = 0
		}
		if most > 0 {
			out = append(out, Source{Member: person.Member, Lots: s.Lots, Most: most})
		}
	}
	return out
}
