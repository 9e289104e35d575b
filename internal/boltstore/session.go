package boltstore

import (
	"context"
	"slices"
	"strings"
	"time"

	"membergate/internal/member"
	"membergate/internal/session"
	"membergate/internal/signin"
)

// Who is signed in, and how members get in:
//
//	sessions      id → session.Session
//	sessionsOf    member, 0, id → ""
//	sessionEnds   when it ended, 8 bytes, id → ""
//	sessionKeeps  until when it is kept, 8 bytes, id → ""
//	logins        hash → signin.Login
//	loginsOf      member, 0, hash → ""  also of the member whom it was moved away from
var (
	sessions     = newBucket("sessions")
	sessionsOf   = newBucket("sessionsOf")
	sessionEnds  = newBucket("sessionEnds")
	sessionKeeps = newBucket("sessionKeeps")
	logins       = newBucket("logins")
	loginsOf     = newBucket("loginsOf")
)

// Sessions is a session.Store.
type Sessions struct{ s *Store }

// Sessions gives the store of sessions.
func (s *Store) Sessions() *Sessions { return &Sessions{s} }

func markSession(t *tx, s session.Session, there bool) error {
	id := []byte(s.ID)
	err := t.mark(sessionsOf, path(string(s.Member), id), there)
	if err == nil && !s.Ended.IsZero() {
		err = t.mark(sessionEnds, append(moment(s.Ended), id...), there)
	}
	if err == nil {
		err = t.mark(sessionKeeps, append(moment(s.Keep), id...), there)
	}
	return err
}

func putSession(t *tx, s session.Session) error {
	if err := markSession(t, s, true); err != nil {
		return err
	}
	return t.put(sessions, []byte(s.ID), s)
}

// Create implements session.Store.
func (q *Sessions) Create(ctx context.Context, s session.Session) error {
	s.Version = 1
	return q.s.write(ctx, func(t *tx) error {
		if t.has(sessions, []byte(s.ID)) {
			return session.ErrExists
		}
		return putSession(t, s)
	})
}

// ByID implements session.Store.
func (q *Sessions) ByID(ctx context.Context, id string) (s session.Session, ok bool, err error) {
	err = q.s.read(ctx, func(t *tx) (err error) {
		s, ok, err = get[session.Session](t, sessions, []byte(id))
		return err
	})
	return s, ok, err
}

// Save implements session.Store.
func (q *Sessions) Save(ctx context.Context, s session.Session) error {
	return q.s.write(ctx, func(t *tx) error {
		was, ok, err := get[session.Session](t, sessions, []byte(s.ID))
		if err != nil {
			return err
		}
		if !ok || was.Version != s.Version {
			return session.ErrStale
		}
		if err := markSession(t, was, false); err != nil {
			return err
		}
		next := s
		next.Version++
		return putSession(t, next)
	})
}

// Of implements session.Store.
func (q *Sessions) Of(ctx context.Context, who member.ID) (out []session.Session, err error) {
	prefix := path(string(who))
	err = q.s.read(ctx, func(t *tx) error {
		out = nil
		for k := range t.from(sessionsOf, prefix, prefix) {
			s, _, err := get[session.Session](t, sessions, k[len(prefix):])
			if err != nil {
				return err
			}
			out = append(out, s)
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b session.Session) int { return b.Used.Compare(a.Used) })
	return out, err
}

// EndedSince implements session.Store.
func (q *Sessions) EndedSince(ctx context.Context, since time.Time, n int) (out []session.Session, err error) {
	var start []byte
	if !since.IsZero() {
		start = moment(since)
	}
	err = q.s.read(ctx, func(t *tx) error {
		out = nil
		for k := range t.from(sessionEnds, nil, start) {
			if len(out) == n {
				return nil
			}
			s, _, err := get[session.Session](t, sessions, k[8:])
			if err != nil {
				return err
			}
			out = append(out, s)
		}
		return nil
	})
	return out, err
}

// Expire implements session.Store.
func (q *Sessions) Expire(ctx context.Context, at time.Time, n int) (done int, err error) {
	err = q.s.write(ctx, func(t *tx) error {
		var over []session.Session
		for k := range t.from(sessionKeeps, nil, nil) {
			if len(over) == n || slices.Compare(k[:8], moment(at)) > 0 {
				break
			}
			s, _, err := get[session.Session](t, sessions, k[8:])
			if err != nil {
				return err
			}
			over = append(over, s)
		}
		for _, s := range over {
			if err := markSession(t, s, false); err != nil {
				return err
			}
			if err := t.drop(sessions, []byte(s.ID)); err != nil {
				return err
			}
		}
		done = len(over)
		return nil
	})
	return done, err
}

// Logins is a signin.Store.
type Logins struct{ s *Store }

// Logins gives the store of how members get in.
func (s *Store) Logins() *Logins { return &Logins{s} }

func markLogin(t *tx, l signin.Login, there bool) error {
	err := t.mark(loginsOf, path(string(l.Member), []byte(l.ID)), there)
	if err == nil && l.Moved != "" {
		err = t.mark(loginsOf, path(string(l.Moved), []byte(l.ID)), there)
	}
	return err
}

func putLogin(t *tx, l signin.Login) error {
	if err := markLogin(t, l, true); err != nil {
		return err
	}
	return t.put(logins, []byte(l.ID), l)
}

// Create implements signin.Store.
func (q *Logins) Create(ctx context.Context, l signin.Login) error {
	l.Version = 1
	return q.s.write(ctx, func(t *tx) error {
		if t.has(logins, []byte(l.ID)) {
			return signin.ErrExists
		}
		return putLogin(t, l)
	})
}

// ByIDs implements signin.Store.
func (q *Logins) ByIDs(ctx context.Context, ids []string) (out []signin.Login, err error) {
	err = q.s.read(ctx, func(t *tx) error {
		out = nil
		for _, id := range ids {
			l, ok, err := get[signin.Login](t, logins, []byte(id))
			if err != nil {
				return err
			}
			if ok {
				out = append(out, l)
			}
		}
		return nil
	})
	return out, err
}

// Of implements signin.Store.
func (q *Logins) Of(ctx context.Context, who member.ID) (out []signin.Login, err error) {
	prefix := path(string(who))
	err = q.s.read(ctx, func(t *tx) error {
		out = nil
		for k := range t.from(loginsOf, prefix, prefix) {
			l, _, err := get[signin.Login](t, logins, k[len(prefix):])
			if err != nil {
				return err
			}
			out = append(out, l)
		}
		return nil
	})
	slices.SortFunc(out, func(a, b signin.Login) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out, err
}

// change replaces a login of a version, or removes it.
func (q *Logins) change(ctx context.Context, l signin.Login, next *signin.Login) error {
	return q.s.write(ctx, func(t *tx) error {
		was, ok, err := get[signin.Login](t, logins, []byte(l.ID))
		if err != nil {
			return err
		}
		if !ok || was.Version != l.Version {
			return signin.ErrStale
		}
		if err := markLogin(t, was, false); err != nil {
			return err
		}
		if next == nil {
			return t.drop(logins, []byte(l.ID))
		}
		return putLogin(t, *next)
	})
}

// Save implements signin.Store.
func (q *Logins) Save(ctx context.Context, l signin.Login) error {
	next := l
	next.Version++
	return q.change(ctx, l, &next)
}

// Remove implements signin.Store.
func (q *Logins) Remove(ctx context.Context, l signin.Login) error { return q.change(ctx, l, nil) }
