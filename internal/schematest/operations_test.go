package schematest

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

const operations = root + "clients/operations/"

func TestOperationsOfTheAppsValidate(t *testing.T) {
	schema := load(t)
	waiting := pending(t)
	names := map[string]bool{}
	for _, file := range documents(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i := range parse(t, file, text).Operations {
			doc := alone(parse(t, file, text), i)
			name := doc.Operations[0].Name
			if name == "" || names[name] {
				t.Errorf("%s: operation %q has no name of its own", file, name)
			}
			names[name] = true
			errs := validator.ValidateWithRules(schema, doc, rules.NewDefaultRules())
			switch isPending := slices.Contains(waiting, name); {
			case isPending && len(errs) == 0:
				t.Errorf("%s: %s validates now; take it out of pending.txt", file, name)
			case !isPending && len(errs) > 0:
				t.Errorf("%s: %s does not validate: %v", file, name, errs)
			}
		}
	}
	for _, name := range waiting {
		if !names[name] {
			t.Errorf("pending.txt names %s, which is no operation", name)
		}
	}
}

func parse(t *testing.T, file string, text []byte) *ast.QueryDocument {
	t.Helper()
	doc, err := parser.ParseQuery(&ast.Source{Name: filepath.Base(file), Input: string(text)})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// alone keeps one operation of a document and the fragments that it uses, as a client sends it.
func alone(doc *ast.QueryDocument, i int) *ast.QueryDocument {
	op := doc.Operations[i]
	one := &ast.QueryDocument{Operations: ast.OperationList{op}, Position: doc.Position}
	var walk func(set ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				walk(s.SelectionSet)
			case *ast.InlineFragment:
				walk(s.SelectionSet)
			case *ast.FragmentSpread:
				if f := doc.Fragments.ForName(s.Name); f != nil && one.Fragments.ForName(s.Name) == nil {
					one.Fragments = append(one.Fragments, f)
					walk(f.SelectionSet)
				}
			}
		}
	}
	walk(op.SelectionSet)
	return one
}

// pending names the operations that the schema does not answer yet, one a line.
func pending(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(operations + "pending.txt")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(text))
}

func documents(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(operations + "*.graphql")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no operations in %s: %v", operations, err)
	}
	return files
}

// The app teams' own documents may lie in a folder beside the checkout; then ours must be the same to the byte.
func TestOperationsAreThoseOfTheAppTeams(t *testing.T) {
	originals, err := filepath.Glob(root + "../*/operations/*.graphql")
	if err != nil {
		t.Fatal(err)
	}
	if len(originals) == 0 {
		t.Skip("no folder beside the checkout holds operations")
	}
	for _, original := range originals {
		want, err := os.ReadFile(original)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(operations + filepath.Base(original))
		if err != nil {
			t.Error(err)
		} else if !bytes.Equal(got, want) {
			t.Errorf("%s%s differs from %s", operations, filepath.Base(original), original)
		}
	}
}

// empty.txt names the fields that answer null, 0 or an empty list until their rules are built, one a line.
func TestFieldsThatAnswerNothingYetExist(t *testing.T) {
	text, err := os.ReadFile(operations + "empty.txt")
	if err != nil {
		t.Fatal(err)
	}
	schema := load(t)
	for _, name := range strings.Fields(string(text)) {
		parent, field, _ := strings.Cut(name, ".")
		if d := schema.Types[parent]; d == nil || d.Fields.ForName(field) == nil {
			t.Errorf("empty.txt names %s, which is no field", name)
		}
	}
}
