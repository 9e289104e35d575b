package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

// No change tells whether another's thing is there: each is asked of things that the viewer must not know of, in whatever
// place an id can stand, and answers as it does for ids that name nothing.
func TestNoChangeTellsOfWhatIsNotTheViewers(t *testing.T) {
	e := ready(t, embedded)
	schema := e.gateway.parts.Schema.Schema()
	pairs := theirs(t, e)
	sent, refused := 0, 0
	for _, f := range schema.Mutation.Fields {
		if strings.HasPrefix(f.Name, "__") || !takesID(schema, f) {
			continue
		}
		for name, c := range pairs {
			if c.who == "" { // who is not signed in changes nothing, whatever is named
				continue
			}
			answer := func(id string) (string, string) {
				sent++
				r := ask(t, e.gateway.url, question{query: changeOf(schema, f, id, fmt.Sprintf("untold-%d", sent)), who: c.who})
				if r.status >= 500 {
					t.Fatalf("%s of %s: %s", f.Name, name, r.text)
				}
				return strings.ReplaceAll(string(r.Data)+jsonOf(r.Errors), id, "ID"), r.text
			}
			foreign, text := answer(c.id)
			unknown, _ := answer(c.unknown)
			if foreign != unknown {
				t.Errorf("%s of %s answers\n%s\nof nothing\n%s", f.Name, name, foreign, unknown)
			}
			if strings.Contains(text, `"code"`) {
				refused++
			} else if f.Name != "couponRelease" { // the coupons of an order that froze none are released already
				t.Errorf("%s of %s is not refused: %s", f.Name, name, text)
			}
		}
	}
	if sent < 1000 {
		t.Errorf("only %d changes were asked for", sent)
	}
	t.Logf("%d changes, %d of them of things that are there and refused", sent, refused)
}

// takesID tells whether an id can be given to a change.
func takesID(schema *ast.Schema, f *ast.FieldDefinition) bool {
	for _, a := range f.Arguments {
		for _, in := range schema.Types[a.Type.Name()].Fields {
			if in.Type.Name() == "ID" {
				return true
			}
		}
	}
	return false
}

// changeOf is a change with the id wherever one can stand, and the least of everything else.
func changeOf(schema *ast.Schema, f *ast.FieldDefinition, id, key string) string {
	var args []string
	for _, a := range f.Arguments {
		var in []string
		for _, field := range schema.Types[a.Type.Name()].Fields {
			value := ""
			switch {
			case field.Type.Elem != nil && field.Type.Name() == "ID":
				value = fmt.Sprintf("[%q]", id)
			case field.Type.Name() == "ID":
				value = fmt.Sprintf("%q", id)
			case field.Name == "idempotencyKey":
				value = fmt.Sprintf("%q", key)
			case field.Type.NonNull && field.DefaultValue == nil:
				value = someValue(schema, field.Type)
			}
			if value != "" {
				in = append(in, field.Name+": "+value)
			}
		}
		args = append(args, a.Name+": {"+strings.Join(in, ", ")+"}")
	}
	selection := "{ __typename }"
	if schema.Types[f.Type.Name()].Fields.ForName("userErrors") != nil {
		selection = "{ userErrors { code field message } }"
	}
	return "mutation { " + f.Name + "(" + strings.Join(args, ", ") + ") " + selection + " }"
}
