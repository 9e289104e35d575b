package mongostore

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/admission"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// The seats of a tier are one document, and so is all that a member applied for one tier; both change by
// compare-and-swap of their version. A seat takes some 100 bytes, so a document holds those of 20 million members at 0.8 %.
//
//	seats    { _id: tier, sv: 1, version, taken: [ { member, route, from, until, ref, granted } … ], accounts, counted }
//	dossiers { _id: "<tier>:<member>", sv: 1, version, tier, member, waits,
//	           applications: [ { key, profession, evidence, at, decideBy, state, score, decidedBy, decidedAt } … ] }
//
//	dossiers: waits, of those whose last application waits for a decision
var (
	seats    = newCollection("seats")
	dossiers = newCollection("dossiers", where("waits"))
)

// Admissions is an admission.Store.
type Admissions struct{ s *Store }

// Admissions gives the store of seats and applications.
func (s *Store) Admissions() *Admissions { return &Admissions{s} }

type seatsDoc struct {
	ID      string    `bson:"_id"`
	SV      int       `bson:"sv"`
	Version int64     `bson:"version"`
	Taken   []seatDoc `bson:"taken"`

	Accounts int       `bson:"accounts,omitempty"`
	Counted  time.Time `bson:"counted,omitempty"`
}

type seatDoc struct {
	Member  member.ID           `bson:"member"`
	Route   programme.RouteKind `bson:"route"`
	From    time.Time           `bson:"from"`
	Until   time.Time           `bson:"until,omitempty"`
	Ref     string              `bson:"ref,omitempty"`
	Granted bool                `bson:"granted,omitempty"`
}

type dossierDoc struct {
	ID           string           `bson:"_id"`
	SV           int              `bson:"sv"`
	Version      int64            `bson:"version"`
	Tier         string           `bson:"tier"`
	Member       member.ID        `bson:"member"`
	Applications []applicationDoc `bson:"applications"`
	Waits        *time.Time       `bson:"waits,omitempty"` // by when the last application is to be decided
}

type applicationDoc struct {
	Key        string          `bson:"key"`
	Profession string          `bson:"profession"`
	Evidence   []string        `bson:"evidence"`
	At         time.Time       `bson:"at"`
	DecideBy   time.Time       `bson:"decideBy"`
	State      admission.State `bson:"state"`
	Score      int             `bson:"score,omitempty"`
	DecidedBy  string          `bson:"decidedBy,omitempty"`
	DecidedAt  time.Time       `bson:"decidedAt,omitempty"`
}

func dossierID(tier string, who member.ID) string { return tier + ":" + string(who) }

// Seats implements admission.Store.
func (a *Admissions) Seats(ctx context.Context, tier string) (admission.Seats, error) {
	d, err := document[seatsDoc](ctx, a.s, seats, tier)
	return admission.Seats{Tier: tier, Version: d.Version, Accounts: d.Accounts, Counted: d.Counted,
		Taken: each(d.Taken, func(s seatDoc) admission.Seat { return admission.Seat(s) })}, err
}

// SaveSeats implements admission.Store.
func (a *Admissions) SaveSeats(ctx context.Context, s admission.Seats) error {
	return a.swap(ctx, seats, s.Tier, s.Version, seatsDoc{ID: s.Tier, SV: 1, Version: s.Version + 1, Accounts: s.Accounts, Counted: s.Counted,
		Taken: each(s.Taken, func(s admission.Seat) seatDoc { return seatDoc(s) })})
}

// Dossier implements admission.Store.
func (a *Admissions) Dossier(ctx context.Context, tier string, who member.ID) (admission.Dossier, error) {
	d, err := document[dossierDoc](ctx, a.s, dossiers, dossierID(tier, who))
	d.Tier, d.Member = tier, who
	return d.dossier(), err
}

func (d dossierDoc) dossier() admission.Dossier {
	return admission.Dossier{Tier: d.Tier, Member: d.Member, Version: d.Version,
		Applications: each(d.Applications, func(a applicationDoc) admission.Application { return admission.Application(a) })}
}

// Waiting implements admission.Store.
func (a *Admissions) Waiting(ctx context.Context, from time.Time, after admission.Mark, n int) (out []admission.Dossier, err error) {
	if n <= 0 {
		return nil, nil
	}
	filter := bson.D{{Key: "waits", Value: bson.D{{Key: "$gte", Value: from}}}}
	if !after.By.IsZero() {
		filter = append(filter, either(
			bson.D{{Key: "waits", Value: bson.D{{Key: "$gt", Value: after.By}}}},
			bson.D{{Key: "waits", Value: after.By}, {Key: "_id", Value: bson.D{{Key: "$gt", Value: dossierID(after.Tier, after.Member)}}}},
		)...)
	}
	err = find(ctx, a.s, dossiers, filter, options.Find().SetSort(by("waits", 1, "_id", 1)).SetLimit(int64(n)),
		func(d dossierDoc) { out = append(out, d.dossier()) })
	return out, err
}

// SaveDossier implements admission.Store.
func (a *Admissions) SaveDossier(ctx context.Context, d admission.Dossier) error {
	id := dossierID(d.Tier, d.Member)
	var waits *time.Time
	if by, ok := d.Waits(); ok {
		waits = &by
	}
	return a.swap(ctx, dossiers, id, d.Version, dossierDoc{ID: id, SV: 1, Version: d.Version + 1, Tier: d.Tier, Member: d.Member, Waits: waits,
		Applications: each(d.Applications, func(a admission.Application) applicationDoc { return applicationDoc(a) })})
}

// document reads the document with an id; the zero value if there is none.
func document[D any](ctx context.Context, s *Store, c collection, id string) (d D, err error) {
	err = s.once(ctx, func(ctx context.Context) error {
		err := s.in(c).FindOne(ctx, is("_id", id)).Decode(&d)
		if errors.Is(err, mongo.ErrNoDocuments) {
			return nil
		}
		return err
	})
	return d, err
}

// swap puts a document in place of the one at a version; 0 is none.
func (a *Admissions) swap(ctx context.Context, c collection, id string, version int64, next any) error {
	return a.s.run(ctx, func(ctx context.Context) error {
		if version == 0 {
			_, err := a.s.in(c).InsertOne(ctx, next)
			if duplicate(err) {
				return admission.ErrStale
			}
			return err
		}
		done, err := a.s.in(c).ReplaceOne(ctx, slices.Concat(is("_id", id), is("version", version)), next)
		if err == nil && done.MatchedCount == 0 {
			return admission.ErrStale
		}
		return err
	})
}
