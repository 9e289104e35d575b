package authz

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// rows are words of rights by the name of what they are of.
type rows map[string]string

// Table is the rights of one schema: every field of it has one.
type Table struct {
	rights map[string]map[string]Right // by type and field
}

// Right gives the right of a field of a type; false for a field that the schema does not have.
func (t *Table) Right(object, field string) (Right, bool) {
	r, ok := t.rights[object][field]
	return r, ok
}

// Closed tells whether any field of a type has a right that keeps somebody out.
func (t *Table) Closed(object string) bool {
	for _, r := range t.rights[object] {
		if !r.Open() {
			return true
		}
	}
	return false
}

// derived are the kinds of types that follow others, by the end of their names.
var derived = []string{"Payload", "UserError", "Connection", "Edge"}

// New reads the table for a schema. A field without a right, and a row without a field, are errors: a program whose schema has
// either does not start.
func New(schema *ast.Schema) (*Table, error) {
	t := &Table{rights: map[string]map[string]Right{}}
	roots := map[*ast.Definition]rows{schema.Query: queries, schema.Mutation: mutations, schema.Subscription: subscriptions}
	var missing []string
	used := rows{}
	for _, name := range slices.Sorted(maps.Keys(schema.Types)) {
		d := schema.Types[name]
		if d.BuiltIn || d.Kind != ast.Object {
			continue
		}
		own := map[string]Right{}
		for _, f := range d.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			where, words := name+"."+f.Name, ""
			if root, is := roots[d]; is {
				words = root[f.Name]
			} else if words = fields[where]; words == "" {
				words = ofType(schema, name)
				used[name] = words
			}
			if words == "" {
				missing = append(missing, where)
				continue
			}
			right, err := read(words)
			if err != nil {
				return nil, fmt.Errorf("%w (%s)", err, where)
			}
			own[f.Name], used[where] = right, words
		}
		t.rights[name] = own
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("authz: the table has no right for %s", strings.Join(missing, ", "))
	}
	return t, left(schema, used)
}

// ofType is the right of a type's fields; payloads and the like follow what they are of.
func ofType(schema *ast.Schema, name string) string {
	if words := types[name]; words != "" {
		return words
	}
	for _, end := range derived {
		of, is := strings.CutSuffix(name, end)
		switch {
		case !is:
		case end == "Payload" || end == "UserError":
			return string(Anyone) // whoever may not ask the change gets neither
		case schema.Types[of] != nil:
			return types[of]
		}
	}
	return ""
}

// left refuses rows of things that the schema does not have.
func left(schema *ast.Schema, used rows) error {
	var all []string
	for of, table := range map[string]rows{"Query.": queries, "Mutation.": mutations, "Subscription.": subscriptions, "": fields} {
		for name := range table {
			all = append(all, of+name)
		}
	}
	for name := range types {
		if schema.Types[name] == nil {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	for _, name := range all {
		if used[name] == "" {
			return fmt.Errorf("authz: the table has a row for %s, which the schema does not have", name)
		}
	}
	return nil
}
