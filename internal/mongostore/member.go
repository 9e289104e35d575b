package mongostore

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
)

// A holder is one document, so that one read gives the profile and the account; each has its own version, and a
// write touches one of them only:
//
//	members { _id: member id, sv: 1,
//	          profile: { version, handle, name, avatar, joined, country, birthday, locale, channel, demo, zone, sealed,
//	                     consents: [ { purpose, granted, at, policy, source, number, before } … ],
//	                     corrections: [ { field, by, at } … ], suspension: { reason, at } },
//	          account: { version, wallet, standing: { … member_account.go }, outbox: [ … ], unfinished, ends } }
//
//	unique profile.handle · profile.demo, of those that the demo made · account.standing.due ·
//	account.unfinished, of those whose outbox is not empty · account.standing.grants.tier, of those who have grants ·
//	account.ends, of those who have a grant that will end
var members = newCollection("members", unique("profile.handle"), only("profile.demo"),
	index("account.standing.due"), only("account.unfinished"), where("account.standing.grants.tier"), where("account.ends"))

// Members is an account.Store.
type Members struct{ s *Store }

// Members gives the store of holders.
func (s *Store) Members() *Members { return &Members{s} }

type memberDoc struct {
	ID      string     `bson:"_id"`
	SV      int        `bson:"sv"`
	Profile profileDoc `bson:"profile"`
	Account accountDoc `bson:"account"`
}

func (d memberDoc) holder() account.Holder {
	id := member.ID(d.ID)
	return account.Holder{Profile: d.Profile.profile(id), Account: d.Account.account(id)}
}

// Create implements account.Store.
func (m *Members) Create(ctx context.Context, h account.Holder) error {
	if c := m.s.convoys; c != nil {
		_, err := c.creates.call(ctx, h)
		return err
	}
	return m.s.run(ctx, func(ctx context.Context) error {
		_, err := m.s.in(members).InsertOne(ctx, newMember(h))
		return notCreated(err, h)
	})
}

// newMember is the document of somebody new.
func newMember(h account.Holder) memberDoc {
	h.Profile.Version, h.Account.Version = 1, 1
	return memberDoc{ID: string(h.Profile.ID), SV: 1, Profile: toProfile(h.Profile), Account: toAccount(h.Account)}
}

// notCreated says what the error of an insert means.
func notCreated(err error, h account.Holder) error {
	switch {
	case !duplicate(err):
		return err
	case sameID(err):
		return account.ErrExists
	default:
		return fault.New(fault.Conflict, "the handle %s is taken", h.Profile.Handle)
	}
}

// hidden is what account.Public does not read.
var hidden = bson.D{
	{Key: "profile.consents", Value: 0}, {Key: "profile.sealed", Value: 0}, {Key: "profile.corrections", Value: 0}, {Key: "profile.suspension", Value: 0},
	{Key: "account.outbox", Value: 0}, {Key: "account.unfinished", Value: 0},
	{Key: "account.standing.facts", Value: 0}, {Key: "account.standing.history", Value: 0}, {Key: "account.standing.firstPaid", Value: 0},
	{Key: "account.invited", Value: 0},
}

// ByIDs implements account.Store.
func (m *Members) ByIDs(ctx context.Context, ids []member.ID, d account.Detail) (map[member.ID]account.Holder, error) {
	out := make(map[member.ID]account.Holder, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	if c := m.s.convoys; c != nil && d == account.Whole {
		return c.holders.call(ctx, ids)
	}
	o := options.Find()
	if d == account.Public {
		o.SetProjection(hidden)
	}
	err := find(ctx, m.s, members, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}, o,
		func(d memberDoc) { out[member.ID(d.ID)] = d.holder() })
	return out, err
}

// Save implements account.Store.
func (m *Members) Save(ctx context.Context, a account.Account) error {
	if c := m.s.convoys; c != nil {
		_, err := c.saves.call(ctx, a)
		return err
	}
	old := a.Version
	a.Version++
	return m.replace(ctx, a.Member, "account", old, toAccount(a))
}

// SaveProfile implements account.Store.
func (m *Members) SaveProfile(ctx context.Context, p member.Profile) error {
	old := p.Version
	p.Version++
	err := m.replace(ctx, p.ID, "profile", old, toProfile(p))
	if duplicate(err) {
		return fault.New(fault.Conflict, "the handle %s is taken", p.Handle)
	}
	return err
}

// replace puts one part of a member's document in place of its old version.
func (m *Members) replace(ctx context.Context, id member.ID, part string, old int64, doc any) error {
	return m.s.run(ctx, func(ctx context.Context) error {
		done, err := m.s.in(members).UpdateOne(ctx,
			bson.D{{Key: "_id", Value: id}, {Key: part + ".version", Value: old}},
			bson.D{{Key: "$set", Value: bson.D{{Key: part, Value: doc}}}})
		if err == nil && done.MatchedCount == 0 {
			return account.ErrStale
		}
		return err
	})
}

// Walk implements account.Store.
func (m *Members) Walk(ctx context.Context, after member.ID, n int) ([]account.Holder, error) {
	if n <= 0 {
		return nil, nil
	}
	return m.list(ctx, behind(after), n)
}

// behind asks for ids after one.
func behind(after member.ID) bson.D { return is("_id", bson.D{{Key: "$gt", Value: after}}) }

// dueBy asks for accounts that are due, those of before it was kept included.
func dueBy(by time.Time) bson.D {
	return is("account.standing.due", bson.D{{Key: "$not", Value: bson.D{{Key: "$gt", Value: by}}}})
}

// Due implements account.Store.
func (m *Members) Due(ctx context.Context, by time.Time, after member.ID, n int) ([]account.Holder, error) {
	if n <= 0 {
		return nil, nil
	}
	return m.list(ctx, slices.Concat(behind(after), dueBy(by)), n)
}

// Late implements account.Store.
func (m *Members) Late(ctx context.Context, by time.Time, n int) (out []account.Holder, err error) {
	if n <= 0 {
		return nil, nil
	}
	err = find(ctx, m.s, members, is("account.standing.due", bson.D{{Key: "$lte", Value: by}}), options.Find().SetLimit(int64(n)),
		func(d memberDoc) { out = append(out, d.holder()) })
	return out, err
}

// CountDue implements account.Store.
func (m *Members) CountDue(ctx context.Context, by time.Time) (int, error) {
	var n int64
	err := m.s.once(ctx, func(ctx context.Context) (err error) {
		n, err = m.s.in(members).CountDocuments(ctx, dueBy(by))
		return err
	})
	return int(n), err
}

// Granted implements account.Store.
func (m *Members) Granted(ctx context.Context, tier string) (out []member.ID, err error) {
	o := options.Find().SetSort(by("_id", 1)).SetProjection(bson.D{{Key: "account.standing.grants", Value: 1}})
	err = find(ctx, m.s, members, is("account.standing.grants.tier", tier), o, func(d memberDoc) {
		if h := d.holder(); h.Account.HasGrant(tier) {
			out = append(out, h.Account.Member)
		}
	})
	return out, err
}

// Ending implements account.Store.
func (m *Members) Ending(ctx context.Context, by time.Time, after account.Mark, n int) (out []account.Holder, err error) {
	if n <= 0 {
		return nil, nil
	}
	ends := func(op string, t time.Time) bson.D { return is("account.ends", bson.D{{Key: op, Value: t}}) }
	filter := ends("$lte", by)
	if after.Member != "" {
		filter = bson.D{{Key: "$and", Value: []bson.D{filter, either(ends("$gt", after.At), slices.Concat(is("account.ends", after.At), behind(after.Member)))}}}
	}
	err = find(ctx, m.s, members, filter, options.Find().SetSort(ascending([]string{"account.ends", "_id"})).SetLimit(int64(n)),
		func(d memberDoc) { out = append(out, d.holder()) })
	return out, err
}

// Unfinished implements account.Store.
func (m *Members) Unfinished(ctx context.Context, after member.ID, n int) ([]account.Holder, error) {
	if n <= 0 {
		return nil, nil
	}
	return m.list(ctx, slices.Concat(behind(after), is("account.unfinished", true)), n)
}

// Demo implements account.Store.
func (m *Members) Demo(ctx context.Context) ([]account.Holder, error) {
	return m.list(ctx, bson.D{{Key: "profile.demo", Value: true}}, 0)
}

// list reads whole holders by id, at most n; 0 is all.
func (m *Members) list(ctx context.Context, filter bson.D, n int) (out []account.Holder, err error) {
	err = find(ctx, m.s, members, filter, options.Find().SetSort(by("_id", 1)).SetLimit(int64(n)),
		func(d memberDoc) { out = append(out, d.holder()) })
	return out, err
}

// ByHandle implements account.Store.
func (m *Members) ByHandle(ctx context.Context, handle string) (h account.Holder, ok bool, err error) {
	err = m.s.run(ctx, func(ctx context.Context) error {
		var d memberDoc
		err := m.s.in(members).FindOne(ctx, bson.D{{Key: "profile.handle", Value: handle}}).Decode(&d)
		if errors.Is(err, mongo.ErrNoDocuments) {
			return nil
		}
		h, ok = d.holder(), err == nil
		return err
	})
	return h, ok, err
}
