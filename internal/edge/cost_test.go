package edge

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

func ownSchema(t testing.TB) *ast.Schema {
	t.Helper()
	text, err := os.ReadFile("../../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	return gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphqls", Input: string(text)})
}

func checked(t *testing.T, schema *ast.Schema, query string) *ast.OperationDefinition {
	t.Helper()
	doc, errs := gqlparser.LoadQueryWithRules(schema, query, validationRules(false))
	if errs != nil {
		t.Fatalf("%s: %v", query, errs)
	}
	return doc.Operations[0]
}

func TestThePriceIsTheSameHoweverAPageSizeIsWritten(t *testing.T) {
	schema := ownSchema(t)
	for name, c := range map[string]struct {
		query     string
		variables map[string]any
		want      int
	}{
		"scalars":            {"{coinSupply{issued}}", nil, 1},
		"literal":            {"{feed(kind: HOT, first: 20){nodes{id}}}", nil, 40},
		"variable":           {"query($n: Int){feed(kind: HOT, first: $n){nodes{id}}}", map[string]any{"n": int64(20)}, 40},
		"variable's default": {"query($n: Int = 20){feed(kind: HOT, first: $n){nodes{id}}}", map[string]any{"n": int64(20)}, 40},
		"schema's default":   {"{feed(kind: HOT){nodes{id}}}", nil, 40},
		"absent variable":    {"query($n: Int){feed(kind: HOT, first: $n){nodes{id}}}", nil, 40},
		"null":               {"{feed(kind: HOT, first: null){nodes{id}}}", nil, 100},
		"last":               {"{feed(kind: NEW, last: 30){nodes{id}}}", nil, 60},
		"last over first":    {"{feed(kind: NEW, first: 1, last: 30){nodes{id}}}", nil, 60},
		"number in quotes":   {"query($n: Int){feed(kind: HOT, first: $n){nodes{id}}}", map[string]any{"n": "30"}, 60},
		"by a fragment":      {"{feed(kind: HOT, first: 20){...F}} fragment F on PostConnection{nodes{id}}", nil, 40},
		"fragment twice":     {"{feed(kind: HOT, first: 20){...F ...F}} fragment F on PostConnection{nodes{id}}", nil, 60},
		"inline":             {"{feed(kind: HOT, first: 20){...on PostConnection{nodes{id}}}}", nil, 40},
		"edges and page":     {"{feed(kind: HOT, first: 10){edges{cursor node{id}} pageInfo{hasNextPage}}}", nil, 40},
		"short list":         {"{boards{code}}", nil, 5},
		"by ids":             {`{nodes(ids: ["a", "b", "c"]){id}}`, nil, 3},
		"ids in a variable":  {"query($i: [ID!]!){nodes(ids: $i){id}}", map[string]any{"i": []any{"a", "b"}}, 2},
		"past all counting":  {"{feed(kind: HOT, first: 50){nodes{comments(first: 50){nodes{replies(first: 50){nodes{replies(first: 50){nodes{id}}}}}}}}}", nil, ceiling},
	} {
		t.Run(name, func(t *testing.T) {
			got, refused := price(checked(t, schema, c.query), c.variables)
			if refused != nil || got != c.want {
				t.Errorf("costs %d, want %d; refused: %v", got, c.want, refused)
			}
		})
	}
}

// TestTheAppsFitWell measures every document that the apps send. It fails when one comes near a limit.
func TestTheAppsFitWell(t *testing.T) {
	schema := ownSchema(t)
	files, err := filepath.Glob("../../clients/operations/*.graphql")
	if err != nil || len(files) == 0 {
		t.Fatal("the apps' documents are missing")
	}
	priced := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: string(text)}, maxTokens)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if err := measure(doc, false); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		for _, op := range doc.Operations {
			r := &ruler{fragments: map[string]*ast.FragmentDefinition{}, sizes: map[string]size{}, open: map[string]bool{}}
			for _, f := range doc.Fragments {
				r.fragments[f.Name] = f
			}
			s := r.selection(op.SelectionSet, nil)
			if s.depth > maxDepth-2 || s.fields > maxFields/4 || s.roots > maxRootFields/4 || s.aliases > 0 || s.directives > 0 {
				t.Errorf("%s comes near a limit: %+v", op.Name, s)
			}
			one := &ast.QueryDocument{Operations: ast.OperationList{op}, Fragments: used(doc, op)}
			if errs := validator.ValidateWithRules(schema, one, validationRules(false)); len(errs) > 0 {
				t.Logf("%-20s %+v, not in the schema yet", op.Name, s)
				continue
			}
			own, _ := price(op, defaults(op))
			largest, refused := price(op, map[string]any{"first": int64(largestPage)})
			if refused != nil {
				t.Errorf("%s: %v", op.Name, refused)
			}
			t.Logf("%-20s %+v, costs %d, with pages of %d %d", op.Name, s, own, largestPage, largest)
			if largest > maxCost/2 {
				t.Errorf("%s costs %d with the largest page: over half of what is allowed", op.Name, largest)
			}
			priced++
		}
	}
	if priced < 10 {
		t.Errorf("only %d operations could be priced", priced)
	}
}

// used picks the fragments that an operation needs, because a document must not hold others.
func used(doc *ast.QueryDocument, op *ast.OperationDefinition) ast.FragmentDefinitionList {
	var list ast.FragmentDefinitionList
	seen := map[string]bool{}
	var look func(ast.SelectionSet)
	look = func(set ast.SelectionSet) {
		for _, sel := range set {
			switch sel := sel.(type) {
			case *ast.Field:
				look(sel.SelectionSet)
			case *ast.InlineFragment:
				look(sel.SelectionSet)
			case *ast.FragmentSpread:
				if f := doc.Fragments.ForName(sel.Name); f != nil && !seen[sel.Name] {
					seen[sel.Name] = true
					list = append(list, f)
					look(f.SelectionSet)
				}
			}
		}
	}
	look(op.SelectionSet)
	return list
}

// defaults are the variables of an app that sends none.
func defaults(op *ast.OperationDefinition) map[string]any {
	variables := map[string]any{}
	for _, v := range op.VariableDefinitions {
		if v.DefaultValue != nil {
			variables[v.Variable], _ = v.DefaultValue.Value(nil)
		}
	}
	return variables
}

func TestTheSlowestDocumentsWithinTheLimitsAreQuick(t *testing.T) {
	docs := newDocuments(ownSchema(t), true)
	fields := "id body createdAt editedAt moderation commentCount bookmarkedByMe permissions "
	slowest := map[string]string{
		"spreads of one fragment": "{feed(kind: HOT){nodes{" + strings.Repeat("...F ", 300) + "}}} fragment F on Post{" + fields + "}",
		"inline repeats":          "{feed(kind: HOT){nodes{" + strings.Repeat("...{"+fields+"}", 20) + "}}}",
		"nested repeats":          "{" + strings.Repeat("feed(kind: HOT){nodes{author{id displayName} "+strings.Repeat("author{id displayName}", 7)+"}}", 20) + "}",
		"fragments that overlap":  "{feed(kind: HOT){nodes{" + overlapping(45, "...F%c%c ") + "}}}" + overlapping(45, " fragment F%c%c on Post{id body createdAt commentCount}"),
	}
	for name, query := range slowest {
		t.Run(name, func(t *testing.T) {
			best := time.Hour
			for range 5 {
				began := time.Now()
				_, _ = docs.check(t.Context(), query, "")
				query += " " // another text, so that nothing is remembered
				best = min(best, time.Since(began))
			}
			t.Logf("parsed, measured and validated in %s", best)
			if best > 50*time.Millisecond {
				t.Errorf("took %s; at most 50 ms is allowed", best)
			}
		})
	}
}

// overlapping writes a pattern for each of n fragments, FAA to FZZ.
func overlapping(n int, pattern string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, pattern, 'A'+i/26, 'A'+i%26)
	}
	return b.String()
}
