package edge

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// chosenPart is the part of a document that the named operation needs: the operation and the fragments it reaches.
// Apps send a whole file and name one operation of it, and a newer app's file may hold operations that this server
// does not know yet: they must not keep the known ones from running. A document whose names are not clear is not
// taken apart, so that the rules refuse it.
func chosenPart(doc *ast.QueryDocument, name string) *ast.QueryDocument {
	if name == "" || len(doc.Operations) < 2 {
		return doc
	}
	named := map[string]int{}
	for _, op := range doc.Operations {
		named[op.Name]++
	}
	if named[name] != 1 || named[""] > 0 {
		return doc
	}
	op := doc.Operations.ForName(name)
	part := &ast.QueryDocument{Operations: ast.OperationList{op}, Position: doc.Position}
	reached := map[string]bool{}
	reach(doc, op.SelectionSet, reached)
	for _, f := range doc.Fragments {
		if reached[f.Name] {
			part.Fragments = append(part.Fragments, f)
		}
	}
	return part
}

// reach notes the names of all fragments below a selection; a fragment is gone into once, so that rings end.
func reach(doc *ast.QueryDocument, set ast.SelectionSet, reached map[string]bool) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			reach(doc, s.SelectionSet, reached)
		case *ast.InlineFragment:
			reach(doc, s.SelectionSet, reached)
		case *ast.FragmentSpread:
			if reached[s.Name] {
				continue
			}
			reached[s.Name] = true
			i := slices.IndexFunc(doc.Fragments, func(f *ast.FragmentDefinition) bool { return f.Name == s.Name })
			if i >= 0 {
				reach(doc, doc.Fragments[i].SelectionSet, reached)
			}
		}
	}
}
