package mongostore

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/family"
	"membergate/internal/member"
)

// A family is one document:
//
//	families { _id: family id, sv: 1, version, name, created, active: [ member id … ],
//	           people: [ { id, member, role, state, joined, left, share, shared, limit, teen, adult, consent } … ],
//	           invitations: [ … ], approvals: [ … ], changes: [ … ], due }   (family_doc.go)
//
//	unique active · people.member · invitations.hash · due where there is one
//
// active repeats who is in the family now and is missing where nobody is. Its unique index lets one member be in one
// family only: the single insert or replacement that would break this is refused, so there is nothing that could be
// left half done. A unique index that is not the shard key needs all of its collection on one shard: in a sharded
// cluster this collection stays unsharded, which a document per household bears.
var families = newCollection("families",
	mongo.IndexModel{Keys: ascending([]string{"active"}), Options: options.Index().SetUnique(true).SetSparse(true)},
	index("people.member"), index("invitations.hash"), where("due"))

// Families is a family.Store.
type Families struct{ s *Store }

// Families gives the store of families.
func (s *Store) Families() *Families { return &Families{s} }

// Create implements family.Store.
func (fs *Families) Create(ctx context.Context, f family.Family) error {
	f.Version = 1
	return fs.inTurn(ctx, f.Members(), func(ctx context.Context) error {
		_, err := fs.s.in(families).InsertOne(ctx, toFamily(f))
		switch {
		case !duplicate(err):
			return err
		case sameID(err):
			return family.ErrExists
		default:
			return family.ErrTaken
		}
	})
}

// Save implements family.Store: one command while the same people stay in the family.
func (fs *Families) Save(ctx context.Context, f family.Family) error {
	version := f.Version
	f.Version++
	next := toFamily(f)
	here := slices.Concat(is("_id", f.ID), is("version", version))
	done, err := fs.replace(ctx, next, slices.Concat(here, is("active", among(next.Active))))
	if err != nil || done {
		return err
	}
	var old struct {
		Active []member.ID `bson:"active"`
	}
	err = fs.s.run(ctx, func(ctx context.Context) error {
		return fs.s.in(families).FindOne(ctx, here,
			options.FindOne().SetProjection(by("active", 1))).Decode(&old)
	})
	if errors.Is(err, mongo.ErrNoDocuments) {
		return family.ErrStale
	}
	if err != nil {
		return err
	}
	joining := slices.DeleteFunc(slices.Clone(next.Active), func(m member.ID) bool { return slices.Contains(old.Active, m) })
	return fs.inTurn(ctx, joining, func(ctx context.Context) error {
		done, err := fs.replace(ctx, next, here)
		if err == nil && !done {
			return family.ErrStale
		}
		return err
	})
}

// replace puts a family in place of the one that a filter finds, and tells whether it found one.
func (fs *Families) replace(ctx context.Context, next familyDoc, filter bson.D) (done bool, err error) {
	err = fs.s.run(ctx, func(ctx context.Context) error {
		result, err := fs.s.in(families).ReplaceOne(ctx, filter, next)
		switch {
		case duplicate(err):
			return family.ErrTaken
		case err == nil:
			done = result.MatchedCount > 0
		}
		return err
	})
	return done, err
}

// among is the condition that exactly these are active.
func among(active []member.ID) any {
	if len(active) == 0 {
		return bson.D{{Key: "$exists", Value: false}}
	}
	return active
}

// ByID implements family.Store.
func (fs *Families) ByID(ctx context.Context, id family.ID) (family.Family, bool, error) {
	return fs.one(ctx, "_id", id)
}

// ByMember implements family.Store.
func (fs *Families) ByMember(ctx context.Context, who member.ID) (family.Family, bool, error) {
	return fs.one(ctx, "active", who)
}

// ByInvitation implements family.Store.
func (fs *Families) ByInvitation(ctx context.Context, hash string) (family.Family, bool, error) {
	return fs.one(ctx, "invitations.hash", hash)
}

// one finds the family in which a field has a value.
func (fs *Families) one(ctx context.Context, field string, value any) (f family.Family, ok bool, err error) {
	err = fs.s.run(ctx, func(ctx context.Context) error {
		var d familyDoc
		err := fs.s.in(families).FindOne(ctx, is(field, value)).Decode(&d)
		if errors.Is(err, mongo.ErrNoDocuments) {
			return nil
		}
		f, ok = d.family(), err == nil
		return err
	})
	return f, ok, err
}

// ByMembers implements family.Store.
func (fs *Families) ByMembers(ctx context.Context, who []member.ID) (map[member.ID]family.Family, error) {
	out := make(map[member.ID]family.Family, len(who))
	if len(who) == 0 {
		return out, nil
	}
	err := find(ctx, fs.s, families, in("active", who), options.Find(), byPeople(who, out))
	return out, err
}

// byPeople puts families where those who asked find them.
func byPeople(who []member.ID, out map[member.ID]family.Family) func(familyDoc) {
	asked := make(map[member.ID]bool, len(who))
	for _, m := range who {
		asked[m] = true
	}
	return func(d familyDoc) {
		f := d.family()
		for _, m := range f.Members() {
			if asked[m] {
				out[m] = f
			}
		}
	}
}

// Memberships implements family.Store.
func (fs *Families) Memberships(ctx context.Context, who member.ID) (out []family.Family, err error) {
	err = find(ctx, fs.s, families, is("people.member", who), options.Find(),
		func(d familyDoc) { out = append(out, d.family()) })
	return out, err
}

// Due implements family.Store.
func (fs *Families) Due(ctx context.Context, by time.Time, n int) (out []family.ID, err error) {
	type name struct {
		ID family.ID `bson:"_id"`
	}
	err = find(ctx, fs.s, families, is("due", bson.D{{Key: "$lte", Value: by}}),
		options.Find().SetSort(ascending([]string{"due"})).SetLimit(int64(n)).SetProjection(is("_id", 1)),
		func(d name) { out = append(out, d.ID) })
	return out, err
}

// Homes implements family.Store.
func (fs *Families) Homes(ctx context.Context, who []member.ID) (map[member.ID][]family.Family, error) {
	out := map[member.ID][]family.Family{}
	if len(who) == 0 {
		return out, nil
	}
	asked := make(map[member.ID]bool, len(who))
	for _, m := range who {
		asked[m] = true
	}
	err := find(ctx, fs.s, families, in("people.member", who), options.Find(), func(d familyDoc) {
		f := d.family()
		for _, p := range f.People { // each member once: who comes back takes up the old place
			if asked[p.Member] {
				out[p.Member] = append(out[p.Member], f)
			}
		}
	})
	return out, err
}
