package main

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// benchFollowing reads pages of what members follow in both ways, in turn: by their ties, and by the lists that are kept.
// It needs a town, and moves nothing of it but new posts and the ties of three members of its own.
func benchFollowing(t *testing.T, o town, pairs ...string) {
	s, err := readSettings(env(pairs...))
	mustHome(t, err)
	st, err := openStores(t.Context(), s, true, slog.New(slog.DiscardHandler))
	mustHome(t, err)
	defer func() { mustHome(t, st.close()) }()
	keys, err := s.Keys()
	mustHome(t, err)
	book := cursor.NewBook(keys)
	keep := &community.Keeping{Store: st.homes, Homes: st.cache.Homes(), Now: time.Now}
	spread := &community.Spreading{Store: st.homes, Homes: st.cache.Homes(), Most: 20_000, Now: time.Now}
	dice := rand.New(rand.NewPCG(6, 6))
	kept := &community.Service{Store: st.community, Cursors: book, Keeping: keep}
	ties := &community.Service{Store: st.community, Cursors: book}
	ways := map[string]*community.Service{"by the kept list": kept, "by ties": ties}
	for _, follows := range []int{50, 300, community.MaxTies} {
		who := member.ID(fmt.Sprint("follower-", follows))
		all := community.Ties{}
		for len(all.Follows) < follows {
			if other := townMember(skewed(dice, o.members, 3)); !slices.Contains(all.Follows, other) {
				all.Follows = append(all.Follows, other)
			}
		}
		mustHome(t, st.community.PutTies(t.Context(), map[member.ID]community.Ties{who: all}))
		all, err = st.community.Ties(t.Context(), who)
		mustHome(t, err)
		for more := true; more; {
			_, more, err = spread.Round(t.Context())
			mustHome(t, err)
		}
		mustHome(t, keep.Make(t.Context(), who))
		r := community.Reader{Member: who, Ties: all}
		watches := map[string]*stopwatch{"by the kept list": {}, "by ties": {}}
		for range 40 {
			for name, service := range ways {
				var after *string
				for range 3 {
					size := 20
					began := time.Now()
					page, err := service.Feed(t.Context(), &programme.Programme{}, community.FeedQuery{Kind: community.Following, Who: who, Args: cursor.Args{First: &size, After: after}},
						func(context.Context) (community.Reader, error) { return r, nil })
					mustHome(t, err)
					watches[name].Applied("", time.Since(began))
					if len(page.Nodes) < size {
						t.Fatalf("%s shows %d posts", name, len(page.Nodes))
					}
					after = page.End()
				}
			}
		}
		row(fmt.Sprintf("a page of 20 of FOLLOWING to whom %d are followed, in the stores", follows), "by ties p50 %s, p90 %s; by the kept list p50 %s, p90 %s",
			watches["by ties"].part(500), watches["by ties"].part(900), watches["by the kept list"].part(500), watches["by the kept list"].part(900))
	}
}
