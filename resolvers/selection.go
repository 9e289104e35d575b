package resolvers

import (
	"context"
	"encoding/json"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// chosen gives the fields at a path below the field that is being resolved, whatever fragments they stand in. Type
// conditions are not looked at: a look-ahead may fetch a little too much, never too little.
func chosen(ctx context.Context, path ...string) []*ast.Field {
	field := graphql.GetFieldContext(ctx).Field
	return below(graphql.GetOperationContext(ctx), field.Selections, path)
}

// asks tells whether a path is selected below the field that is being resolved.
func asks(ctx context.Context, path ...string) bool { return len(chosen(ctx, path...)) > 0 }

func below(op *graphql.OperationContext, set ast.SelectionSet, path []string) []*ast.Field {
	var out []*ast.Field
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if s.Name != path[0] || skipped(op, s.Directives) {
				continue
			}
			if len(path) == 1 {
				out = append(out, s)
			} else {
				out = append(out, below(op, s.SelectionSet, path[1:])...)
			}
		case *ast.InlineFragment:
			if !skipped(op, s.Directives) {
				out = append(out, below(op, s.SelectionSet, path)...)
			}
		case *ast.FragmentSpread:
			if !skipped(op, s.Directives) {
				out = append(out, below(op, s.Definition.SelectionSet, path)...)
			}
		}
	}
	return out
}

// skipped applies @skip and @include.
func skipped(op *graphql.OperationContext, directives ast.DirectiveList) bool {
	for _, d := range directives {
		if d.Name != "skip" && d.Name != "include" {
			continue
		}
		v, _ := d.ArgumentMap(op.Variables)["if"].(bool)
		if v == (d.Name == "skip") {
			return true
		}
	}
	return false
}

// argument reads an argument of a field as it will be executed, its default included; nil if it is null or absent.
func argument(op *graphql.OperationContext, f *ast.Field, name string) any {
	return f.ArgumentMap(op.Variables)[name]
}

// whole reads an argument that is a whole number, however the request wrote it.
func whole(v any) (int, bool) {
	switch n := v.(type) {
	case int64:
		return int(n), true
	case int:
		return n, true
	case float64:
		return int(n), n == float64(int(n))
	case json.Number:
		i, err := n.Int64()
		return int(i), err == nil
	default:
		return 0, false
	}
}
