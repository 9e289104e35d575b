package vault

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/wallet"
)

// Codes of refusals of applications.
const (
	UnknownField   = "UNKNOWN_FIELD"
	UnknownPurpose = "UNKNOWN_PURPOSE"
	OwnIdentity    = "OWN_IDENTITY"    // nobody reads, or lets read, the own
	OwnApplication = "OWN_APPLICATION" // who applied may not answer
	RoleAnswered   = "ROLE_ANSWERED"   // somebody else has said yes in each of the roles that one has
	Decided        = "ALREADY_DECIDED" // the other way
	Late           = "DECISION_LATE"   // the time to answer is over
	NotApproved    = "NOT_APPROVED"
	ReadLate       = "READ_LATE"    // the time to read is over
	AlreadyRead    = "ALREADY_READ" // it is read once
)

// mostReason is how long a reason may be, in characters.
const mostReason = 500

// Staff is who acts: as their token names them, and their roles.
type Staff struct {
	ID    string
	Roles []string
}

// As is the first of some roles that somebody has; empty for none.
func (s Staff) As(roles []string) string {
	for _, role := range roles {
		if slices.Contains(s.Roles, role) {
			return role
		}
	}
	return ""
}

// Ask is what staff applies for.
type Ask struct {
	Key     string // the applicant's idempotency key
	Member  member.ID
	Fields  []string
	Purpose string
	Reason  string
}

// Applicants are the roles of which one may apply and read.
func Applicants() []string { return []string{"service", "operations"} }

// Apply writes down what somebody wants to read, and tells whether an earlier sending did. Refusals: IDENTITY_OFF,
// UNKNOWN_FIELD, UNKNOWN_PURPOSE, OWN_IDENTITY, NOT_FOUND, IDEMPOTENCY_CONFLICT.
func (s *Service) Apply(ctx context.Context, ask Ask, by Staff) (Application, bool, error) {
	p, rules, err := s.rules()
	if err != nil {
		return Application{}, false, err
	}
	if n := len([]rune(ask.Reason)); n < 1 || n > mostReason {
		return Application{}, false, fault.Bad("reason", "reason has %d characters; allowed are 1 to %d", n, mostReason)
	}
	op, err := wallet.OpKey("identityReadApply", ask.Key)
	if err != nil {
		return Application{}, false, err
	}
	now := s.now()
	a := Application{
		ID: wallet.Fingerprint(by.ID, op), Input: wallet.Fingerprint(ask.Member, ask.Fields, ask.Purpose, ask.Reason), Member: ask.Member, Purpose: ask.Purpose,
		By: by.ID, Role: by.As(Applicants()), Needs: p.Privacy.RawApprovers, At: now, DecideBy: now.Add(time.Duration(rules.Reads.DecideHours) * time.Hour),
		Window: time.Duration(rules.Reads.ReadMinutes) * time.Minute, Keep: now.AddDate(p.Privacy.RawKeepYears, 0, 0),
	}
	if was, known, err := s.applied(ctx, a); err != nil || known {
		return was, known, err
	}
	if a.Fields, err = fields(ask.Fields); err != nil {
		return Application{}, false, err
	}
	if _, ok := rules.Reads.Purpose(ask.Purpose); !ok {
		return Application{}, false, fault.Refuse(UnknownPurpose, "purpose", "purpose %q is none of the programme's", ask.Purpose)
	}
	if string(ask.Member) == by.ID {
		return Application{}, false, fault.Refuse(OwnIdentity, "memberId", "nobody applies for the own identity")
	}
	found, err := s.Accounts.ByIDs(ctx, []member.ID{ask.Member}, account.Public)
	if err != nil {
		return Application{}, false, err
	}
	if _, known := found[ask.Member]; !known {
		return Application{}, false, fault.Refuse(Unknown, "memberId", "memberId names nobody who is known")
	}
	if a.Reason, err = s.Keys.Seal(ReasonPurpose, ask.Reason); err != nil {
		return Application{}, false, err
	}
	if err = s.Store.Apply(ctx, a); errors.Is(err, ErrExists) {
		return s.applied(ctx, a)
	}
	return a, false, err
}

// applied finds what the key made before, and refuses if it was made of another input.
func (s *Service) applied(ctx context.Context, a Application) (Application, bool, error) {
	was, known, err := s.Store.ByID(ctx, a.ID)
	if err == nil && known && was.Input != a.Input {
		err = fault.Refuse(wallet.KeyReused, "idempotencyKey", "the idempotency key was used for something else; allowed is a new one")
	}
	return was, known, err
}

// fields reads which facts are asked for.
func fields(asked []string) (out []Kind, err error) {
	for _, k := range Kinds() {
		if slices.Contains(asked, string(k)) {
			out = append(out, k)
		}
	}
	for _, a := range asked {
		if !slices.Contains(out, Kind(a)) {
			return nil, fault.Refuse(UnknownField, "fields", "fields holds %q; allowed are %s", a, names(Kinds()))
		}
	}
	if len(out) == 0 {
		return nil, fault.Refuse(UnknownField, "fields", "fields is empty; needed is at least one of %s", names(Kinds()))
	}
	return out, nil
}

func names(all []Kind) string {
	out := make([]string, len(all))
	for i, k := range all {
		out[i] = string(k)
	}
	return strings.Join(out, ", ")
}

// Reason is what staff wrote; empty if it cannot be opened.
func (s *Service) Reason(a Application) string {
	plain, err := s.Keys.Open(ReasonPurpose, a.Reason)
	if err != nil {
		return ""
	}
	return plain
}

// Decide says yes or no to an application, by somebody else than who made it. Said again it answers what became of it.
// Refusals: NOT_FOUND, OWN_APPLICATION, OWN_IDENTITY, ROLE_ANSWERED, ALREADY_DECIDED, DECISION_LATE.
func (s *Service) Decide(ctx context.Context, id string, yes bool, by Staff) (Application, error) {
	act := No
	if yes {
		act = Yes
	}
	return s.append(ctx, id, func(a Application, now time.Time) (*Deed, error) {
		said, answered := a.answer(by.ID)
		switch {
		case a.By == by.ID:
			return nil, fault.Refuse(OwnApplication, "applicationId", "who applied may not answer")
		case string(a.Member) == by.ID:
			return nil, fault.Refuse(OwnIdentity, "applicationId", "nobody answers for the own identity")
		case answered && said.Act == act:
			return nil, nil
		case answered, a.has(No), !a.Waits():
			return nil, fault.Refuse(Decided, "applicationId", "the application is %s already", a.StateAt(now))
		case a.StateAt(now) == Expired:
			return nil, fault.Refuse(Late, "applicationId", "it was to be answered by %s", a.DecideBy.Format(time.RFC3339))
		}
		role := by.As(a.missing())
		if role == "" && !yes {
			role = by.As(a.Needs)
		}
		if role == "" {
			return nil, fault.Refuse(RoleAnswered, "applicationId", "a yes is missing of %s", strings.Join(a.missing(), ", "))
		}
		return &Deed{Act: act, By: by.ID, Role: role, At: now}, nil
	})
}

// Read gives staff what it may read, once, for a token. That it was read is written down before it is. Refusals:
// NOT_FOUND, NOT_APPROVED, READ_LATE, ALREADY_READ, and those of tokens.
func (s *Service) Read(ctx context.Context, id, token string, by Staff) (Application, []Known, error) {
	spent := false
	a, err := s.append(ctx, id, func(a Application, now time.Time) (*Deed, error) {
		switch state := a.StateAt(now); {
		case a.By != by.ID:
			return nil, fault.Refuse(Unknown, "applicationId", "applicationId names no application of yours")
		case state == Done:
			return nil, fault.Refuse(AlreadyRead, "applicationId", "it was read at %s", a.ReadAt().Format(time.RFC3339))
		case state == Expired && !a.Waits():
			return nil, fault.Refuse(ReadLate, "applicationId", "it was to be read by %s", a.ReadBy().Format(time.RFC3339))
		case state != Approved:
			return nil, fault.Refuse(NotApproved, "applicationId", "the application is %s", state)
		}
		if !spent {
			if _, err := s.Tokens.Spend(ctx, by.ID, Reading, token); err != nil {
				return nil, err
			}
			spent = true
		}
		d := &Deed{Act: Read, By: by.ID, Role: by.As(Applicants()), At: now}
		if s.Used != nil {
			if err := s.Used(ctx, a, d.Role, d.At); err != nil {
				return nil, err
			}
		}
		return d, nil
	})
	if err != nil {
		return Application{}, nil, err
	}
	all, err := s.Of(ctx, a.Member)
	if err != nil {
		return a, nil, err
	}
	all = slices.DeleteFunc(all, func(k Known) bool { return !slices.Contains(a.Fields, k.Kind) })
	return a, all, nil
}

// append adds what a rule says to an application by compare-and-swap; nothing if it says nothing.
func (s *Service) append(ctx context.Context, id string, rule func(Application, time.Time) (*Deed, error)) (Application, error) {
	for range changes {
		a, known, err := s.Store.ByID(ctx, id)
		if err != nil {
			return Application{}, err
		}
		if !known {
			return Application{}, fault.Refuse(Unknown, "applicationId", "applicationId names no application that is known")
		}
		d, err := rule(a, s.now())
		if err != nil || d == nil {
			return a, err
		}
		a = a.with(*d)
		if err = s.Store.Append(ctx, a); !errors.Is(err, ErrStale) {
			return a, err
		}
	}
	return Application{}, fault.New(fault.Unavailable, "the application is being answered by too many at once")
}
