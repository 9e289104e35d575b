package admission

import (
	"context"
	"errors"
	"slices"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// Bounds of an application: far more than anybody needs.
const (
	mostProfession = 100 // characters
	mostEvidence   = 20  // uploads
	mostUploadID   = 200 // characters
)

// Place names an application: the tier, the member, and its number in the member's dossier.
type Place struct {
	Tier   string
	Member member.ID
	Number int // from 0
}

// reviewing is the tier that is entered by review, the highest if there are several.
func reviewing(p *programme.Programme) (programme.Tier, programme.Route, bool) {
	for _, t := range slices.Backward(p.Tiers) {
		if r, ok := t.Route(programme.Reviewed); ok {
			return t, r, true
		}
	}
	return programme.Tier{}, programme.Route{}, false
}

// check refuses an application that nobody could review.
func (a Application) check() error {
	if n := len([]rune(a.Profession)); n < 1 || n > mostProfession {
		return fault.Bad("profession", "profession has %d characters; allowed are 1 to %d", n, mostProfession)
	}
	if n := len(a.Evidence); n < 1 || n > mostEvidence {
		return fault.Bad("evidenceUploadIds", "evidenceUploadIds has %d ids; allowed are 1 to %d", n, mostEvidence)
	}
	for _, id := range a.Evidence {
		if n := len(id); n < 1 || n > mostUploadID {
			return fault.Bad("evidenceUploadIds", "an id in evidenceUploadIds has %d characters; allowed are 1 to %d", n, mostUploadID)
		}
	}
	if n := len(a.Key); n < 1 || n > 64 || slices.ContainsFunc([]byte(a.Key), func(c byte) bool { return c <= ' ' || c > '~' }) {
		return fault.Bad("idempotencyKey", "idempotencyKey has %d bytes; allowed are 1 to 64 visible ASCII characters", n)
	}
	return nil
}

// Apply asks for a review. The key's first sending counts; sent again with the same input it answers what has become of
// it, and true for replayed. Refusals: NO_REVIEW, NOT_ELIGIBLE, ALREADY_HELD, ALREADY_APPLIED, IDEMPOTENCY_CONFLICT.
func (s *Service) Apply(ctx context.Context, who member.ID, a Application, now time.Time) (Application, Place, bool, error) {
	if err := a.check(); err != nil {
		return Application{}, Place{}, false, err
	}
	p := s.Book.At(now)
	t, route, ok := reviewing(p)
	if !ok {
		return Application{}, Place{}, false, fault.Refuse("NO_REVIEW", "", "no tier is entered by review")
	}
	for range tries {
		d, err := s.Store.Dossier(ctx, t.Code, who)
		if err != nil {
			return Application{}, Place{}, false, err
		}
		for i, known := range d.Applications {
			if known.Key != a.Key {
				continue
			}
			if !known.same(a) {
				return Application{}, Place{}, false, fault.Refuse("IDEMPOTENCY_CONFLICT", "idempotencyKey", "the key was used with another input")
			}
			return known, Place{t.Code, who, i}, true, nil
		}
		if err := s.mayApply(ctx, p, t, route, d, now); err != nil {
			return Application{}, Place{}, false, err
		}
		a.State, a.At = Pending, now.Truncate(time.Millisecond)
		a.DecideBy = a.At.Add(time.Duration(route.ReviewHours) * time.Hour)
		d.Applications = append(d.Applications, a)
		err = s.Store.SaveDossier(ctx, d)
		if err == nil {
			return a, Place{t.Code, who, len(d.Applications) - 1}, false, nil
		}
		if !errors.Is(err, ErrStale) {
			return Application{}, Place{}, false, err
		}
	}
	return Application{}, Place{}, false, fault.New(fault.Unavailable, "the application is being changed by too many at once")
}

// mayApply tells why a member may not apply now.
func (s *Service) mayApply(ctx context.Context, p *programme.Programme, t programme.Tier, route programme.Route, d Dossier, now time.Time) error {
	if slices.ContainsFunc(d.Applications, func(a Application) bool { return a.StateAt(now) == Pending }) {
		return fault.Refuse("ALREADY_APPLIED", "", "an application waits for its decision")
	}
	a, err := s.account(ctx, d.Member)
	if err != nil {
		return err
	}
	standing := a.Standing.Advance(s.Book, now)
	if standing.Held(p, now).Rank >= t.Rank {
		return fault.Refuse("ALREADY_HELD", "", "the member holds %s already", t.Code)
	}
	if !standing.Read(p, now).Met(route.When) {
		return fault.Refuse("NOT_ELIGIBLE", "", "what a review of %s asks for is not met", t.Code)
	}
	return nil
}

// Decide gives an application its score, by staff: enough lets the member in, less rejects. Decided again it answers what
// was decided. Refusals: NOT_FOUND, DECISION_LATE, NO_SEAT; after NO_SEAT the application still waits.
func (s *Service) Decide(ctx context.Context, at Place, score int, by string, now time.Time) (Application, error) {
	if score < 0 || score > 100 {
		return Application{}, fault.Bad("score", "score is %d; allowed are 0 to 100", score)
	}
	for range tries {
		d, err := s.Store.Dossier(ctx, at.Tier, at.Member)
		if err != nil {
			return Application{}, err
		}
		if at.Number < 0 || at.Number >= len(d.Applications) {
			return Application{}, fault.Refuse("NOT_FOUND", "applicationId", "no such application is known")
		}
		a := d.Applications[at.Number]
		switch a.StateAt(now) {
		case Admitted, Rejected:
			return a, nil
		case Expired:
			return Application{}, fault.Refuse("DECISION_LATE", "", "the application was to be decided by %s", a.DecideBy.UTC().Format(time.RFC3339))
		}
		if a.State, err = s.review(ctx, at, a, score, now); err != nil {
			return Application{}, err
		}
		a.Score, a.DecidedBy, a.DecidedAt = score, by, now.Truncate(time.Millisecond)
		d.Applications = slices.Clone(d.Applications)
		d.Applications[at.Number] = a
		if err := s.Store.SaveDossier(ctx, d); !errors.Is(err, ErrStale) {
			return a, err
		}
	}
	return Application{}, fault.New(fault.Unavailable, "the application is being decided by too many at once")
}

// review lets the member in if the score is enough. A decision that was cut off after that lets in whatever is sent next.
func (s *Service) review(ctx context.Context, at Place, a Application, score int, now time.Time) (State, error) {
	p := s.Book.At(now)
	t, known := p.Tier(at.Tier)
	route, ok := t.Route(programme.Reviewed)
	if !known || !ok {
		return "", fault.Refuse("NOT_FOUND", "applicationId", "the tier is no longer entered by review")
	}
	seats, err := s.Store.Seats(ctx, at.Tier)
	if err != nil {
		return "", err
	}
	if mine, has := seats.Of(at.Member); has && mine.Ref == a.Key && mine.Route == programme.Reviewed {
		return Admitted, s.finish(ctx, at.Tier, mine)
	}
	if score < route.MinScore {
		return Rejected, nil
	}
	seat := newSeat(p, route, at.Member, now)
	seat.Ref = a.Key
	_, _, err = s.take(ctx, t, seat)
	return Admitted, err
}
