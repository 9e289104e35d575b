package mongostore

import (
	"context"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/community"
	"membergate/internal/member"
)

// Posts are found by their order. An id begins with its time, so the order of time is that of ids:
//
//	posts { _id: post id, sv: 1, author, board, body, media: [ { path, width, height, alt } … ], topics, products,
//	        visibility, minRank, family, state, created, edited, deleted, pinned, locked, counts: { … }, weight, hot,
//	        tally: version of the tally that the counts are of,
//	        live: published and not deleted, gone: deleted, shelf: Post.Shelf, campaign, version,
//	        ruling: { reason, note, by, staff, at, appeal, appealed, ended },
//	        review: { score, reports, since, judged, last, noted, todo: { a line of the log of moderation } },
//	        adopted: { at, staff }, adopting: its author may not have got what comes with it yet,
//	        waits, cause, waitsSince: Post.Waits, undone: something of the review is left to do,
//	        touched: when it was added or changed last, counts excepted }
//
//	hot, _id · touched, _id · board, _id · topics, _id · author, _id · family, _id · waits, of those that do · undone, the same
//
//	topics { _id: topic id, sv: 1, key, titles: { locale: text … } }
var (
	posts = newCollection("posts",
		index("hot", "_id"), index("board", "_id"), index("topics", "_id"), index("author", "_id"), index("family", "_id"),
		index("touched", "_id"), only("waits"), only("undone"), only("adopting"))
	topics = newCollection("topics")
)

// Community is a community.Store.
type Community struct{ s *Store }

// Community gives the store of what members write.
func (s *Store) Community() *Community { return &Community{s} }

type postDoc struct {
	ID         string       `bson:"_id"`
	SV         int          `bson:"sv"`
	Author     string       `bson:"author"`
	Board      string       `bson:"board"`
	Body       string       `bson:"body"`
	Media      []pictureDoc `bson:"media"`
	Topics     []string     `bson:"topics"`
	Products   []string     `bson:"products"`
	Visibility string       `bson:"visibility"`
	MinRank    int          `bson:"minRank"`
	Family     string       `bson:"family"`
	State      string       `bson:"state"`
	Created    time.Time    `bson:"created"`
	Edited     time.Time    `bson:"edited,omitempty"`
	Deleted    time.Time    `bson:"deleted,omitempty"`
	Pinned     bool         `bson:"pinned"`
	Locked     bool         `bson:"locked"`
	Counts     countsDoc    `bson:"counts"`
	Weight     int64        `bson:"weight"`
	Hot        int64        `bson:"hot"`
	Tally      int64        `bson:"tally"`
	Live       bool         `bson:"live"`
	Gone       bool         `bson:"gone"`
	Shelf      string       `bson:"shelf"`
	Campaign   string       `bson:"campaign,omitempty"`
	Ruling     rulingDoc    `bson:"ruling,omitempty"`
	Review     reviewDoc    `bson:"review"`
	Adopted    adoptedDoc   `bson:"adopted"`
	Adopting   bool         `bson:"adopting"`
	Version    int64        `bson:"version,omitempty"`
	Touched    time.Time    `bson:"touched,omitempty"`

	Wait waitDoc `bson:",inline"`
}

type pictureDoc struct {
	Path   string `bson:"path"`
	Width  int    `bson:"width"`
	Height int    `bson:"height"`
	Alt    string `bson:"alt"`
}

func toPost(p community.Post) postDoc {
	return postDoc{
		ID: string(p.ID), SV: 1, Author: string(p.Author), Board: p.Board, Body: p.Body,
		Media:  each(p.Media, func(m community.Picture) pictureDoc { return pictureDoc(m) }),
		Topics: each(p.Topics, func(t community.TopicID) string { return string(t) }), Products: p.Products,
		Visibility: string(p.Visibility), MinRank: p.MinRank, Family: p.Family, State: string(p.State),
		Created: p.CreatedAt, Edited: p.EditedAt, Deleted: p.DeletedAt, Pinned: p.Pinned, Locked: p.Locked,
		Counts: toCounts(p.Counts), Weight: p.Weight, Hot: p.HotKey,
		Live: p.Live(), Gone: !p.DeletedAt.IsZero(), Shelf: p.Shelf(),
		Campaign: p.Campaign, Ruling: rulingDoc(p.Ruling), Review: toReview(p.Review), Version: p.Version,
		Adopted: adoptedDoc{p.Adopted.At, p.Adopted.Staff}, Adopting: p.Adopted.Open, Touched: time.Now(),
		Wait: toWait(p.Waits(), p.Review.Undone(!p.DeletedAt.IsZero())),
	}
}

func (d postDoc) post() community.Post {
	return community.Post{
		ID: community.PostID(d.ID), Author: member.ID(d.Author), Board: d.Board, Body: d.Body,
		Media:  each(d.Media, func(m pictureDoc) community.Picture { return community.Picture(m) }),
		Topics: each(d.Topics, func(t string) community.TopicID { return community.TopicID(t) }), Products: d.Products,
		Visibility: community.Visibility(d.Visibility), MinRank: d.MinRank, Family: d.Family, State: community.Moderation(d.State),
		CreatedAt: d.Created, EditedAt: d.Edited, DeletedAt: d.Deleted, Pinned: d.Pinned, Locked: d.Locked,
		Counts: d.Counts.counts(), Weight: d.Weight, HotKey: d.Hot,
		Campaign: d.Campaign, Ruling: d.Ruling.ruling(), Review: d.Review.review(), Version: d.Version,
		Adopted: community.Adoption{At: d.Adopted.At, Staff: d.Adopted.Staff, Open: d.Adopting},
	}
}

type countsDoc struct {
	Reactions   []reactionDoc `bson:"reactions"`
	Reactors    int64         `bson:"reactors"`
	Bookmarks   int64         `bson:"bookmarks"`
	Comments    int64         `bson:"comments"`
	Commenters  int64         `bson:"commenters"`
	Shares      int64         `bson:"shares"`
	Impressions int64         `bson:"impressions"`
}

type reactionDoc struct {
	Kind  string `bson:"kind"`
	Count int64  `bson:"count"`
}

func toCounts(c community.Counts) countsDoc {
	d := countsDoc{
		Reactors: c.Reactors, Bookmarks: c.Bookmarks, Comments: c.Comments, Commenters: c.Commenters, Shares: c.Shares,
		Impressions: c.Impressions,
	}
	for k, n := range c.Reactions {
		d.Reactions = append(d.Reactions, reactionDoc{string(k), n})
	}
	slices.SortFunc(d.Reactions, func(a, b reactionDoc) int { return strings.Compare(a.Kind, b.Kind) })
	return d
}

func (d countsDoc) counts() community.Counts {
	c := community.Counts{
		Reactors: d.Reactors, Bookmarks: d.Bookmarks, Comments: d.Comments, Commenters: d.Commenters, Shares: d.Shares,
		Impressions: d.Impressions,
	}
	for _, r := range d.Reactions {
		if c.Reactions == nil {
			c.Reactions = map[community.Kind]int64{}
		}
		c.Reactions[community.Kind(r.Kind)] = r.Count
	}
	return c
}

// Put implements community.Store.
func (c *Community) Put(ctx context.Context, written []community.Post) error {
	for part := range slices.Chunk(written, putAtOnce) { // each is touched when it is put
		if err := putAll(ctx, c.s, posts, each(part, toPost), func(d postDoc) string { return d.ID }); err != nil {
			return err
		}
	}
	return nil
}

// ByIDs implements community.Store.
func (c *Community) ByIDs(ctx context.Context, ids []community.PostID) (map[community.PostID]community.Post, error) {
	out := make(map[community.PostID]community.Post, len(ids))
	err := findIDs(ctx, c.s, posts, ids, func(d postDoc) { out[community.PostID(d.ID)] = d.post() })
	return out, err
}

// findIDs reads documents by id in one command, or in none for no ids.
func findIDs[ID, D any](ctx context.Context, s *Store, c collection, ids []ID, each func(D)) error {
	if len(ids) == 0 {
		return nil
	}
	return find(ctx, s, c, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}, options.Find(), each)
}

type topicDoc struct {
	ID     string            `bson:"_id"`
	SV     int               `bson:"sv"`
	Key    string            `bson:"key"`
	Titles map[string]string `bson:"titles"`
}

// PutTopics implements community.Store.
func (c *Community) PutTopics(ctx context.Context, list []community.Topic) error {
	docs := each(list, func(t community.Topic) topicDoc { return topicDoc{string(t.ID), 1, t.Key, t.Titles} })
	return putAll(ctx, c.s, topics, docs, func(d topicDoc) string { return d.ID })
}

// Topics implements community.Store.
func (c *Community) Topics(ctx context.Context, ids []community.TopicID) (map[community.TopicID]community.Topic, error) {
	out := make(map[community.TopicID]community.Topic, len(ids))
	err := findIDs(ctx, c.s, topics, ids, func(d topicDoc) { out[community.TopicID(d.ID)] = d.topic() })
	return out, err
}

func (d topicDoc) topic() community.Topic {
	return community.Topic{ID: community.TopicID(d.ID), Key: d.Key, Titles: d.Titles}
}
