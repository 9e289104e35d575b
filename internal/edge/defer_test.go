package edge

import (
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

const treeSDL = `type Query { me: Node all: [Node!]! } type Node { id: ID name: String next: Node }`

func TestTheFirstPartHasNoNullsWhereSomethingComesLater(t *testing.T) {
	schema := gqlparser.MustLoadSchema(&ast.Source{Name: "tree", Input: treeSDL})
	for query, c := range map[string]struct{ from, want string }{
		`{ me { id ... @defer { name } } }`:                              {`{"me":{"id":"1","name":null}}`, `{"me":{"id":"1"}}`},
		`{ me { id name ... @defer { name next { id } } } }`:             {`{"me":{"id":"1","name":null,"next":null}}`, `{"me":{"id":"1","name":null}}`},
		`{ all { id ...Later @defer } } fragment Later on Node { name }`: {`{"all":[{"id":"1","name":null},{"id":"2","name":null}]}`, `{"all":[{"id":"1"},{"id":"2"}]}`},
		`{ me { next { id ... @defer { a: name } } ... { name } } }`:     {`{"me":{"next":{"id":"1","a":null},"name":null}}`, `{"me":{"next":{"id":"1"},"name":null}}`},
		`{ me { id ... @defer { name } } all { id } }`:                   {`{"me":null,"all":[]}`, `{"me":null,"all":[]}`},
		`{ ... @defer { me { id } } all { name } }`:                      {`{"me":null,"all":[{"name":"\"},{"}]}`, `{"all":[{"name":"\"},{"}]}`},
	} {
		doc, errs := gqlparser.LoadQueryWithRules(schema, query, rules.NewDefaultRules())
		if errs != nil {
			t.Fatal(errs)
		}
		if got := pruned([]byte(c.from), doc.Operations[0].SelectionSet); string(got) != c.want {
			t.Errorf("%s: %s; want %s", query, got, c.want)
		}
	}
}

func TestOnlyTheOutermostIsDeferred(t *testing.T) {
	schema := gqlparser.MustLoadSchema(&ast.Source{Name: "tree", Input: treeSDL})
	count := func(doc *ast.QueryDocument) (n int) {
		var in func(ast.SelectionSet)
		in = func(set ast.SelectionSet) {
			for _, s := range set {
				switch s := s.(type) {
				case *ast.Field:
					in(s.SelectionSet)
				case *ast.InlineFragment:
					n += len(s.Directives)
					in(s.SelectionSet)
				case *ast.FragmentSpread:
					n += len(s.Directives)
				}
			}
		}
		in(doc.Operations[0].SelectionSet)
		for _, f := range doc.Fragments {
			in(f.SelectionSet)
		}
		return n
	}
	for query, want := range map[string]int{
		`{ me { id ... @defer { name ... @defer { next { id } } } } }`:                                                        1,
		`{ me { ...A @defer } } fragment A on Node { id ...B @defer } fragment B on Node { name next { ... @defer { id } } }`: 1,
		`{ me { next { ... @defer { id } } ... @defer { name } } }`:                                                           2,
		`{ me { ...A } } fragment A on Node { id ... @defer { name } }`:                                                       1,
	} {
		doc, errs := gqlparser.LoadQueryWithRules(schema, query, rules.NewDefaultRules())
		if errs != nil {
			t.Fatal(errs)
		}
		if outermost(doc); count(doc) != want {
			t.Errorf("%s: %d are deferred, want %d", query, count(doc), want)
		}
		if undefer(doc); count(doc) != 0 {
			t.Errorf("%s: %d are deferred, want none", query, count(doc))
		}
	}
}
