package authz

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

var update = flag.Bool("update", false, "write docs/authorization.md from the table")

const schemaFile = "../../schema.graphqls"

func schemaWith(t *testing.T, more string) *ast.Schema {
	t.Helper()
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	s, err := gqlparser.LoadSchema(&ast.Source{Name: "schema", Input: string(text) + more})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEveryFieldOfTheSchemaHasARight(t *testing.T) {
	s := schemaWith(t, "")
	table, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, d := range s.Types {
		if d.BuiltIn || d.Kind != ast.Object {
			continue
		}
		for _, f := range d.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			n++
			if r, ok := table.Right(d.Name, f.Name); !ok || r.Relation == "" {
				t.Errorf("%s.%s has the right %v", d.Name, f.Name, r)
			}
		}
	}
	if n < 1000 {
		t.Errorf("%d fields were looked at: this test does not see the schema", n)
	}
}

func TestASchemaWithAFieldWithoutARightIsRefused(t *testing.T) {
	for more, want := range map[string]string{
		"extend type Query { secrets: String }":                                      "no right for Query.secrets",
		"extend type Mutation { secretSet(to: String): String }":                     "no right for Mutation.secretSet",
		"type Secret { words: String } extend type Product { secret: Secret }":       "no right for Secret.words",
		"type SecretConnection { pageInfo: PageInfo! }":                              "no right for SecretConnection.pageInfo",
		"extend type Subscription { secretHeard: String }":                           "no right for Subscription.secretHeard",
		"type Hidden { a: String b: String } extend type Member { hidden: Hidden! }": "no right for Hidden.a, Hidden.b",
	} {
		if _, err := New(schemaWith(t, more)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", more, err)
		}
	}
}

func TestARowForWhatTheSchemaDoesNotHaveIsRefused(t *testing.T) {
	full := schemaWith(t, "")
	for name, drop := range map[string]func(){
		"Query.me":           func() { full.Query.Fields = full.Query.Fields[1:] },
		"Mutation.checkout":  func() { full.Mutation.Fields = full.Mutation.Fields[1:] },
		"Product":            func() { delete(full.Types, "Product") },
		"Family.invitations": func() { dropField(full.Types["Family"], "invitations") },
	} {
		full = schemaWith(t, "")
		drop()
		if _, err := New(full); err == nil || !strings.Contains(err.Error(), "a row for "+name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

func dropField(d *ast.Definition, name string) {
	var kept ast.FieldList
	for _, f := range d.Fields {
		if f.Name != name {
			kept = append(kept, f)
		}
	}
	d.Fields = kept
}

func TestWordsThatAreNoRightAreRefused(t *testing.T) {
	for _, words := range []string{"", "staff", "somebody", "own member", "staff gardener", "kept", "operations", "own staff janitor"} {
		if r, err := read(words); err == nil {
			t.Errorf("%q is read as %v", words, r)
		}
	}
	if r, err := read("own staff service operations"); err != nil || r.String() != "own or staff service, operations" {
		t.Errorf("%v %v", r, err)
	}
}
