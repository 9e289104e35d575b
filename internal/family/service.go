package family

import (
	"context"
	"time"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// Service answers what takes more than the family itself to know.
type Service struct {
	Families Store
	Accounts account.Store
	Book     tier.Book
	Keys     Hasher       // of invitations' tokens
	Ledger   wallet.Store // what members spent
	Wards    Wards        // what follows guardians' words on children; nil where nothing does
	Spending Spending     // what follows a word on a request; nil where nothing waits for one
}

// Hasher makes a text of 128 bits from a value with each of the server's keys, newest first: the key's id, a colon and 22
// characters. Nobody without the keys can make them.
type Hasher interface {
	Hashes(purpose, value string) []string
}

// Gate tells whether a family shares at now; it reads the owner's account. A family that everybody has left, and any
// while the programme has no families, has a closed gate.
func (s *Service) Gate(ctx context.Context, f Family, now time.Time) (Gate, error) {
	owner, ok := f.Owner()
	if !ok {
		return Gate{}, nil
	}
	holders, err := s.Accounts.ByIDs(ctx, []member.ID{owner.Member}, account.Whole)
	if err != nil {
		return Gate{}, err
	}
	h, ok := holders[owner.Member]
	if !ok {
		return Gate{}, nil
	}
	g, _ := OwnerGate(s.Book.At(now), h.Account.Standing.Advance(s.Book, now), now)
	return g, nil
}

// Preview shows the invitation behind a token to a candidate, who is nobody when nobody is signed in. False when the token
// is unknown, used, revoked or expired, or of a family with somebody whom the candidate keeps apart from: all look alike.
func (s *Service) Preview(ctx context.Context, token string, c Candidate, now time.Time) (Preview, bool, error) {
	hash := HashToken(token)
	f, ok, err := s.Families.ByInvitation(ctx, hash)
	if err != nil || !ok || c.hidden(f) { // before more is read: what is hidden costs as much as what is unknown
		return Preview{}, false, err
	}
	f = f.At(now)
	g, err := s.Gate(ctx, f, now)
	if err != nil {
		return Preview{}, false, err
	}
	if c.Member != "" {
		if c.Families, err = s.Families.Memberships(ctx, c.Member); err != nil {
			return Preview{}, false, err
		}
	}
	v, ok := f.PreviewOf(hash, s.Book.At(now), g, c, now)
	return v, ok, nil
}
