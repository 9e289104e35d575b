package community

import (
	"slices"

	"membergate/internal/programme"
)

// The codes of what a reader may do with a post.
const (
	MayEdit    = "EDIT"
	MayDelete  = "DELETE"
	MayComment = "COMMENT"
	MayReact   = "REACT"
	MayReport  = "REPORT"
)

// Permissions lists what the reader may do with a post, always in the same order.
func (r Reader) Permissions(p Post) []string {
	out := []string{}
	if !r.SignedIn() || !r.CanSee(p) {
		return out
	}
	own := r.Owns(p.Author)
	if own && p.State != Removed { // what was taken down stays as it was judged
		out = append(out, MayEdit)
	}
	if own {
		out = append(out, MayDelete)
	}
	if p.Live() && !p.Locked {
		out = append(out, MayComment)
	}
	if p.Live() {
		out = append(out, MayReact)
	}
	if !own {
		out = append(out, MayReport)
	}
	return out
}

// CanPost tells whether the reader may post on a board of the programme: with one of its staff roles where it asks
// for one, else every member of its lowest tier or above.
func (r Reader) CanPost(p *programme.Programme, b programme.Board) bool {
	switch {
	case !r.SignedIn():
		return false
	case len(b.PostRoles) > 0:
		return slices.ContainsFunc(b.PostRoles, func(role string) bool { return slices.Contains(r.Roles, role) })
	default:
		return b.PostMinTier == "" || r.Rank >= p.Rank(b.PostMinTier)
	}
}

// Circle is how a group of the programme stands: how many are in it, and whether the one who asks is.
type Circle struct {
	Members int64
	Joined  bool
}

// CanJoin tells whether the reader could join a group now: not in it yet, of its tier and segment, and a seat is free.
func (r Reader) CanJoin(p *programme.Programme, g programme.Group, c Circle) bool {
	return r.SignedIn() && !c.Joined && r.Fits(p, g) && (g.MaxSize == 0 || c.Members < int64(g.MaxSize))
}

// Fits tells whether the reader is of the tier and segment that a group is for.
func (r Reader) Fits(p *programme.Programme, g programme.Group) bool {
	return (g.MinTier == "" || r.Rank >= p.Rank(g.MinTier)) && (g.Segment == "" || slices.Contains(r.Segments, g.Segment))
}
