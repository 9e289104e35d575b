package signin

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"membergate/internal/fault"
)

const (
	// answerLife is how long the same code is answered again: as long as WeChat's codes live.
	answerLife = 5 * time.Minute
	// exchangeLife is how long one process may take to ask a provider, before another may.
	exchangeLife = 4 * time.Second
	// watchEvery is how often it is looked whether the other process has the answer.
	watchEvery = 50 * time.Millisecond
)

// Input is what an app sends to sign in.
type Input struct {
	Way      string
	Code     string
	Phone    string // of PHONE
	Nonce    string // of APPLE
	Referral string
	Channel  string // where somebody new joins
	Device   string
}

// Name is what a provider calls somebody.
type Name struct{ Way, Name string }

// Proof is what a provider says of a code.
type Proof struct {
	Names []Name // the one that decides first
	Keys  string // what the provider's data is read with; empty where there is none
	Phone string // that was confirmed
}

// Prover asks a provider.
type Prover interface {
	// Check refuses what can be no code, before anybody is asked. Refusal: CODE_INVALID, PHONE_NEEDED.
	Check(in Input) error
	// Admit counts a try, before it is looked at. Refusal: TOO_OFTEN.
	Admit(ctx context.Context, in Input) error
	// Prove asks who has a code. Refusals: CODE_USED, BLOCKED, TOO_OFTEN, PROVIDER_DOWN.
	Prove(ctx context.Context, in Input) (Proof, error)
}

// proven gives what a provider says of a code, and a name for the code that nobody can work out without the keys.
func (s *Service) proven(ctx context.Context, in Input) (Proof, string, error) {
	prover := s.Provers[in.Way]
	if prover == nil {
		return Proof{}, "", fault.Refuse(NotOffered, "provider", "nobody signs in by %s here", in.Way)
	}
	if err := prover.Check(in); err != nil {
		return Proof{}, "", err
	}
	if err := prover.Admit(ctx, in); err != nil {
		return Proof{}, "", err
	}
	names, err := s.Keys.Hashes(codePurpose, in.Way+"\x00"+in.Phone+"\x00"+in.Code)
	if err != nil {
		return Proof{}, "", err
	}
	for began := s.Now(); ; {
		if p, known, err := s.answered(ctx, names); known || err != nil {
			return p, sessionName(names[0]), err
		}
		first, err := s.Brief.First(ctx, "ask:"+names[0], exchangeLife)
		if first || err != nil { // who has no memory asks: a code is good once at the provider, too
			break
		}
		if s.Now().Sub(began) > exchangeLife {
			return Proof{}, "", fault.Refuse(Down, "provider", "the provider does not answer now")
		}
		select {
		case <-ctx.Done():
			return Proof{}, "", ctx.Err()
		case <-time.After(watchEvery):
		}
	}
	p, err := prover.Prove(ctx, in)
	if err != nil {
		return Proof{}, "", err
	}
	text, err := json.Marshal(p)
	if err != nil {
		return Proof{}, "", err
	}
	sealed, err := s.Keys.Seal(SealPurpose, string(text))
	if err != nil {
		return Proof{}, "", err
	}
	_ = s.Brief.Keep(context.WithoutCancel(ctx), "answer:"+names[0], sealed, answerLife) // lost, the code cannot be sent again
	return p, sessionName(names[0]), nil
}

const codePurpose = "login code"

// sessionName is the id of the session that a code begins.
func sessionName(hash string) string {
	return strings.ToLower(strings.NewReplacer(".", "", ":", "", "/", "", "+", "").Replace(hash))
}

func (s *Service) answered(ctx context.Context, names []string) (p Proof, known bool, err error) {
	for _, name := range names {
		sealed, known, err := s.Brief.Kept(ctx, "answer:"+name)
		if err != nil {
			return p, false, nil //nolint:nilerr // without a memory the provider is asked
		}
		if !known {
			continue
		}
		text, err := s.Keys.Open(SealPurpose, sealed)
		if err == nil {
			err = json.Unmarshal([]byte(text), &p)
		}
		return p, err == nil, err
	}
	return p, false, nil
}
