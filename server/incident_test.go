package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"membergate/internal/account"
	"membergate/internal/incident"
	"membergate/internal/member"
	"membergate/internal/notice"
	"membergate/internal/programme"
)

const someIncident = `id: mail-1
titles: {zh-CN: 邮件泄露, zh-TW: 郵件外洩, en: Mail was read}
happened: {zh-CN: 有人读了邮件。, zh-TW: 有人讀了郵件。, en: Somebody read mail.}
remedies: {zh-CN: 已更换密码。, zh-TW: 已更換密碼。, en: Passwords were changed.}
advice: {zh-CN: 请更换密码。, zh-TW: 請更換密碼。, en: Change yours.}
contact: privacy@example.com
categories: [PURCHASES, CONTACT]
`

// operator runs commands on the stores of a shop.
func (f *forgetful) operator() (*program, *bytes.Buffer) {
	out := &bytes.Buffer{}
	return &program{out: out, log: &bytes.Buffer{}, now: time.Now}, out
}

const incidentsQuery = `query($f: Int, $a: String) { me { privacy { incidents(first: $f, after: $a) { nodes { id code title happened remedies advice contact dataCategories detectedAt noticedAt notifyBy } pageInfo { hasNextPage endCursor } } } } }`

// warned is the service that workers run.
func (f *forgetful) warned() *incident.Service {
	return f.st.incidentService(f.rules, f.st.noticeService(f.rules, func(notice.View) time.Time { return time.Now() }))
}

// Whom an incident concerns sees it at once and is told once, wherever whoever tells is killed, whatever was switched off;
// nobody else is.
func TestMembersAreToldOfAnIncidentOnceAndWithinItsHours(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		f := newForgetful(t, s, st)
		off := notice.Settings{Member: forgetter, Switches: []notice.Switch{{Kind: "DATA_INCIDENT"}}}
		if err := st.notices.SaveSettings(t.Context(), off); err != nil {
			t.Fatal(err)
		}
		p, out := f.operator()
		file, ids := write(t, "incident.yaml", someIncident), write(t, "ids.txt", string(forgetter)+"\n")
		for range 2 {
			if err := p.declare(t.Context(), st, f.rules, file, ids); err != nil {
				t.Fatal(err)
			}
		}
		if !strings.HasPrefix(out.String(), "incident mail-1 concerns 1 members") {
			t.Errorf("the command says %q", out)
		}
		r := good(t, f.g.url, question{query: incidentsQuery, who: string(forgetter)})
		seen := r.at(t, "me", "privacy", "incidents", "nodes", 0).(map[string]any)
		noticed, _ := time.Parse(time.RFC3339, seen["noticedAt"].(string))
		by, _ := time.Parse(time.RFC3339, seen["notifyBy"].(string))
		if seen["code"] != "mail-1" || seen["title"] != "Mail was read" || seen["happened"] != "Somebody read mail." || seen["remedies"] != "Passwords were changed." || seen["advice"] != "Change yours." ||
			seen["contact"] != "privacy@example.com" || jsonOf(seen["dataCategories"]) != `["PURCHASES","CONTACT"]` || by.Sub(noticed) != 72*time.Hour || time.Since(noticed) > time.Hour {
			t.Errorf("the member sees %s", r.text)
		}
		if r := good(t, f.g.url, question{query: incidentsQuery, who: string(rememberer)}); len(r.at(t, "me", "privacy", "incidents", "nodes").([]any)) > 0 {
			t.Errorf("somebody else sees %s", r.text)
		}
		for who, want := range map[string]bool{string(forgetter): true, string(rememberer): false, "": false} {
			r := good(t, f.g.url, question{query: `query($id: ID!) { node(id: $id) { id ... on DataIncident { code } } }`, who: who, variables: map[string]any{"id": seen["id"]}})
			if got := strings.Contains(r.text, "mail-1"); got != want {
				t.Errorf("by its id, %q is answered %s", who, r.text)
			}
		}
		service, deaths := f.warned(), 0
		for n := int64(1); ; n++ {
			ctx, end := cutAfter(t.Context(), n)
			b, err := service.Round(ctx, 9)
			end()
			if err == nil && b.Untold == 0 {
				break
			}
			if deaths++; deaths > 500 {
				t.Fatalf("nobody is ever told: %+v, %v", b, err)
			}
		}
		if deaths == 0 {
			t.Error("nothing was ever killed")
		}
		if b, err := service.Round(t.Context(), 9); err != nil || b.Found > 0 {
			t.Errorf("%+v, %v", b, err)
		}
		told := `{ me { notifications(first: 50) { nodes { kind title body } } } }`
		for who, want := range map[member.ID]int{forgetter: 1, rememberer: 0} {
			r := good(t, f.g.url, question{query: told, who: string(who)})
			if n := strings.Count(r.text, "DATA_INCIDENT"); n != want {
				t.Errorf("%s has %d notices, want %d: %s", who, n, want, r.text)
			}
		}
		f.listed(forgetter, "INCIDENT_NOTICE CONTACT NOTIFIER")
		out.Reset()
		if err := p.reportIncident(t.Context(), st, "mail-1"); err != nil {
			t.Fatal(err)
		}
		var said map[string]any
		if err := json.Unmarshal(out.Bytes(), &said); err != nil || said["members"] != 1.0 || said["told"] != 1.0 || said["overdue"] != 0.0 || said["contact"] != "privacy@example.com" {
			t.Errorf("the report is %s, %v", out, err)
		}
		for i := range 2 {
			again := strings.Replace(someIncident, "mail-1", fmt.Sprint("mail-", i+2), 1)
			if err := p.declare(t.Context(), st, f.rules, write(t, "again.yaml", again), ""); err != nil { // everybody
				t.Fatal(err)
			}
		}
		first := good(t, f.g.url, question{query: incidentsQuery, who: string(forgetter), variables: map[string]any{"f": 2}})
		end := first.at(t, "me", "privacy", "incidents", "pageInfo", "endCursor")
		second := good(t, f.g.url, question{query: incidentsQuery, who: string(forgetter), variables: map[string]any{"f": 2, "a": end}})
		if first.at(t, "me", "privacy", "incidents", "nodes", 0, "code") != "mail-3" || len(second.at(t, "me", "privacy", "incidents", "nodes").([]any)) != 1 {
			t.Errorf("pages are %s and %s", first.text, second.text)
		}
		for _, bad := range []question{{who: string(forgetter), variables: map[string]any{"f": 0}}, {who: string(forgetter), variables: map[string]any{"a": "x"}},
			{who: string(rememberer), variables: map[string]any{"a": end}}} {
			bad.query = incidentsQuery
			if r := ask(t, f.g.url, bad); len(r.Errors) != 1 || r.Errors[0].code() != "BAD_USER_INPUT" {
				t.Errorf("%v: %s", bad.variables, r.text)
			}
		}
	})
}

// Whoever was not told in time is counted for the alarm.
func TestMembersWhoWereNotToldInTimeAreCounted(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		f := newForgetful(t, s, st)
		p, _ := f.operator()
		late := someIncident + "noticedAt: " + time.Now().Add(-73*time.Hour).Format(time.RFC3339) + "\n"
		if err := p.declare(t.Context(), st, f.rules, write(t, "late.yaml", late), ""); err != nil {
			t.Fatal(err)
		}
		if err := p.declare(t.Context(), st, f.rules, write(t, "new.yaml", strings.Replace(someIncident, "mail-1", "mail-2", 1)), ""); err != nil {
			t.Fatal(err)
		}
		service, meter := f.warned(), newIncidentMeter()
		tells := service.Tell
		service.Tell = func(context.Context, incident.Incident, []member.ID) ([]member.ID, error) { return nil, nil }
		if _, err := warning(service, meter)()(t.Context()); err != nil {
			t.Fatal(err)
		}
		counted(t, meter, 4, 2)
		service.Tell = tells
		if b, err := warning(service, meter)()(t.Context()); err != nil || b.Done != 4 {
			t.Fatalf("%+v, %v", b, err)
		}
		counted(t, meter, 0, 0)
	})
}

// counted looks at the metrics of who waits.
func counted(t *testing.T, meter incidentMeter, untold, late int) {
	t.Helper()
	w := httptest.NewRecorder()
	adminHandler(newMeters(meter.untold, meter.late), nil, nil).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{fmt.Sprintf("membergate_incident_untold %d\n", untold), fmt.Sprintf("membergate_incident_overdue %d\n", late)} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the metrics do not say %s", want)
		}
	}
}

func TestAnIncidentThatCannotBeToldIsRefusedInOneSentence(t *testing.T) {
	st, rules := openedForTest(t)
	p := &program{out: &bytes.Buffer{}, log: &bytes.Buffer{}, now: func() time.Time { return time.Date(2026, 7, 6, 0, 0, 0, 0, time.UTC) }}
	if err := st.accounts.Create(t.Context(), account.Open(rules, member.Profile{ID: "ann"})); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, ids, want string }{
		{"id: mail-1", "id: mail 1", "ann", `id is "mail 1"; allowed are 1 to 40 letters, digits, _ and -`},
		{", en: Mail was read", "", "ann", "titles.en is missing; needed is a text in each of zh-CN, zh-TW, en"},
		{"Change yours.", strings.Repeat("a", 4001), "ann", "advice.en has 4001 characters; allowed are 4000"},
		{"contact: privacy@example.com", "", "ann", "contact has 0 characters; allowed are 1 to 200"},
		{"[PURCHASES, CONTACT]", "[]", "ann", "categories is empty; needed is at least one of RECOMMENDATIONS, "},
		{"CONTACT]", "SHOES]", "ann", `categories holds "SHOES"; allowed are RECOMMENDATIONS, `},
		{"id:", "noticedAt: 2026-07-07T00:00:00Z\nid:", "ann", "noticedAt 2026-07-07T00:00:00Z; allowed is first the one, then the other, and neither later than now"},
		{"id:", "noticedAt: yesterday\nid:", "ann", `noticedAt is "yesterday"; allowed is a time such as`},
		{"id:", "shoes: 1\nid:", "ann", "cannot be read as an incident: "},
		{"id", "id", "ann\nbob", `:2: no member has the id "bob"; nobody was listed`},
		{"id", "id", "", "the incident concerns nobody; needed is at least one member"},
	} {
		ids := write(t, "ids.txt", c.ids)
		err := p.declare(t.Context(), st, rules, write(t, "incident.yaml", strings.Replace(someIncident, c.old, c.new, 1)), ids)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, want %q", c.new, err, c.want)
		}
	}
	if err := p.declare(t.Context(), st, rules, write(t, "incident.yaml", someIncident), write(t, "ids.txt", "ann")); err != nil {
		t.Fatal(err)
	}
	other := strings.Replace(someIncident, "邮件泄露", "其他", 1)
	if err := p.declare(t.Context(), st, rules, write(t, "incident.yaml", other), write(t, "ids.txt", "ann")); err == nil || !strings.Contains(err.Error(), `id is "mail-1", which another incident has`) {
		t.Errorf("another one of its id: %v", err)
	}
	if err := p.reportIncident(t.Context(), st, "none"); err == nil || err.Error() != `there is no incident "none"` {
		t.Errorf("%v", err)
	}
	if n, err := st.incidents.Count(t.Context(), "mail-1", time.Now()); err != nil || n.Concerned != 1 {
		t.Errorf("listed are %+v, %v", n, err)
	}
}

// openedForTest opens embedded stores of a test's own.
func openedForTest(t *testing.T) (*stores, book) {
	t.Helper()
	dir := t.TempDir()
	st, err := openStores(t.Context(), Settings{DataDir: dir, RedisPrefix: "incident:", Partitions: 4}, true, discard())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.close() })
	rules, err := programme.Keep("retail-5")
	if err != nil {
		t.Fatal(err)
	}
	return st, rules
}

// 10,000 members are listed and told within a minute: all of them are where BENCH is set, else a tenth of them.
func TestTenThousandMembersAreToldWithinAMinute(t *testing.T) {
	crowdTold, within := 1_000, 20*time.Second // a busy machine may take three times as long
	if os.Getenv("BENCH") != "" {
		crowdTold, within = 10_000, time.Minute
	}
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		rules, err := programme.Keep("retail-5")
		if err != nil {
			t.Fatal(err)
		}
		if err := st.fill(func() error {
			group, ctx := errgroup.WithContext(t.Context())
			group.SetLimit(16)
			for i := range crowdTold {
				group.Go(func() error {
					return st.accounts.Create(ctx, account.Open(rules, member.Profile{ID: member.ID(fmt.Sprintf("m%05d", i)), JoinedAt: time.Now()}))
				})
			}
			return group.Wait()
		}); err != nil {
			t.Fatal(err)
		}
		f := &forgetful{t: t, st: st, rules: rules}
		p, _ := f.operator()
		began := time.Now()
		if err := p.declare(t.Context(), st, rules, write(t, "incident.yaml", someIncident), ""); err != nil {
			t.Fatal(err)
		}
		for service := f.warned(); ; {
			b, err := service.Round(t.Context(), dueAtOnce)
			if err != nil {
				t.Fatal(err)
			}
			if b.Untold == 0 {
				break
			}
		}
		took := time.Since(began)
		t.Logf("%d members were told within %s", crowdTold, took.Round(time.Millisecond))
		if took > within {
			t.Errorf("%d members were told within %s; allowed are %s", crowdTold, took, within)
		}
		n, err := st.incidents.Count(t.Context(), "mail-1", time.Now())
		if err != nil || n.Told != crowdTold {
			t.Errorf("%+v, %v", n, err)
		}
	})
}
