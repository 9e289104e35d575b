package programme

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

var timeType = reflect.TypeFor[time.Time]()

// shape compares a document with the Go type that it is decoded into: unknown and repeated keys, wrong kinds of
// values. The decoder would stop at the first of them; here all are found, and every path's line is kept.
func (r *report) shape(path string, n ast.Node, t reflect.Type) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch v := n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		r.add(path, "is a YAML %s; allowed are plain values", strings.ToLower(n.Type().String()))
	case nil, *ast.NullNode:
		r.add(path, "is empty; allowed is %s, or no such key", wanted(t))
	case *ast.MappingNode:
		r.mapping(path, v, t)
	case *ast.SequenceNode:
		if t.Kind() != reflect.Slice {
			r.add(path, "is a list; allowed is %s", wanted(t))
			return
		}
		for i, each := range v.Values {
			item := fmt.Sprintf("%s[%d]", path, i)
			r.lines[item] = each.GetToken().Position.Line
			r.shape(item, each, t.Elem())
		}
	default:
		r.scalar(path, n, t)
	}
}

func (r *report) mapping(path string, m *ast.MappingNode, t reflect.Type) {
	named := t.Kind() == reflect.Struct && t != timeType
	if !named && t.Kind() != reflect.Map {
		r.add(path, "is a mapping; allowed is %s", wanted(t))
		return
	}
	var names []string
	var types map[string]reflect.Type
	if named {
		names, types = keys(t)
	}
	for _, pair := range m.Values {
		token := pair.Key.GetToken()
		name, ok := pair.Key.(*ast.StringNode)
		if !ok {
			r.lines[join(path, token.Value)] = token.Position.Line
			r.add(join(path, token.Value), "is no text key; put it in quotes")
			continue
		}
		at := join(path, name.Value)
		if line, twice := r.lines[at]; twice {
			r.found = append(r.found, Problem{File: r.file, Line: token.Position.Line,
				Text: fmt.Sprintf("%s is given twice; allowed is once, as in line %d", at, line)})
			continue
		}
		r.lines[at] = token.Position.Line
		if !named {
			r.shape(at, pair.Value, t.Elem())
			continue
		}
		if field, known := types[name.Value]; known {
			r.shape(at, pair.Value, field)
		} else {
			r.add(at, "is no known key; allowed %s", these(names))
		}
	}
}

func (r *report) scalar(path string, n ast.Node, t reflect.Type) {
	ok := false
	switch v := n.(type) {
	case *ast.StringNode:
		ok = t.Kind() == reflect.String
		if t == timeType {
			_, err := time.Parse(time.RFC3339, v.Value)
			ok = err == nil
		}
	case *ast.LiteralNode:
		ok = t.Kind() == reflect.String
	case *ast.IntegerNode:
		ok = fits(v.Value, t)
	case *ast.BoolNode:
		ok = t.Kind() == reflect.Bool
	}
	switch _, quoted := n.(*ast.StringNode); {
	case ok:
	case t.Kind() == reflect.String && !quoted:
		r.add(path, "is %s; allowed is a text, so put it in quotes", seen(n))
	default:
		r.add(path, "is %s; allowed is %s", seen(n), wanted(t))
	}
}

// fits tells whether an integer of the parser (int64, or uint64 where that is too small) can be held by the type.
func fits(value any, t reflect.Type) bool {
	if t.Kind() < reflect.Int || t.Kind() > reflect.Int64 {
		return false
	}
	switch n := value.(type) {
	case int64:
		return !t.OverflowInt(n)
	case uint64:
		return n < 1<<63 && !t.OverflowInt(int64(n))
	default:
		return false
	}
}

// keys are the names of a struct's keys, in the order of its fields, and their types.
func keys(t reflect.Type) (names []string, types map[string]reflect.Type) {
	types = map[string]reflect.Type{}
	for f := range t.Fields() {
		if name := f.Tag.Get("yaml"); name != "" {
			names = append(names, name)
			types[name] = f.Type
		}
	}
	return names, types
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// wanted says in words what a type takes.
func wanted(t reflect.Type) string {
	switch {
	case t == timeType:
		return "a time such as 2026-01-01T00:00:00+08:00"
	case t.Kind() == reflect.Slice:
		return "a list"
	case t.Kind() == reflect.Struct, t.Kind() == reflect.Map:
		return "a mapping"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.String:
		return "a text"
	default:
		return "a whole number"
	}
}

// seen shows a scalar as it stands in the file: texts in quotes.
func seen(n ast.Node) string {
	switch v := n.(type) {
	case *ast.StringNode:
		return fmt.Sprintf("%q", v.Value)
	case *ast.LiteralNode:
		return fmt.Sprintf("%q", v.Value.Value)
	default:
		return n.GetToken().Value
	}
}
