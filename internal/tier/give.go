package tier

import "time"

// Give adds a grant from its beginning on: whoever decides on grants asks before whether it may be given. The standing
// must have been advanced to that time. A grant lifts at once, and ends a protection of what was held before.
func (s Standing) Give(book Book, g Grant) Standing {
	p := book.At(g.From)
	s = s.Clone()
	from := s.Held(p, g.From)
	s.Grants = append(s.Grants, g)
	s.Clock = later(s.Clock, g.From)
	to := s.Held(p, s.Clock)
	if to.Rank <= from.Rank {
		return s
	}
	s.State, s.Since, s.ProtectedUntil, s.Tasks = Active, g.From, time.Time{}, nil
	s.note(Change{At: g.From, From: from.Code, To: to.Code, Reason: Granted,
		Score: s.Read(p, g.From).Score(), Threshold: threshold(to), Programme: p.Version})
	return s
}
