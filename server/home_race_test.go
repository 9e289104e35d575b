package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/member"
)

// While posts are written, deleted and pushed, and lists are made, one member blocks, unblocks and follows another again
// and again. Once a block has answered no page shows the other's posts, nor a deleted one once that has answered; in the
// end every list shows what the ties show.
func TestNoPageShowsWhatWasBlockedOrDeletedWhilePostsArePushed(t *testing.T) {
	onHomes(t, func(h *homely) {
		h.keep.Slack, h.spread.Lag = 3*time.Second, 4*time.Second // writes on a busy machine take their time
		const reader, other = 0, 1
		ctx := t.Context()
		for n := range homePeople {
			h.must(h.st.community.SetTie(ctx, homeMember(n), community.Follow, string(homeMember((n+1)%homePeople)), true, 0))
			h.must(h.st.community.SetTie(ctx, homeMember(n), community.Follow, string(homeMember((n+2)%homePeople)), true, 0))
		}
		var stop atomic.Bool
		var blocked atomic.Int64 // odd while a block has answered
		var gone sync.Map        // posts whose deletion has answered
		var written, read atomic.Int64
		var all sync.WaitGroup
		fail := func(format string, args ...any) { stop.Store(true); h.t.Errorf(format, args...) }
		for w := range 4 {
			all.Go(func() {
				dice := rand.New(rand.NewPCG(11, uint64(w)))
				for n := 0; !stop.Load(); n++ {
					at := h.from.Add(time.Duration(dice.IntN(1_000_000)) * time.Millisecond)
					p := community.Post{ID: community.PostID(community.IDOf(at, [10]byte{3, byte(w), byte(n >> 8), byte(n)})), CreatedAt: at, Author: homeMember(dice.IntN(homePeople)),
						Body: "x", State: community.Published, Visibility: community.Public, Version: 1}
					if _, err := h.st.posting.AddPost(ctx, p.Counted(community.Counts{})); err != nil {
						fail("a post: %v", err)
					}
					written.Add(1)
					if n%3 == 0 {
						p.DeletedAt = at
						if err := h.st.posting.ChangePost(ctx, p); err != nil {
							fail("a deletion: %v", err)
						}
						gone.Store(p.ID, true)
					}
				}
			})
		}
		all.Go(func() { // what the worker and the gateways do beside
			for n := 0; !stop.Load(); n++ {
				if err := h.keep.Make(ctx, homeMember(n%homePeople)); err != nil {
					fail("a list: %v", err)
				}
				if _, _, err := h.spread.Round(ctx); err != nil {
					fail("a round: %v", err)
				}
			}
		})
		pages := func() { // pages through a part of the feed
			var after *string
			for size, page := 10, 0; page < 4 && !stop.Load(); page++ {
				before := blocked.Load()
				deleted := map[community.PostID]bool{}
				gone.Range(func(id, _ any) bool { deleted[id.(community.PostID)] = true; return true })
				ties, err := h.st.community.Ties(ctx, homeMember(reader))
				if err != nil {
					fail("ties: %v", err)
					return
				}
				r := community.Reader{Member: homeMember(reader), Ties: ties}
				got, err := h.kept.Feed(ctx, h.rules, community.FeedQuery{Kind: community.Following, Who: r.Member, Args: cursor.Args{First: &size, After: after}},
					func(context.Context) (community.Reader, error) { return r, nil })
				if err != nil {
					fail("a page: %v", err)
					return
				}
				apart := before%2 == 1 && blocked.Load() == before
				for _, p := range got.Nodes {
					if apart && p.Author == homeMember(other) {
						fail("a page shows a post of somebody who is blocked")
					}
					if deleted[p.ID] {
						fail("a page shows a deleted post")
					}
				}
				read.Add(1)
				if after = got.End(); !got.HasNext {
					return
				}
			}
		}
		for range 2 {
			all.Go(func() {
				for !stop.Load() {
					pages()
				}
			})
		}
		all.Go(func() {
			defer stop.Store(true)
			tie := func(m member.ID, k community.TieKind, to member.ID, on bool) {
				if err := h.ties.Tie(ctx, community.Reader{Member: m}, k, string(to), on); err != nil {
					fail("a tie: %v", err)
				}
			}
			for n := 0; n < 12 && !stop.Load(); n++ {
				who, whom := homeMember(reader), homeMember(other)
				if n%2 == 1 {
					who, whom = whom, who
				}
				tie(who, community.Block, whom, true)
				blocked.Add(1)
				pages()
				blocked.Add(1)
				tie(who, community.Block, whom, false)
				tie(homeMember(reader), community.Follow, homeMember(other), true)
				tie(homeMember(2), community.Follow, homeMember(n%homePeople/3*3), n%3 > 0)
			}
		})
		all.Wait()
		last := time.Now()
		awaiting(h.t, "all is pushed", func() bool {
			h.round()
			done, err := h.st.cache.Homes().Spread(ctx)
			return err == nil && done.To.After(last)
		})
		h.same("in the end")
		if n := h.believed(); n == 0 {
			h.t.Error("no list is believed in the end")
		}
		h.t.Log(fmt.Sprint(written.Load(), " posts were written beside ", read.Load(), " pages; lists that are read in the end: ", h.believed()))
	})
}
