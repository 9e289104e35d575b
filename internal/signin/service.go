package signin

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/session"
)

// Codes of refusals.
const (
	NotOffered  = "PROVIDER_OFF"    // nothing is set for this way
	BadCode     = "CODE_INVALID"    // no code of the provider's; it never left here
	CodeUsed    = "CODE_USED"       // used up, or over
	Blocked     = "BLOCKED"         // the provider holds the account back
	TooOften    = "TRIED_TOO_OFTEN" // try again later
	Down        = "PROVIDER_DOWN"   // the provider does not answer
	Gone        = "ACCOUNT_CLOSED"  // the account is being deleted
	Taken       = "ALREADY_LINKED"  // the way is another member's
	Last        = "LAST_WAY"        // nobody could sign in any more
	NotFound    = "NOT_FOUND"
	PhoneNeeded = "PHONE_NEEDED" // PHONE without a phone, or with what is none
)

const tries = 64

// Keys seal and hash.
type Keys interface {
	Seal(purpose, plain string) (string, error)
	Open(purpose, sealed string) (string, error)
	Hashes(purpose, value string) ([]string, error)
}

// Brief keeps short texts for minutes; lost, a code is asked about again.
type Brief interface {
	Keep(ctx context.Context, key, text string, life time.Duration) error
	Kept(ctx context.Context, key string) (string, bool, error)
	Drop(ctx context.Context, key string) (bool, error)
	// First tells whether nobody else has said so of a key within a time.
	First(ctx context.Context, key string, life time.Duration) (bool, error)
}

// Service signs members in.
type Service struct {
	Store    Store
	Accounts account.Store
	Sessions *session.Service
	Provers  map[string]Prover
	Keys     Keys
	Brief    Brief
	// Join makes somebody new a member.
	Join func(ctx context.Context, who member.ID, in Input, at time.Time) error
	// Confirmed is told of a phone that was proven; it may be told again.
	Confirmed func(ctx context.Context, who member.ID, phone string, at time.Time) error
	Now       func() time.Time // real time
}

// Signed is somebody who is signed in.
type Signed struct {
	session.Pair
	Member member.ID
	New    bool
}

func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// In signs somebody in, and makes who is new a member at a programme time. Whoever sends a code again within minutes, because
// the answer was lost, is answered alike. Refusals: PROVIDER_OFF, ACCOUNT_CLOSED, and those of Prover.
func (s *Service) In(ctx context.Context, in Input, at time.Time) (Signed, error) {
	proof, code, err := s.proven(ctx, in)
	if err != nil {
		return Signed{}, err
	}
	who, err := s.member(ctx, proof)
	if err != nil {
		return Signed{}, err
	}
	joined, err := s.joined(ctx, who, in, at)
	if err != nil {
		return Signed{}, err
	}
	if err := s.linked(ctx, who, in.Way, proof); err != nil {
		return Signed{}, err
	}
	if proof.Phone != "" && s.Confirmed != nil {
		if err := s.Confirmed(ctx, who, proof.Phone, s.now()); err != nil {
			return Signed{}, err
		}
	}
	pair, ok, err := s.Sessions.Begin(ctx, code, who, in.Way, in.Device)
	if err == nil && !ok {
		err = fault.Refuse(CodeUsed, "code", "the code was used before; ask the provider for another one")
	}
	return Signed{Pair: pair, Member: who, New: joined}, err
}

// hashes are all under which a name may be stored, the one for new ones first.
func (s *Service) hashes(n Name) ([]string, error) { return s.Keys.Hashes(hashPurpose+n.Way, n.Name) }

// find gives the login of a name.
func (s *Service) find(ctx context.Context, n Name) (Login, bool, error) {
	ids, err := s.hashes(n)
	if err != nil {
		return Login{}, false, err
	}
	found, err := s.Store.ByIDs(ctx, ids)
	if err != nil || len(found) == 0 {
		return Login{}, false, err
	}
	return found[0], true, nil
}

// member finds who somebody is by the first of their names that is known, or gives the first name to somebody new. Of many at
// once one is new, and the others are the same one.
func (s *Service) member(ctx context.Context, p Proof) (member.ID, error) {
	for range tries {
		for _, n := range p.Names {
			if l, known, err := s.find(ctx, n); known || err != nil {
				return l.Member, err
			}
		}
		who := member.ID("m" + strings.ToLower(rand.Text()[:20]))
		err := s.claim(ctx, who, p.Names[0])
		if !errors.Is(err, ErrExists) {
			return who, err
		}
	}
	return "", fault.New(fault.Unavailable, "the login is being changed by too many at once")
}

// claim makes a name a member's, unless it is somebody's.
func (s *Service) claim(ctx context.Context, who member.ID, n Name) error {
	ids, err := s.hashes(n)
	if err != nil {
		return err
	}
	return s.Store.Create(ctx, Login{ID: ids[0], Member: who, Way: n.Way, At: s.now(), Used: s.now(), Version: 1})
}

// joined makes sure that the member is there, and tells whether they are new.
func (s *Service) joined(ctx context.Context, who member.ID, in Input, at time.Time) (bool, error) {
	found, err := s.Accounts.ByIDs(ctx, []member.ID{who}, account.Public)
	if err != nil {
		return false, err
	}
	h, known := found[who]
	if known && !h.Profile.ClosedAt.IsZero() {
		return false, fault.Refuse(Gone, "", "the account is closed")
	}
	if known {
		return false, nil
	}
	if err = s.Join(ctx, who, in, at); errors.Is(err, account.ErrGone) {
		err = fault.Refuse(Gone, "", "the account is closed")
	}
	return err == nil, err
}

// linked makes sure that all names of a proof are the member's, and keeps what the provider gave. A name that is another
// member's stays so: it came by other names.
func (s *Service) linked(ctx context.Context, who member.ID, way string, p Proof) error {
	for _, n := range p.Names {
		l, known, err := s.find(ctx, n)
		if err == nil && !known {
			if err = s.claim(ctx, who, n); errors.Is(err, ErrExists) {
				err = nil
			}
			if err == nil {
				l, known, err = s.find(ctx, n)
			}
		}
		if err != nil {
			return err
		}
		if !known || l.Member != who || n.Way != way {
			continue
		}
		l.Used = s.now()
		if p.Keys != "" {
			if l.Sealed, err = s.Keys.Seal(SealPurpose, p.Keys); err != nil {
				return err
			}
		}
		if err := s.Store.Save(ctx, l); err != nil && !errors.Is(err, ErrStale) { // somebody else signs in by it just now
			return err
		}
	}
	return nil
}
