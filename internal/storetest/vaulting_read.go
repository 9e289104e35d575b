package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/vault"
	"membergate/internal/wallet"
)

var (
	anna  = vault.Staff{ID: "anna", Roles: []string{"service"}}
	dora  = vault.Staff{ID: "dora", Roles: []string{"dpo"}}
	lars  = vault.Staff{ID: "lars", Roles: []string{"legal"}}
	bella = vault.Staff{ID: "bella", Roles: []string{"dpo", "legal"}}
)

func askFor(who member.ID, fields ...string) vault.Ask {
	return vault.Ask{Key: name("key"), Member: who, Fields: fields, Purpose: "DELIVERY", Reason: "The parcel came back."}
}

func readIdentity(t *testing.T, ctx context.Context, s Safe) {
	service, now, who := strongroom(t, ctx, s)
	var uses []string
	down := true
	service.Used = func(_ context.Context, a vault.Application, role string, at time.Time) error {
		if down {
			return errKilled
		}
		uses = append(uses, fmt.Sprint(a.ID, " ", a.Fields, " ", role, " ", at.Equal(*now)))
		return nil
	}
	_, err := service.Tell(ctx, who, telling(whoIAm...), tokenFor(t, service, string(who), vault.Set))
	must(t, err)
	ask := askFor(who, "ADDRESS", "NAME")
	a, replayed, err := service.Apply(ctx, ask, anna)
	must(t, err)
	again, twice, err := service.Apply(ctx, ask, anna)
	must(t, err)
	if replayed || !twice || again.ID != a.ID || a.StateAt(*now) != vault.Pending || a.Reason == ask.Reason || service.Reason(a) != ask.Reason ||
		!a.DecideBy.Equal(now.Add(72*time.Hour)) || !a.Keep.Equal(now.AddDate(7, 0, 0)) || a.Role != "service" {
		t.Errorf("the application is %+v", a)
	}
	if a.MayAnswer("anna", []string{"dpo"}, *now) != "" || a.MayAnswer("bella", bella.Roles, *now) != "dpo" || a.MayAnswer("lars", lars.Roles, *now) != "legal" {
		t.Error("who may answer is wrong")
	}
	for _, by := range []vault.Staff{bella, bella, lars, lars} { // bella is of both, and counts as the first; said again nothing changes
		*now = now.Add(time.Minute)
		a, err = service.Decide(ctx, a.ID, true, by)
		must(t, err)
	}
	if len(a.Deeds) != 2 || a.Deeds[0].Role != "dpo" || a.Deeds[1].Role != "legal" || a.StateAt(*now) != vault.Approved {
		t.Fatalf("answered it is %+v", a)
	}
	if _, got, err := service.Read(ctx, a.ID, tokenFor(t, service, "anna", vault.Reading), anna); !errors.Is(err, errKilled) || got != nil {
		t.Errorf("with nobody to tell of it, %v is read, %v", got, err)
	}
	down = false
	a, got, err := service.Read(ctx, a.ID, tokenFor(t, service, "anna", vault.Reading), anna)
	must(t, err)
	same(t, "what is read", plain(got), map[vault.Kind]string{"NAME": "王小明", "ADDRESS": "上海市静安区南京西路1号"})
	if _, _, err := service.Read(ctx, a.ID, tokenFor(t, service, "anna", vault.Reading), anna); !refused(err, vault.AlreadyRead) {
		t.Errorf("read again: %v", err)
	}
	list, err := s.Vault.ReadOf(ctx, who, vault.Place{}, 9)
	must(t, err)
	if len(list) != 1 || len(list[0].Deeds) != 3 || !list[0].ReadAt().Equal(*now) || len(uses) != 1 || uses[0] != a.ID+" [NAME ADDRESS] service true" {
		t.Errorf("written down is %+v, told %+v", list, uses)
	}
}

func refusedApplications(t *testing.T, ctx context.Context, s Safe) {
	service, _, who := strongroom(t, ctx, s)
	for _, c := range []struct {
		want   string
		change func(*vault.Ask)
	}{
		{vault.UnknownField, func(a *vault.Ask) { a.Fields = []string{"SHOE_SIZE"} }},
		{vault.UnknownField, func(a *vault.Ask) { a.Fields = nil }},
		{vault.UnknownPurpose, func(a *vault.Ask) { a.Purpose = "CURIOSITY" }},
		{vault.Unknown, func(a *vault.Ask) { a.Member = "nobody" }},
		{vault.OwnIdentity, func(a *vault.Ask) { a.Member = "anna" }},
	} {
		ask := askFor(who, "NAME")
		c.change(&ask)
		if _, _, err := service.Apply(ctx, ask, anna); !refused(err, c.want) {
			t.Errorf("%+v: %v, want %s", ask, err, c.want)
		}
	}
	for field, change := range map[string]func(*vault.Ask){"reason": func(a *vault.Ask) { a.Reason = "" }, "idempotencyKey": func(a *vault.Ask) { a.Key = "" }} {
		ask := askFor(who, "NAME")
		change(&ask)
		var f *fault.Fault
		if _, _, err := service.Apply(ctx, ask, anna); !errors.As(err, &f) || f.Field != field {
			t.Errorf("without %s: %v", field, err)
		}
	}
	ask := askFor(who, "NAME")
	ids := map[string]bool{}
	for _, err := range together(16, func(int) error { _, _, err := service.Apply(ctx, ask, anna); return err }) {
		must(t, err)
	}
	a, _, err := service.Apply(ctx, ask, anna)
	must(t, err)
	ids[a.ID] = true
	ask.Fields = []string{"PHONE"}
	if _, _, err := service.Apply(ctx, ask, anna); !refused(err, wallet.KeyReused) {
		t.Errorf("one key for two things: %v", err)
	}
	if a, _, err = service.Apply(ctx, ask, dora); err != nil || ids[a.ID] {
		t.Errorf("the same key of somebody else: %v", err)
	}
}

func refusedReadings(t *testing.T, ctx context.Context, s Safe) {
	service, now, who := strongroom(t, ctx, s)
	start := *now
	made := func(yes ...vault.Staff) string {
		t.Helper()
		a, _, err := service.Apply(ctx, askFor(who, "NAME"), anna)
		must(t, err)
		for _, by := range yes {
			_, err = service.Decide(ctx, a.ID, true, by)
			must(t, err)
		}
		return a.ID
	}
	answer := func(what, id string, yes bool, by vault.Staff, want string) {
		t.Helper()
		if _, err := service.Decide(ctx, id, yes, by); !refused(err, want) {
			t.Errorf("%s: %v, want %s", what, err, want)
		}
	}
	read := func(what, id string, by vault.Staff, token, want string) {
		t.Helper()
		if _, _, err := service.Read(ctx, id, token, by); !refused(err, want) {
			t.Errorf("%s: %v, want %s", what, err, want)
		}
	}
	fresh := func() string { return tokenFor(t, service, "anna", vault.Reading) }
	open, half, whole := made(), made(dora), made(dora, lars)
	answer("nothing", name("nothing"), true, dora, vault.Unknown)
	answer("the applicant", open, true, vault.Staff{ID: "anna", Roles: []string{"service", "dpo"}}, vault.OwnApplication)
	answer("the member", open, true, vault.Staff{ID: string(who), Roles: []string{"dpo"}}, vault.OwnIdentity)
	answer("a second dpo", half, true, vault.Staff{ID: "dick", Roles: []string{"dpo"}}, vault.RoleAnswered)
	answer("dora changes her mind", half, false, dora, vault.Decided)
	answer("bella, too late for a no", whole, false, bella, vault.Decided)
	read("nothing", name("nothing"), anna, fresh(), vault.Unknown)
	read("of somebody else", whole, dora, tokenFor(t, service, "dora", vault.Reading), vault.Unknown)
	read("without a yes", open, anna, fresh(), vault.NotApproved)
	read("with one yes", half, anna, fresh(), vault.NotApproved)
	read("with a token for telling", whole, anna, tokenFor(t, service, "anna", vault.Set), vault.TokenUnknown)
	*now = start.Add(30 * time.Minute)
	read("half an hour later", whole, anna, fresh(), vault.ReadLate)
	no := made(dora)
	_, err := service.Decide(ctx, no, false, vault.Staff{ID: "dick", Roles: []string{"dpo"}}) // any of them may say no
	must(t, err)
	answer("a yes after a no", no, true, lars, vault.Decided)
	read("after a no", no, anna, fresh(), vault.NotApproved)
	*now = start.Add(72 * time.Hour)
	answer("three days later", open, true, dora, vault.Late)
	read("that nobody answered", open, anna, fresh(), vault.NotApproved)
}

func answerAtOnce(t *testing.T, ctx context.Context, s Safe) {
	service, now, who := strongroom(t, ctx, s)
	a, _, err := service.Apply(ctx, askFor(who, "NAME"), anna)
	must(t, err)
	for _, err := range together(24, func(i int) error {
		role := []string{"dpo", "legal"}[i%2]
		_, err := service.Decide(ctx, a.ID, true, vault.Staff{ID: fmt.Sprint(role, i), Roles: []string{role}})
		if refused(err, vault.RoleAnswered) || refused(err, vault.Decided) {
			return nil
		}
		return err
	}) {
		must(t, err)
	}
	a, _, err = s.Vault.ByID(ctx, a.ID)
	must(t, err)
	if len(a.Deeds) != 2 || a.Deeds[0].Role == a.Deeds[1].Role || a.Deeds[0].By == a.Deeds[1].By || a.StateAt(*now) != vault.Approved {
		t.Errorf("answered it is %+v", a)
	}
}

func readAtOnce(t *testing.T, ctx context.Context, s Safe) {
	service, _, who := strongroom(t, ctx, s)
	a, _, err := service.Apply(ctx, askFor(who, "NAME"), anna)
	must(t, err)
	for _, by := range []vault.Staff{dora, lars} {
		_, err = service.Decide(ctx, a.ID, true, by)
		must(t, err)
	}
	tokens := make([]string, 50)
	for i := range tokens {
		tokens[i] = tokenFor(t, service, "anna", vault.Reading)
	}
	onlyWinner(t, together(len(tokens), func(i int) error {
		_, _, err := service.Read(ctx, a.ID, tokens[i], anna)
		if refused(err, vault.AlreadyRead) {
			return vault.ErrStale
		}
		return err
	}), vault.ErrStale)
	if a, _, err = s.Vault.ByID(ctx, a.ID); err != nil || len(a.Deeds) != 3 {
		t.Errorf("written down is %+v, %v", a, err)
	}
}

func audited(t *testing.T, ctx context.Context, s Safe) {
	service, now, who := strongroom(t, ctx, s)
	_, err := service.Tell(ctx, who, telling("NAME", "王小明"), tokenFor(t, service, string(who), vault.Set))
	must(t, err)
	const readings = 200
	for i := range readings {
		*now = now.Add(time.Second)
		a, _, err := service.Apply(ctx, askFor(who, "NAME"), vault.Staff{ID: fmt.Sprint("staff ", i%7), Roles: []string{"operations"}})
		must(t, err)
		for _, by := range []vault.Staff{lars, dora} {
			_, err = service.Decide(ctx, a.ID, true, by)
			must(t, err)
		}
		_, got, err := service.Read(ctx, a.ID, tokenFor(t, service, a.By, vault.Reading), vault.Staff{ID: a.By, Roles: []string{"operations"}})
		if must(t, err); len(got) != 1 {
			t.Fatalf("read is %v", got)
		}
	}
	list, err := s.Vault.ReadOf(ctx, who, vault.Place{}, 2*readings)
	must(t, err)
	for _, a := range list {
		if len(a.Deeds) != 3 || a.Deeds[2].By != a.By || a.Purpose != "DELIVERY" || service.Reason(a) == "" {
			t.Errorf("written down is %+v", a)
		}
	}
	if len(list) != readings {
		t.Errorf("of %d readings %d are written down", readings, len(list))
	}
}
