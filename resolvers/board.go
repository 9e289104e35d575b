package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/community"
	"membergate/internal/programme"
	"membergate/loaders"
)

// Boards lists the programme's boards.
func (q query) Boards(ctx context.Context) ([]*graph.Board, error) {
	defer loaders.Leave(ctx)
	if asks(ctx, "canPost") {
		_, _ = q.reader(ctx) // foreseen here, in one wave; the field says so if it fails
	}
	out := []*graph.Board{}
	for _, b := range q.programme(ctx).Boards {
		out = append(out, q.board(ctx, b.Code))
	}
	return out, nil
}

// board shows a board by its code; nil if the programme has none of it.
func (r *Root) board(ctx context.Context, code string) *graph.Board {
	l := locale(ctx)
	for _, b := range r.programme(ctx).Boards {
		if b.Code == code {
			return &graph.Board{ID: globalID(kindBoard, b.Code), Code: b.Code, Title: b.Titles.In(l), Description: b.Descriptions.In(l), Board: &b}
		}
	}
	return nil
}

// CanPost tells whether the viewer may post on the board.
func (f boardFields) CanPost(ctx context.Context, obj *graph.Board) (*bool, error) {
	reader, err := f.reader(ctx)
	if err != nil {
		return nil, err
	}
	return ptr(reader.CanPost(f.programme(ctx), *obj.Board)), nil
}

// Groups lists the programme's groups.
func (q query) Groups(ctx context.Context) ([]*graph.Group, error) {
	defer loaders.Leave(ctx)
	o := loaders.From(ctx)
	out := []*graph.Group{}
	for _, g := range q.programme(ctx).Groups {
		q.foreseeGroup(ctx, g.Code)
		out = append(out, q.group(ctx, g))
	}
	if asks(ctx, "canJoin") {
		_, _ = q.reader(ctx) // foreseen here, in one wave; the field says so if it fails
	} else {
		o.Arrive(ctx)
	}
	return out, nil
}

// foreseeGroup wants what the selections of a group will need.
func (r *Root) foreseeGroup(ctx context.Context, code string) {
	o := loaders.From(ctx)
	if asks(ctx, "joined") || asks(ctx, "canJoin") || asks(ctx, "memberCount") || asks(ctx, "leaderboard") {
		o.Circles.Want(code)
	}
	if asks(ctx, "staff") || asks(ctx, "members") {
		o.Staffings.Want(code)
	}
}

func (r *Root) group(ctx context.Context, g programme.Group) *graph.Group {
	out := &graph.Group{ID: globalID(kindGroup, g.Code), Code: g.Code, Title: g.Titles.In(locale(ctx)), Kind: g.Kind, Roles: r.groupRoles(ctx), Group: &g}
	if g.MinTier != "" {
		out.MinTier = r.tierByCode(ctx, g.MinTier)
	}
	return out
}

func (r *Root) circle(ctx context.Context, obj *graph.Group) (community.Circle, error) {
	c, _, err := loaders.From(ctx).Circles.Load(ctx, obj.Code)
	return c, err
}

// Joined tells whether the viewer is in the group.
func (f groupFields) Joined(ctx context.Context, obj *graph.Group) (*bool, error) {
	c, err := f.circle(ctx, obj)
	if err != nil {
		return nil, err
	}
	return &c.Joined, nil
}

// CanJoin tells whether the viewer could join the group now.
func (f groupFields) CanJoin(ctx context.Context, obj *graph.Group) (*bool, error) {
	c, err := f.circle(ctx, obj)
	if err != nil {
		return nil, err
	}
	reader, err := f.reader(ctx)
	if err != nil {
		return nil, err
	}
	return ptr(reader.CanJoin(f.programme(ctx), *obj.Group, c)), nil
}

// MemberCount is how many members are in the group.
func (f groupFields) MemberCount(ctx context.Context, obj *graph.Group) (*int, error) {
	c, err := f.circle(ctx, obj)
	if err != nil {
		return nil, err
	}
	return ptr(int(c.Members)), nil
}
