package boltstore

import (
	"bytes"
	"context"
	"time"

	"membergate/internal/datause"
	"membergate/internal/member"
)

// What members' data was used for:
//
//	dataUses      member, 0, when, 8 bytes, id → datause.Use
//	dataUseIDs    member, 0, id → key in dataUses
//	dataUseTimes  when, 8 bytes, key in dataUses → member
var (
	dataUses     = newBucket("dataUses")
	dataUseIDs   = newBucket("dataUseIDs")
	dataUseTimes = newBucket("dataUseTimes")
)

// DataUses is a datause.Store.
type DataUses struct{ s *Store }

// DataUses gives the log of what data was used for.
func (s *Store) DataUses() *DataUses { return &DataUses{s} }

// Add implements datause.Store.
func (d *DataUses) Add(ctx context.Context, all []datause.Use) error {
	return d.s.write(ctx, func(t *tx) error {
		for _, u := range all {
			id := path(string(u.Member), []byte(u.ID))
			if t.has(dataUseIDs, id) {
				continue
			}
			key := path(string(u.Member), moment(u.At), []byte(u.ID))
			if err := t.put(dataUses, key, u); err != nil {
				return err
			}
			if err := t.set(dataUseIDs, id, key); err != nil {
				return err
			}
			if err := t.set(dataUseTimes, append(moment(u.At), key...), []byte(u.Member)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Of implements datause.Store.
func (d *DataUses) Of(ctx context.Context, who member.ID, after *datause.Place, n int) (out []datause.Use, err error) {
	err = d.s.read(ctx, func(t *tx) error {
		out = nil
		var end []byte
		if after != nil {
			end = path(string(who), moment(after.At), []byte(after.ID))
		}
		for k, v := range t.backwards(dataUses, path(string(who)), end) {
			if len(out) >= n {
				return nil
			}
			var u datause.Use
			if err := decode(dataUses, k, v, &u); err != nil {
				return err
			}
			out = append(out, u)
		}
		return nil
	})
	return out, err
}

// Trim implements datause.Store.
func (d *DataUses) Trim(ctx context.Context, before time.Time, n int) (done int, err error) {
	end := moment(before)
	err = d.s.write(ctx, func(t *tx) error {
		done = 0
		type row struct{ at, who []byte }
		var old []row
		for k, v := range t.from(dataUseTimes, nil, nil) {
			if len(old) >= n || bytes.Compare(k[:8], end) >= 0 {
				break
			}
			old = append(old, row{bytes.Clone(k), bytes.Clone(v)})
		}
		for _, r := range old {
			key := r.at[8:]
			id := path(string(r.who), key[len(r.who)+9:])
			for b, k := range map[bucket][]byte{dataUseTimes: r.at, dataUses: key, dataUseIDs: id} {
				if err := t.drop(b, k); err != nil {
					return err
				}
			}
			done++
		}
		return nil
	})
	return done, err
}
