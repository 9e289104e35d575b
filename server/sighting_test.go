package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// sighting looks at answers with the schema's eyes: is nothing null that must not be, is everything there that was
// asked for, and which fields have ever had a value?
type sighting struct {
	schema *ast.Schema
	empty  []string        // Type.field that no answer of the test gives a value
	asked  map[string]bool // Type.field
	seen   map[string]bool // of those, which had a value: for lists a member, for connections an edge or a node
	wrong  []string
}

func newSighting(schema *ast.Schema, empty []string) *sighting {
	return &sighting{schema: schema, empty: empty, asked: map[string]bool{}, seen: map[string]bool{}}
}

// look gives what is wrong with an answer that had no errors.
func (s *sighting) look(doc *ast.QueryDocument, data map[string]any) []string {
	s.wrong = nil
	s.object(doc, s.schema.Query, doc.Operations[0].SelectionSet, data, doc.Operations[0].Name)
	return s.wrong
}

func (s *sighting) fault(path, format string, args ...any) {
	s.wrong = append(s.wrong, path+" "+fmt.Sprintf(format, args...))
}

// object looks at one object and what was selected of it.
func (s *sighting) object(doc *ast.QueryDocument, of *ast.Definition, set ast.SelectionSet, v map[string]any, path string) {
	if name, ok := v["__typename"].(string); ok {
		of = s.schema.Types[name]
	}
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			s.field(doc, of, sel, v, path)
		case *ast.InlineFragment:
			s.fragment(doc, of, sel.TypeCondition, sel.SelectionSet, v, path)
		case *ast.FragmentSpread:
			f := doc.Fragments.ForName(sel.Name)
			s.fragment(doc, of, f.TypeCondition, f.SelectionSet, v, path)
		}
	}
}

// fragment looks at a fragment where it applies. An object that does not say its type is taken for the one that the
// only fragment on it names: the apps know what they ask for.
func (s *sighting) fragment(doc *ast.QueryDocument, of *ast.Definition, on string, set ast.SelectionSet, v map[string]any, path string) {
	switch {
	case on == "" || on == of.Name || slices.Contains(s.schema.GetPossibleTypes(s.schema.Types[on]), of):
		s.object(doc, of, set, v, path)
	case of.IsAbstractType() && v["__typename"] == nil:
		s.object(doc, s.schema.Types[on], set, v, path)
	}
}

func (s *sighting) field(doc *ast.QueryDocument, of *ast.Definition, f *ast.Field, v map[string]any, path string) {
	path += "." + f.Alias
	value, there := v[f.Alias]
	if !there {
		s.fault(path, "was asked for and is not there")
		return
	}
	if f.Name == "__typename" {
		return
	}
	d := of.Fields.ForName(f.Name)
	if d == nil {
		s.fault(path, "is no field of %s", of.Name)
		return
	}
	name := of.Name + "." + f.Name
	s.asked[name] = true
	if value == nil {
		if d.Type.NonNull || (d.Directives.ForName("semanticNonNull") != nil && !slices.Contains(s.empty, name)) {
			s.fault(path, "is null without an error")
		}
		return
	}
	if somewhat(value) {
		s.seen[name] = true
	}
	s.value(doc, d.Type, f, value, path)
}

func (s *sighting) value(doc *ast.QueryDocument, t *ast.Type, f *ast.Field, v any, path string) {
	if t.Elem != nil {
		list, ok := v.([]any)
		if !ok {
			s.fault(path, "is %v, which is no list", v)
			return
		}
		for i, member := range list {
			at := fmt.Sprintf("%s[%d]", path, i)
			if member == nil {
				if t.Elem.NonNull {
					s.fault(at, "is null")
				}
				continue
			}
			s.value(doc, t.Elem, f, member, at)
		}
		return
	}
	d := s.schema.Types[t.NamedType]
	switch object, ok := v.(map[string]any); {
	case ok:
		s.object(doc, d, f.SelectionSet, object, path)
	case d.IsCompositeType():
		s.fault(path, "is %v, which is no %s", v, d.Name)
	default:
		s.leaf(d, v, path)
	}
}

// leaf checks what a scalar looks like on the wire.
func (s *sighting) leaf(d *ast.Definition, v any, path string) {
	text, isText := v.(string)
	number, isNumber := v.(float64)
	ok := true
	switch d.Name {
	case "Int", "Long":
		ok = isNumber && number == float64(int64(number))
	case "Boolean":
		_, ok = v.(bool)
	case "DateTime":
		ok = isText && strings.HasSuffix(text, "Z") && isTime(text)
	case "ID":
		ok = isText && text != ""
	default:
		ok = isText
	}
	if d.Kind == ast.Enum {
		ok = isText && d.EnumValues.ForName(text) != nil
	}
	if !ok {
		s.fault(path, "is %v, which is no %s", v, d.Name)
	}
}

// somewhat tells whether a value says anything: an empty list and a page without anything on it do not.
func somewhat(v any) bool {
	switch v := v.(type) {
	case []any:
		return len(v) > 0
	case map[string]any:
		for _, name := range []string{"edges", "nodes"} {
			if page, ok := v[name].([]any); ok {
				return len(page) > 0
			}
		}
	}
	return true
}

// neverSeen are the fields that were asked for and never had a value, known ones excepted.
func (s *sighting) neverSeen(known map[string]string) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(s.asked)) {
		if !s.seen[name] && known[name] == "" && !s.belowEmpty(name) {
			out = append(out, name)
		}
	}
	return out
}

// seenThough are fields that are known to have no value, and have one.
func (s *sighting) seenThough(known map[string]string) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(known)), func(name string) bool { return !s.seen[name] })
}

func (s *sighting) belowEmpty(name string) bool { return slices.Contains(s.empty, name) }

func TestNullsThatMustNotBeAreFound(t *testing.T) {
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: `
		directive @semanticNonNull(levels: [Int!]! = [0]) on FIELD_DEFINITION
		scalar DateTime
		interface Node { id: ID! }
		enum Kind { A B }
		type Thing implements Node { id: ID! near: Thing @semanticNonNull far: Thing all: [Thing!]! some: [Thing] n: Int! at: DateTime kind: Kind later: Int @semanticNonNull }
		type Query { thing: Thing node: Node }`})
	doc, err := parser.ParseQuery(&ast.Source{Input: `{ thing { ...T } node { ... on Thing { n } } } fragment T on Thing { id near { id } far { id } all { id } some { id } n at kind later }`})
	if err != nil {
		t.Fatal(err)
	}
	const fine = `{"thing":{"id":"1","near":{"id":"2"},"far":null,"all":[{"id":"3"}],"some":[null],"n":1,"at":"2026-01-01T00:00:00Z","kind":"A","later":null},"node":{"n":2}}`
	for change, want := range map[string]string{
		"":                                "",
		`"near":{"id":"2"}|"near":null`:   "thing.near is null without an error",
		`"near":{"id":"2"}|"near":{}`:     "thing.near.id was asked for and is not there",
		`"all":[{"id":"3"}]|"all":[null]`: "thing.all[0] is null",
		`"all":[{"id":"3"}]|"all":null`:   "thing.all is null without an error",
		`"n":1|"n":"1"`:                   "thing.n is 1, which is no Int",
		`"n":1|"n":1.5`:                   "thing.n is 1.5, which is no Int",
		`"n":2|"n":null`:                  "node.n is null without an error",
		`"kind":"A"|"kind":"C"`:           "thing.kind is C, which is no Kind",
		`2026-01-01T00:00:00Z|2026-01-01T00:00:00+08:00`: "which is no DateTime",
		`"far":null|"far":7`:                             "thing.far is 7, which is no Thing",
	} {
		before, after, _ := strings.Cut(change, "|")
		var data map[string]any
		if err := json.Unmarshal([]byte(strings.Replace(fine, before, after, 1)), &data); err != nil {
			t.Fatal(err)
		}
		wrong := newSighting(schema, []string{"Thing.later"}).look(doc, data)
		if got := strings.Join(wrong, "\n"); (want == "") != (got == "") || !strings.Contains(got, want) || len(wrong) > 1 {
			t.Errorf("%q: found %q, want %q", change, got, want)
		}
	}
}

// globalID makes an object's id as apps know it.
func globalID(kind, key string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(kind + ":" + key))
}
