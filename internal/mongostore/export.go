package mongostore

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/export"
	"membergate/internal/member"
	"membergate/internal/personal"
)

// Archives of what is kept of members, and their parts:
//
//	exports     { _id: member, sv: 1, version, state, requested, ready, fetched, expires, build, parts, due }   index due, where it is
//	exportParts { _id: build and number, sv: 1, member, build, n, sealed }   index member
var (
	exports     = newCollection("exports", where("due"))
	exportParts = newCollection("exportParts", index("member"))
)

// Exports is an export.Store and an export.Source.
type Exports struct{ s *Store }

// Exports gives the store of archives.
func (s *Store) Exports() *Exports { return &Exports{s} }

type exportDoc struct {
	Member    member.ID    `bson:"_id"`
	SV        int          `bson:"sv"`
	Version   int64        `bson:"version"`
	State     export.State `bson:"state"`
	Requested time.Time    `bson:"requested"`
	Ready     *time.Time   `bson:"ready,omitempty"`
	Fetched   *time.Time   `bson:"fetched,omitempty"`
	Expires   *time.Time   `bson:"expires,omitempty"`
	Build     string       `bson:"build,omitempty"`
	Parts     int          `bson:"parts,omitempty"`
	Due       *time.Time   `bson:"due,omitempty"`
}

type exportPartDoc struct {
	ID     string    `bson:"_id"`
	SV     int       `bson:"sv"`
	Member member.ID `bson:"member"`
	Build  string    `bson:"build"`
	N      int       `bson:"n"`
	Sealed string    `bson:"sealed"`
}

// unlessZero is nil for the zero time, which is not stored.
func unlessZero(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

func (d exportDoc) export() export.Export {
	return export.Export{Member: d.Member, Version: d.Version, State: d.State, RequestedAt: d.Requested.UTC(), ReadyAt: orZero(d.Ready), FetchedAt: orZero(d.Fetched),
		ExpiresAt: orZero(d.Expires), Build: d.Build, Parts: d.Parts, Due: orZero(d.Due)}
}

// Of implements export.Store.
func (q *Exports) Of(ctx context.Context, who member.ID) (e export.Export, ok bool, err error) {
	err = find(ctx, q.s, exports, is("_id", who), options.Find(), func(d exportDoc) { e, ok = d.export(), true })
	return e, ok, err
}

// Save implements export.Store.
func (q *Exports) Save(ctx context.Context, e export.Export) error {
	next := exportDoc{Member: e.Member, SV: 1, Version: e.Version + 1, State: e.State, Requested: e.RequestedAt, Ready: unlessZero(e.ReadyAt), Fetched: unlessZero(e.FetchedAt),
		Expires: unlessZero(e.ExpiresAt), Build: e.Build, Parts: e.Parts, Due: unlessZero(e.Due)}
	return q.s.run(ctx, func(ctx context.Context) error {
		if e.Version == 0 {
			_, err := q.s.in(exports).InsertOne(ctx, next)
			if duplicate(err) {
				return export.ErrStale
			}
			return err
		}
		done, err := q.s.in(exports).ReplaceOne(ctx, slices.Concat(is("_id", e.Member), is("version", e.Version)), next)
		if err == nil && done.MatchedCount == 0 {
			return export.ErrStale
		}
		return err
	})
}

// Due implements export.Store.
func (q *Exports) Due(ctx context.Context, at time.Time, n int) (out []export.Export, err error) {
	err = find(ctx, q.s, exports, is("due", bson.D{{Key: "$lte", Value: at}}), options.Find().SetSort(by("due", 1, "_id", 1)).SetLimit(int64(n)),
		func(d exportDoc) { out = append(out, d.export()) })
	return out, err
}

// AddPart implements export.Store.
func (q *Exports) AddPart(ctx context.Context, p export.Part) error {
	return q.s.run(ctx, func(ctx context.Context) error {
		_, err := q.s.in(exportParts).InsertOne(ctx, exportPartDoc{fmt.Sprintf("%s/%d", p.Build, p.Number), 1, p.Member, p.Build, p.Number, p.Sealed})
		if duplicate(err) {
			return nil
		}
		return err
	})
}

// Parts implements export.Store.
func (q *Exports) Parts(ctx context.Context, who member.ID, build string) (out []export.Part, err error) {
	err = find(ctx, q.s, exportParts, slices.Concat(is("member", who), is("build", build)), options.Find().SetSort(by("n", 1)), func(d exportPartDoc) {
		out = append(out, export.Part{Build: d.Build, Number: d.N, Member: d.Member, Sealed: d.Sealed})
	})
	return out, err
}

// DropParts implements export.Store.
func (q *Exports) DropParts(ctx context.Context, who member.ID, but string) error {
	filter := is("member", who)
	if but != "" {
		filter = slices.Concat(filter, is("build", bson.D{{Key: "$ne", Value: but}}))
	}
	return q.s.run(ctx, func(ctx context.Context) error {
		_, err := q.s.in(exportParts).DeleteMany(ctx, filter)
		return err
	})
}

// Engine implements export.Source.
func (q *Exports) Engine() personal.Engine { return personal.Mongo }

// Everything implements export.Source, collection by collection.
func (q *Exports) Everything(ctx context.Context, who member.ID, wallets []string, each func(place string, tree map[string]any) error) error {
	own := func(c collection, filter bson.D, of func(map[string]any) bool) error {
		var found []map[string]any
		err := find(ctx, q.s, c, filter, options.Find(), func(raw bson.Raw) {
			d := bson.NewDecoder(bson.NewDocumentReader(bytes.NewReader(raw)))
			d.DefaultDocumentM()
			var tree bson.M
			if err := d.Decode(&tree); err == nil {
				found = append(found, dated(plain(tree)).(map[string]any))
			}
		})
		if err != nil {
			return err
		}
		for _, tree := range found {
			if of == nil || of(tree) {
				if err := each(c.name, tree); err != nil {
					return err
				}
			}
		}
		return nil
	}
	owned := map[string]bool{exports.name: true, exportParts.name: true}
	for _, m := range append(slices.Clone(mine), ownedBeside...) {
		if owned[m.c.name] {
			continue
		}
		owned[m.c.name] = true
		if err := own(m.c, is(m.field, who), func(tree map[string]any) bool {
			personal.Own(tree, personal.Named(mentionsIn(m.c)), string(who))
			return true
		}); err != nil {
			return err
		}
	}
	for _, s := range shared {
		if owned[s.c.name] {
			continue
		}
		var anywhere []bson.D
		for _, m := range s.mentions {
			anywhere = append(anywhere, is(m.Path(), who))
		}
		if s.c.name == redemptions.name {
			anywhere = append(anywhere, in("w", wallets))
		}
		if err := own(s.c, either(anywhere...), func(tree map[string]any) bool { personal.Own(tree, s.mentions, string(who)); return true }); err != nil {
			return err
		}
	}
	return own(entries, in("w", wallets), nil)
}

func mentionsIn(c collection) []personal.Mention {
	for _, s := range shared {
		if s.c.name == c.name {
			return s.mentions
		}
	}
	return nil
}

// ownedBeside are collections whose documents are a member's own and that go in another way; reports are their reporter's,
// of which an author must not learn from an archive.
var ownedBeside = []struct {
	c     collection
	field string
}{{members, "_id"}, {deletions, "member"}, {reports, "reporter"}}

// dated makes texts of moments.
func dated(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, each := range v {
			v[name] = dated(each)
		}
	case []any:
		for i, each := range v {
			v[i] = dated(each)
		}
	case bson.DateTime:
		return v.Time().UTC().Format(time.RFC3339Nano)
	}
	return v
}
