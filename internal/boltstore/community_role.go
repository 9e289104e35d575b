package boltstore

import (
	"context"
	"time"

	"membergate/internal/community"
	"membergate/internal/member"
)

// Roles in groups:
//
//	staffings  group code → community.Staffing
//	roleLog    group code, 0, number of the line, 8 bytes → community.RoleChange
var (
	staffings = newBucket("staffings")
	roleLog   = newBucket("roleLog")
)

// Staffings implements community.Store.
func (c *Community) Staffings(ctx context.Context, codes []string) (map[string]community.Staffing, error) {
	out := make(map[string]community.Staffing, len(codes))
	err := c.s.read(ctx, func(t *tx) error {
		for _, code := range codes {
			is, _, err := get[community.Staffing](t, staffings, []byte(code))
			if err != nil {
				return err
			}
			out[code] = is
		}
		return nil
	})
	return out, err
}

// SetStaffing implements community.Store.
func (c *Community) SetStaffing(ctx context.Context, code string, next community.Staffing, line community.RoleChange) error {
	return c.s.write(ctx, func(t *tx) error {
		is, _, err := get[community.Staffing](t, staffings, []byte(code))
		if err != nil {
			return err
		}
		if is.Version != next.Version || seats(t, code) == 0 {
			return community.ErrStale
		}
		next.Version++
		line.Number = next.Version
		if err := t.put(roleLog, path(code, number(line.Number)), line); err != nil {
			return err
		}
		return t.put(staffings, []byte(code), next)
	})
}

// giveUpRole takes away the role of one who leaves. The version grows in any case: whoever is about to give the leaving
// one a role has to look again.
func giveUpRole(t *tx, code string, m member.ID) error {
	is, _, err := get[community.Staffing](t, staffings, []byte(code))
	if err != nil {
		return err
	}
	is = is.With(m, "", time.Time{})
	is.Version++
	return t.put(staffings, []byte(code), is)
}

// RoleLog implements community.Store.
func (c *Community) RoleLog(ctx context.Context, code string, below int64, n int) (out []community.RoleChange, err error) {
	err = c.s.read(ctx, func(t *tx) error {
		out = nil
		var end []byte
		if below > 0 {
			end = path(code, number(below))
		}
		for k, v := range t.backwards(roleLog, path(code), end) {
			if len(out) >= n {
				return nil
			}
			var line community.RoleChange
			if err := decode(roleLog, k, v, &line); err != nil {
				return err
			}
			out = append(out, line)
		}
		return nil
	})
	return out, err
}

// Company implements community.Store.
func (c *Community) Company(ctx context.Context, code string, after member.ID, n int) (out []member.ID, err error) {
	err = c.s.read(ctx, func(t *tx) error {
		out = nil
		prefix := path(code)
		start := prefix
		if after != "" {
			start = append(path(code, []byte(after)), 0)
		}
		for k := range t.from(circles, prefix, start) {
			if len(out) >= n {
				return nil
			}
			out = append(out, member.ID(k[len(prefix):]))
		}
		return nil
	})
	return out, err
}
