package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/benefit"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// tea is a benefit of a test, in a programme's own words.
func tea(code, version, state, from, quota string) string {
	return strings.NewReplacer("CODE", code, "VERSION", version, "STATE", state, "FROM", from, "QUOTA", quota).Replace(`  - code: CODE
    version: "VERSION"
    kind: GIFT
    layer: BASIC
    category: STORE
    titles: {zh-CN: 一杯茶, zh-TW: 一杯茶, en: A cup of tea}
    terms: {zh-CN: 每年QUOTA次, zh-TW: 每年QUOTA次, en: QUOTA times a year}
    owner: store-operations
    eligibility: {minTier: REGISTERED}
    quota: {count: QUOTA, per: YEAR}
    validFrom: FROMT00:00:00+08:00
    state: STATE
`)
}

// writeBenefits writes the default programme with more benefits.
func writeBenefits(t *testing.T, path string, more ...string) {
	t.Helper()
	text, err := os.ReadFile("../programmes/retail-5.yaml")
	if err != nil {
		t.Fatal(err)
	}
	with := strings.Replace(string(text), "\nbenefits:\n", "\nbenefits:\n"+strings.Join(more, ""), 1)
	if err := os.WriteFile(path, []byte(with), 0o600); err != nil {
		t.Fatal(err)
	}
}

// putDrinker puts a member into empty stores who has used WELCOME twice in 2026.
func putDrinker(pairs []string, source string) error {
	s, err := readSettings(env(pairs...))
	if err != nil {
		return err
	}
	st, err := openStores(context.Background(), s, true, discard())
	if err != nil {
		return err
	}
	rules, err := programme.Keep(source)
	if err == nil {
		err = st.accounts.Create(context.Background(), account.Open(rules, member.Profile{ID: "one", JoinedAt: time.Unix(1_700_000_000, 0).UTC()}))
	}
	if err == nil {
		err = st.usages.Save(context.Background(), benefit.Usage{Member: "one",
			Counts: []benefit.Count{{Benefit: "WELCOME", Window: "2026", Used: 2, Last: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}}})
	}
	return errors.Join(err, st.close())
}

// A benefit is added, raised from a day on, and retired in the middle of the year while the gateway serves; what was used
// before counts as it did, and a file that is wrong changes nothing.
func TestBenefitsChangeInTheMiddleOfTheYearWithoutARestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "shop.yaml")
	welcome, old := tea("WELCOME", "1", "LIVE", "2026-01-01", "3"), tea("OLD", "1", "LIVE", "2026-01-01", "2")
	writeBenefits(t, file, welcome, old)
	pairs := []string{"DATA_DIR", t.TempDir(), "SANDBOX", "on", "JWT_HS256_SECRET", testSecret, "PROGRAMME", file}
	if err := putDrinker(pairs, file); err != nil {
		t.Fatal(err)
	}
	g, err := openGateway(pairs...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := g.close(); err != nil {
			t.Error(err)
		}
	}()
	shown := func(at string) map[string][]any {
		r := good(t, g.url, question{who: "one", at: at + "T12:00:00+08:00", query: `{me{
			benefits(first: 50){nodes{code version state remaining quota{count per unlimited}}}
			lockedBenefits(first: 50){nodes{benefit{code version} from missing{code from}}}}}`})
		out := map[string][]any{}
		nodes, _ := r.at(t, "me", "benefits", "nodes").([]any)
		for _, n := range nodes {
			b := n.(map[string]any)
			out[b["code"].(string)] = []any{b["version"], b["state"], b["remaining"], b["quota"].(map[string]any)["count"]}
		}
		locked, _ := r.at(t, "me", "lockedBenefits", "nodes").([]any)
		for _, n := range locked {
			l := n.(map[string]any)
			out["locked "+l["benefit"].(map[string]any)["code"].(string)] = []any{l["from"]}
		}
		return out
	}
	is := func(when, at, code string, want ...any) {
		t.Helper()
		got := shown(at)[code]
		if len(got) != len(want) {
			t.Errorf("%s, at %s: %s is %v, want %v", when, at, code, got, want)
			return
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s, at %s: %s is %v, want %v", when, at, code, got, want)
			}
		}
	}
	is("at first", "2026-07-08", "WELCOME", "1", "LIVE", 1.0, 3.0)
	is("at first", "2026-07-08", "OLD", "1", "LIVE", 2.0, 2.0)
	is("at first", "2026-07-08", "NEW")

	writeBenefits(t, file, welcome, tea("WELCOME", "2", "LIVE", "2026-07-01", "5"),
		tea("OLD", "1", "RETIRED", "2026-01-01", "2"), tea("NEW", "1", "LIVE", "2026-01-01", "2"), tea("SOON", "1", "LIVE", "2026-09-01", "2"))
	awaiting(t, "the changed programme", func() bool { return shown("2026-07-08")["NEW"] != nil })
	is("changed", "2026-06-30", "WELCOME", "1", "LIVE", 1.0, 3.0) // the new version begins in July
	is("changed", "2026-07-08", "WELCOME", "2", "LIVE", 3.0, 5.0) // 2 of 5 were used before it came
	is("changed", "2026-07-08", "OLD")
	is("changed", "2026-07-08", "NEW", "1", "LIVE", 2.0, 2.0)
	is("changed", "2026-07-08", "SOON")
	is("changed", "2026-07-08", "locked SOON", "2026-08-31T16:00:00Z")
	is("changed", "2026-09-01", "SOON", "1", "LIVE", 2.0, 2.0)

	writeBenefits(t, file, strings.Replace(welcome, "minTier: REGISTERED", "minTier: KING", 1))
	awaiting(t, "the refusal", func() bool { return strings.Contains(g.log.String(), `benefits[0].eligibility.minTier is \"KING\"`) })
	is("refused", "2026-07-08", "WELCOME", "2", "LIVE", 3.0, 5.0)
}
