package edge

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// size is what a selection asks for with every fragment written out. Sums stop at a ceiling, so a fragment that
// doubles thirty times is counted as quickly as one that does not.
type size struct {
	depth, fields, aliases, directives int
	roots                              int // fields at the selection's own level
}

// ceiling is above every limit and far below overflow.
const ceiling = 1 << 20

func (s *size) add(o size) {
	s.depth = max(s.depth, o.depth)
	s.fields = min(s.fields+o.fields, ceiling)
	s.aliases = min(s.aliases+o.aliases, ceiling)
	s.directives = min(s.directives+o.directives, ceiling)
	s.roots = min(s.roots+o.roots, ceiling)
}

// ruler measures one document. It looks at every selection once, however often its fragment is used, and before any
// rule of GraphQL has been checked: names may be wrong and fragments may be missing or use themselves.
type ruler struct {
	fragments     map[string]*ast.FragmentDefinition
	sizes         map[string]size
	open          map[string]bool // fragments being measured: meeting one again is a circle
	introspection bool
	uses, inline  int // fragments that are used so far; levels of those in line that are being measured
	refused       *gqlerror.Error
}

// measure refuses documents that ask for too much, in time that grows with their length only.
func measure(doc *ast.QueryDocument, introspection bool) *gqlerror.Error {
	if n := len(doc.Operations); n > maxOperations {
		return tooComplex("The document has %d operations; at most %d are allowed.", n, maxOperations)
	}
	if n := len(doc.Fragments); n > maxFragments {
		return tooComplex("The document has %d fragments; at most %d are allowed.", n, maxFragments)
	}
	r := &ruler{
		fragments:     map[string]*ast.FragmentDefinition{},
		sizes:         map[string]size{},
		open:          map[string]bool{},
		introspection: introspection,
	}
	for _, f := range doc.Fragments {
		r.fragments[f.Name] = f
	}
	for _, op := range doc.Operations {
		r.variables(op.VariableDefinitions)
		s := r.selection(op.SelectionSet, nil)
		s.directives += r.directives(op.Directives)
		r.judge(s)
	}
	for _, f := range doc.Fragments { // unused ones are validated too, so they are measured too
		s := r.fragment(f.Name)
		if introspection && strings.HasPrefix(f.TypeCondition, "__") {
			s.depth = 0 // explorers write the schema's types, which nest, as fragments
		}
		r.judge(s)
	}
	return r.refused
}

func (r *ruler) judge(s size) {
	switch {
	case s.depth > maxDepth:
		r.refuse(tooComplex("The query is more than %d levels deep; at most %d are allowed.", maxDepth, maxDepth))
	case s.roots > maxRootFields:
		r.refuse(tooComplex("The operation has more than %d fields at its root; at most %d are allowed.", maxRootFields, maxRootFields))
	case s.aliases > maxAliases:
		r.refuse(tooComplex("The operation has more than %d aliases; at most %d are allowed.", maxAliases, maxAliases))
	case s.directives > maxDirectives:
		r.refuse(tooComplex("The operation has more than %d directives; at most %d are allowed.", maxDirectives, maxDirectives))
	case s.fields > maxFields:
		r.refuse(tooComplex("The operation asks for more than %d fields; at most %d are allowed.", maxFields, maxFields))
	}
}

func (r *ruler) refuse(e *gqlerror.Error) {
	if r.refused == nil {
		r.refused = e
	}
}

// selection measures a selection set. Inline fragments stand for their fields, so they share the count of keys.
func (r *ruler) selection(set ast.SelectionSet, keys map[string]int) size {
	if keys == nil {
		keys = make(map[string]int, len(set))
	}
	var s size
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			s.add(r.field(sel, keys))
		case *ast.InlineFragment:
			r.used(1)
			s.directives += r.directives(sel.Directives)
			s.add(r.selection(sel.SelectionSet, keys))
			r.inline--
		case *ast.FragmentSpread:
			r.used(0)
			s.directives += r.directives(sel.Directives)
			s.add(r.fragment(sel.Name))
		}
	}
	return s
}

// used counts a fragment that is used, and how deep it stands in others that are written in line.
func (r *ruler) used(inline int) {
	r.uses++
	r.inline += inline
	if r.uses > maxUses {
		r.refuse(tooComplex("The document uses fragments more than %d times; at most %d are allowed.", maxUses, maxUses))
	}
	if r.inline > maxInline {
		r.refuse(tooComplex("Fragments nest more than %d levels deep in one place; at most %d are allowed.", maxInline, maxInline))
	}
}

func (r *ruler) field(f *ast.Field, keys map[string]int) size {
	if keys[f.Alias]++; keys[f.Alias] > maxRepeats {
		r.refuse(tooComplex("%q is selected more than %d times in one place; at most %d are allowed.", brief(f.Alias), maxRepeats, maxRepeats))
	}
	s := size{depth: 1, fields: 1, roots: 1, directives: r.directives(f.Directives)}
	if f.Alias != f.Name {
		s.aliases = 1
	}
	for _, a := range f.Arguments {
		r.value(a.Value, 1)
	}
	if f.Name == "__schema" || f.Name == "__type" {
		if !r.introspection {
			r.refuse(refusal(NotAllowed, "Introspection is off here."))
		}
		return s // how deep types nest is a rule of its own; the token limit bounds the rest
	}
	around := r.inline
	r.inline = 0
	below := r.selection(f.SelectionSet, nil)
	r.inline = around
	below.depth++
	below.roots = 0
	s.add(below)
	return s
}

// fragment measures a fragment once; a missing one is left for validation to name.
func (r *ruler) fragment(name string) size {
	if s, ok := r.sizes[name]; ok {
		return s
	}
	f := r.fragments[name]
	if f == nil {
		return size{}
	}
	if r.open[name] {
		r.refuse(refusal(BadInput, "The fragment %q uses itself.", brief(name)))
		return size{}
	}
	r.open[name] = true
	s := r.selection(f.SelectionSet, nil)
	s.directives += r.directives(f.Directives)
	delete(r.open, name)
	r.sizes[name] = s
	return s
}

func (r *ruler) directives(list ast.DirectiveList) int {
	for _, d := range list {
		for _, a := range d.Arguments {
			r.value(a.Value, 1)
		}
	}
	return len(list)
}

func (r *ruler) variables(list ast.VariableDefinitionList) {
	for _, v := range list {
		if v.DefaultValue != nil {
			r.value(v.DefaultValue, 1)
		}
	}
}

func (r *ruler) value(v *ast.Value, depth int) {
	if v == nil || r.refused != nil {
		return
	}
	if depth > maxValueDepth {
		r.refuse(tooDeepValue())
		return
	}
	if v.Kind == ast.ListValue && len(v.Children) > maxListLength {
		r.refuse(tooLongList(len(v.Children)))
		return
	}
	if !readable(v) {
		r.refuse(refusal(BadInput, "The number %s is too large.", brief(v.Raw)))
		return
	}
	for _, c := range v.Children {
		r.value(c.Value, depth+1)
	}
}
