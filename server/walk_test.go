package main

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

// walk is one member's year on one engine, line by line: what happens, and what the member's page shows then.
type walk struct {
	*year
	who  string
	last string // when the last thing happened, as the member's clock has it
	page []string
	has  map[string]string // what the page showed last: benefits and coupons, with how many
}

// stage is one line of a year: a local time, what happens then (nothing but that time passes, if it is nil), and what has
// changed on the page. "" asks for nothing.
type stage struct {
	at    string
	what  func(w *walk)
	shows string
}

// walks leads members through their years on both engines. Each line must show what it promises, and both engines must
// show the same pages, whole.
func walks(t *testing.T, n *renewed, lives map[string][]stage) {
	pages := map[string]map[string][]string{} // by engine and member
	n.begin(t)
	years(t, n.dir, func(y *year) {
		defer n.begin(t) // for the other engine
		mine := map[string][]string{}
		for _, who := range slices.Sorted(maps.Keys(lives)) {
			w := &walk{year: y, who: who}
			for _, s := range lives[who] {
				if s.what == nil {
					s.what = passes
				}
				w.last = s.at
				s.what(w)
				page := w.shows()
				if s.shows != "" && page != s.shows {
					y.t.Errorf("%s, %s:\n got %s\nwant %s", who, s.at, page, s.shows)
				}
			}
			mine[who] = w.page
		}
		pages[lastName(y.t.Name())] = mine
	})
	if len(pages) == 2 && !t.Failed() {
		if diff := gocmp.Diff(pages["embedded"], pages["servers"]); diff != "" {
			t.Errorf("the engines differ (-embedded +servers):\n%s", diff)
		}
	}
}

func lastName(name string) string { return name[strings.LastIndex(name, "/")+1:] }

// passes lets time pass: something is told that counts for nothing.
func passes(w *walk) { w.lives(w.who, looks(w.last)) }

// told tells things at the line's own time. The page is then a minute later's: the ledger has what followed from a telling
// when the next one counts.
func told(all ...happens) func(*walk) {
	return func(w *walk) {
		for i := range all {
			all[i].at = cmp.Or(all[i].at, w.last)
		}
		w.lives(w.who, all...)
		w.last = minutes(w.last, 1)
		passes(w)
	}
}

// minutes is a local time so many minutes later.
func minutes(at string, n int) string {
	const layout = "2006-01-02 15:04"
	t, err := time.Parse(layout, at)
	if err != nil {
		panic(err)
	}
	return t.Add(time.Duration(n) * time.Minute).Format(layout)
}

// pays tells of an order of so many yuan, online or in a store.
func pays(channel string, yuan int) func(*walk) {
	return func(w *walk) {
		h := buys(w.last, yuan)
		h.data["channel"] = channel
		told(h)(w)
	}
}

// does sends a mutation with its input, and wants it done, or refused with a code.
func does(mutation, typ, refusal string, pairs ...any) func(*walk) {
	return func(w *walk) {
		w.t.Helper()
		passes(w)
		r := ask(w.t, w.g.url, question{who: w.who, variables: input(pairs...),
			query: fmt.Sprintf(`mutation($input: %s!) {%s(input: $input) {userErrors{code message}}}`, typ, mutation)})
		if got := r.refusal(w.t, mutation); got != refusal {
			w.t.Errorf("%s, %s, %s: refused with %q, want %q: %s", w.who, w.last, mutation, got, refusal, r.text)
		}
	}
}

// once is does with an idempotency key of its own.
func once(mutation, typ, refusal string, pairs ...any) func(*walk) {
	return func(w *walk) {
		w.count++
		does(mutation, typ, refusal, append(slices.Clone(pairs), "idempotencyKey", fmt.Sprintf("walk%d", w.count))...)(w)
	}
}

// uses uses a benefit.
func uses(code, refusal string, pairs ...any) func(*walk) {
	return func(w *walk) {
		once("benefitUse", "BenefitUseInput", refusal, append([]any{"benefitId", globalID("Benefit", code)}, pairs...)...)(w)
	}
}

// claims takes coupons of a benefit's quota.
func claims(code, refusal string, count int) func(*walk) {
	return func(w *walk) {
		once("couponClaim", "CouponClaimInput", refusal, "benefitId", globalID("Benefit", code), "count", count)(w)
	}
}

// times does a thing so many times.
func times(n int, what func(*walk)) func(*walk) {
	return func(w *walk) {
		for range n {
			what(w)
		}
	}
}

// shows is what has changed on the member's page, in one line, and keeps the page: the tier held, the coins to spend, and
// each benefit and coupon that came (+), went (-) or is there in another number.
func (w *walk) shows() string {
	w.t.Helper()
	r := good(w.t, w.g.url, question{query: lifePage, who: w.who})
	me := r.value(w.t)["me"].(map[string]any)
	has := map[string]string{}
	for _, n := range nodes(me, "benefits") {
		has[fmt.Sprint(n["code"])] = ""
		if left := n["remaining"]; left != nil {
			has[fmt.Sprint(n["code"])] = fmt.Sprint("=", left)
		}
	}
	for _, n := range nodes(me, "coupons") {
		had := 0
		_, _ = fmt.Sscanf(has[fmt.Sprint("coupon:", n["templateCode"])], "=%d", &had)
		has[fmt.Sprint("coupon:", n["templateCode"])] = fmt.Sprint("=", had+1)
	}
	parts := []string{fmt.Sprint(r.at(w.t, "me", "tier", "current", "code"), " ", r.at(w.t, "me", "wallet", "balance", "available"))}
	for _, code := range slices.Sorted(maps.Keys(has)) {
		switch before, had := w.has[code]; {
		case !had:
			parts = append(parts, "+"+code+has[code])
		case before != has[code]:
			parts = append(parts, code+has[code])
		}
	}
	for _, code := range slices.Sorted(maps.Keys(w.has)) {
		if _, still := has[code]; !still {
			parts = append(parts, "-"+code)
		}
	}
	w.has = has
	w.page = append(w.page, w.last+" "+r.text)
	return strings.Join(parts, " ")
}

func nodes(of map[string]any, field string) []map[string]any {
	var out []map[string]any
	for _, n := range of[field].(map[string]any)["nodes"].([]any) {
		out = append(out, n.(map[string]any))
	}
	return out
}

const lifePage = `{me{tier{current{code} state} wallet{balance{available lifetimeEarned}} benefits(first: 50){nodes{code title terms version remaining resetsAt}}
	coupons(first: 50){nodes{templateCode state title terms version validUntil valueFen percent minOrderFen}}}}`

// renewed is a folder with a preset, and what it becomes from the first of July 2026 on, without a restart: the same with
// some texts in another's place, each of which stands in it once.
type renewed struct {
	dir    string
	preset string
	text   string
	swaps  []string
}

func renew(t *testing.T, preset string, swaps ...string) *renewed {
	t.Helper()
	text, err := os.ReadFile("../programmes/" + preset + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	return &renewed{dir: t.TempDir(), preset: preset, text: string(text), swaps: swaps}
}

const renewal = "2026-07-01T00:00:00+08:00"

// begin puts the preset alone into the folder.
func (n *renewed) begin(t *testing.T) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(n.dir, "b.yaml")); err != nil {
		t.Fatal(err)
	}
	n.write(t, "a.yaml", n.text)
}

// change writes both versions and waits until the gateway follows.
func (n *renewed) change(y *year) {
	y.t.Helper()
	old := swap(y.t, n.text, "\neffectiveFrom: ", "\neffectiveTo: "+renewal+"\neffectiveFrom: ")
	next := n.text
	for i := 0; i < len(n.swaps); i += 2 {
		next = swap(y.t, next, n.swaps[i], n.swaps[i+1])
	}
	next = swap(y.t, next, "\nversion: \"2026.1\"", "\nversion: \"2026.2\"")
	from := strings.Index(next, "\neffectiveFrom: ")
	next = next[:from] + "\neffectiveFrom: " + renewal + next[from+1+strings.Index(next[from+1:], "\n"):]
	n.write(y.t, "b.yaml", next)
	n.write(y.t, "a.yaml", old)
	awaiting(y.t, "the renewed "+n.preset, func() bool {
		r := good(y.t, y.g.url, question{query: `{programme{version}}`, header: map[string]string{"X-Debug-Now": renewal}})
		return r.at(y.t, "programme", "version") == "2026.2"
	})
}

func (n *renewed) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(n.dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func swap(t *testing.T, text, old, new string) string {
	t.Helper()
	if n := strings.Count(text, old); n != 1 {
		t.Fatalf("%q stands in the programme %d times; wanted once", old, n)
	}
	return strings.Replace(text, old, new, 1)
}

// orders tells of several orders of so many yuan each, a minute after another, the last one at the line's time.
func orders(n, yuan int) func(*walk) {
	return func(w *walk) {
		var all []happens
		for i := range n {
			all = append(all, buys(minutes(w.last, i+1-n), yuan))
		}
		told(all...)(w)
	}
}

// renews changes the programme while the gateway runs, unless it was changed before.
func renews(n *renewed) func(*walk) {
	return func(w *walk) {
		if _, err := os.Stat(filepath.Join(n.dir, "b.yaml")); err != nil {
			n.change(w.year)
		}
		passes(w)
	}
}

// agrees decides on a purpose.
func agrees(purpose string, yes bool) func(*walk) {
	return func(w *walk) {
		w.t.Helper()
		passes(w)
		r := ask(w.t, w.g.url, question{who: w.who, variables: input("purpose", purpose, "granted", yes, "policyVersion", "2026-01"),
			query: `mutation($input: ConsentSetInput!) {consentSet(input: $input) {userErrors{code message}}}`})
		if got := r.refusal(w.t, "consentSet"); got != "" {
			w.t.Errorf("%s, %s: the consent is refused: %s", w.who, w.last, r.text)
		}
	}
}

// named tells which segments another system puts the member in.
func named(segments ...string) func(*walk) {
	return told(happens{"", "member.segmented", map[string]any{"segments": segments}})
}
