package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"

	"membergate/internal/account"
	"membergate/internal/community"
	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/recommend"
)

// The town is a community of the size that benchmarks ask for. Few of its members write much and are followed by many,
// most write little; a part of what they write is not for everybody, is not looked at yet, or was deleted.
type town struct {
	members, posts int
	now            time.Time
	lists          bool // lists for FOR_YOU are put too
}

const (
	townTopics  = 100
	townFollows = 50 // of each member; the best known are followed by most of them
	townFamily  = 4
	townDays    = 90 // over which the posts are spread
)

func townMember(n int) member.ID                 { return member.ID(fmt.Sprintf("t%06d", n)) }
func townTopic(n int) community.TopicID          { return community.TopicID(fmt.Sprintf("town-%03d", n)) }
func townHousehold(n int) family.ID              { return family.ID(fmt.Sprintf("town-f%06d", n/townFamily)) }
func skewed(r *rand.Rand, n int, by float64) int { return int(float64(n) * math.Pow(r.Float64(), by)) }

// put fills empty stores, and tells how far it is.
func (o town) put(ctx context.Context, st *stores, rules book, tell func(what string, done, of int)) error {
	var topics []community.Topic
	for n := range townTopics {
		topics = append(topics, community.Topic{ID: townTopic(n), Key: fmt.Sprint("town", n), Titles: programme.Text{"zh-CN": "小镇", "en": "Town"}})
	}
	return errors.Join(
		st.community.PutTopics(ctx, topics),
		o.putPeople(ctx, st, rules, tell),
		o.putTies(ctx, st, tell),
		o.putPosts(ctx, st, tell),
	)
}

// inParts does something with each part of a count, several parts at once.
func inParts(ctx context.Context, n, part int, do func(ctx context.Context, from, to int) error, tell func(done int)) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for from := 0; from < n; from += part {
		tell(from)
		group.Go(func() error { return do(ctx, from, min(from+part, n)) })
	}
	return group.Wait()
}

func (o town) putPeople(ctx context.Context, st *stores, rules book, tell func(string, int, int)) error {
	agreed := map[string]member.Consent{"PERSONALISATION": {Granted: true, At: o.now.AddDate(-1, 0, 0), PolicyVersion: "2026-01", Source: "app"}}
	var lists map[recommend.Key]recommend.List
	err := inParts(ctx, o.members, 100, func(ctx context.Context, from, to int) error {
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(16)
		for n := from; n < to; n++ {
			group.Go(func() error {
				p := member.Profile{ID: townMember(n), DisplayName: fmt.Sprint("Townsman ", n), JoinedAt: o.now.AddDate(-2, 0, 0), Consents: agreed}
				err := st.accounts.Create(ctx, account.Open(rules, p))
				if n%townFamily != 0 || n >= o.members/5 { // a fifth live in families
					return err
				}
				f := family.Family{ID: townHousehold(n), Name: "Town", CreatedAt: o.now.AddDate(-1, 0, 0), Version: 1}
				for k := range townFamily {
					role := family.Adult
					if k == 0 {
						role = family.Owner
					}
					f.People = append(f.People, family.Person{ID: fmt.Sprint("fm-", n+k), Member: townMember(n + k), Role: role, State: family.Active, JoinedAt: f.CreatedAt})
				}
				return errors.Join(err, st.families.Create(ctx, f))
			})
		}
		return group.Wait()
	}, func(done int) { tell("members", done, o.members) })
	if err != nil || !o.lists {
		return err
	}
	r := rand.New(rand.NewPCG(1, 1))
	for n := range o.members {
		if n%1000 == 0 {
			if err := st.cache.Lists().Put(ctx, lists); err != nil {
				return err
			}
			lists = map[recommend.Key]recommend.List{}
		}
		list := recommend.List{Version: "town"}
		for range 60 {
			list.Items = append(list.Items, recommend.Item{Ref: recommend.Ref{Kind: recommend.OfPost, ID: string(o.postID(r.IntN(o.posts)))}, Cause: recommend.Popular})
		}
		lists[recommend.MemberList(townMember(n), recommend.Community)] = list
	}
	return st.cache.Lists().Put(ctx, lists)
}

func (o town) putTies(ctx context.Context, st *stores, tell func(string, int, int)) error {
	return inParts(ctx, o.members, 200, func(ctx context.Context, from, to int) error {
		r := rand.New(rand.NewPCG(2, uint64(from)))
		all := map[member.ID]community.Ties{}
		for n := from; n < to; n++ {
			t := community.Ties{}
			known := map[int]bool{n: true}
			for range townFollows {
				if other := skewed(r, o.members, 3); !known[other] {
					known[other] = true
					t.Follows = append(t.Follows, townMember(other))
				}
			}
			for range 3 {
				if topic := townTopic(skewed(r, townTopics, 2)); !t.Has(community.FollowTopic, string(topic)) {
					t.Topics = append(t.Topics, topic)
				}
			}
			if n%3 == 0 {
				t.Blocks = []member.ID{townMember(r.IntN(o.members))}
				t.Mutes = []member.ID{townMember(skewed(r, o.members, 3))}
			}
			if n%20 == 0 {
				t.Words = []string{"broccoli"}
			}
			all[townMember(n)] = t
		}
		return st.community.PutTies(ctx, all)
	}, func(done int) { tell("ties", done, o.members) })
}

func (o town) putPosts(ctx context.Context, st *stores, tell func(string, int, int)) error {
	return inParts(ctx, o.posts, 1000, func(ctx context.Context, from, to int) error {
		var all []community.Post
		for n := from; n < to; n++ {
			all = append(all, o.post(n))
		}
		return st.community.Put(ctx, all)
	}, func(done int) { tell("posts", done, o.posts) })
}

func (o town) postAt(n int) time.Time {
	return o.now.Add(-townDays * 24 * time.Hour / time.Duration(o.posts) * time.Duration(o.posts-n)).Truncate(time.Millisecond)
}

func (o town) postID(n int) community.PostID {
	return community.PostID(community.IDOf(o.postAt(n), [10]byte{7, byte(n >> 16), byte(n >> 8), byte(n)}))
}

// post is the n-th post, oldest first; it is the same in every run.
func (o town) post(n int) community.Post {
	r := rand.New(rand.NewPCG(3, uint64(n)))
	boards := []string{"KNOWLEDGE", "EXCHANGE", "EVENTS"}
	author := skewed(r, o.members, 2)
	p := community.Post{ID: o.postID(n), CreatedAt: o.postAt(n), Author: townMember(author), Board: boards[r.IntN(3)], State: community.Published, Version: 1,
		Body:       fmt.Sprintf("第 %d 篇\nToday I cooked number %d, and it was well worth the time that it took.", n, n),
		Visibility: community.Public, Topics: []community.TopicID{townTopic(skewed(r, townTopics, 2))}}
	if n%40 == 0 {
		p.Body += " There was broccoli in it."
	}
	switch lot := r.IntN(100); {
	case lot < 10:
		p.Visibility = community.Members
	case lot < 15:
		p.Visibility, p.MinRank = community.OfTier, 1+r.IntN(3)
	case lot < 18:
		p.Visibility = community.Followers
	case lot < 22 && author < o.members/5:
		p.Visibility, p.Family = community.OfFamily, string(townHousehold(author))
	case lot < 24:
		p.State = community.Pending
	case lot < 26:
		p.DeletedAt = p.CreatedAt.Add(time.Hour)
	}
	return p.Counted(community.Counts{Reactors: int64(skewed(r, 200, 4)), Bookmarks: int64(skewed(r, 20, 4))})
}
