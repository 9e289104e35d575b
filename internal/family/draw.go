package family

import (
	"cmp"
	"math/bits"
	"slices"

	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// Source is a wallet that may be drawn on.
type Source struct {
	Member member.ID
	Lots   []wallet.Lot // first to expire first, none of them dead
	Most   wallet.Coins // that may be drawn, at most what the lots have free
}

// Part is how many coins of a draw come from whom.
type Part struct {
	Member member.ID
	Coins  wallet.Coins // 1 or more
}

// Draw divides n coins among the sources in one of the programme's draw orders; asked is for REQUESTED alone. The
// parts add up to n and come by member id. It refuses n below 1 and what the sources do not have.
func Draw(order string, n wallet.Coins, spender member.ID, sources []Source, asked map[member.ID]wallet.Coins) ([]Part, error) {
	var all wallet.Coins
	for _, s := range sources {
		all += s.Most
	}
	switch {
	case n < 1:
		return nil, fault.Bad("coins", "coins is %d; allowed are 1 and more", n)
	case n > all:
		return nil, fault.Bad("coins", "coins is %d; the family can draw %d", n, all)
	}
	switch order {
	case programme.Proportional:
		return proportional(n, sources), nil
	case programme.Requested:
		return requested(n, sources, asked)
	default:
		return expiringFirst(n, spender, sources), nil
	}
}

// expiringFirst takes what dies first, whoever's it is; of coins that die together the spender's own go first, then
// by member id. No other order can save the family more coins from dying.
func expiringFirst(n wallet.Coins, spender member.ID, sources []Source) []Part {
	type piece struct {
		of  member.ID
		lot wallet.Lot
	}
	var pieces []piece
	for _, s := range sources {
		left := s.Most // a wallet gives its own first to expire first, so what may be drawn of it is its first coins
		for _, l := range s.Lots {
			l.Free = min(l.Free, left)
			left -= l.Free
			pieces = append(pieces, piece{s.Member, l})
		}
	}
	slices.SortStableFunc(pieces, func(a, b piece) int {
		return cmp.Or(
			last(a.lot.Expires.IsZero(), b.lot.Expires.IsZero()), a.lot.Expires.Compare(b.lot.Expires),
			last(a.of != spender, b.of != spender), cmp.Compare(a.of, b.of))
	})
	taken := map[member.ID]wallet.Coins{}
	for _, p := range pieces {
		part := min(n, p.lot.Free)
		taken[p.of] += part
		n -= part
	}
	return parts(taken)
}

// proportional gives each source ⌊n × most / Σ most⌋, and what is left over by the largest remainders; those that are
// alike by member id.
func proportional(n wallet.Coins, sources []Source) []Part {
	type rest struct {
		of  member.ID
		rem uint64
	}
	var all uint64
	for _, s := range sources {
		all += uint64(s.Most)
	}
	taken := map[member.ID]wallet.Coins{}
	rests := make([]rest, len(sources))
	left := n
	for i, s := range sources {
		hi, lo := bits.Mul64(uint64(n), uint64(s.Most)) // 128 bits: a family has more than one wallet of 2 × 10⁹
		q, rem := bits.Div64(hi, lo, all)
		taken[s.Member], rests[i] = wallet.Coins(q), rest{s.Member, rem}
		left -= wallet.Coins(q)
	}
	slices.SortFunc(rests, func(a, b rest) int { return cmp.Or(cmp.Compare(b.rem, a.rem), cmp.Compare(a.of, b.of)) })
	for _, r := range rests[:left] {
		taken[r.of]++
	}
	return parts(taken)
}

// requested takes what the spender asked of each, which must add up and stay within what each source gives.
func requested(n wallet.Coins, sources []Source, asked map[member.ID]wallet.Coins) ([]Part, error) {
	most := map[member.ID]wallet.Coins{}
	for _, s := range sources {
		most[s.Member] = s.Most
	}
	var all wallet.Coins
	for _, p := range parts(asked) {
		switch {
		case p.Coins < 0:
			return nil, fault.Bad("draws", "%d coins are asked of one person; allowed are 0 and more", p.Coins)
		case p.Coins > most[p.Member]:
			return nil, fault.Refuse(wallet.Insufficient, "draws", "%d coins are asked of one person, who gives fewer", p.Coins)
		}
		all += p.Coins
	}
	if all != n {
		return nil, fault.Bad("draws", "draws add up to %d; allowed is %d", all, n)
	}
	return parts(asked), nil
}

func parts(taken map[member.ID]wallet.Coins) []Part {
	var out []Part
	for who, n := range taken {
		if n != 0 {
			out = append(out, Part{who, n})
		}
	}
	slices.SortFunc(out, func(a, b Part) int { return cmp.Compare(a.Member, b.Member) })
	return out
}
