package edge_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"membergate/internal/edge"
)

func repeat(n int, each func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(each(i))
		b.WriteByte(' ')
	}
	return b.String()
}

// nested is a path of n levels: post, next …, and id at its end.
func nested(n int) string {
	return "post{" + strings.Repeat("next{", n-2) + "id" + strings.Repeat("}", n-1)
}

func alias(i int) string     { return fmt.Sprintf("a%d: hello", i) }
func operation(i int) string { return fmt.Sprintf("query Q%d{hello}", i) }
func fragment(i int) string {
	return fmt.Sprintf("fragment F%d on Post{id}", i)
}

// fragments is a document that uses n of them.
func fragments(n int) string {
	return "{post{" + repeat(n, func(i int) string { return fmt.Sprintf("...F%d", i) }) + "}}" + repeat(n, fragment)
}

// uses is a document that uses fragments n times in all, in five places.
func uses(n int) string {
	return "{post{" + repeat(5, func(i int) string { return strings.Repeat("...F ", n/5) + "next{" }) + strings.Repeat("...F ", n%5) + "id" + strings.Repeat("}", 7) + " fragment F on Post{id}"
}

func TestEachLimitHoldsAtItsEdge(t *testing.T) {
	d := open(t, nil)
	same := func(s string) func(int) string { return func(int) string { return s } }
	ids := func(n int) string { return `"` + strings.Repeat(`x","`, n-1) + `x"` }
	list := func(n int) map[string]any { return map[string]any{"i": map[string]any{"tags": make([]string, n)}} }
	deep := func(n int) map[string]any {
		v := map[string]any{"colour": "RED"} // two levels: the object and what is in it
		for range n - 2 {
			v = map[string]any{"inner": v}
		}
		return map[string]any{"i": v}
	}
	tokens := func(more int) string { // 992 and some
		return "{" + repeat(9, same("paint(input: {tags: ["+ids(99)+"]})")) + repeat(more, same("hello")) + "}"
	}
	const paint = "query($i: PaintInput){paint(input: $i)}"
	for name, c := range map[string]struct {
		at, over         string
		varsAt, varsOver map[string]any
		want             string
	}{
		"tokens":                 {tokens(8), tokens(9), nil, nil, "more than 1000 tokens"},
		"depth":                  {"{" + nested(10) + "}", "{" + nested(11) + "}", nil, nil, "more than 10 levels deep"},
		"depth through fragment": {"{post{...F}} fragment F on Post{next{" + nested(8)[5:] + "}", "{post{...F}} fragment F on Post{next{" + nested(10)[5:] + "}", nil, nil, "more than 10 levels deep"},
		"aliases":                {"{" + repeat(15, alias) + "}", "{" + repeat(16, alias) + "}", nil, nil, "more than 15 aliases"},
		"aliases by fragments":   {"{...F} fragment F on Query{" + repeat(15, alias) + "}", "{...F ...F} fragment F on Query{" + repeat(8, alias) + "}", nil, nil, "more than 15 aliases"},
		"aliases inline":         {"{...{" + repeat(15, alias) + "}}", "{...on Query{" + repeat(16, alias) + "}}", nil, nil, "more than 15 aliases"},
		"root fields":            {"{" + repeat(20, same("hello")) + "}", "{" + repeat(11, same("hello")) + repeat(10, same("number")) + "}", nil, nil, "more than 20 fields at its root"},
		"repeats":                {"{post{" + repeat(20, same("id")) + "}}", "{post{" + repeat(21, same("id")) + "}}", nil, nil, `"id" is selected more than 20 times`},
		"repeats inline":         {"{post{" + repeat(20, same("...{id}")) + "}}", "{post{" + repeat(21, same("...on Post{id}")) + "}}", nil, nil, `"id" is selected more than 20 times`},
		"directives":             {"{" + repeat(20, same("hello @include(if: true)")) + "}", "{" + repeat(10, same("hello @include(if: true)")) + repeat(11, same("...@skip(if: false){number}")) + "}", nil, nil, "more than 20"},
		"fragments":              {fragments(50), fragments(51), nil, nil, "has 51 fragments; at most 50"},
		"uses of fragments":      {uses(100), uses(101), nil, nil, "uses fragments more than 100 times"},
		"nested in line":         {"{post{" + strings.Repeat("...{", 5) + "id" + strings.Repeat("}", 5) + "}}", "{post{" + strings.Repeat("...{", 6) + "id" + strings.Repeat("}", 6) + "}}", nil, nil, "nest more than 5 levels deep in one place"},
		"literal list":           {"{nodes(ids: [" + ids(100) + "]){__typename}}", "{nodes(ids: [" + ids(101) + "]){__typename}}", nil, nil, "has 101 members; at most 100"},
		"list in a variable":     {paint, paint, list(100), list(101), "has 101 members; at most 100"},
		"depth of a variable":    {paint, paint, deep(10), deep(11), "nests more than 10 levels deep"},
		"cost":                   {"{posts(first: 50){nodes{comments(first: 49){nodes{id}} id}}}", "{posts(first: 50){nodes{comments(first: 50){nodes{id}} id}}}", nil, nil, "costs 5100; at most 5000"},
	} {
		t.Run(name, func(t *testing.T) {
			if a := d.ask(c.at, c.varsAt); len(a.Errors) > 0 {
				t.Errorf("at the limit: %s", a.Body)
			}
			before, began := d.calls.Load(), time.Now()
			a := d.ask(c.over, c.varsOver)
			if a.code() != "QUERY_TOO_COMPLEX" || !strings.Contains(a.message(), c.want) || strings.Contains(a.Body, `"data"`) {
				t.Errorf("over the limit: %s, want %q", a.Body, c.want)
			}
			if d.calls.Load() != before {
				t.Error("a resolver ran for a refused document")
			}
			if spent := time.Since(began); spent > 500*time.Millisecond { // far above the 20 ms aimed at: test machines are busy
				t.Errorf("refused after %s", spent)
			}
		})
	}
}

func TestWholeFilesOfOperationsAreFine(t *testing.T) {
	d := open(t, nil)
	body := `{"query":"` + repeat(20, operation) + `","operationName":"Q7"}`
	if a := d.do(http.MethodPost, "/", body, map[string]string{"Content-Type": plain}); a.Data["hello"] != "hello" {
		t.Errorf("the twentieth part of a file: %s", a.Body)
	}
	a := d.ask(repeat(2, operation), nil)
	if a.code() != "BAD_USER_INPUT" || a.message() != "The document has 2 operations; operationName must name one of them." {
		t.Errorf("no name: %s", a.Body)
	}
	a = d.ask(repeat(21, operation), nil)
	if a.code() != "QUERY_TOO_COMPLEX" || a.message() != "The document has 21 operations; at most 20 are allowed." {
		t.Errorf("one operation more: %s", a.Body)
	}
	body = `{"query":"{hello}","operationName":"Other"}`
	if a := d.do(http.MethodPost, "/", body, map[string]string{"Content-Type": plain}); a.message() != `operationName is "Other"; the document has no such operation.` {
		t.Errorf("a wrong name: %s", a.Body)
	}
}

func TestTheBodyIsBounded(t *testing.T) {
	d := open(t, nil)
	body := func(n int) string {
		const head, tail = `{"query":"{hello}","x":"`, `"}`
		return head + strings.Repeat("x", n-len(head)-len(tail)) + tail
	}
	json := map[string]string{"Content-Type": plain}
	if a := d.do(http.MethodPost, "/", body(64<<10), json); a.Data["hello"] != "hello" {
		t.Errorf("64 KiB: %d %s", a.Status, a.Body)
	}
	if a := d.do(http.MethodPost, "/", body(64<<10+1), json); a.Status != http.StatusRequestEntityTooLarge || a.code() != "QUERY_TOO_COMPLEX" {
		t.Errorf("a byte more: %d %s", a.Status, a.Body)
	}
}

func TestBombsAreRefusedQuicklyAndTheServerLives(t *testing.T) {
	d := open(t, nil)
	bomb := func(levels int, on, field string) string {
		return "{...F0} " + repeat(levels, func(i int) string {
			next := fmt.Sprintf("...F%d", i+1)
			if field != "" {
				next = fmt.Sprintf("%s{...F%d}", field, i+1)
			}
			return fmt.Sprintf("fragment F%d on %s{%s %s}", i, on, next, next)
		}) + fmt.Sprintf("fragment F%d on %s{__typename}", levels, on)
	}
	quoted := strings.NewReplacer(`"`, `\"`, "\n", `\n`)
	documents := map[string]string{
		"2^22 by spreads":     bomb(22, "Query", ""),
		"2^30 by spreads":     bomb(30, "Query", ""),
		"2^49 by spreads":     bomb(49, "Query", ""),
		"2^30 by fields":      "{post{...F0}}" + strings.TrimPrefix(bomb(30, "Post", "next"), "{...F0}"),
		"a circle":            "{...A} fragment A on Query{...B} fragment B on Query{...A}",
		"itself":              "{...A} fragment A on Query{post{next{...A}}}",
		"998 fields":          "{" + strings.Repeat("hello ", 998) + "}",
		"990 unknown":         "{" + repeat(990, func(i int) string { return fmt.Sprintf("x%d", i) }) + "}",
		"braces":              strings.Repeat("{", 60<<10),
		"brackets":            "{nodes(ids:" + strings.Repeat("[", 60<<10),
		"objects":             strings.Repeat("{a:", 20<<10),
		"fields":              strings.Repeat("{a", 30<<10),
		"quotes":              strings.Repeat(`"`, 30<<10),
		"comments":            strings.Repeat("#\n", 15<<10),
		"byte order marks":    strings.Repeat("\ufeff", 15<<10),
		"lone surrogates":     strings.Repeat(`\ud800`, 9<<10),
		"a huge number":       "{number(n: " + strings.Repeat("9", 50) + ")}",
		"a huge float":        "{number(x: 1e999)}",
		"a huge default":      "query($n: Int = 99999999999999999999){number(n: $n)}",
		"a number in include": "{hello @include(if: 99999999999999999999)}",
		"10 bad directives":   "{__typename " + strings.Repeat("@aa", 10) + "}",
	}
	for name, query := range documents {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			a := d.do(http.MethodPost, "/", `{"query":"`+quoted.Replace(query)+`"}`, map[string]string{"Content-Type": plain})
			if code := a.code(); code != "QUERY_TOO_COMPLEX" && code != "BAD_USER_INPUT" {
				t.Errorf("answer: %.300s", a.Body)
			}
			if len(a.Errors) > 3 || len(a.Body) > 2000 {
				t.Errorf("%d errors in %d bytes", len(a.Errors), len(a.Body))
			}
			if spent := time.Since(began); spent > 500*time.Millisecond { // 50 ms is the aim: test machines are busy
				t.Errorf("refused after %s", spent)
			}
		})
	}
	for name, body := range map[string]string{
		"12 MB of brackets": strings.Repeat("[", 12<<20),
		"nested variables":  `{"query":"{hello}","variables":` + strings.Repeat(`{"a":`, 9000) + "1" + strings.Repeat("}", 9000) + "}",
		"brackets":          `{"query":` + strings.Repeat("[", 60<<10),
	} {
		a := d.do(http.MethodPost, "/", body, map[string]string{"Content-Type": plain})
		if a.code() == "" || a.code() == "INTERNAL" {
			t.Errorf("%s: %d %.300s", name, a.Status, a.Body)
		}
	}
	if n := d.calls.Load(); n != 0 {
		t.Errorf("%d resolvers ran", n)
	}
	if a := d.ask("{hello}", nil); a.Data["hello"] != "hello" {
		t.Errorf("the server is gone: %s", a.Body)
	}
}

func TestProductionTellsNothingOfTheSchema(t *testing.T) {
	d := open(t, func(p *edge.Parts) { p.Production = true })
	for _, query := range []string{
		"{__schema{types{name}}}", `{__type(name: "Post"){name}}`, "{x: __schema{types{name}}}",
		"{...F} fragment F on Query{__schema{types{name}}}", `{...{...on Query{__type(name: "Post"){name}}}}`,
	} {
		if a := d.ask(query, nil); a.code() != "OPERATION_NOT_ALLOWED" || a.message() != "Introspection is off here." {
			t.Errorf("%s: %s", query, a.Body)
		}
	}
	for _, query := range []string{
		"{helo}", "{post{boddy}}", "{post}", "{hello{x}}", "{feed(frist: 1){nodes{id}}}", "{paint(input: {colour: REDD})}",
		"{paint(input: {color: RED})}", `{paint(input: {colour: "RED"})}`, "{...on Pots{id}}", "query($x: Momnt){at(when: $x)}",
		"{hello @incude(if: true)}", "{hello @include(iff: true)}", "{posts{id}}", "{nodes(ids: [1]){body}}", "{hello'}",
		"query($x: PaintInput){paint(input: $y)}", "fragment F on Pst{id} {hello}",
	} {
		a := d.ask(query, nil)
		if a.code() != "BAD_USER_INPUT" || strings.Contains(strings.ToLower(a.Body), "did you mean") || len(a.Errors) > 3 {
			t.Errorf("%s: %s", query, a.Body)
		}
	}
	development := open(t, nil)
	if a := development.ask("{helo}", nil); !strings.Contains(a.Body, `Did you mean`) {
		t.Errorf("development does not help: %s", a.Body)
	}
	if a := development.ask("{__schema{queryType{fields{type{ofType{ofType{ofType{ofType{ofType{ofType{ofType{name}}}}}}}}}}}}", nil); len(a.Errors) > 0 {
		t.Errorf("an explorer cannot read the schema: %s", a.Body)
	}
}

func TestACheckedDocumentIsPricedAgainWithEachRequestsVariables(t *testing.T) {
	d := open(t, nil)
	const query = "query($n: Int){posts(first: $n){nodes{comments(first: $n){nodes{id}}}}}"
	for range 2 {
		if a := d.ask(query, map[string]any{"n": 10}); len(a.Errors) > 0 {
			t.Errorf("ten of ten: %s", a.Body)
		}
		a := d.ask(query, map[string]any{"n": 50})
		if a.code() != "QUERY_TOO_COMPLEX" || a.Errors[0].Extensions["limit"] != float64(5000) {
			t.Errorf("fifty of fifty: %s", a.Body)
		}
	}
}

func TestPagesHaveOneToFifty(t *testing.T) {
	d := open(t, nil)
	const query = "query($n: Int){posts(first: $n){nodes{id}}}"
	for _, n := range []any{1, 50, nil} {
		if a := d.ask(query, map[string]any{"n": n}); len(a.Errors) > 0 {
			t.Errorf("first %v: %s", n, a.Body)
		}
	}
	before := d.calls.Load()
	for _, n := range []any{0, -1, 51, 1000000, 2147483648, "51"} {
		a := d.ask(query, map[string]any{"n": n})
		if a.code() != "BAD_USER_INPUT" || !strings.Contains(a.message(), `; allowed is 1 to 50.`) || a.Errors[0].Extensions["field"] != "first" {
			t.Errorf("first %v: %s", n, a.Body)
		}
	}
	if a := d.ask("{posts(last: 51){nodes{id}}}", nil); a.message() != `last of "posts" is 51; allowed is 1 to 50.` {
		t.Errorf("last 51: %s", a.Body)
	}
	if a := d.ask(query, map[string]any{"n": 1.5}); a.message() != `The variable "n" is not right: its value cannot be read as Int.` {
		t.Errorf("one and a half: %s", a.Body)
	}
	if d.calls.Load() != before {
		t.Error("a resolver ran")
	}
}
