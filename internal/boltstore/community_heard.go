package boltstore

import (
	"bytes"
	"context"
	"time"

	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/member"
)

// heardOf gives the keys of a comment in heard.
func heardOf(c community.Comment) (keys [][]byte) {
	if c.ID == "" || !c.Readable() || c.PublishedAt.IsZero() {
		return nil
	}
	for _, who := range c.Hearers {
		keys = append(keys, path(string(who), moment(c.PublishedAt), []byte(c.ID)))
	}
	return keys
}

// appearedAs gives the key of a comment in appeared, nil for none.
func appearedAs(c community.Comment) []byte {
	if c.ID == "" || !c.Readable() || c.PublishedAt.IsZero() {
		return nil
	}
	return path(string(c.Post), moment(c.PublishedAt), []byte(c.ID))
}

// Appeared implements community.Store.
func (c *Community) Appeared(ctx context.Context, on community.PostID, behind cursor.Place, n int) (out []community.Comment, err error) {
	prefix := path(string(on))
	err = c.s.read(ctx, func(t *tx) error {
		out = nil
		for k := range t.after(appeared, path(string(on), number(behind.Key), []byte(behind.ID))) {
			if len(out) >= n || !bytes.HasPrefix(k, prefix) {
				return nil
			}
			row, _, err := get[commentRow](t, comments, k[len(prefix)+8:])
			if err != nil {
				return err
			}
			out = append(out, row.Comment)
		}
		return nil
	})
	return out, err
}

// Heard implements community.Store.
func (c *Community) Heard(ctx context.Context, who []member.ID, since time.Time, n int) (map[member.ID][]community.Heard, error) {
	out := make(map[member.ID][]community.Heard)
	err := c.s.read(ctx, func(t *tx) error {
		clear(out)
		for _, id := range who {
			found, err := heardBy(t, id, since, n)
			if err != nil {
				return err
			}
			if len(found) > 0 {
				out[id] = found
			}
		}
		return nil
	})
	return out, err
}

func heardBy(t *tx, who member.ID, since time.Time, n int) (out []community.Heard, err error) {
	prefix := path(string(who))
	for k := range t.backwards(heard, prefix, nil) {
		if len(out) >= n {
			return out, nil
		}
		row, _, err := get[commentRow](t, comments, k[len(prefix)+8:])
		if err != nil {
			return nil, err
		}
		if row.PublishedAt.Before(since) {
			return out, nil
		}
		out = append(out, row.Comment.Heard())
	}
	return out, nil
}
