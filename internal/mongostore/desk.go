package mongostore

import (
	"context"
	"slices"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/desk"
	"membergate/internal/member"
)

// A request after a sale is one document; open is true while it is not closed, and it holds a slot of the member's so
// long. What is written in it is sealed.
//
//	requests { _id: request id, sv: 1, version, input, member, order, kind, sealed, slot, priority, at, respondBy, planBy,
//	           resolveBy, state, takenBy, takenAt, closedBy, closedAt, outcome, note, open, holds: member/slot }
//	           index member, at · open · unique holds
var requests = newCollection("requests", index("member", "at"), only("open"), uniqueWhere("holds"))

// Requests is a desk.Requests.
type Requests struct{ s *Store }

// Requests gives the store of requests after a sale.
func (s *Store) Requests() *Requests { return &Requests{s} }

type requestDoc struct {
	ID        string     `bson:"_id"`
	SV        int        `bson:"sv"`
	Version   int64      `bson:"version"`
	Input     string     `bson:"input"`
	Member    member.ID  `bson:"member"`
	Order     string     `bson:"order"`
	Kind      string     `bson:"kind"`
	Sealed    string     `bson:"sealed"`
	Slot      int64      `bson:"slot,omitempty"`
	Priority  int        `bson:"priority"`
	At        time.Time  `bson:"at"`
	RespondBy time.Time  `bson:"respondBy"`
	PlanBy    time.Time  `bson:"planBy"`
	ResolveBy time.Time  `bson:"resolveBy"`
	State     desk.State `bson:"state"`
	TakenBy   string     `bson:"takenBy,omitempty"`
	TakenAt   time.Time  `bson:"takenAt,omitempty"`
	ClosedBy  string     `bson:"closedBy,omitempty"`
	ClosedAt  time.Time  `bson:"closedAt,omitempty"`
	Outcome   string     `bson:"outcome,omitempty"`
	Note      string     `bson:"note,omitempty"`
	Open      bool       `bson:"open,omitempty"`
	Holds     string     `bson:"holds,omitempty"`
}

func toRequest(r desk.Request) requestDoc {
	open, holds := r.State != desk.Closed, ""
	if open && r.Slot > 0 {
		holds = string(r.Member) + "/" + strconv.FormatInt(r.Slot, 10)
	}
	return requestDoc{
		ID: r.ID, SV: 1, Version: r.Version, Input: r.Input, Member: r.Member, Order: r.Order, Kind: r.Kind, Sealed: r.Sealed, Priority: r.Priority,
		At: r.At, RespondBy: r.RespondBy, PlanBy: r.PlanBy, ResolveBy: r.ResolveBy, State: r.State, TakenBy: r.TakenBy, TakenAt: r.TakenAt,
		ClosedBy: r.ClosedBy, ClosedAt: r.ClosedAt, Outcome: r.Outcome, Note: r.Note, Open: open,
		Slot: r.Slot, Holds: holds,
	}
}

func (d requestDoc) request() desk.Request {
	return desk.Request{
		ID: d.ID, Version: d.Version, Input: d.Input, Member: d.Member, Order: d.Order, Kind: d.Kind, Sealed: d.Sealed, Priority: d.Priority,
		At: d.At, RespondBy: d.RespondBy, PlanBy: d.PlanBy, ResolveBy: d.ResolveBy, State: d.State, TakenBy: d.TakenBy, TakenAt: d.TakenAt,
		ClosedBy: d.ClosedBy, ClosedAt: d.ClosedAt, Outcome: d.Outcome, Note: d.Note, Slot: d.Slot,
	}
}

// Create implements desk.Requests.
func (q *Requests) Create(ctx context.Context, r desk.Request) error {
	r.Version = 1
	return q.s.run(ctx, func(ctx context.Context) error {
		_, err := q.s.in(requests).InsertOne(ctx, toRequest(r))
		switch {
		case !duplicate(err):
			return err
		case sameID(err):
			return desk.ErrExists
		}
		return desk.ErrTaken
	})
}

func (q *Requests) list(ctx context.Context, filter bson.D, o *options.FindOptionsBuilder) (out []desk.Request, err error) {
	err = find(ctx, q.s, requests, filter, o, func(d requestDoc) { out = append(out, d.request()) })
	return out, err
}

// ByID implements desk.Requests.
func (q *Requests) ByID(ctx context.Context, id string) (desk.Request, bool, error) {
	out, err := q.list(ctx, is("_id", id), options.Find())
	if err != nil || len(out) == 0 {
		return desk.Request{}, false, err
	}
	return out[0], true, nil
}

// Save implements desk.Requests.
func (q *Requests) Save(ctx context.Context, r desk.Request) error {
	old := r.Version
	r.Version++
	return q.s.run(ctx, func(ctx context.Context) error {
		done, err := q.s.in(requests).ReplaceOne(ctx, slices.Concat(is("_id", r.ID), is("version", old)), toRequest(r))
		if err == nil && done.MatchedCount == 0 {
			return desk.ErrStale
		}
		return err
	})
}

// Of implements desk.Requests.
func (q *Requests) Of(ctx context.Context, who member.ID, after *desk.Place, n int) ([]desk.Request, error) {
	if n <= 0 {
		return nil, nil
	}
	filter := is("member", who)
	if after != nil {
		filter = slices.Concat(filter, earlier("at", after.At, "_id", after.ID))
	}
	return q.list(ctx, filter, options.Find().SetSort(by("at", -1, "_id", -1)).SetLimit(int64(n)))
}

// Queue implements desk.Requests.
func (q *Requests) Queue(ctx context.Context, after *desk.Spot, n int) ([]desk.Request, error) {
	if n <= 0 {
		return nil, nil
	}
	filter := is("open", true)
	if after != nil {
		filter = slices.Concat(filter, either(
			is("priority", bson.D{{Key: "$lt", Value: after.Priority}}),
			slices.Concat(is("priority", after.Priority), is("respondBy", bson.D{{Key: "$gt", Value: after.RespondBy}})),
			slices.Concat(is("priority", after.Priority), is("respondBy", after.RespondBy), is("_id", bson.D{{Key: "$gt", Value: after.ID}})),
		))
	}
	return q.list(ctx, filter, options.Find().SetSort(by("priority", -1, "respondBy", 1, "_id", 1)).SetLimit(int64(n)))
}
