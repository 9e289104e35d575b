package recommend

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"membergate/internal/community"
	"membergate/internal/member"
)

// PostSource is where posts are chosen from.
type PostSource interface {
	Hottest(ctx context.Context, n int) ([]community.PostID, error)
	ByIDs(ctx context.Context, ids []community.PostID) (map[community.PostID]community.Post, error)
	Ties(ctx context.Context, m member.ID) (community.Ties, error)
}

const (
	// hotMost is how many of the hot posts are chosen from.
	hotMost = 1000
	// postsAtOnce is how many posts are read in one call.
	postsAtOnce = 200
	// tiesAtOnce is how many members' ties are asked for side by side.
	tiesAtOnce = 16
)

// RebuildPosts makes the lists of posts anew: what is hot, and for each of the members who follow topics what is hot with
// those first. Whoever follows none is shown the hot feed. It tells after each part how many members are done, and gives
// how many lists it made. A list whose posts are another order has another version.
func RebuildPosts(ctx context.Context, from PostSource, lists Lists, members []member.ID, tell func(done, of int)) (made int, err error) {
	hot, err := hotPosts(ctx, from)
	if err != nil {
		return 0, err
	}
	version := versionOf(hot)
	if err := lists.Put(ctx, map[Key]List{PopularList(OfPost): ChoosePosts(hot, nil, version)}); err != nil {
		return 0, err
	}
	made, done := 1, 0
	for part := range slices.Chunk(members, putAtOnce) {
		batch, err := postsOf(ctx, from, part, hot, version)
		if err != nil {
			return made, err
		}
		if err := lists.Put(ctx, batch); err != nil {
			return made, err
		}
		made, done = made+len(batch), done+len(part)
		tell(done, len(members))
	}
	return made, nil
}

// hotPosts are the posts that everybody may see, in the order of the hot feed.
func hotPosts(ctx context.Context, from PostSource) ([]community.Post, error) {
	ids, err := from.Hottest(ctx, hotMost)
	if err != nil {
		return nil, err
	}
	var out []community.Post
	for part := range slices.Chunk(ids, postsAtOnce) {
		found, err := from.ByIDs(ctx, part)
		if err != nil {
			return nil, err
		}
		for _, id := range part {
			if p, ok := found[id]; ok && (community.Reader{}).CanSee(p) {
				out = append(out, p)
			}
		}
	}
	return out, nil
}

func versionOf(posts []community.Post) string {
	h := sha256.New()
	for _, p := range posts {
		h.Write([]byte(p.ID))
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// postsOf makes the lists of some members.
func postsOf(ctx context.Context, from PostSource, members []member.ID, hot []community.Post, version string) (map[Key]List, error) {
	var mu sync.Mutex // guards out
	out := map[Key]List{}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(tiesAtOnce)
	for _, m := range members {
		group.Go(func() error {
			ties, err := from.Ties(ctx, m)
			if err != nil || len(ties.Topics) == 0 {
				return err
			}
			list := ChoosePosts(hot, ties.Topics, version)
			mu.Lock()
			defer mu.Unlock()
			out[MemberList(m, Community)] = list
			return nil
		})
	}
	return out, group.Wait()
}
