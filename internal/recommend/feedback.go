package recommend

import (
	"context"
	"errors"
	"slices"

	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/viewer"
)

// Feedback is what a member says of a thing in one of the member's lists.
type Feedback struct {
	ItemID string // of the Recommendation
	Action Action
	Undo   bool // takes it back
	Shown  int  // how many things of the list are on the screen; 0 = as many whole pages as the thing is in
}

// What feedback is refused with.
const (
	CodeConsent        = "CONSENT_REQUIRED"
	CodeNotFound       = "NOT_FOUND"       // no thing of the member's lists
	CodeNotRemovable   = "NOT_REMOVABLE"   // nothing that is known of the member is the reason
	CodeNothingSimilar = "NOTHING_SIMILAR" // nothing is known to be like the thing
)

// consented refuses whoever did not agree.
func (a Asked) consented() error {
	if a.personal() {
		return nil
	}
	return fault.Refuse(CodeConsent, "", "the member has not agreed to %s", Purpose).Needs(Purpose)
}

func unknown(field string) *fault.Refusal {
	return fault.Refuse(CodeNotFound, field, "%s names nothing that was recommended to the member", field)
}

// mostTries is how often a change is tried again that another one of the same member came before.
const mostTries = 50

// Say keeps what a member says, for the very next request on, and gives all that the member said with the thing that
// comes to the freed place: nil if there is none. Said again it changes nothing and answers alike. a says who asks, and
// when.
func (s *Service) Say(ctx context.Context, a Asked, f Feedback, l viewer.Locale, offer Offer) (Taste, *Recommendation, error) {
	if err := a.consented(); err != nil {
		return Taste{}, nil, err
	}
	p, ok := s.pickOf(a.Member, f.ItemID)
	if !ok {
		return Taste{}, nil, unknown("itemId")
	}
	said, err := s.sayings(ctx, a, p, f)
	if err != nil {
		return Taste{}, nil, err
	}
	was, is, err := s.keep(ctx, a, said, f.Undo)
	if err != nil || f.Undo || f.Action == MoreLikeThis {
		return is, nil, err
	}
	next, err := s.replacement(ctx, a, p, f.Shown, was, is, l, offer)
	return is, next, err
}

// sayings are what feedback says: one for each piece of evidence.
func (s *Service) sayings(ctx context.Context, a Asked, p pick, f Feedback) ([]Saying, error) {
	one := Saying{Action: f.Action, Of: p.Item, At: a.Now}
	switch f.Action {
	case NotBecauseOf:
		if !(Item{Cause: p.Cause, Because: p.Because}).removable() {
			return nil, fault.Refuse(CodeNotRemovable, "action", "the reason is nothing that is known of the member")
		}
		var out []Saying
		for _, of := range p.Because {
			out = append(out, Saying{Action: f.Action, Of: of, At: a.Now})
		}
		return out, nil
	case MoreLikeThis, LessLikeThis:
		if f.Undo {
			break
		}
		near, err := s.near(ctx, []Ref{p.Item})
		if err != nil {
			return nil, err
		}
		if one.Near = near[p.Item]; len(one.Near) == 0 && f.Action == MoreLikeThis {
			return nil, fault.Refuse(CodeNothingSimilar, "itemId", "nothing is known to be like the thing")
		}
	}
	return []Saying{one}, nil
}

// mostNear is how many things that are like another are noted.
const mostNear = 20

// near finds what is like things, the likest first.
func (s *Service) near(ctx context.Context, of []Ref) (map[Ref][]Near, error) {
	var keys []Key
	for _, r := range of {
		if r.Kind == OfProduct {
			keys = append(keys, SimilarList(r))
		}
	}
	out := make(map[Ref][]Near, len(keys))
	if len(keys) == 0 {
		return out, nil
	}
	lists, _, err := s.Lists.Get(ctx, keys, "")
	if err != nil {
		return nil, err
	}
	for _, r := range of {
		out[r] = likest(lists[SimilarList(r)].Items)
	}
	return out, nil
}

func likest(items []Item) []Near {
	var out []Near
	for n, i := range items[:min(mostNear, len(items))] {
		strength := 1 - float64(n)/float64(len(items)) // of a list that says no scores, by its order
		if items[0].Score > 0 {
			strength = cent(i.Score / items[0].Score)
		}
		out = append(out, Near{i.Ref, strength})
	}
	return out
}

// keep saves sayings or takes them back, and gives what the member said without them and with them. When it returns, the
// next request of the member knows.
func (s *Service) keep(ctx context.Context, a Asked, said []Saying, undo bool) (was, is Taste, err error) {
	for range mostTries {
		if is, err = s.Tastes.Of(ctx, a.Member); err != nil {
			return was, is, err
		}
		is.Member, was = a.Member, is
		changed := false
		for _, each := range said {
			var did bool
			was, _ = was.Unsay(each.Action, each.Of)
			if undo {
				is, did = is.Unsay(each.Action, each.Of)
			} else if is, did, err = is.Say(each, a.rules().Said.Most); err != nil {
				return was, is, err
			}
			changed = changed || did
		}
		if changed {
			err = s.Tastes.Save(ctx, is)
			is.Version++
		}
		if !errors.Is(err, ErrStale) {
			break
		}
	}
	if err == nil {
		err = s.Lists.Know(ctx, is)
	}
	return was, is, err
}

// mostOnScreen is how many things are taken to be on a screen; who has scrolled on is not told of what follows.
const mostOnScreen = 100

// replacement is what stands among the things on the screen now, and was not there before. The lists are as they were
// when they were served: what was shown since has no say.
func (s *Service) replacement(ctx context.Context, a Asked, p pick, shown int, was, is Taste, l viewer.Locale, offer Offer) (*Recommendation, error) {
	if shown <= p.Position {
		shown = (p.Position/pageSize + 1) * pageSize
	}
	shown = min(shown, mostOnScreen)
	a.Surface, a.Context = p.Surface, p.Context
	if p.Given { // nothing is kept of what the app told then
		return nil, nil
	}
	a.Moment.Hour = a.local(p.Served).Hour()
	lists, known, err := s.Lists.Get(ctx, a.keys(), a.Member)
	if err != nil {
		return nil, err
	}
	known.Trace = known.Trace.before(p.Served)
	known.Taste = was
	_, before, err := s.first(ctx, a, lists, known, shown, "", offer)
	if err != nil {
		return nil, err
	}
	known.Taste = is
	next, _, err := s.first(ctx, a, lists, known, 1, before.with(p.Item), offer)
	if err != nil || len(next) == 0 {
		return nil, err
	}
	r := s.recommendation(a.Member, p.answer, p.Position, next[0], a.rules(), l)
	return &r, nil
}

// first gives the first n things of lists that can be shown, but for those on a trail, and the trail of them.
func (s *Service) first(ctx context.Context, a Asked, lists map[Key]List, known Known, n int, but trail, offer Offer) (out []Item, shown trail, err error) {
	t := a.tuner(known)
	t.stage(a, lists)
	all, own := a.joined(lists, t)
	w := walk{s: s, asked: a, tuner: t, all: all, offer: offer, want: n, before: but, noLast: own && a.Surface == Discover}
	for len(out) < n {
		i, more, err := w.next(ctx)
		if err != nil || !more {
			return out, shown, err
		}
		out, shown = append(out, i), shown.with(i.Ref)
	}
	return out, shown, nil
}

// Hidden counts what a member does not want to see; 0 for whoever did not agree, of whom nothing is read.
func (s *Service) Hidden(ctx context.Context, m member.Profile) (int, error) {
	if !m.Agreed(Purpose) {
		return 0, nil
	}
	_, known, _, err := s.read(ctx, nil, m.ID)
	return known.Taste.Hidden(), err
}

// Forget removes all that is kept of a member for recommendations.
func (s *Service) Forget(ctx context.Context, m member.ID) error {
	return errors.Join(s.Tastes.Erase(ctx, m), s.Lists.Forget(ctx, m))
}

// Actions are all that can be said.
func Actions() []Action {
	return slices.Clone([]Action{NotInterested, AlreadyOwn, MoreLikeThis, LessLikeThis, NotBecauseOf})
}
