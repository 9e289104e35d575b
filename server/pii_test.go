package main

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"membergate/graph"
)

// sender makes variables for any input; what is marked as a person's gets a canary of its own.
type sender struct {
	schema   *ast.Schema
	canaries map[string]string // by the field that it was sent in
}

func (s *sender) value(of *ast.Type, depth int) any {
	if of.Elem != nil {
		return []any{s.value(of.Elem, depth)}
	}
	def := s.schema.Types[of.NamedType]
	switch {
	case def.Kind == ast.Enum:
		return def.EnumValues[0].Name
	case def.Kind == ast.InputObject:
		out := map[string]any{}
		for _, f := range def.Fields {
			if f.Directives.ForName("pii") != nil {
				out[f.Name] = s.canary(def.Name+"."+f.Name, f.Type)
			} else if f.Type.NonNull && f.DefaultValue == nil && depth < 5 {
				out[f.Name] = s.value(f.Type, depth+1)
			}
		}
		return out
	}
	switch def.Name {
	case "Int", "Float", "Long":
		return 1
	case "Boolean":
		return true
	case "DateTime":
		return "2026-07-06T04:30:00Z"
	case "Date":
		return "2026-07-06"
	}
	return "x"
}

func (s *sender) canary(where string, of *ast.Type) any {
	if of.Elem != nil {
		return []any{s.canary(where, of.Elem)}
	}
	n := len(s.canaries)
	switch {
	case of.NamedType == "Int":
		return 7
	case of.NamedType == "Date":
		s.canaries[where] = fmt.Sprintf("1987-%02d-%02d", 1+n%12, 1+n%27)
	case strings.HasSuffix(where, ".phone"):
		s.canaries[where] = fmt.Sprintf("139%08d", 10_000_000+n)
	case strings.HasSuffix(where, ".idNumber"):
		s.canaries[where] = fmt.Sprintf("11010519491231%04d", 2000+n)
	default:
		s.canaries[where] = fmt.Sprintf("金丝雀%d", 1000+n)
	}
	return s.canaries[where]
}

// Every field of an input that the schema marks as a person's is sent with something to be known by, in every operation that
// takes it, by a member and by staff: the log and the metrics have none of it.
func TestNothingThatIsMarkedAsAPersonsIsInLogOrMetrics(t *testing.T) {
	schema := gqlparser.MustLoadSchema(&ast.Source{Name: "schema", Input: graph.SDL()})
	s := &sender{schema: schema, canaries: map[string]string{}}
	g, err := openGateway("DATA_DIR", filled(t), "JWT_HS256_SECRET", testSecret)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = g.close() }()
	sent := 0
	for kind, root := range map[string]*ast.Definition{"query": schema.Query, "mutation": schema.Mutation} {
		for _, f := range root.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			before, variables := len(s.canaries), map[string]any{}
			var declared, given []string
			for _, a := range f.Arguments {
				to := schema.Types[a.Type.Name()]
				if to.Kind == ast.InputObject || (a.Type.NonNull && a.DefaultValue == nil) {
					variables[a.Name] = s.value(a.Type, 0)
					declared, given = append(declared, "$"+a.Name+": "+a.Type.String()), append(given, a.Name+": $"+a.Name)
				}
			}
			if len(s.canaries) == before {
				continue
			}
			below := ""
			if schema.Types[f.Type.Name()].IsCompositeType() {
				below = " { __typename }"
			}
			text := fmt.Sprintf("%s Canary%s(%s) { %s(%s)%s }", kind, f.Name, strings.Join(declared, ", "), f.Name, strings.Join(given, ", "), below)
			for _, header := range []map[string]string{{"Authorization": "Bearer " + tokenOf(t, owner)}, staff(t, "operations"), {}} {
				if r := ask(t, g.url, question{query: text, variables: variables, header: header}); strings.Contains(r.text, "Cannot query") || strings.Contains(r.text, "is not right") {
					t.Errorf("%s: %s", f.Name, shortened(r.text))
				}
				sent++
			}
		}
	}
	a, err := oneShot.Get(g.admin + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	numbers, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]string{"log": g.log.String(), "metrics": string(numbers)}
	if len(s.canaries) < 30 || strings.Count(told["log"], "Canary") < sent || !strings.Contains(told["metrics"], "Canary") {
		t.Fatalf("%d canaries in %d requests, %d lines: too little was looked at", len(s.canaries), sent, strings.Count(told["log"], "Canary"))
	}
	t.Logf("%d canaries in %d requests", len(s.canaries), sent)
	for where, canary := range s.canaries {
		for place, text := range told {
			if strings.Contains(text, canary) {
				t.Errorf("%s stands in the %s", where, place)
			}
		}
	}
}
