package edge

import (
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

func TestOnlyWhatTheNamedOperationNeedsIsLookedAt(t *testing.T) {
	doc, err := parser.ParseQuery(&ast.Source{Input: `
		query A { ...one } query B { x ...two } mutation C { later(input: {}) { y } }
		fragment one on Query { z ...deep } fragment deep on Query { w ...one } fragment two on Query { v }`})
	if err != nil {
		t.Fatal(err)
	}
	part := chosenPart(doc, "A")
	if len(part.Operations) != 1 || part.Operations[0].Name != "A" || len(part.Fragments) != 2 || part.Fragments.ForName("two") != nil {
		t.Errorf("the part has %d operations and %d fragments", len(part.Operations), len(part.Fragments))
	}
	for _, name := range []string{"", "None"} {
		if got := chosenPart(doc, name); got != doc {
			t.Errorf("naming %q takes the document apart", name)
		}
	}
}

func TestADocumentWithUnclearNamesIsLeftWhole(t *testing.T) {
	for _, text := range []string{"query A { x } query A { y }", "query A { x } { y }"} {
		doc, err := parser.ParseQuery(&ast.Source{Input: text})
		if err != nil {
			t.Fatal(err)
		}
		if chosenPart(doc, "A") != doc {
			t.Errorf("%q is taken apart", text)
		}
	}
}
