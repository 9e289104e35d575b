package wallet

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"membergate/internal/fault"
)

// Command is what a member's app wants done once, however often it is sent.
type Command struct {
	Op        string    // see OpKey
	Input     string    // see Fingerprint
	At        time.Time // programme time
	Programme string    // version in force
	// Decide makes the posting for the wallet as it stands at the command's time, or refuses. It may be called again
	// when somebody else wrote first: what it decides on is what is written after.
	Decide func(ctx context.Context, head Entry) (Posting, error)
}

// Done is what has become of a command.
type Done struct {
	Entry    Entry // that it made
	Replayed bool  // it was made by an earlier sending
}

// OpKey makes the op of a mutation's idempotency key. Ops count within one wallet, so no other member's key is met.
func OpKey(mutation, key string) (string, error) {
	if len(key) < 1 || len(key) > 64 {
		return "", fault.Bad("idempotencyKey", "idempotencyKey has %d characters; allowed are 1 to 64", len(key))
	}
	for _, c := range []byte(key) {
		if c < '!' || c > '~' {
			return "", fault.Bad("idempotencyKey", "idempotencyKey holds a character that is not visible ASCII; allowed are letters, digits and signs")
		}
	}
	return mutation + ":" + key, nil
}

// Fingerprint is a short hash of what was asked for: two inputs with one fingerprint are the same.
func Fingerprint(input ...any) string {
	b, err := json.Marshal(input)
	if err != nil { // unreachable: callers give strings and numbers
		panic(err)
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:16])
}

// Do does a command. The same op with the same input gives the entry of the first time; with another input it is
// refused. A refusal leaves nothing behind and may be tried again.
func (s *Service) Do(ctx context.Context, id ID, c Command) (Done, error) {
	defer s.lanes.take(id)()
	for try := range tries {
		heads, err := s.Store.Heads(ctx, []ID{id})
		if err != nil {
			return Done{}, err
		}
		entries, err := s.decide(ctx, head(heads, id), c)
		if err != nil {
			// What is refused now may have been done before: coins that a first sending took are gone.
			if e, found, lost := s.Made(ctx, id, c.Op, c.Input); lost != nil || found {
				return Done{Entry: e, Replayed: true}, lost
			}
			return Done{}, err
		}
		err = s.Store.Append(ctx, entries)
		if err == nil {
			return Done{Entry: entries[len(entries)-1]}, nil
		}
		if !errors.Is(err, ErrTaken) {
			return Done{}, err
		}
		if e, found, err := s.Made(ctx, id, c.Op, c.Input); err != nil || found {
			return Done{Entry: e, Replayed: true}, err
		}
		if try > 2 { // several writers at one wallet: let them spread
			if err := pause(ctx, try); err != nil {
				return Done{}, err
			}
		}
	}
	return Done{}, fault.New(fault.Unavailable, "the wallet is being written by too many at once")
}

func (s *Service) decide(ctx context.Context, at Entry, c Command) ([]Entry, error) {
	out, at, err := s.settle(at, c.At, c.Programme, nil)
	if err != nil {
		return nil, err
	}
	p, err := c.Decide(ctx, at)
	if err != nil {
		return nil, err
	}
	p.Op, p.Input, p.At, p.Programme, p.Grace = c.Op, c.Input, c.At, c.Programme, cmp.Or(p.Grace, s.Grace)
	if err := bounded(ctx, at, p); err != nil {
		return nil, err
	}
	e, err := p.Next(at, s.MostOf(at.Wallet), s.Now().UTC())
	return append(out, e), err
}

// Made finds the entry of an op, and refuses if it was made for another input.
func (s *Service) Made(ctx context.Context, id ID, op, input string) (Entry, bool, error) {
	found, err := s.Store.ByOps(ctx, id, []string{op})
	if err != nil {
		return Entry{}, false, err
	}
	e, ok := found[op]
	if ok && e.Input != input {
		return Entry{}, false, fault.Refuse(KeyReused, "idempotencyKey", "the idempotency key was used for something else; allowed is a new one")
	}
	return e, ok, nil
}
