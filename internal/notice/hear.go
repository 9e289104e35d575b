package notice

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"membergate/internal/community"
	"membergate/internal/family"
	"membergate/internal/member"
)

// Talk is what members write for one another, as far as they are told of it.
type Talk interface {
	// Heard gives, of each member, at most n of the comments that the member should hear of, newest first.
	Heard(ctx context.Context, who []member.ID, since time.Time, n int) (map[member.ID][]community.Heard, error)
	// ByIDs gives posts in whatever state; those unknown are missing.
	ByIDs(ctx context.Context, ids []community.PostID) (map[community.PostID]community.Post, error)
	// Ties gives a member's ties; of an unknown member they are empty.
	Ties(ctx context.Context, m member.ID) (community.Ties, error)
}

// Families tells who is related.
type Families interface {
	// ByMembers gives the families in which members are; those without one are missing.
	ByMembers(ctx context.Context, who []member.ID) (map[member.ID]family.Family, error)
	// Homes gives all families that members are or were in; of who never was in one nothing.
	Homes(ctx context.Context, who []member.ID) (map[member.ID][]family.Family, error)
}

// heardAtOnce is how many fresh comments of a member one look sees, the newest. Whoever has more between two looks is told
// of the posts that are talked about most recently.
const heardAtOnce = 200

// hear gives the comments since a time that some members are told of: those that they may see now.
func (s *Service) hear(ctx context.Context, views map[member.ID]View, ids []member.ID, since time.Time) (map[member.ID][]community.Heard, error) {
	if s.Talk == nil {
		return nil, nil
	}
	all, err := s.Talk.Heard(ctx, ids, since, heardAtOnce)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	var who []member.ID
	var on []community.PostID
	for id, heard := range all {
		who = append(who, id)
		for _, h := range heard {
			on = append(on, h.Post)
		}
	}
	slices.Sort(who)
	slices.Sort(on)
	var posts map[community.PostID]community.Post
	var families map[member.ID]family.Family
	ties := make([]community.Ties, len(who))
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(hearersAtOnce)
	group.Go(func() (err error) {
		posts, err = s.Talk.ByIDs(within, slices.Compact(on))
		return err
	})
	group.Go(func() (err error) {
		families, err = s.Families.ByMembers(within, who)
		return err
	})
	for i, id := range who {
		group.Go(func() (err error) {
			ties[i], err = s.Talk.Ties(within, id)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for i, id := range who {
		v := views[id]
		now := s.Now(v)
		p := s.Book.At(now)
		r := community.Reader{
			Member: id, Rank: v.Account.Standing.Advance(s.Book, now).Held(p, now).Rank, Family: string(families[id].ID), Ties: ties[i],
		}
		all[id] = slices.DeleteFunc(all[id], func(h community.Heard) bool { return !r.Hears(posts[h.Post], h) })
	}
	return all, nil
}

// hearersAtOnce is how many members' ties are read at the same time.
const hearersAtOnce = 4
