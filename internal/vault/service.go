package vault

import (
	"context"
	"errors"
	"slices"
	"time"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// Codes of refusals that are made here.
const (
	Off         = "IDENTITY_OFF" // the programme keeps nothing that tells who members are
	Unknown     = "NOT_FOUND"    // no such member or application
	NothingTold = "NOTHING_TOLD" // no fact at all
)

// The purposes that facts and reasons are sealed for. A fact's hash is of its kind, too.
const (
	SealPurpose   = "identity"
	ReasonPurpose = "identity reason"
	hashPurpose   = "identity "
)

// changes bounds how often something that somebody else changed is read again; each time somebody got through.
const changes = 64

// Keys seal, open and hash.
type Keys interface {
	Seal(purpose, plain string) (string, error)
	Open(purpose, sealed string) (string, error)
	// Hashes gives the look-up hash of a value under every key, the newest first.
	Hashes(purpose, value string) ([]string, error)
}

// Service keeps identities and lets staff read them.
type Service struct {
	Store    Store
	Accounts account.Store
	Keys     Keys
	Tokens   *Tokens
	Guesses  Guesses
	Book     interface {
		At(time.Time) *programme.Programme
	}
	Now func() time.Time // real time: what protects people is not moved by sandboxes
	// Used is told of each reading by staff just before it is written down, maybe more than once of one application: who reads
	// as what, and when. If it fails, nothing is read. Nil tells nobody.
	Used func(ctx context.Context, a Application, role string, at time.Time) error
}

// Known is a fact that can be read.
type Known struct {
	Kind     Kind
	Plain    string
	Verified bool
	At       time.Time
}

func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

func (s *Service) rules() (*programme.Programme, *programme.Identity, error) {
	p := s.Book.At(s.Now())
	if p.Identity == nil {
		return p, nil, fault.Refuse(Off, "", "the programme keeps no identities")
	}
	return p, p.Identity, nil
}

// Token gives somebody a token for a step. Refusal: IDENTITY_OFF.
func (s *Service) Token(who string, step Step) (string, time.Time, error) {
	p, _, err := s.rules()
	if err != nil {
		return "", time.Time{}, err
	}
	token, until := s.Tokens.Issue(who, step, time.Duration(p.Privacy.TokenMinutes)*time.Minute)
	return token, until, nil
}

// Of gives what is known of a member, as it is. What cannot be opened with the keys that are here is left out.
func (s *Service) Of(ctx context.Context, who member.ID) ([]Known, error) {
	i, err := s.Store.Of(ctx, who)
	return s.open(i), err
}

func (s *Service) open(i Identity) (out []Known) {
	for _, f := range i.Facts {
		if plain, err := s.Keys.Open(SealPurpose, f.Sealed); err == nil {
			out = append(out, Known{Kind: f.Kind, Plain: plain, Verified: f.Verified, At: f.At})
		}
	}
	return out
}

// Telling is what a member tells. Nil leaves a fact as it is, an empty text takes it back.
type Telling map[Kind]*string

// Tell keeps what a member tells, for a token. A sending that is repeated answers as the first one did. Refusals:
// IDENTITY_OFF, NOTHING_TOLD, WRONG_FORM, and those of tokens.
func (s *Service) Tell(ctx context.Context, who member.ID, t Telling, token string) ([]Known, error) {
	if _, _, err := s.rules(); err != nil {
		return nil, err
	}
	told := map[Kind]string{}
	for _, k := range Kinds() {
		if t[k] == nil {
			continue
		}
		if told[k] = ""; *t[k] != "" {
			clean, err := Clean(k, *t[k])
			if err != nil {
				return nil, err
			}
			told[k] = clean
		}
	}
	if len(told) == 0 {
		return nil, fault.Refuse(NothingTold, "", "nothing is told; needed is at least one of name, phone, address and idNumber")
	}
	hash, err := s.Tokens.Spend(ctx, string(who), Set, token)
	var refused *fault.Refusal
	if errors.As(err, &refused) && refused.Code == TokenUsed {
		return s.again(ctx, who, told, hash, err)
	}
	if err != nil {
		return nil, err
	}
	return s.change(ctx, who, func(i Identity) (Identity, error) {
		for k, plain := range told {
			if plain == "" {
				i = i.without(k)
				continue
			}
			if i, err = s.put(i, Fact{Kind: k, At: s.now()}, plain); err != nil {
				return i, err
			}
		}
		i.Spent = hash
		return i, nil
	})
}

// again answers a sending whose token is spent: well, if it was spent for this.
func (s *Service) again(ctx context.Context, who member.ID, told map[Kind]string, hash string, used error) ([]Known, error) {
	i, err := s.Store.Of(ctx, who)
	if err != nil {
		return nil, err
	}
	if i.Spent != hash {
		return nil, used
	}
	for k, plain := range told {
		f, has := i.Fact(k)
		if has != (plain != "") {
			return nil, used
		}
		same, err := s.same(f, plain)
		if err != nil {
			return nil, err
		}
		if has && !same {
			return nil, used
		}
	}
	return s.open(i), nil
}

// put gives the identity with a fact. One that is so already stays as it is, but that a confirmation is noted.
func (s *Service) put(i Identity, f Fact, plain string) (Identity, error) {
	if was, has := i.Fact(f.Kind); has {
		same, err := s.same(was, plain)
		if err != nil || same && (was.Verified || !f.Verified) {
			return i, err
		}
	}
	hashes, err := s.Keys.Hashes(hashPurpose+string(f.Kind), plain)
	if err != nil {
		return i, err
	}
	f.Hash = hashes[0]
	if f.Sealed, err = s.Keys.Seal(SealPurpose, plain); err != nil {
		return i, err
	}
	return i.with(f), nil
}

// same tells whether a fact is of a text, without opening it.
func (s *Service) same(f Fact, plain string) (bool, error) {
	hashes, err := s.Keys.Hashes(hashPurpose+string(f.Kind), plain)
	return slices.Contains(hashes, f.Hash), err
}

// change changes an identity by compare-and-swap until nobody comes between.
func (s *Service) change(ctx context.Context, who member.ID, rule func(Identity) (Identity, error)) ([]Known, error) {
	for range changes {
		was, err := s.Store.Of(ctx, who)
		if err != nil {
			return nil, err
		}
		was.Member = who
		next, err := rule(was)
		if err != nil {
			return nil, err
		}
		if next.Spent == was.Spent && slices.Equal(next.Facts, was.Facts) {
			return s.open(next), nil
		}
		if err = s.Store.Save(ctx, next); errors.Is(err, ErrStale) {
			continue
		}
		return s.open(next), err
	}
	return nil, fault.New(fault.Unavailable, "the identity is being changed by too many at once")
}

// Confirm notes a phone that somebody who can know has confirmed, such as who signs members in. What is older than what is
// known counts only if it is the same; of somebody who is not known, or has closed the account, nothing is kept. Bad input
// can never be kept.
func (s *Service) Confirm(ctx context.Context, who member.ID, phone string, at time.Time) error {
	if _, _, err := s.rules(); err != nil {
		return nil //nolint:nilerr // a programme that keeps none has nothing to note
	}
	clean, err := Clean(Phone, phone)
	if err != nil {
		return err
	}
	found, err := s.Accounts.ByIDs(ctx, []member.ID{who}, account.Public)
	if h, known := found[who]; err != nil || !known || !h.Profile.ClosedAt.IsZero() {
		return err
	}
	_, err = s.change(ctx, who, func(i Identity) (Identity, error) {
		f := Fact{Kind: Phone, Verified: true, At: at}
		if was, has := i.Fact(Phone); has && was.At.After(at) {
			if same, err := s.same(was, clean); err != nil || !same {
				return i, err
			}
			f.At = was.At
		}
		return s.put(i, f, clean)
	})
	return err
}
