package boltstore

import (
	"context"
	"time"

	"membergate/internal/community"
	"membergate/internal/inspection"
	"membergate/internal/moderation"
)

// What services found:
//
//	findings    trace → inspection.Finding
//	findingsOn  subject, 0, when asked, 8 bytes, trace → nothing
var (
	findings   = newBucket("findings")
	findingsOn = newBucket("findingsOn")
)

var _ inspection.Store = (*Reports)(nil)

// AddFinding implements inspection.Store.
func (q *Reports) AddFinding(ctx context.Context, f inspection.Finding) error {
	return q.s.write(ctx, func(t *tx) error {
		key := []byte(f.Trace)
		if t.has(findings, key) {
			return nil
		}
		if err := t.mark(findingsOn, path(subjectName(f.On), moment(f.Asked), key), true); err != nil {
			return err
		}
		return t.put(findings, key, f)
	})
}

// Finding implements inspection.Store.
func (q *Reports) Finding(ctx context.Context, trace string) (f inspection.Finding, ok bool, err error) {
	err = q.s.read(ctx, func(t *tx) (err error) {
		f, ok, err = get[inspection.Finding](t, findings, []byte(trace))
		return err
	})
	return f, ok, err
}

// Tell implements inspection.Store.
func (q *Reports) Tell(ctx context.Context, trace string, v moderation.Verdict, at time.Time) (first bool, err error) {
	err = q.s.write(ctx, func(t *tx) error {
		f, ok, err := get[inspection.Finding](t, findings, []byte(trace))
		first = err == nil && ok && f.Told.IsZero()
		if !first {
			return err
		}
		f.State, f.Reason, f.Told = v.State, v.Reason, at
		return t.put(findings, []byte(trace), f)
	})
	return first, err
}

// Findings implements inspection.Store.
func (q *Reports) Findings(ctx context.Context, on community.Subject) (out []inspection.Finding, err error) {
	err = q.s.read(ctx, func(t *tx) error {
		out = nil
		prefix := path(subjectName(on))
		for k := range t.from(findingsOn, prefix, prefix) {
			f, _, err := get[inspection.Finding](t, findings, k[len(prefix)+8:])
			if err != nil {
				return err
			}
			out = append(out, f)
		}
		return nil
	})
	return out, err
}
