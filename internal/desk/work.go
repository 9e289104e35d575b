package desk

import (
	"context"
	"errors"
	"time"

	"membergate/internal/fault"
)

// Take lets one of the staff work on a request. Taken again by the same one it answers the same. Refusals: NOT_FOUND,
// ALREADY_TAKEN, REQUEST_CLOSED.
func (s *Service) Take(ctx context.Context, id, by string, now time.Time) (Request, error) {
	return s.work(ctx, id, func(r Request) (Request, bool, error) {
		switch {
		case r.State == Closed:
			return r, false, fault.Refuse(IsClosed, "requestId", "the request is closed")
		case r.TakenBy == by:
			return r, false, nil
		case r.State == Taken:
			return r, false, fault.Refuse(TakenByElse, "requestId", "somebody else has taken the request")
		}
		return r.taken(by, now), true, nil
	})
}

func (r Request) taken(by string, now time.Time) Request {
	r.State, r.TakenBy, r.TakenAt = Taken, by, now.UTC().Truncate(time.Millisecond)
	return r
}

// Close ends a request, by whoever has taken it; one that nobody has is taken on the way. Closed again in the same way
// it answers the same. Refusals: NOT_FOUND, UNKNOWN_CODE, ALREADY_TAKEN, REQUEST_CLOSED.
func (s *Service) Close(ctx context.Context, id, outcome, note, by string, now time.Time) (Request, error) {
	if err := written("note", note, 0); err != nil {
		return Request{}, err
	}
	rules := s.Book.At(now).AfterSales
	if rules == nil || !named(rules.Outcomes, outcome) {
		return Request{}, fault.Refuse(UnknownCode, "outcome", "outcome is %q, which is none of the programme's", outcome)
	}
	return s.work(ctx, id, func(r Request) (Request, bool, error) {
		switch {
		case r.State == Closed && r.ClosedBy == by && r.Outcome == outcome:
			return r, false, nil
		case r.State == Closed:
			return r, false, fault.Refuse(IsClosed, "requestId", "the request is closed")
		case r.State == Taken && r.TakenBy != by:
			return r, false, fault.Refuse(TakenByElse, "requestId", "somebody else has taken the request")
		case r.State == Open:
			r = r.taken(by, now)
		}
		r.State, r.ClosedBy, r.ClosedAt, r.Outcome = Closed, by, now.UTC().Truncate(time.Millisecond), outcome
		if note != "" {
			r.Note = s.Keys.Seal(TextPurpose, note)
		}
		return r, true, nil
	})
}

// work changes a request by compare-and-swap until nobody comes between.
func (s *Service) work(ctx context.Context, id string, rule func(Request) (Request, bool, error)) (Request, error) {
	for range changes {
		r, known, err := s.Requests.ByID(ctx, id)
		if err != nil {
			return Request{}, err
		}
		if !known {
			return Request{}, fault.Refuse(Unknown, "requestId", "requestId names no request that is known")
		}
		next, changed, err := rule(r)
		if err != nil || !changed {
			return next, err
		}
		if err = s.Requests.Save(ctx, next); errors.Is(err, ErrStale) {
			continue
		}
		next.Version++
		return next, err
	}
	return Request{}, fault.New(fault.Unavailable, "the request is being changed by too many at once")
}

// Read opens what was written; what the keys that are here cannot open is empty.
func (s *Service) Read(sealed string) string {
	if sealed == "" {
		return ""
	}
	plain, err := s.Keys.Open(TextPurpose, sealed)
	if err != nil {
		return ""
	}
	return plain
}
