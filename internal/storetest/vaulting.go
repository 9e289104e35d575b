package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/secret"
	"membergate/internal/vault"
)

// Vaulting tests vault.Service on an engine.
func Vaulting(t *testing.T, s Safe) {
	group[Safe]{
		{"what is told is kept sealed, found by its hash and taken back", tellIdentity},
		{"who has a phone is found, and nobody tries many", findByPhone},
		{"a token is good for one step of one person, once, for half an hour", tokenRefusals},
		{"of fifty sendings with one token one counts, and a repeated one is answered", tellOnce},
		{"killed after the token was spent, nothing is half told", tellKilled},
		{"a confirmed phone is verified until another is told", confirmPhone},
		{"staff reads once, after two others have said yes", readIdentity},
		{"each refusal of an application has its reason", refusedApplications},
		{"each refusal of an answer and a reading has its reason", refusedReadings},
		{"answered by many at once each role says yes once", answerAtOnce},
		{"read by many at once it is read once", readAtOnce},
		{"of two hundred readings two hundred are written down", audited},
	}.run(t, s)
}

// memory remembers in this process what was seen.
type memory struct {
	mu   sync.Mutex
	seen map[string]bool
}

func (m *memory) Once(_ context.Context, key string, _ time.Duration) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	first := !m.seen[key]
	m.seen[key] = true
	return first, nil
}

// plainKeys are keys whose file is there.
type plainKeys struct{ *secret.Keys }

func (k plainKeys) Seal(purpose, plain string) (string, error) {
	return k.Keys.Seal(purpose, plain), nil
}

func (k plainKeys) Hashes(purpose, value string) ([]string, error) {
	return k.Keys.Hashes(purpose, value), nil
}

// strongroom opens a service at a clock of the test's, with one member.
func strongroom(t *testing.T, ctx context.Context, s Safe) (*vault.Service, *time.Time, member.ID) {
	t.Helper()
	book, err := programme.LoadBook("retail-5")
	must(t, err)
	h := account.Open(book, member.Profile{ID: member.ID(name("member")), JoinedAt: officeHours})
	must(t, s.Accounts.Create(ctx, h))
	now := officeHours
	keys := ringOf(t, "v1")
	clock := func() time.Time { return now }
	return &vault.Service{
		Store: s.Vault, Accounts: s.Accounts, Keys: plainKeys{keys}, Book: book, Now: clock, Guesses: wrongs{},
		Tokens: &vault.Tokens{Seen: &memory{seen: map[string]bool{}}, Keys: keys, Now: clock},
	}, &now, h.Profile.ID
}

func tokenFor(t *testing.T, s *vault.Service, who string, step vault.Step) string {
	t.Helper()
	token, until, err := s.Token(who, step)
	if must(t, err); !until.Equal(s.Now().Add(30 * time.Minute)) {
		t.Errorf("a token is good until %v", until)
	}
	return token
}

func telling(pairs ...string) vault.Telling {
	out := vault.Telling{}
	for i := 0; i < len(pairs); i += 2 {
		out[vault.Kind(pairs[i])] = &pairs[i+1]
	}
	return out
}

func plain(all []vault.Known) map[vault.Kind]string {
	out := map[vault.Kind]string{}
	for _, k := range all {
		out[k.Kind] = k.Plain
		if k.Verified {
			out[k.Kind] += " verified"
		}
	}
	return out
}

var whoIAm = []string{"NAME", "王小明", "PHONE", "138 0013-8000", "ADDRESS", "上海市静安区南京西路1号", "ID_NUMBER", "11010519491231002x"}

func tellIdentity(t *testing.T, ctx context.Context, s Safe) {
	service, _, who := strongroom(t, ctx, s)
	got, err := service.Tell(ctx, who, telling(whoIAm...), tokenFor(t, service, string(who), vault.Set))
	must(t, err)
	want := map[vault.Kind]string{"NAME": "王小明", "PHONE": "13800138000", "ADDRESS": "上海市静安区南京西路1号", "ID_NUMBER": "11010519491231002X"}
	same(t, "what is told", plain(got), want)
	stored, err := s.Vault.Of(ctx, who)
	must(t, err)
	for _, f := range stored.Facts {
		if f.Sealed == want[f.Kind] || f.Hash == want[f.Kind] || f.Sealed == "" || f.Hash == "" {
			t.Errorf("kept is %+v", f)
		}
	}
	got, err = service.Tell(ctx, who, telling("PHONE", "", "NAME", "王明"), tokenFor(t, service, string(who), vault.Set))
	must(t, err)
	delete(want, vault.Phone)
	want[vault.Name] = "王明"
	same(t, "after some is taken back", plain(got), want)
	for field, bad := range map[string]vault.Telling{
		"phone": telling("PHONE", "12"), "name": telling("NAME", string(make([]rune, 70))), "idNumber": telling("ID_NUMBER", "110105194912310021"), "": {},
	} {
		var r *fault.Refusal
		if _, err := service.Tell(ctx, who, bad, tokenFor(t, service, string(who), vault.Set)); !errors.As(err, &r) || r.Field != field {
			t.Errorf("a wrong %s: %v", field, err)
		}
	}
}

// wrongs counts in this process.
type wrongs map[string]int64

func (w wrongs) Wrong(_ context.Context, key string, _ time.Duration) (int64, error) {
	w[key]++
	return w[key], nil
}

func (w wrongs) Count(_ context.Context, key string) (int64, error) { return w[key], nil }

func findByPhone(t *testing.T, ctx context.Context, s Safe) {
	service, now, who := strongroom(t, ctx, s)
	phone := fmt.Sprintf("+8613%010d", dice(uint64(time.Now().UnixNano())).IntN(1_000_000_000)) // one that no other test has
	must(t, service.Confirm(ctx, who, phone, *now))
	finds := func(phone, by string, want ...member.ID) {
		t.Helper()
		found, err := service.Find(ctx, phone, by)
		must(t, err)
		same(t, "who is found", found, want)
	}
	finds(phone[:5]+" ("+phone[5:]+")", "anna", who)
	for i := range 50 {
		finds(fmt.Sprint("000", i, "000"), "anna")
	}
	for _, phone := range []string{"0000000", phone} {
		if found, err := service.Find(ctx, phone, "anna"); !fault.Is(err, fault.RateLimited) || found != nil {
			t.Errorf("after fifty of nobody: %v, %v", found, err)
		}
	}
	finds(phone, "bert", who)
	*now = now.Add(24 * time.Hour)
	finds(phone, "anna", who)
	if _, err := service.Find(ctx, "none", "anna"); !refused(err, vault.WrongForm) {
		t.Errorf("what is no phone: %v", err)
	}
	_, err := service.Tell(ctx, who, telling("PHONE", ""), tokenFor(t, service, string(who), vault.Set))
	must(t, err)
	finds(phone, "anna")
}

func tokenRefusals(t *testing.T, ctx context.Context, s Safe) {
	service, now, who := strongroom(t, ctx, s)
	for what, c := range map[string]struct{ token, want string }{
		"made up":        {"x", vault.TokenUnknown},
		"none":           {"", vault.TokenUnknown},
		"somebody's":     {tokenFor(t, service, "somebody", vault.Set), vault.TokenUnknown},
		"of another use": {tokenFor(t, service, string(who), vault.Reading), vault.TokenUnknown},
		"longer":         {tokenFor(t, service, string(who), vault.Set) + "AAAA", vault.TokenUnknown},
	} {
		if _, err := service.Tell(ctx, who, telling("NAME", "A"), c.token); !refused(err, c.want) {
			t.Errorf("a token %s: %v", what, err)
		}
	}
	good, late := tokenFor(t, service, string(who), vault.Set), tokenFor(t, service, string(who), vault.Set)
	*now = now.Add(30*time.Minute - time.Millisecond)
	if _, err := service.Tell(ctx, who, telling("NAME", "A"), good); err != nil {
		t.Errorf("just in time: %v", err)
	}
	if _, err := service.Tell(ctx, who, telling("NAME", "B"), good); !refused(err, vault.TokenUsed) {
		t.Errorf("a used one: %v", err)
	}
	*now = now.Add(time.Millisecond)
	if _, err := service.Tell(ctx, who, telling("NAME", "B"), late); !refused(err, vault.TokenExpired) {
		t.Errorf("half an hour later: %v", err)
	}
}

func tellOnce(t *testing.T, ctx context.Context, s Safe) {
	service, _, who := strongroom(t, ctx, s)
	token := tokenFor(t, service, string(who), vault.Set)
	errs := together(50, func(i int) error {
		_, err := service.Tell(ctx, who, telling("NAME", fmt.Sprint("Name ", i)), token)
		if refused(err, vault.TokenUsed) {
			return vault.ErrStale
		}
		return err
	})
	winner := onlyWinner(t, errs, vault.ErrStale)
	for range 2 {
		got, err := service.Tell(ctx, who, telling("NAME", fmt.Sprint("Name ", winner)), token)
		must(t, err)
		same(t, "sent again", plain(got), map[vault.Kind]string{"NAME": fmt.Sprint("Name ", winner)})
	}
	if i, err := s.Vault.Of(ctx, who); err != nil || i.Version != 1 {
		t.Errorf("it was changed %d times, %v", i.Version, err)
	}
}

// broken loses the first writing.
type broken struct {
	vault.Store
	lost bool
}

func (b *broken) Save(ctx context.Context, i vault.Identity) error {
	if !b.lost {
		b.lost = true
		return errKilled
	}
	return b.Store.Save(ctx, i)
}

func tellKilled(t *testing.T, ctx context.Context, s Safe) {
	service, _, who := strongroom(t, ctx, s)
	service.Store = &broken{Store: s.Vault}
	token := tokenFor(t, service, string(who), vault.Set)
	if _, err := service.Tell(ctx, who, telling(whoIAm...), token); !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	if all, err := service.Of(ctx, who); err != nil || len(all) != 0 {
		t.Errorf("kept is %v, %v", all, err)
	}
	if _, err := service.Tell(ctx, who, telling(whoIAm...), token); !refused(err, vault.TokenUsed) {
		t.Errorf("with the same token: %v", err)
	}
	if all, err := service.Tell(ctx, who, telling(whoIAm...), tokenFor(t, service, string(who), vault.Set)); err != nil || len(all) != 4 {
		t.Errorf("with a new one: %v, %v", all, err)
	}
}

func confirmPhone(t *testing.T, ctx context.Context, s Safe) {
	service, now, who := strongroom(t, ctx, s)
	confirm := func(phone string, at time.Time, want string) {
		t.Helper()
		for range 2 { // events are told again
			must(t, service.Confirm(ctx, who, phone, at))
		}
		all, err := service.Of(ctx, who)
		must(t, err)
		if got := plain(all)[vault.Phone]; got != want {
			t.Errorf("the phone is %q, want %q", got, want)
		}
	}
	tell := func(phone string) {
		t.Helper()
		*now = now.Add(time.Hour)
		_, err := service.Tell(ctx, who, telling("PHONE", phone), tokenFor(t, service, string(who), vault.Set))
		must(t, err)
	}
	confirm("13800138000", *now, "13800138000 verified")
	confirm("13900139000", now.Add(-time.Hour), "13800138000 verified") // an old one, late
	tell("13800138000")
	confirm("13900139000", now.Add(-2*time.Hour), "13800138000 verified") // told again, it is as verified as it was
	tell("13900139000")
	confirm("13800138000", now.Add(-time.Minute), "13900139000")
	confirm("13900139000", now.Add(-time.Minute), "13900139000 verified") // of before it was told, of the same one
	tell("13700137000")
	confirm("13900139000", now.Add(-time.Minute), "13700137000")
	tell("13900139000")
	confirm("13900139000", *now, "13900139000 verified")
	if err := service.Confirm(ctx, who, "none", *now); !fault.Is(err, fault.BadInput) {
		t.Errorf("what is no phone: %v", err)
	}
	nobody := member.ID(name("nobody"))
	must(t, service.Confirm(ctx, nobody, "13800138000", *now))
	h := load(t, ctx, s.Accounts, who)
	h.Profile.ClosedAt = *now
	must(t, s.Accounts.SaveProfile(ctx, h.Profile))
	must(t, service.Confirm(ctx, who, "13700137000", now.Add(time.Hour)))
	if all, err := service.Of(ctx, who); err != nil || plain(all)[vault.Phone] != "13900139000 verified" {
		t.Errorf("after the account was closed: %v, %v", plain(all), err)
	}
	if i, err := s.Vault.Of(ctx, nobody); err != nil || i.Version != 0 {
		t.Errorf("of nobody there is %+v, %v", i, err)
	}
}
