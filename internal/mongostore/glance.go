package mongostore

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/account"
	"membergate/internal/community"
	"membergate/internal/family"
	"membergate/internal/glance"
	"membergate/internal/member"
	"membergate/internal/product"
)

// Glances is a glance.Store.
type Glances struct{ s *Store }

// Glances gives the store of what screens read at once.
func (s *Store) Glances() *Glances { return &Glances{s} }

// part is what a glance reads of one collection: few documents, found by an index.
type part struct {
	of     collection
	stages bson.A
	take   func(bson.Raw) error // gets each document
}

// glanced is the field that says of which part a document is.
const glanced = "glanced"

// Glance implements glance.Store: one command, in which the parts follow one another.
func (g *Glances) Glance(ctx context.Context, w glance.Wanted) (out glance.Found, err error) {
	err = g.s.glance(ctx, append(g.ofPeople(w, &out), g.ofPosts(w, &out)...), options.Aggregate())
	return out, err
}

// glance reads several parts in one command. What index is hinted at is that of the first.
func (s *Store) glance(ctx context.Context, parts []part, o *options.AggregateOptionsBuilder) error {
	if len(parts) == 0 {
		return nil
	}
	pipeline := bson.A{}
	for i, p := range parts {
		stages := append(p.stages, bson.D{{Key: "$addFields", Value: bson.D{{Key: glanced, Value: bson.D{{Key: "$literal", Value: i}}}}}})
		if i == 0 {
			pipeline = stages
			continue
		}
		pipeline = append(pipeline, bson.D{{Key: "$unionWith", Value: bson.D{{Key: "coll", Value: p.of.name}, {Key: "pipeline", Value: stages}}}})
	}
	return s.once(ctx, func(ctx context.Context) error {
		found, err := s.in(parts[0].of).Aggregate(ctx, pipeline, o.SetBatchSize(batch))
		if err != nil {
			return err
		}
		defer func() { _ = found.Close(context.WithoutCancel(ctx)) }()
		for found.Next(ctx) {
			var n struct {
				Part int `bson:"glanced"`
			}
			if err := bson.Unmarshal(found.Current, &n); err != nil || n.Part < 0 || n.Part >= len(parts) {
				return fmt.Errorf("a document of no part: %w", err)
			}
			if err := parts[n.Part].take(found.Current); err != nil {
				return fmt.Errorf("a document of another shape: %w", err)
			}
		}
		return found.Err()
	})
}

// taking decodes a document and hands it on.
func taking[D any](f func(D)) func(bson.Raw) error {
	return func(raw bson.Raw) error {
		var d D
		err := bson.Unmarshal(raw, &d)
		if err == nil {
			f(d)
		}
		return err
	}
}

// partOf reads what a condition finds in a collection.
func partOf[D any](c collection, condition bson.D, f func(D)) part {
	return part{c, bson.A{bson.D{{Key: "$match", Value: condition}}}, taking(f)}
}

// ofPeople are the parts about members.
func (g *Glances) ofPeople(w glance.Wanted, out *glance.Found) (parts []part) {
	out.Holders, out.People = map[member.ID]account.Holder{}, map[member.ID]account.Holder{}
	out.Families, out.Ties = map[member.ID]family.Family{}, map[member.ID]community.Ties{}
	if len(w.Holders) > 0 {
		parts = append(parts, partOf(members, in("_id", w.Holders), func(d memberDoc) { out.Holders[member.ID(d.ID)] = d.holder() }))
	}
	if len(w.People) > 0 {
		p := partOf(members, in("_id", w.People), func(d memberDoc) { out.People[member.ID(d.ID)] = d.holder() })
		p.stages = append(p.stages, bson.D{{Key: "$project", Value: hidden}})
		parts = append(parts, p)
	}
	if len(w.Families) > 0 {
		parts = append(parts, partOf(families, in("active", w.Families), byPeople(w.Families, out.Families)))
	}
	for _, m := range w.Ties {
		t := community.Ties{}
		put := func(next community.Ties) { t = next; out.Ties[m] = t }
		put(t)
		parts = append(parts, partOf(ties, is("_id", m), func(d tiesDoc) {
			put(community.Ties{Follows: d.Follows, Topics: d.Topics, Blocks: d.Blocks, BlockedBy: t.BlockedBy, Mutes: d.Mutes, Words: d.Words, Version: d.Version})
		}))
		blockers := partOf(ties, is("blocks", m), func(d tiesDoc) { t.BlockedBy = append(t.BlockedBy, member.ID(d.ID)); put(t) })
		blockers.stages = append(blockers.stages, bson.D{{Key: "$project", Value: bson.D{{Key: "_id", Value: 1}}}})
		parts = append(parts, blockers)
	}
	return parts
}

// ofPosts are the parts about what posts show.
func (g *Glances) ofPosts(w glance.Wanted, out *glance.Found) (parts []part) {
	out.Topics, out.Marks = map[community.TopicID]community.Topic{}, map[community.Subject]community.Mark{}
	out.Products = map[string]product.Product{}
	if len(w.Topics) > 0 {
		parts = append(parts, partOf(topics, in("_id", w.Topics), func(d topicDoc) { out.Topics[community.TopicID(d.ID)] = d.topic() }))
	}
	if len(w.Marks) > 0 {
		ids := each(w.Marks, func(s community.Subject) string { return markID(s, w.Viewer) })
		parts = append(parts, partOf(marks, in("_id", ids), func(d markDoc) {
			if len(d.On) > 0 {
				out.Marks[subjectOf(d.Subject)] = d.mark()
			}
		}))
	}
	if len(w.Products) > 0 {
		parts = append(parts, partOf(products, in("_id", w.Products), func(d productDoc) { out.Products[d.SKU] = d.product() }))
	}
	return parts
}
