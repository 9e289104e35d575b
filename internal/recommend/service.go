package recommend

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/member"
	"membergate/internal/viewer"
)

// Service answers what may interest somebody.
type Service struct {
	Lists   Lists
	Cursors *cursor.Book
	Last    LastResort // nil = there is none
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
	ID           string // names the list; the same on all of its pages until it is made anew
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
	hider := member.ID("")
	if a.personal() {
		hider = a.Member
	}
	lists, hidden, down := s.Lists.Get(ctx, a.chain(), hider)
	all, own := a.joined(lists)
	w := walk{s: s, asked: a, all: all, hidden: hidden, offer: offer, want: span.Limit, noLast: own && a.Surface == Discover}
	if span.After != nil {
		w.at, w.shown = int(span.After.Key)+1, after(span.After.ID)
	}
	page := Page{ID: s.listID(a, all.Version), Personalised: own}
	for _, i := range all.Items {
		page.Personalised = page.Personalised || hidden[i.Ref]
	}
	page.HasPrevious = span.After != nil
	for {
		i, at, more, err := w.next(ctx)
		if err != nil {
			return Page{}, errors.Join(err, down)
		}
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
		page.Nodes = append(page.Nodes, Recommendation{
			ID: s.itemID(a, all.Version, w.shown, i.Ref), Position: w.shown, Item: i.Ref, Reasons: []Reason{i.reason(l)},
		})
		page.Cursors = append(page.Cursors, s.Cursors.Write(places, cursor.Place{Key: int64(at), ID: strconv.Itoa(w.shown)}))
		w.shown++
	}
}

// after reads from a cursor how many things were shown up to it, its own included.
func after(id string) int {
	n, err := strconv.Atoi(id)
	if err != nil { // unreachable: the cursor is signed, and was written above
		return 0
	}
	return n + 1
}

// listID names the list that an answer is of: signed for the member, so that events cannot be made up for others.
func (s *Service) listID(a Asked, version string) string {
	id := strings.Join([]string{string(a.Surface), version, string(a.Context.Kind), a.Context.ID}, "|")
	return s.Cursors.Write(cursor.List{Name: "recommendation.list", Owner: string(a.Member)}, cursor.Place{ID: id})
}

// itemID names one thing of the list.
func (s *Service) itemID(a Asked, version string, position int, r Ref) string {
	id := strings.Join([]string{string(a.Surface), version, string(r.Kind), r.ID}, "|")
	return s.Cursors.Write(cursor.List{Name: "recommendation.item", Owner: string(a.Member)}, cursor.Place{Key: int64(position), ID: id})
}

// Chosen gives the posts that were chosen for a member, as the community's feed FOR_YOU shows them. It is asked for
// members who agreed only. When the lists cannot be read, nothing was chosen.
func (s *Service) Chosen(ctx context.Context, m member.ID) (community.Chosen, error) {
	key := MemberList(m, Community)
	lists, hidden, err := s.Lists.Get(ctx, []Key{key}, m)
	if err != nil {
		return community.Chosen{}, ctx.Err()
	}
	out := community.Chosen{Version: lists[key].Version}
	for _, i := range lists[key].Items {
		if i.Kind != OfPost || hidden[i.Ref] {
			i.ID = "" // no post: what comes after it keeps its place
		}
		out.Posts = append(out.Posts, community.PostID(i.ID))
	}
	return out, nil
}
