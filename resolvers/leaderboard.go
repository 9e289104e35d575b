package resolvers

import (
	"context"
	"slices"
	"time"

	"membergate/graph"
	"membergate/internal/community"
	"membergate/internal/contribution"
	"membergate/internal/cursor"
	"membergate/internal/fault"
	invites "membergate/internal/invitation"
	"membergate/internal/member"
	"membergate/loaders"
)

// What a board is of, for machines.
const (
	scopeAll   = "COMMUNITY"
	scopeBoard = "BOARD"
	scopeGroup = "GROUP"
)

// maxRadius is how many places above and below the viewer's own are shown at most.
const maxRadius = 10

// Leaderboards are the boards of a month that the viewer may see.
func (q query) Leaderboards(ctx context.Context, month *string) ([]*graph.Leaderboard, error) {
	defer loaders.Leave(ctx)
	if err := signIn(ctx); err != nil {
		return nil, err
	}
	p := q.programme(ctx)
	m := contribution.MonthOf(loaders.From(ctx).Now, p.Zone())
	if month != nil {
		m = contribution.Month(*month)
		if _, _, ok := m.Span(p.Zone()); !ok {
			return nil, fault.Bad("month", "month is %q; allowed is one such as %s", clipped(*month), "2026-11")
		}
	}
	out := []*graph.Leaderboard{}
	all := contribution.All(p, m)
	for _, id := range all {
		if id.Group {
			loaders.From(ctx).Circles.Want(id.Code)
		}
	}
	for _, id := range all {
		b, err := q.leaderboard(ctx, id)
		if err != nil {
			return nil, err
		}
		if b != nil {
			out = append(out, b)
		}
	}
	return out, nil
}

// clipped is the beginning of a text that somebody sent.
func clipped(s string) string { return s[:min(len(s), 20)] }

// Leaderboard is one board.
func (q query) Leaderboard(ctx context.Context, id string) (*graph.Leaderboard, error) {
	defer loaders.Leave(ctx)
	if err := signIn(ctx); err != nil {
		return nil, err
	}
	return q.leaderboard(ctx, contribution.ParseID(keyIf(kindLadder, id)))
}

// leaderboardNode shows a board to members.
func (r *Root) leaderboardNode(ctx context.Context, key string) (graph.Node, error) {
	if signIn(ctx) != nil {
		return nil, nil
	}
	b, err := r.leaderboard(ctx, contribution.ParseID(key))
	if b == nil {
		return nil, err
	}
	return b, err
}

// leaderboard shows a board; nil for one that is not there, or is of a group that the viewer is not in.
func (r *Root) leaderboard(ctx context.Context, id contribution.ID) (*graph.Leaderboard, error) {
	o, p := loaders.From(ctx), r.programme(ctx)
	titles, of, ok := contribution.Find(p, id, o.Now)
	if !ok {
		return nil, nil
	}
	start, end, _ := id.Month.Span(p.Zone())
	out := &graph.Leaderboard{ID: globalID(kindLadder, id.String()), Title: titles.In(locale(ctx)), Scope: scopeAll, Month: string(id.Month),
		PeriodStart: start, PeriodEnd: end, Board: id}
	switch {
	case id.Group:
		out.Scope = scopeGroup
		c, _, err := o.Circles.Load(ctx, id.Code)
		if err != nil || !c.Joined && operations(ctx) != nil {
			return nil, err
		}
	case of != "":
		out.Scope = scopeBoard
	}
	return out, nil
}

// Leaderboard is the group's own of this month.
func (f groupFields) Leaderboard(ctx context.Context, obj *graph.Group) (*graph.Leaderboard, error) {
	if signIn(ctx) != nil {
		return nil, nil
	}
	m := contribution.MonthOf(loaders.From(ctx).Now, f.programme(ctx).Zone())
	return f.leaderboard(ctx, contribution.ID{Month: m, Code: obj.Code, Group: true})
}

// sight is a board as the viewer sees it, read once however many fields ask.
func (f leaderboardFields) sight(ctx context.Context, obj *graph.Leaderboard) (contribution.Sight, error) {
	o := loaders.From(ctx)
	return loaders.Once(o, "board "+obj.Board.String(), func() (contribution.Sight, error) {
		ties, err := f.myTies(ctx)
		if err != nil {
			return contribution.Sight{}, err
		}
		v, err := f.Boards.Look(ctx, community.Reader{Member: o.Me(), Ties: ties}, obj.Board, o.Now)
		for _, p := range slices.Concat(v.Around(maxRadius), v.Places[:min(len(v.Places), cursor.MaxPage)]) {
			o.People.Want(p.Member) // of all that the fields can ask for at first, at one go
		}
		o.Gather(ctx)
		return v, err
	})
}

// CountedAt is when the board was counted.
func (f leaderboardFields) CountedAt(ctx context.Context, obj *graph.Leaderboard) (*time.Time, error) {
	v, err := f.sight(ctx, obj)
	if err != nil {
		return nil, err
	}
	return &v.Board.At, nil
}

// Me is the viewer's own place.
func (f leaderboardFields) Me(ctx context.Context, obj *graph.Leaderboard) (*graph.LeaderboardEntry, error) {
	v, err := f.sight(ctx, obj)
	if err != nil || v.Me < 0 {
		return nil, err
	}
	all, err := f.places(ctx, v.Places[v.Me:v.Me+1])
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

// AroundMe are the places near the viewer's own.
func (f leaderboardFields) AroundMe(ctx context.Context, obj *graph.Leaderboard, radius *int) ([]*graph.LeaderboardEntry, error) {
	n := 3
	if radius != nil {
		n = *radius
	}
	if n < 0 || n > maxRadius {
		return nil, fault.Bad("radius", "radius is %d; allowed are 0 to %d", n, maxRadius)
	}
	v, err := f.sight(ctx, obj)
	if err != nil {
		return nil, err
	}
	return f.places(ctx, v.Around(n))
}

// Entries are the places.
func (f leaderboardFields) Entries(ctx context.Context, obj *graph.Leaderboard, first *int, after *string) (*graph.LeaderboardEntryConnection, error) {
	l := cursor.List{Name: "leaderboard", Filter: []string{obj.Board.String()}}
	span, err := f.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	v, err := f.sight(ctx, obj)
	if err != nil {
		return nil, err
	}
	page := cursor.Cut(f.Cursors, l, v.Places, span, v.At, contribution.Before)
	nodes, err := f.places(ctx, page.Nodes)
	if err != nil {
		return nil, err
	}
	out := &graph.LeaderboardEntryConnection{Edges: []*graph.LeaderboardEntryEdge{}, Nodes: []*graph.LeaderboardEntry{}, PageInfo: pageInfo(page)}
	shown := 0
	for i, p := range page.Nodes {
		if shown < len(nodes) && nodes[shown].Rank == p.Rank { // whoever has closed their account has no node
			out.Nodes = append(out.Nodes, nodes[shown])
			out.Edges = append(out.Edges, &graph.LeaderboardEntryEdge{Cursor: page.Cursors[i], Node: nodes[shown]})
			shown++
		}
	}
	return out, nil
}

// places shows places with masked names; those of closed accounts are left out.
func (r *Root) places(ctx context.Context, all []contribution.Place) ([]*graph.LeaderboardEntry, error) {
	o := loaders.From(ctx)
	who := make([]member.ID, len(all))
	for i, p := range all {
		who[i] = p.Member
	}
	o.People.Want(who...)
	out := []*graph.LeaderboardEntry{}
	for _, p := range all {
		h, ok, err := o.People.Load(ctx, p.Member)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, &graph.LeaderboardEntry{Rank: p.Rank, Score: int(p.Points), MaskedName: invites.Mask(h.Profile.DisplayName), IsMe: p.Member == o.Me()})
		}
	}
	return out, nil
}

// LeaderboardListed tells whether the member is on boards.
func (m memberFields) LeaderboardListed(ctx context.Context, _ *graph.Member) (*bool, error) {
	me := loaders.From(ctx).Me()
	hidden, err := m.Boards.Store.HiddenOf(ctx, []member.ID{me})
	if err != nil {
		return nil, err
	}
	return ptr(!hidden[me]), nil
}

// leaderboardsOff is the reason where the programme has no boards.
const leaderboardsOff = "LEADERBOARDS_OFF"

// LeaderboardListingSet takes the viewer off all boards, or lets them on again.
func (m mutation) LeaderboardListingSet(ctx context.Context, input graph.LeaderboardListingSetInput) (*graph.LeaderboardListingSetPayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	out := &graph.LeaderboardListingSetPayload{UserErrors: []*graph.LeaderboardListingSetUserError{}}
	if m.programme(ctx).Contributions == nil {
		refused, err := refusal(ctx, fault.Refuse(leaderboardsOff, "", "the programme has no boards"))
		if err != nil {
			return nil, err
		}
		out.UserErrors = append(out.UserErrors, &graph.LeaderboardListingSetUserError{Message: refused.message, Code: graph.LeaderboardListingSetErrorCode(refused.code)})
		return out, nil
	}
	if err := m.Boards.Hide(ctx, h.Profile.ID, !input.Listed); err != nil {
		return nil, err
	}
	out.Listed = &input.Listed
	return out, nil
}
