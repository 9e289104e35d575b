package edge

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// pricer tells what an operation costs before it runs: an object costs 1, a scalar nothing, and what lies in a list
// costs its price times the list's length. The price is the same whether a page size is written in the document, comes
// in a variable or is the schema's default.
type pricer struct {
	variables map[string]any
	fragments map[string]int // a fragment costs the same wherever it is used, so it is priced once
	refused   *gqlerror.Error
}

// price gives Σ first × child cost of a checked operation; it stops counting at the ceiling. It refuses page sizes that
// no connection gives.
func price(op *ast.OperationDefinition, variables map[string]any) (int, *gqlerror.Error) {
	p := &pricer{variables: variables, fragments: map[string]int{}}
	return p.selection(op.SelectionSet), p.refused
}

func (p *pricer) selection(set ast.SelectionSet) int {
	cost := 0
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			cost += p.field(sel)
		case *ast.InlineFragment:
			cost += p.selection(sel.SelectionSet)
		case *ast.FragmentSpread:
			cost += p.fragment(sel)
		}
		cost = min(cost, ceiling)
	}
	return cost
}

func (p *pricer) fragment(spread *ast.FragmentSpread) int {
	if cost, ok := p.fragments[spread.Name]; ok {
		return cost
	}
	cost := p.selection(spread.Definition.SelectionSet)
	p.fragments[spread.Name] = cost
	return cost
}

func (p *pricer) field(f *ast.Field) int {
	if len(f.SelectionSet) == 0 || strings.HasPrefix(f.Name, "__") {
		return 0
	}
	return min(p.length(f)*(1+p.selection(f.SelectionSet)), ceiling)
}

// length tells how many objects a field may give. A page's edges and nodes count once: the field that gave the page
// has its size.
func (p *pricer) length(f *ast.Field) int {
	given := f.ArgumentMap(p.variables) // with the schema's defaults filled in
	if n, ok := p.pageSize(f, given); ok {
		return n
	}
	if f.Definition.Type.Elem == nil || f.ObjectDefinition.Fields.ForName("pageInfo") != nil {
		return 1
	}
	if ids, ok := given["ids"].([]any); ok { // nodes(ids:) gives one for each
		return len(ids)
	}
	return assumedList
}

// pageSize is what first or last ask for, when the field has them; the larger counts when both are given.
func (p *pricer) pageSize(f *ast.Field, given map[string]any) (size int, paged bool) {
	for _, name := range []string{"first", "last"} {
		if f.Definition.Arguments.ForName(name) == nil {
			continue
		}
		paged = true
		if given[name] == nil {
			continue
		}
		n := whole(given[name])
		if (n < 1 || n > largestPage) && p.refused == nil {
			p.refused = refusal(BadInput, "%s of %q is %d; allowed is 1 to %d.", name, brief(f.Name), n, largestPage)
			p.refused.Extensions["field"] = name
		}
		size = max(size, n)
	}
	if paged && size == 0 {
		size = largestPage
	}
	return size, paged
}

// whole reads a number from a literal or a variable, where the library takes numbers in quotes too; what is no number
// is 0.
func whole(v any) int {
	var n int64
	switch v := v.(type) {
	case int64:
		n = v
	case float64:
		n = int64(v)
	case json.Number:
		n, _ = v.Int64()
	case string:
		n, _ = strconv.ParseInt(v, 10, 64)
	}
	return int(max(min(n, math.MaxInt32), math.MinInt32))
}
