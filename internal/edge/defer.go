package edge

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

type deferredKey struct{}

// withDefer says that an operation may be answered in several parts. Without it @defer does nothing.
func withDefer(ctx context.Context) context.Context {
	return context.WithValue(ctx, deferredKey{}, true)
}

func mayDefer(ctx context.Context) bool { return ctx.Value(deferredKey{}) != nil }

func isDefer(d *ast.Directive) bool { return d.Name == "defer" }

// undefer takes @defer off a document: its answer comes whole.
func undefer(doc *ast.QueryDocument) {
	for _, op := range doc.Operations {
		undeferIn(op.SelectionSet)
	}
	for _, f := range doc.Fragments {
		undeferIn(f.SelectionSet)
	}
}

func undeferIn(set ast.SelectionSet) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			undeferIn(s.SelectionSet)
		case *ast.InlineFragment:
			s.Directives = slices.DeleteFunc(s.Directives, isDefer)
			undeferIn(s.SelectionSet)
		case *ast.FragmentSpread:
			s.Directives = slices.DeleteFunc(s.Directives, isDefer)
		}
	}
}

// outermost leaves @defer only where nothing around it is deferred. A server may ignore the directive anywhere, and parts
// within parts are nothing that an app waits for.
func outermost(doc *ast.QueryDocument) {
	for _, op := range doc.Operations {
		outermostIn(op.SelectionSet, map[*ast.FragmentDefinition]bool{})
	}
}

func outermostIn(set ast.SelectionSet, seen map[*ast.FragmentDefinition]bool) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			outermostIn(s.SelectionSet, seen)
		case *ast.InlineFragment:
			if s.Directives.ForName("defer") != nil {
				allWithin(s.SelectionSet, map[*ast.FragmentDefinition]bool{})
			} else {
				outermostIn(s.SelectionSet, seen)
			}
		case *ast.FragmentSpread:
			switch f := s.Definition; {
			case f == nil:
			case s.Directives.ForName("defer") != nil:
				allWithin(f.SelectionSet, map[*ast.FragmentDefinition]bool{})
			case !seen[f]:
				seen[f] = true
				outermostIn(f.SelectionSet, seen)
			}
		}
	}
}

// allWithin takes @defer off a set and off every fragment that is used in it.
func allWithin(set ast.SelectionSet, seen map[*ast.FragmentDefinition]bool) {
	undeferIn(set)
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			allWithin(s.SelectionSet, seen)
		case *ast.InlineFragment:
			allWithin(s.SelectionSet, seen)
		case *ast.FragmentSpread:
			if f := s.Definition; f != nil && !seen[f] {
				seen[f] = true
				allWithin(f.SelectionSet, seen)
			}
		}
	}
}

// level is what is selected in one place: below each key, and which keys are deferred only.
type level struct {
	below    map[string]ast.SelectionSet
	deferred map[string]bool
}

func (l *level) add(set ast.SelectionSet, later bool) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			before, known := l.deferred[s.Alias]
			l.deferred[s.Alias] = later && (!known || before)
			if !later {
				l.below[s.Alias] = slices.Concat(l.below[s.Alias], s.SelectionSet)
			}
		case *ast.InlineFragment:
			l.add(s.SelectionSet, later || s.Directives.ForName("defer") != nil)
		case *ast.FragmentSpread:
			if s.Definition != nil {
				l.add(s.Definition.SelectionSet, later || s.Directives.ForName("defer") != nil)
			}
		}
	}
}

// pruned takes the nulls out of an answer's first part that the library puts where something is deferred: clients would
// show them as values.
func pruned(text json.RawMessage, set ast.SelectionSet) json.RawMessage {
	text = bytes.TrimSpace(text)
	if len(text) == 0 || len(set) == 0 || text[0] != '{' && text[0] != '[' {
		return text
	}
	var l *level
	if text[0] == '{' {
		l = &level{below: map[string]ast.SelectionSet{}, deferred: map[string]bool{}}
		l.add(set, false)
	}
	var out bytes.Buffer
	d := json.NewDecoder(bytes.NewReader(text))
	open, _ := d.Token()
	out.WriteString(open.(json.Delim).String())
	for first := true; d.More(); {
		below, key := set, ""
		if l != nil {
			name, _ := d.Token()
			key, _ = name.(string)
			below = l.below[key]
		}
		var value json.RawMessage
		if d.Decode(&value) != nil {
			return text // it was written by the library, and is JSON
		}
		if l != nil && l.deferred[key] && string(value) == "null" {
			continue
		}
		if !first {
			out.WriteByte(',')
		}
		first = false
		if l != nil {
			out.Write(encode(key))
			out.WriteByte(':')
		}
		out.Write(pruned(value, below))
	}
	if l != nil {
		out.WriteByte('}')
	} else {
		out.WriteByte(']')
	}
	return out.Bytes()
}
