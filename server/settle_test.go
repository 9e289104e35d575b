package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"membergate/internal/account"
	"membergate/internal/programme"
)

// census counts the members of a data directory as of a time, and how many of them still have something due by it.
func census(t *testing.T, dir string, at time.Time) (account.Census, int) {
	t.Helper()
	s, err := readSettings(env("DATA_DIR", dir))
	if err != nil {
		t.Fatal(err)
	}
	st, err := openStores(t.Context(), s, true, discard())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := st.close(); err != nil {
			t.Error(err)
		}
	}()
	rules, err := programme.Keep(s.Programme)
	if err != nil {
		t.Fatal(err)
	}
	c, err := account.Count(t.Context(), st.accounts, st.ledger, rules, at, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	due, err := st.accounts.CountDue(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	return c, due
}

// A settlement that is killed again and again ends as one that is not, and a repetition does nothing.
func TestASettlementMayBeKilledAnywhere(t *testing.T) {
	const when = "2012-01-01T00:00:00+08:00"
	at, err := time.Parse(time.RFC3339, when)
	if err != nil {
		t.Fatal(err)
	}
	plain, dir := filled(t), filled(t)
	want, due := census(t, plain, at)
	if due != want.Members || want.Protected == 0 {
		t.Fatalf("of %d members %d are due, and %d would be protected: the sample does not try this", want.Members, due, want.Protected)
	}
	pairs := []string{"DATA_DIR", dir}
	killed := 0
	for pause := 60 * time.Millisecond; pause < 400*time.Millisecond; pause += 40 * time.Millisecond {
		c, err := prepare(pairs, "settle", "--at", when)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		ctx, end := context.WithTimeout(t.Context(), pause)
		context.AfterFunc(ctx, func() { _ = c.Process.Kill() })
		if c.Wait() != nil {
			killed++
		}
		end()
	}
	if killed == 0 {
		t.Error("no settlement was killed")
	}
	if _, log, code := perform(pairs, "settle", "--at", when); code != 0 {
		t.Fatalf("the last settlement ends with %d:\n%s", code, log)
	}
	out, log, code := perform(pairs, "settle", "--at", when)
	if code != 0 || !strings.Contains(out, "members looked at") || !strings.Contains(out, "  0\n") {
		t.Errorf("a repetition ends with %d:\n%s%s", code, out, log)
	}
	got, due := census(t, dir, at)
	if d := cmp.Diff(want, got); d != "" || due != 0 {
		t.Errorf("%d are still due (-want +got):\n%s", due, d)
	}
}

func TestASettlementRefusesWhatItCannotDo(t *testing.T) {
	for at, want := range map[string]string{
		"soon":                      `--at is "soon"; allowed is a time as RFC 3339`,
		"2026-10-01":                `--at is "2026-10-01"; allowed is a time as RFC 3339`,
		"2026-10-01T00:00:00+25:00": `--at is "2026-10-01T00:00:00+25:00"; allowed is a time as RFC 3339`,
	} {
		if _, log, code := command(t, "settle --at "+at, "DATA_DIR", t.TempDir()); code != 1 || !strings.HasPrefix(log, "Error: "+want) {
			t.Errorf("%s: code %d, %s", at, code, log)
		}
	}
}

// With each member's clock at the newest event, settling moves all clocks on, and what is read moves with them.
func TestASettlementMovesTheClocksOfEvents(t *testing.T) {
	dir := filled(t)
	pairs := []string{"DATA_DIR", dir, "SANDBOX", "on", "SANDBOX_CLOCK", "events", "JWT_HS256_SECRET", testSecret}
	const when = "2012-04-01T00:00:00+08:00"
	if _, log, code := perform(pairs, "settle", "--at", when); code != 0 {
		t.Fatalf("the settlement ends with %d:\n%s", code, log)
	}
	p := launch(t, pairs...)
	for _, who := range []string{owner, child, single} {
		r := ask(t, p.url, question{query: "{me{tier{state growth{total windowEnd} forecast{asOf}}}}", who: who})
		if !strings.Contains(r.text, `"windowEnd":"2012-03-31T16:00:00Z"`) || !strings.Contains(r.text, `"asOf":"2012-03-31T16:00:00Z"`) {
			t.Errorf("%s reads %s", who, r.text)
		}
	}
}
