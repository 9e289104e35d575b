package boltstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"membergate/internal/export"
	"membergate/internal/member"
	"membergate/internal/personal"
)

// Archives of what is kept of members:
//
//	exports      member → export.Export
//	exportDues   when something is to be done, 8 bytes, member → ""
//	exportParts  member, 0, build, number, 4 bytes → export.Part
var (
	exports     = newBucket("exports")
	exportDues  = newBucket("exportDues")
	exportParts = newBucket("exportParts")
)

// Exports is an export.Store and an export.Source.
type Exports struct{ s *Store }

// Exports gives the store of archives.
func (s *Store) Exports() *Exports { return &Exports{s} }

// Of implements export.Store.
func (q *Exports) Of(ctx context.Context, who member.ID) (e export.Export, ok bool, err error) {
	err = q.s.read(ctx, func(t *tx) (err error) {
		e, ok, err = get[export.Export](t, exports, []byte(who))
		return err
	})
	return e, ok, err
}

// Save implements export.Store.
func (q *Exports) Save(ctx context.Context, e export.Export) error {
	return q.s.write(ctx, func(t *tx) error {
		old, _, err := get[export.Export](t, exports, []byte(e.Member))
		if err != nil {
			return err
		}
		if old.Version != e.Version {
			return export.ErrStale
		}
		if !old.Due.IsZero() {
			if err := t.drop(exportDues, append(moment(old.Due), e.Member...)); err != nil {
				return err
			}
		}
		if !e.Due.IsZero() {
			if err := t.set(exportDues, append(moment(e.Due), e.Member...), []byte{}); err != nil {
				return err
			}
		}
		next := e
		next.Version++
		return t.put(exports, []byte(e.Member), next)
	})
}

// Due implements export.Store.
func (q *Exports) Due(ctx context.Context, at time.Time, n int) (out []export.Export, err error) {
	end := moment(at)
	err = q.s.read(ctx, func(t *tx) error {
		out = nil
		for k := range t.from(exportDues, nil, nil) {
			if len(out) >= n || bytes.Compare(k[:8], end) > 0 {
				return nil
			}
			e, ok, err := get[export.Export](t, exports, k[8:])
			if err != nil {
				return err
			}
			if ok {
				out = append(out, e)
			}
		}
		return nil
	})
	return out, err
}

// AddPart implements export.Store.
func (q *Exports) AddPart(ctx context.Context, p export.Part) error {
	return q.s.write(ctx, func(t *tx) error {
		key := path(string(p.Member), []byte(p.Build), binary.BigEndian.AppendUint32(nil, uint32(p.Number)))
		if t.has(exportParts, key) {
			return nil
		}
		return t.put(exportParts, key, p)
	})
}

// Parts implements export.Store.
func (q *Exports) Parts(ctx context.Context, who member.ID, build string) (out []export.Part, err error) {
	err = q.s.read(ctx, func(t *tx) error {
		out = nil
		prefix := path(string(who), []byte(build))
		for k, v := range t.from(exportParts, prefix, prefix) {
			var p export.Part
			if err := decode(exportParts, k, v, &p); err != nil {
				return err
			}
			out = append(out, p)
		}
		return nil
	})
	return out, err
}

// DropParts implements export.Store.
func (q *Exports) DropParts(ctx context.Context, who member.ID, but string) error {
	return q.s.write(ctx, func(t *tx) error {
		for _, k := range keysFrom(t, exportParts, path(string(who))) {
			if but != "" && bytes.HasPrefix(k, path(string(who), []byte(but))) {
				continue
			}
			if err := t.drop(exportParts, k); err != nil {
				return err
			}
		}
		return nil
	})
}

// Engine implements export.Source.
func (q *Exports) Engine() personal.Engine { return personal.Bolt }

// byMember are buckets whose values are those of the member whom the key names, whoever else is mentioned there.
var byMember = []bucket{accounts, ties, invitees}

// reported says whose a report is: its author must not learn of it from an archive.
const reported = "Reporter"

// Everything implements export.Source, bucket by bucket: writers go on between two.
func (q *Exports) Everything(ctx context.Context, who member.ID, wallets []string, each func(place string, tree map[string]any) error) error {
	for _, b := range buckets {
		if b == exports || b == exportParts {
			continue
		}
		var found []map[string]any
		err := q.s.read(ctx, func(t *tx) error {
			found = nil
			for k, v := range t.from(b, nil, nil) {
				if !bytes.HasPrefix(v, []byte("{")) {
					continue
				}
				if tree, ok, err := ownIn(b, k, v, string(who), wallets); err != nil {
					return err
				} else if ok {
					found = append(found, tree)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, tree := range found {
			if err := each(string(b), tree); err != nil {
				return err
			}
		}
	}
	return nil
}

// ownIn gives what of a value is a member's, and false for nothing.
func ownIn(b bucket, key, raw []byte, who string, wallets []string) (tree map[string]any, ok bool, err error) {
	of, _, _ := strings.Cut(string(key), "\x00")
	pseudonymous := b == entries && slices.Contains(wallets, of)
	if !pseudonymous && b != redemptions && !bytes.Contains(key, []byte(who)) && !bytes.Contains(raw, []byte(who)) {
		return nil, false, nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&tree); err != nil {
		return nil, false, err
	}
	at, owned := mine[b]
	switch {
	case pseudonymous || names(key, who) || owned && personal.Says(tree, at, who) || b == deletions && personal.Says(tree, "Member", who) ||
		b == reports && personal.Says(tree, reported, who):
		personal.Own(tree, personal.Named(shared[b]), who)
		return tree, true, nil
	case b == reports || slices.Contains(byMember, b):
		return nil, false, nil
	case b == redemptions:
		name, _ := tree["Wallet"].(string)
		named := personal.Own(tree, shared[b], who)
		return tree, named || slices.Contains(wallets, name), nil
	}
	return tree, personal.Own(tree, shared[b], who), nil
}
