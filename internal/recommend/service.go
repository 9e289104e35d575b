package recommend

import (
	"context"
	"errors"
	"time"

	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/viewer"
)

// Service answers what may interest somebody.
type Service struct {
	Lists   Lists
	Tastes  Tastes
	Cursors *cursor.Book
	Last    LastResort // nil = there is none
	Behind  *Behind    // renews copies after the answer; nil = before it
}

// LastResort gives at most n things of a kind that can always be offered, such as the newest products: what is left
// when no list is there. It is asked only when a page would stay short.
type LastResort func(ctx context.Context, k Kind, n int) ([]Item, error)

// Offer tells which things may be shown to who asks, now: they exist, are sold, can be seen.
type Offer func(ctx context.Context, refs []Ref) (map[Ref]bool, error)

// Recommendation is one thing recommended.
type Recommendation struct {
	ID       string // names this thing in this list, for events and feedback
	Position int    // 0 for the best
	Item     Ref
	Reasons  []Reason // strongest first, never empty
}

// Page is a page of recommendations.
type Page struct {
	cursor.Page[Recommendation]
	ID           string // names the answer; the same on all of its pages
	Personalised bool   // something about the member had a say
}

const (
	pageSize = 10 // what a screen shows at once
	spare    = 5  // things more than asked for that are looked at together, since a few cannot be offered
)

// Recommend gives a page. Without consent, or with nobody signed in, nothing about the member is read. When the lists
// cannot be read, the last resort stands in.
func (s *Service) Recommend(ctx context.Context, a Asked, args cursor.Args, l viewer.Locale, offer Offer) (Page, error) {
	places := cursor.List{Name: "recommendations." + string(a.Surface), Filter: []string{string(a.Context.Kind), a.Context.ID}, Owner: string(a.Member)}
	span, err := s.Cursors.Span(places, args, cursor.Rules{Default: pageSize})
	if err != nil {
		return Page{}, err
	}
	lists, known, down, err := s.read(ctx, a.keys(), a.who())
	if err != nil {
		return Page{}, err
	}
	t := a.tuner(known)
	t.stage(a, lists)
	all, own := a.joined(lists, t)
	of := answer{a.Surface, a.Context, all.Version, a.Now, a.Given}
	w := walk{s: s, asked: a, tuner: t, all: all, offer: offer, want: span.Limit, noLast: own && a.Surface == Discover}
	shown := trail("")
	if span.After != nil {
		of.Served, shown = time.UnixMilli(span.After.Key).UTC(), trail(span.After.ID)
		w.before = shown
	}
	page := Page{ID: s.listID(a.Member, of)}
	page.HasPrevious = span.After != nil
	for {
		i, more, err := w.next(ctx)
		if err != nil {
			return Page{}, errors.Join(err, down)
		}
		page.Personalised = own || t.touched // what the last resort must not show is known by now
		if !more {
			if len(page.Nodes) == 0 && span.After == nil {
				return page, down // nil, or why there is nothing
			}
			return page, nil
		}
		if len(page.Nodes) == span.Limit {
			page.HasNext = true
			return page, nil
		}
		page.Nodes = append(page.Nodes, s.recommendation(a.Member, of, shown.len(), i, a.rules(), l))
		shown = shown.with(i.Ref)
		page.Cursors = append(page.Cursors, s.Cursors.Write(places, cursor.Place{Key: of.Served.UnixMilli(), ID: string(shown)}))
	}
}

func (s *Service) recommendation(m member.ID, of answer, position int, i Item, r *programme.Recommendations, l viewer.Locale) Recommendation {
	return Recommendation{ID: s.itemID(m, of, position, i), Position: position, Item: i.Ref, Reasons: []Reason{i.reason(l, r)}}
}

// read gives lists, and what is known of a member: one round trip, unless it is the first for a while. down says why
// lists cannot be read; what the member said holds all the same.
func (s *Service) read(ctx context.Context, keys []Key, who member.ID) (lists map[Key]List, known Known, down, err error) {
	lists, known, down = s.Lists.Get(ctx, keys, who)
	if who == "" || known.Tasted {
		return lists, known, down, nil
	}
	if known.Taste, err = s.Tastes.Of(ctx, who); err == nil && down == nil {
		if s.Behind == nil {
			_ = s.Lists.Know(ctx, known.Taste) // else the next request reads it again
		} else {
			s.Behind.note(known.Taste)
		}
	}
	return lists, known, down, err
}

// Chosen gives the posts that were chosen for a member, as the community's feed FOR_YOU shows them. It is asked for
// members who agreed only. When the lists cannot be read, nothing was chosen.
func (s *Service) Chosen(ctx context.Context, m member.ID) (community.Chosen, error) {
	key := MemberList(m, Community)
	lists, known, down, err := s.read(ctx, []Key{key}, m)
	if err != nil || down != nil {
		return community.Chosen{}, ctx.Err()
	}
	hidden, gone := known.Taste.hidden(Community)
	out := community.Chosen{Version: lists[key].Version}
	for _, i := range lists[key].Items {
		if _, _, ok := i.without(gone); !ok || i.Kind != OfPost || hidden[i.Ref] {
			i.ID = "" // no post: what comes after it keeps its place
		}
		out.Posts = append(out.Posts, community.PostID(i.ID))
	}
	return out, nil
}
