package mongostore

import (
	"cmp"
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/community"
	"membergate/internal/member"
)

// Who has which role stands in the group's own document, so that a seat is given in one step, with the line of the log that
// says by whom:
//
//	circles { …, roles: [ { member, role, since } … ], rolesVersion,
//	          roleLog: [ { number, member, from, to, at, staff, reason } … ] }
type (
	holdingDoc struct {
		Member member.ID `bson:"member"`
		Role   string    `bson:"role"`
		Since  time.Time `bson:"since"`
	}
	roleChangeDoc struct {
		Number int64     `bson:"number"`
		Member member.ID `bson:"member"`
		From   string    `bson:"from"`
		To     string    `bson:"to"`
		At     time.Time `bson:"at"`
		Staff  string    `bson:"staff"`
		Reason string    `bson:"reason"`
	}
	staffingDoc struct {
		Code    string          `bson:"_id"`
		Roles   []holdingDoc    `bson:"roles"`
		Version int64           `bson:"rolesVersion"`
		Log     []roleChangeDoc `bson:"roleLog"`
		Members []member.ID     `bson:"members"`
	}
)

// Staffings implements community.Store.
func (c *Community) Staffings(ctx context.Context, codes []string) (map[string]community.Staffing, error) {
	out := make(map[string]community.Staffing, len(codes))
	for _, code := range codes {
		out[code] = community.Staffing{}
	}
	if len(codes) == 0 {
		return out, nil
	}
	only := options.Find().SetProjection(bson.D{{Key: "roles", Value: 1}, {Key: "rolesVersion", Value: 1}})
	err := find(ctx, c.s, circles, in("_id", codes), only, func(d staffingDoc) {
		is := community.Staffing{Version: d.Version}
		for _, h := range d.Roles {
			is.Held = append(is.Held, community.Holding{Member: h.Member, Role: h.Role, Since: h.Since.UTC()})
		}
		out[d.Code] = is
	})
	return out, err
}

// SetStaffing implements community.Store.
func (c *Community) SetStaffing(ctx context.Context, code string, next community.Staffing, line community.RoleChange) error {
	held := each(next.Held, func(h community.Holding) holdingDoc { return holdingDoc(h) })
	if held == nil {
		held = []holdingDoc{}
	}
	line.Number = next.Version + 1
	filter := append(is("_id", code), bson.E{Key: "members.0", Value: is("$exists", true)})
	if next.Version == 0 {
		filter = append(filter, bson.E{Key: "rolesVersion", Value: is("$exists", false)})
	} else {
		filter = append(filter, bson.E{Key: "rolesVersion", Value: next.Version})
	}
	change := bson.D{
		{Key: "$set", Value: bson.D{{Key: "roles", Value: held}, {Key: "rolesVersion", Value: next.Version + 1}}},
		{Key: "$push", Value: is("roleLog", roleChangeDoc(line))},
	}
	return c.s.run(ctx, func(ctx context.Context) error {
		done, err := c.s.in(circles).UpdateOne(ctx, filter, change)
		if err == nil && done.MatchedCount == 0 {
			return community.ErrStale
		}
		return err
	})
}

// leave takes a member out of a group, with the role that they had. The version grows in any case: whoever is about to
// give the leaving one a role has to look again.
func (c *Community) leave(ctx context.Context, code string, m member.ID) error {
	change := bson.D{
		{Key: "$pull", Value: bson.D{{Key: "members", Value: m}, {Key: "roles", Value: is("member", m)}}},
		{Key: "$inc", Value: is("rolesVersion", 1)},
	}
	return c.s.run(ctx, func(ctx context.Context) error {
		_, err := c.s.in(circles).UpdateOne(ctx, is("_id", code), change)
		return err
	})
}

// RoleLog implements community.Store. A group's log is short: staff changes roles some times a year.
func (c *Community) RoleLog(ctx context.Context, code string, below int64, n int) (out []community.RoleChange, err error) {
	err = find(ctx, c.s, circles, is("_id", code), options.Find().SetProjection(is("roleLog", 1)), func(d staffingDoc) {
		for _, line := range slices.Backward(d.Log) {
			if len(out) < n && (below <= 0 || line.Number < below) {
				line.At = line.At.UTC()
				out = append(out, community.RoleChange(line))
			}
		}
	})
	return out, err
}

// Company implements community.Store.
func (c *Community) Company(ctx context.Context, code string, after member.ID, n int) (out []member.ID, err error) {
	err = find(ctx, c.s, circles, is("_id", code), options.Find().SetProjection(is("members", 1)), func(d staffingDoc) {
		slices.SortFunc(d.Members, func(a, b member.ID) int { return cmp.Compare(a, b) })
		for _, m := range d.Members {
			if m > after && len(out) < n {
				out = append(out, m)
			}
		}
	})
	return out, err
}
