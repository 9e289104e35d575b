package session

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"time"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/viewer"
)

// tries bounds how often a session that somebody else changed is read again.
const tries = 64

// Service begins, prolongs and ends sessions.
type Service struct {
	Store    Store
	Accounts account.Store
	Tags     Tags
	// Issue signs an access token for a session, good from a time for Access.
	Issue func(s Session, now time.Time) (string, error)
	Now   func() time.Time // real time: sandbox clocks move no tokens

	ends ends
}

// Pair is what an app holds of a session.
type Pair struct {
	Access, Refresh string
	Until           time.Time // of the access token
	Session         Session
}

func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

func (s *Service) pair(session Session) (Pair, error) {
	now := s.now()
	access, err := s.Issue(session, now)
	return Pair{Access: access, Refresh: refreshToken(s.Tags, session.ID, session.Turn), Until: now.Truncate(time.Second).Add(Access), Session: session}, err
}

// NewID gives the id of a session that nobody can guess.
func NewID() string { return strings.ToLower(rand.Text()) }

// Begin begins a session under an id, or gives the one that was begun under it just now: whoever sends the same proof again
// because the answer was lost is answered alike. Once the session was used, or is over, the proof is used up: then ok is false.
func (s *Service) Begin(ctx context.Context, id string, who member.ID, way, device string) (p Pair, ok bool, err error) {
	begun := Start(id, who, way, device, s.now())
	err = s.Store.Create(ctx, begun)
	if errors.Is(err, ErrExists) {
		was, known, err := s.Store.ByID(ctx, id)
		if err != nil || !known || was.Member != who || was.Turn > 0 || !was.Lasts(s.now()) {
			return Pair{}, false, err
		}
		p, err = s.pair(was)
		return p, err == nil, err
	}
	if err == nil {
		err = s.crowd(ctx, who)
	}
	if err != nil {
		return Pair{}, false, err
	}
	p, err = s.pair(begun)
	return p, err == nil, err
}

// crowd ends the sessions of a member that are too many.
func (s *Service) crowd(ctx context.Context, who member.ID) error {
	all, err := s.List(ctx, who)
	if err != nil || len(all) <= MostDevices {
		return err
	}
	for _, old := range all[MostDevices:] {
		if err := s.end(ctx, old.ID, Replaced); err != nil {
			return err
		}
	}
	return nil
}

// List gives a member's sessions that last, those used last first.
func (s *Service) List(ctx context.Context, who member.ID) ([]Session, error) {
	all, err := s.Store.Of(ctx, who)
	now := s.now()
	all = slices.DeleteFunc(all, func(one Session) bool { return one.Way == "" || !one.Lasts(now) })
	slices.SortStableFunc(all, func(a, b Session) int {
		return cmp.Or(b.Used.Compare(a.Used), strings.Compare(a.ID, b.ID))
	})
	return all, err
}

// Refresh gives new tokens for a refresh token. Refusals: SESSION_UNKNOWN, SESSION_EXPIRED, TOKEN_REUSED, SESSION_ENDED.
func (s *Service) Refresh(ctx context.Context, token string) (Pair, error) {
	id, turn, err := readRefresh(s.Tags, token)
	if err != nil {
		return Pair{}, err
	}
	for range tries {
		was, known, err := s.Store.ByID(ctx, id)
		if err != nil {
			return Pair{}, err
		}
		if !known {
			return Pair{}, fault.Refuse(Over, "refreshToken", "the session was ended")
		}
		if err := s.open(ctx, was); err != nil {
			return Pair{}, err
		}
		next, refused := was.Turned(turn, s.now())
		if next != was {
			if err = s.Store.Save(ctx, next); errors.Is(err, ErrStale) {
				continue
			}
			if err != nil {
				return Pair{}, err
			}
			if !next.Ended.IsZero() {
				s.ends.hear(next)
			}
		}
		if refused != nil {
			return Pair{}, refused
		}
		return s.pair(next)
	}
	return Pair{}, fault.New(fault.Unavailable, "the session is being changed by too many at once")
}

// open refuses a session whose member is no more.
func (s *Service) open(ctx context.Context, was Session) error {
	found, err := s.Accounts.ByIDs(ctx, []member.ID{was.Member}, account.Public)
	if err != nil {
		return err
	}
	if h, known := found[was.Member]; known && h.Profile.ClosedAt.IsZero() {
		return nil
	}
	if err := s.end(ctx, was.ID, Closed); err != nil {
		return err
	}
	return fault.Refuse(Over, "refreshToken", "the session was ended")
}

// end ends a session; one that is over, or not there, stays so.
func (s *Service) end(ctx context.Context, id, why string) error {
	for range tries {
		was, known, err := s.Store.ByID(ctx, id)
		if err != nil || !known {
			return err
		}
		next := was.Over(why, s.now())
		if next == was {
			s.ends.hear(was)
			return nil
		}
		if err = s.Store.Save(ctx, next); errors.Is(err, ErrStale) {
			continue
		}
		if err == nil {
			s.ends.hear(next)
		}
		return err
	}
	return fault.New(fault.Unavailable, "the session is being changed by too many at once")
}

// EndOne ends one of a member's sessions. Refusal: NOT_FOUND.
func (s *Service) EndOne(ctx context.Context, who member.ID, chosen func(Session) bool) error {
	all, err := s.Store.Of(ctx, who)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(one Session) bool { return one.Way != "" && chosen(one) })
	if i < 0 {
		return fault.Refuse(NotFound, "key", "the member has no such session")
	}
	return s.end(ctx, all[i].ID, SignedOut)
}

// SignOut ends what a token stands for: its session, or the token itself where another issuer made it; everywhere, all that
// the member has. Refusal: NOTHING_TO_END.
func (s *Service) SignOut(ctx context.Context, who viewer.Viewer, everywhere bool) error {
	switch {
	case everywhere:
		return s.EndAll(ctx, member.ID(who.Member), SignedOut)
	case who.Session != "":
		return s.end(ctx, who.Session, SignedOut)
	case who.TokenID != "":
		return s.bar(ctx, tokenEnd(who), member.ID(who.Member), SignedOut, who.Until.Add(2*Grace))
	}
	return fault.Refuse(None, "", "the token has no id, so it cannot be ended before its time")
}

// EndAll ends all that a member has: every session, and every token of other issuers that was made before.
func (s *Service) EndAll(ctx context.Context, who member.ID, why string) error {
	if err := s.bar(ctx, allEnd(string(who)), who, why, s.now().Add(Idle)); err != nil {
		return err
	}
	all, err := s.List(ctx, who)
	for _, one := range all {
		err = errors.Join(err, s.end(ctx, one.ID, why))
	}
	return err
}

// bar keeps the end of something that is no session of ours.
func (s *Service) bar(ctx context.Context, id string, who member.ID, why string, keep time.Time) error {
	end := Session{ID: id, Member: who, Ended: s.now(), Why: why, Keep: keep, Version: 1}
	for range tries {
		err := s.Store.Create(ctx, end)
		if errors.Is(err, ErrExists) {
			was, known, found := s.Store.ByID(ctx, id)
			switch {
			case found != nil:
				return found
			case !known:
				continue
			case was.Ended.After(end.Ended):
				end.Ended = was.Ended
			}
			end.Version = was.Version
			err = s.Store.Save(ctx, end)
		}
		if errors.Is(err, ErrStale) {
			continue
		}
		if err == nil {
			s.ends.hear(end)
		}
		return err
	}
	return fault.New(fault.Unavailable, "the end is being written by too many at once")
}

// JustNow refuses who did not prove just now who they are, where the session is one of ours. Refusal: SIGN_IN_TOO_OLD.
func (s *Service) JustNow(who viewer.Viewer) error {
	if who.Session == "" || s.now().Before(who.SignedInAt.Add(Fresh)) {
		return nil
	}
	return fault.Refuse(Stale, "", "sign in again first: this needs a sign-in within %d minutes", int(Fresh/time.Minute))
}
