package resolvers

import (
	"context"
	"slices"
	"strings"
	"time"

	"membergate/graph"
	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/live"
	"membergate/loaders"
)

// feedPause is how often a feed is looked at for one listener at most: a number on a button need not be quicker.
const feedPause = time.Second

// FeedUpdated tells how many posts have come into a feed, and which are gone from it.
func (s subscription) FeedUpdated(ctx context.Context, kind graph.FeedKind, boardCode *string, topicID *string) (<-chan *graph.FeedUpdate, error) {
	ask := community.FeedQuery{Kind: community.FeedKind(kind), Who: loaders.From(ctx).Me(), Args: cursor.Args{First: ptr(cursor.MaxPage)}}
	if ask.Kind == community.Hot || ask.Kind == community.ForYou {
		ask.Kind = community.New // what may come into them
	}
	if boardCode != nil {
		ask.Board = *boardCode
	}
	if topicID != nil {
		key, err := keyOf("topicId", *topicID, kindTopic)
		if err != nil {
			return nil, err
		}
		ask.Topic = community.TopicID(key)
		if err := s.knownTopic(ctx, ask.Topic); err != nil {
			return nil, err
		}
	}
	var seen community.FeedWatch
	look := func(ctx context.Context) error {
		page, err := s.Community.Feed(ctx, s.programme(ctx), ask, s.reader)
		if err == nil {
			seen.Look(page.Nodes, page.HasNext)
		}
		return err
	}
	told := ""
	return live.Open(ctx, s.Live, live.Stream[*graph.FeedUpdate]{
		Policy: live.Latest, Topics: []live.Topic{community.TopicOfFeed(ask.Kind, ask.Board, ask.Topic)}, Pause: feedPause, Own: true,
		Begin: func(ctx context.Context, resume string) (bool, error) {
			seen.Base = resume
			if err := look(ctx); err != nil {
				return false, err
			}
			if missed := resume != "" && len(seen.New()) > 0; missed {
				return true, nil
			}
			told = looksOfFeed(&seen)
			return false, nil
		},
		Next: func(ctx context.Context) (*live.Told[*graph.FeedUpdate], error) {
			if err := look(ctx); err != nil {
				return nil, err
			}
			looks := looksOfFeed(&seen)
			if looks == told {
				return nil, nil
			}
			told = looks
			out := &graph.FeedUpdate{NewCount: len(seen.New()), RemovedIds: []string{}}
			for _, id := range seen.Gone() {
				out.RemovedIds = append(out.RemovedIds, globalID(kindPost, string(id)))
			}
			return &live.Told[*graph.FeedUpdate]{Value: out, ID: seen.Mark()}, nil
		},
	})
}

func looksOfFeed(w *community.FeedWatch) string {
	var all []string
	for _, id := range slices.Concat(w.New(), []community.PostID{"/"}, w.Gone()) {
		all = append(all, string(id))
	}
	return strings.Join(all, " ")
}
