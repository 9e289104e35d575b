// Package schematest holds the promises of the schema's text: that it is described to the last argument, keeps its
// conventions, names no programme's words, and that the operations of the apps validate against it.
package schematest

import (
	"os"
	"slices"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

const root = "../../"

func load(t *testing.T) *ast.Schema {
	t.Helper()
	text, err := os.ReadFile(root + "schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphqls", Input: string(text)})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// own lists the definitions that the schema itself makes, by name.
func own(schema *ast.Schema) []*ast.Definition {
	var defs []*ast.Definition
	for _, d := range schema.Types {
		if !d.BuiltIn {
			defs = append(defs, d)
		}
	}
	slices.SortFunc(defs, func(a, b *ast.Definition) int { return a.Position.Line - b.Position.Line })
	return defs
}

// fields lists a definition's fields without those that every schema has.
func fields(d *ast.Definition) ast.FieldList {
	return slices.DeleteFunc(slices.Clone(d.Fields), func(f *ast.FieldDefinition) bool {
		return f.Name == "__schema" || f.Name == "__type"
	})
}

func isOutput(d *ast.Definition) bool { return d.Kind == ast.Object || d.Kind == ast.Interface }
