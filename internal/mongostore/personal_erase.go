package mongostore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/community"
	"membergate/internal/member"
	"membergate/internal/personal"
)

// Who must not come back is a keyed hash of a member's id.
//
//	erased  { _id: hash, sv: 1, at }
//	orphans { _id: wallet, sv: 1 }   wallets whose member is no more
var (
	erased  = newCollection("erased")
	orphans = newCollection("orphans")
)

// mine are the collections whose documents are a member's own, by the field that says whose; they go with the member.
var mine = []struct {
	c     collection
	field string
}{
	{orders, "member"}, {usages, "_id"}, {uses, "m"}, {coupons, "m"}, {cards, "_id"}, {decisions, "member"}, {requests, "member"}, {inboxes, "_id"},
	{notices, "member"}, {noticeSettings, "_id"}, {offers, "_id"}, {inviters, "_id"}, {invitees, "_id"}, {ties, "_id"}, {marks, "member"}, {slips, "author"},
	{badges, "member"}, {uploads, "owner"}, {dossiers, "member"}, {turns, "_id"}, {tastes, "_id"}, {unlisted, "_id"}, {wide, "to"}, {insights, "_id"}, {identities, "_id"}, {dataUses, "member"}, {concerned, "member"}, {exports, "_id"}, {exportParts, "member"}, {sessions, "member"}, {logins, "member"},
}

// shared says what becomes of a member in documents that others share: where the member stands, and what else is taken out
// of the same part of the document. An empty name takes the member out of the list.
var shared = []struct {
	c        collection
	mentions []personal.Mention
}{
	{families, []personal.Mention{
		{At: "people", Name: "member", Blank: []string{"teen", "adult"}}, {At: "people.consent", Name: "by"}, {At: "changes", Name: "by"}, {At: "changes", Name: "whom"},
		{At: "approvals", Name: "requester", Blank: []string{"note"}}, {At: "approvals", Name: "decidedBy", Blank: []string{"note"}},
		{At: "invitations", Name: "invitedBy"}, {At: "invitations", Name: "by"}, {At: "active"},
	}},
	{redemptions, []personal.Mention{{At: "request", Name: "by"}}},
	{transfers, []personal.Mention{{Name: "sender", Blank: []string{"message"}}, {Name: "recipient", Blank: []string{"message"}}}},
	{adjustments, []personal.Mention{{Name: "member", Blank: []string{"reason", "note"}}}},
	{claims, []personal.Mention{{Name: "member"}}},
	{posts, []personal.Mention{{Name: "author", Blank: []string{"body", "media", "ruling", "review", "shelf"}}}},
	{comments, []personal.Mention{{Name: "author", Blank: []string{"body", "ruling", "review"}}, {At: "hear"}}},
	{reports, []personal.Mention{{Name: "reporter", Blank: []string{"sealed"}}, {Name: "author"}}},
	{moderation, []personal.Mention{{Name: "author", Blank: []string{"words", "text"}}}},
	{invitees, []personal.Mention{{Name: "inviter"}}},
	{ties, []personal.Mention{{At: "follows"}, {At: "blocks"}, {At: "mutes"}}},
	{circles, []personal.Mention{{At: "members"}, {At: "roles", Name: "member", Out: true}, {At: "roleLog", Name: "member"}}},
	{boards, []personal.Mention{{At: "entries", Name: "m", Out: true}}},
	{stars, []personal.Mention{{Name: "member"}}},
	{seats, []personal.Mention{{At: "taken", Name: "member", Out: true}}},
	{logins, []personal.Mention{{Name: "moved"}}},
	{readings, []personal.Mention{{Name: "member", Blank: []string{"reason", "input"}}}},
}

// Made implements personal.Store.
func (p *Personal) Made(ctx context.Context, who member.ID) (out personal.Made, err error) {
	ids := func(c collection, field string, into *[]string) {
		if err == nil {
			err = find(ctx, p.s, c, is(field, who), options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}}), func(d struct {
				ID string `bson:"_id"`
			}) {
				*into = append(*into, d.ID)
			})
		}
	}
	ids(posts, "author", &out.Posts)
	ids(comments, "author", &out.Comments)
	ids(uploads, "owner", &out.Uploads)
	return out, err
}

// Erase implements personal.Store, one collection after the other.
func (p *Personal) Erase(ctx context.Context, who member.ID, ghost string) error {
	if err := errors.Join(p.uninvite(ctx, who, ghost), p.eraseFindings(ctx, who, member.ID(ghost))); err != nil {
		return err
	}
	for _, each := range shared {
		if err := p.rename(ctx, each.c, each.mentions, string(who), ghost); err != nil {
			return fmt.Errorf("mongostore: what %s share: %w", each.c.name, err)
		}
	}
	for _, each := range mine {
		if err := p.remove(ctx, each.c, each.field, who); err != nil {
			return err
		}
	}
	return p.remove(ctx, members, "_id", who)
}

// eraseFindings deletes what services found of a member's texts and pictures.
func (p *Personal) eraseFindings(ctx context.Context, who ...member.ID) error {
	var subjects []string
	for kind, c := range map[community.SubjectKind]collection{community.OnPost: posts, community.OnComment: comments} {
		err := find(ctx, p.s, c, in("author", who), options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}}), func(d struct {
			ID string `bson:"_id"`
		}) {
			subjects = append(subjects, subjectName(community.Subject{Kind: kind, ID: d.ID}))
		})
		if err != nil {
			return err
		}
	}
	for some := range slices.Chunk(subjects, 1000) {
		err := p.s.run(ctx, func(ctx context.Context) error {
			_, err := p.s.in(findings).DeleteMany(ctx, in("on", some))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// uninvite changes what the accounts of those whom a member brought along say of it, while their invitations still tell who
// they are.
func (p *Personal) uninvite(ctx context.Context, who member.ID, ghost string) error {
	var ids []member.ID
	err := find(ctx, p.s, invitees, is("inviter", who), options.Find(), func(d inviteeDoc) { ids = append(ids, d.Member) })
	if err != nil || len(ids) == 0 {
		return err
	}
	return p.s.run(ctx, func(ctx context.Context) error {
		_, err := p.s.in(members).UpdateMany(ctx, append(in("_id", ids), is("account.invited.by", who)...), bson.D{{Key: "$set", Value: is("account.invited.by", ghost)}})
		return err
	})
}

func (p *Personal) remove(ctx context.Context, c collection, field string, who member.ID) error {
	return p.s.run(ctx, func(ctx context.Context) error {
		_, err := p.s.in(c).DeleteMany(ctx, is(field, who))
		return err
	})
}

// renames bounds how often a document that somebody else changed is read again.
const renames = 20

// rename changes the documents that mention a member, each by its version where it has one.
func (p *Personal) rename(ctx context.Context, c collection, mentions []personal.Mention, who, ghost string) error {
	var anywhere []bson.D
	for _, m := range mentions {
		path := m.At
		if m.Name != "" && path != "" {
			path += "."
		}
		anywhere = append(anywhere, is(path+m.Name, who))
	}
	for range renames {
		var found []map[string]any
		err := p.s.once(ctx, func(ctx context.Context) error {
			cursor, err := p.s.in(c).Find(ctx, either(anywhere...))
			return drain(ctx, cursor, err, func(raw bson.Raw) {
				d := bson.NewDecoder(bson.NewDocumentReader(bytes.NewReader(raw)))
				d.DefaultDocumentM()
				var tree bson.M
				if err := d.Decode(&tree); err == nil {
					found = append(found, plain(tree).(map[string]any))
				}
			})
		})
		if err != nil || len(found) == 0 {
			return err
		}
		missed := false
		for _, tree := range found {
			was := maps.Clone(tree)
			if !personal.Rename(tree, mentions, who, ghost) {
				return fmt.Errorf("mongostore: a document of %s mentions a member where nobody looks", c.name)
			}
			done, err := p.swap(ctx, c, was, tree)
			if err != nil {
				return err
			}
			missed = missed || !done
		}
		if !missed {
			return nil
		}
	}
	return fmt.Errorf("mongostore: %s is being changed by too many at once", c.name)
}

// swap puts a document in place of the one that was read: whoever changed it meanwhile has changed its version, or another
// field of its own that is a plain value.
func (p *Personal) swap(ctx context.Context, c collection, was, tree map[string]any) (done bool, err error) {
	here := is("_id", tree["_id"])
	for name, v := range was {
		switch v.(type) {
		case string, bool, int32, int64, float64, bson.DateTime:
			if name != "_id" {
				here = append(here, bson.E{Key: name, Value: v})
			}
		}
	}
	if v, ok := tree["version"]; ok {
		tree["version"] = next(v)
	}
	err = p.s.run(ctx, func(ctx context.Context) error {
		var r *mongo.UpdateResult
		r, err := p.s.in(c).ReplaceOne(ctx, here, tree)
		if err == nil {
			done = r.MatchedCount > 0
		}
		return err
	})
	return done, err
}

// next is the version after one, of the type that it is kept in.
func next(v any) any {
	switch v := v.(type) {
	case int32:
		return int64(v) + 1
	case int64:
		return v + 1
	}
	return v
}

// plain makes maps and lists of the driver's own ones; all else stays.
func plain(v any) any {
	switch v := v.(type) {
	case bson.M:
		return plain(map[string]any(v))
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, each := range v {
			out[name] = plain(each)
		}
		return out
	case bson.A:
		out := make([]any, len(v))
		for i, each := range v {
			out[i] = plain(each)
		}
		return out
	}
	return v
}

// Bar implements personal.Store.
func (p *Personal) Bar(ctx context.Context, hashes []string, at time.Time) error {
	for _, h := range hashes {
		err := p.s.run(ctx, func(ctx context.Context) error {
			_, err := p.s.in(erased).InsertOne(ctx, bson.D{{Key: "_id", Value: h}, {Key: "sv", Value: 1}, {Key: "at", Value: at}})
			if duplicate(err) {
				return nil
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Barring implements personal.Store.
func (p *Personal) Barring(ctx context.Context, hashes []string) (out []string, err error) {
	err = find(ctx, p.s, erased, in("_id", hashes), options.Find(), func(d orphanDoc) { out = append(out, d.ID) })
	return out, err
}

// Orphan implements personal.Store.
func (p *Personal) Orphan(ctx context.Context, wallet string) error {
	return p.s.run(ctx, func(ctx context.Context) error {
		_, err := p.s.in(orphans).InsertOne(ctx, orphanDoc{wallet, 1})
		if duplicate(err) {
			return nil
		}
		return err
	})
}

type orphanDoc struct {
	ID string `bson:"_id"`
	SV int    `bson:"sv"`
}

// Orphans implements personal.Store.
func (p *Personal) Orphans(ctx context.Context, after string, n int) (out []string, err error) {
	err = find(ctx, p.s, orphans, is("_id", bson.D{{Key: "$gt", Value: after}}), options.Find().SetSort(by("_id", 1)).SetLimit(int64(n)),
		func(d orphanDoc) { out = append(out, d.ID) })
	return out, err
}

// Bars implements personal.Store.
func (p *Personal) Bars(ctx context.Context, after string, n int) (out []string, err error) {
	err = find(ctx, p.s, erased, is("_id", bson.D{{Key: "$gt", Value: after}}), options.Find().SetSort(by("_id", 1)).SetLimit(int64(n)),
		func(d orphanDoc) { out = append(out, d.ID) })
	return out, err
}
