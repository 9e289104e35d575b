package family

import (
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// Sight is what a viewer's draw is foreseen from: the family, with what the viewer has used of a limit, its gate, and the
// states of its members' wallets.
type Sight struct {
	Family Family
	Gate   Gate
	States map[member.ID]wallet.State
}

// Foresight is what a draw would take, as far as a viewer may know.
type Foresight struct {
	Asks   bool   // somebody must agree first
	Parts  []Part // the viewer's, and of those whose balances are the viewer's to see; by member id
	Others wallet.Coins
}

// Foresee tells what a draw would take at its time. It refuses what PlanDraw would refuse then.
func (s Sight) Foresee(p *programme.Programme, b Bill, zone *time.Location) (Foresight, error) {
	spender, in := s.Family.Of(b.Spender)
	if !in {
		return Foresight{}, fault.Refuse(NoFamily, "fundFrom", "the member is in no family")
	}
	plan := Plan{Asking: spender.asksToDraw(b.Coins)}
	draw := plan.posting(b.Coins, b.At)
	err := spender.mayDraw(p, draw)
	if err == nil {
		err = s.Family.agrees(spender, draw)
	}
	if err == nil && spender.Limit != nil {
		err = within(spender.Limit.LeftAt(b.At, zone), b.Coins)
	}
	if err != nil {
		return Foresight{}, err
	}
	parts, err := s.Family.divide(p, s.Gate, s.States, b)
	if err != nil {
		return Foresight{}, err
	}
	out := Foresight{Asks: plan.Asking}
	for _, part := range parts {
		giver, _ := s.Family.Of(part.Member)
		if giver.ID == spender.ID || MayUpon(spender, giver, ViewBalances) {
			out.Parts = append(out.Parts, part)
		} else {
			out.Others += part.Coins
		}
	}
	return out, nil
}
