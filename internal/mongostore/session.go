package mongostore

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/member"
	"membergate/internal/session"
	"membergate/internal/signin"
)

// Who is signed in, and how members get in.
//
//	sessions { _id, sv: 1, version, member, way, device, begun, used, turn, until, ended, why, keep }   index member, ended, keep
//	logins   { _id: hash, sv: 1, version, member, way, at, used, sealed, moved }                       index member, moved
var (
	sessions = newCollection("sessions", index("member"), where("ended"), index("keep"))
	logins   = newCollection("logins", index("member"), where("moved"))
)

type sessionDoc struct {
	ID      string    `bson:"_id"`
	SV      int       `bson:"sv"`
	Version int64     `bson:"version"`
	Member  member.ID `bson:"member"`
	Way     string    `bson:"way,omitempty"`
	Device  string    `bson:"device,omitempty"`
	Begun   time.Time `bson:"begun,omitempty"`
	Used    time.Time `bson:"used,omitempty"`
	Turn    int64     `bson:"turn"`
	Until   time.Time `bson:"until,omitempty"`
	Ended   time.Time `bson:"ended,omitempty"`
	Why     string    `bson:"why,omitempty"`
	Keep    time.Time `bson:"keep"`
}

func toSession(s session.Session) sessionDoc {
	return sessionDoc{ID: s.ID, SV: 1, Version: s.Version, Member: s.Member, Way: s.Way, Device: s.Device, Begun: s.Begun, Used: s.Used, Turn: s.Turn,
		Until: s.Until, Ended: s.Ended, Why: s.Why, Keep: s.Keep}
}

func (d sessionDoc) session() session.Session {
	return session.Session{ID: d.ID, Version: d.Version, Member: d.Member, Way: d.Way, Device: d.Device, Begun: d.Begun, Used: d.Used, Turn: d.Turn,
		Until: d.Until, Ended: d.Ended, Why: d.Why, Keep: d.Keep}
}

// Sessions is a session.Store.
type Sessions struct{ s *Store }

// Sessions gives the store of sessions.
func (s *Store) Sessions() *Sessions { return &Sessions{s} }

// Create implements session.Store.
func (q *Sessions) Create(ctx context.Context, s session.Session) error {
	s.Version = 1
	return q.s.run(ctx, func(ctx context.Context) error {
		_, err := q.s.in(sessions).InsertOne(ctx, toSession(s))
		if duplicate(err) {
			return session.ErrExists
		}
		return err
	})
}

func (q *Sessions) all(ctx context.Context, filter bson.D, o *options.FindOptionsBuilder) (out []session.Session, err error) {
	err = find(ctx, q.s, sessions, filter, o, func(d sessionDoc) { out = append(out, d.session()) })
	return out, err
}

// ByID implements session.Store.
func (q *Sessions) ByID(ctx context.Context, id string) (session.Session, bool, error) {
	found, err := q.all(ctx, is("_id", id), options.Find())
	if err != nil || len(found) == 0 {
		return session.Session{}, false, err
	}
	return found[0], true, nil
}

// Save implements session.Store.
func (q *Sessions) Save(ctx context.Context, s session.Session) error {
	old := s.Version
	s.Version++
	return q.s.run(ctx, func(ctx context.Context) error {
		done, err := q.s.in(sessions).ReplaceOne(ctx, slices.Concat(is("_id", s.ID), is("version", old)), toSession(s))
		if err == nil && done.MatchedCount == 0 {
			return session.ErrStale
		}
		return err
	})
}

// Of implements session.Store.
func (q *Sessions) Of(ctx context.Context, who member.ID) ([]session.Session, error) {
	return q.all(ctx, is("member", who), options.Find().SetSort(by("used", -1)))
}

// EndedSince implements session.Store.
func (q *Sessions) EndedSince(ctx context.Context, since time.Time, n int) ([]session.Session, error) {
	return q.all(ctx, is("ended", bson.D{{Key: "$gte", Value: since}}), options.Find().SetSort(by("ended", 1)).SetLimit(int64(n)))
}

// Expire implements session.Store.
func (q *Sessions) Expire(ctx context.Context, at time.Time, n int) (int, error) {
	over := is("keep", bson.D{{Key: "$lte", Value: at}})
	found, err := q.all(ctx, over, options.Find().SetLimit(int64(n)))
	if err != nil || len(found) == 0 {
		return 0, err
	}
	ids := each(found, func(s session.Session) string { return s.ID })
	var done int64
	err = q.s.run(ctx, func(ctx context.Context) error {
		gone, err := q.s.in(sessions).DeleteMany(ctx, slices.Concat(in("_id", ids), over))
		if err == nil {
			done = gone.DeletedCount
		}
		return err
	})
	return int(done), err
}

type loginDoc struct {
	ID      string    `bson:"_id"`
	SV      int       `bson:"sv"`
	Version int64     `bson:"version"`
	Member  member.ID `bson:"member"`
	Way     string    `bson:"way"`
	At      time.Time `bson:"at"`
	Used    time.Time `bson:"used"`
	Sealed  string    `bson:"sealed,omitempty"`
	Moved   member.ID `bson:"moved,omitempty"`
}

func toLogin(l signin.Login) loginDoc {
	return loginDoc{ID: l.ID, SV: 1, Version: l.Version, Member: l.Member, Way: l.Way, At: l.At, Used: l.Used, Sealed: l.Sealed, Moved: l.Moved}
}

func (d loginDoc) login() signin.Login {
	return signin.Login{ID: d.ID, Version: d.Version, Member: d.Member, Way: d.Way, At: d.At, Used: d.Used, Sealed: d.Sealed, Moved: d.Moved}
}

// Logins is a signin.Store.
type Logins struct{ s *Store }

// Logins gives the store of how members get in.
func (s *Store) Logins() *Logins { return &Logins{s} }

// Create implements signin.Store.
func (q *Logins) Create(ctx context.Context, l signin.Login) error {
	l.Version = 1
	return q.s.run(ctx, func(ctx context.Context) error {
		_, err := q.s.in(logins).InsertOne(ctx, toLogin(l))
		if duplicate(err) {
			return signin.ErrExists
		}
		return err
	})
}

func (q *Logins) all(ctx context.Context, filter bson.D) (out []signin.Login, err error) {
	err = find(ctx, q.s, logins, filter, options.Find().SetSort(by("at", 1, "_id", 1)), func(d loginDoc) { out = append(out, d.login()) })
	return out, err
}

// ByIDs implements signin.Store.
func (q *Logins) ByIDs(ctx context.Context, ids []string) ([]signin.Login, error) {
	return q.all(ctx, in("_id", ids))
}

// Of implements signin.Store.
func (q *Logins) Of(ctx context.Context, who member.ID) ([]signin.Login, error) {
	return q.all(ctx, either(is("member", who), is("moved", who)))
}

// Save implements signin.Store.
func (q *Logins) Save(ctx context.Context, l signin.Login) error {
	old := l.Version
	l.Version++
	return q.s.run(ctx, func(ctx context.Context) error {
		done, err := q.s.in(logins).ReplaceOne(ctx, slices.Concat(is("_id", l.ID), is("version", old)), toLogin(l))
		if err == nil && done.MatchedCount == 0 {
			return signin.ErrStale
		}
		return err
	})
}

// Remove implements signin.Store.
func (q *Logins) Remove(ctx context.Context, l signin.Login) error {
	return q.s.run(ctx, func(ctx context.Context) error {
		done, err := q.s.in(logins).DeleteOne(ctx, slices.Concat(is("_id", l.ID), is("version", l.Version)))
		if err == nil && done.DeletedCount == 0 {
			return signin.ErrStale
		}
		return err
	})
}
