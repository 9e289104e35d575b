package boltstore

import (
	"bytes"
	"context"
	"strings"
	"time"

	"membergate/internal/incident"
	"membergate/internal/member"
)

// What happened to members' data:
//
//	incidents       id → incident.Incident
//	concerned       member, 0, when it was noticed, 8 bytes, incident → incident.Concern
//	incidentPeople  incident, 0, member → ""
//	untold          until when to tell, 8 bytes, incident, 0, member → when it was noticed, 8 bytes
var (
	incidents      = newBucket("incidents")
	concerned      = newBucket("concerned")
	incidentPeople = newBucket("incidentPeople")
	untold         = newBucket("untold")
)

// Incidents is an incident.Store.
type Incidents struct{ s *Store }

// Incidents gives the store of incidents.
func (s *Store) Incidents() *Incidents { return &Incidents{s} }

// Declare implements incident.Store.
func (q *Incidents) Declare(ctx context.Context, in incident.Incident) (kept incident.Incident, err error) {
	err = q.s.write(ctx, func(t *tx) (err error) {
		var known bool
		if kept, known, err = get[incident.Incident](t, incidents, []byte(in.ID)); err != nil || known {
			return err
		}
		kept = in
		return t.put(incidents, []byte(in.ID), in)
	})
	return kept, err
}

// ByIDs implements incident.Store.
func (q *Incidents) ByIDs(ctx context.Context, ids []string) (map[string]incident.Incident, error) {
	out := map[string]incident.Incident{}
	err := q.s.read(ctx, func(t *tx) error {
		for _, id := range ids {
			in, known, err := get[incident.Incident](t, incidents, []byte(id))
			if err != nil {
				return err
			}
			if known {
				out[id] = in
			}
		}
		return nil
	})
	return out, err
}

func concernKey(c incident.Concern) []byte {
	return path(string(c.Member), moment(c.At), []byte(c.Incident))
}

func untoldKey(c incident.Concern) []byte {
	return append(moment(c.NotifyBy), path(c.Incident, []byte(c.Member))...)
}

// Concern implements incident.Store.
func (q *Incidents) Concern(ctx context.Context, in incident.Incident, who []member.ID) error {
	return q.s.write(ctx, func(t *tx) error {
		for _, m := range who {
			c := incident.Concern{Incident: in.ID, Member: m, At: in.NoticedAt, NotifyBy: in.NotifyBy}
			if t.has(concerned, concernKey(c)) {
				continue
			}
			if err := t.put(concerned, concernKey(c), c); err != nil {
				return err
			}
			if err := t.set(untold, untoldKey(c), moment(c.At)); err != nil {
				return err
			}
			if err := t.mark(incidentPeople, path(in.ID, []byte(m)), true); err != nil {
				return err
			}
		}
		return nil
	})
}

// Listed implements incident.Store.
func (q *Incidents) Listed(ctx context.Context, id string, at time.Time) error {
	return q.s.write(ctx, func(t *tx) error {
		in, known, err := get[incident.Incident](t, incidents, []byte(id))
		if err != nil || !known || !in.ListedAt.IsZero() {
			return err
		}
		in.ListedAt = at
		return t.put(incidents, []byte(id), in)
	})
}

// Of implements incident.Store.
func (q *Incidents) Of(ctx context.Context, who member.ID, after *incident.Place, n int) (out []incident.Concern, err error) {
	err = q.s.read(ctx, func(t *tx) error {
		out = nil
		var end []byte
		if after != nil {
			end = path(string(who), moment(after.At), []byte(after.ID))
		}
		for k, v := range t.backwards(concerned, path(string(who)), end) {
			if len(out) >= n {
				return nil
			}
			var c incident.Concern
			if err := decode(concerned, k, v, &c); err != nil {
				return err
			}
			out = append(out, c)
		}
		return nil
	})
	return out, err
}

// Untold implements incident.Store.
func (q *Incidents) Untold(ctx context.Context, n int) (out []incident.Concern, err error) {
	err = q.s.read(ctx, func(t *tx) error {
		out = nil
		for k, at := range t.from(untold, nil, nil) {
			if len(out) >= n {
				return nil
			}
			id, who, _ := strings.Cut(string(k[8:]), "\x00")
			key := path(who, at, []byte(id))
			c, known, err := get[incident.Concern](t, concerned, key)
			if err != nil {
				return err
			}
			if known {
				out = append(out, c)
			}
		}
		return nil
	})
	return out, err
}

// Told implements incident.Store.
func (q *Incidents) Told(ctx context.Context, all []incident.Concern, at time.Time) error {
	return q.s.write(ctx, func(t *tx) error {
		for _, one := range all {
			c, known, err := get[incident.Concern](t, concerned, concernKey(one))
			if err != nil {
				return err
			}
			if !known || !c.ToldAt.IsZero() {
				continue
			}
			c.ToldAt = at
			if err := t.put(concerned, concernKey(c), c); err != nil {
				return err
			}
			if err := t.drop(untold, untoldKey(c)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Count implements incident.Store.
func (q *Incidents) Count(ctx context.Context, id string, at time.Time) (out incident.Count, err error) {
	end := moment(at)
	err = q.s.read(ctx, func(t *tx) error {
		out = incident.Count{}
		for range t.from(incidentPeople, path(id), path(id)) {
			out.Concerned++
		}
		out.Told = out.Concerned
		for k := range t.from(untold, nil, nil) {
			if !bytes.HasPrefix(k[8:], path(id)) {
				continue
			}
			out.Told--
			if bytes.Compare(k[:8], end) < 0 {
				out.Late++
			}
		}
		return nil
	})
	return out, err
}

// Waiting implements incident.Store.
func (q *Incidents) Waiting(ctx context.Context, at time.Time) (waiting, late int, err error) {
	end := moment(at)
	err = q.s.read(ctx, func(t *tx) error {
		waiting, late = 0, 0
		for k := range t.from(untold, nil, nil) {
			if waiting++; bytes.Compare(k[:8], end) < 0 {
				late++
			}
		}
		return nil
	})
	return waiting, late, err
}
