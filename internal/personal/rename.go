package personal

import (
	"slices"
	"strings"
)

// Mention is where a stored value that others share names a member: the field Name of the part At, a path of names; lists
// on the way are gone through. Without a Name, At is a list of members. Blank are fields of the same part that go; with Out,
// At is a list of whose parts those of the member go as a whole.
type Mention struct {
	At    string
	Name  string
	Blank []string
	Out   bool
}

// Path is where the names stand.
func (m Mention) Path() string { return strings.Trim(m.At+"."+m.Name, ".") }

// Says tells whether a field of a tree holds a text.
func Says(tree map[string]any, at, text string) bool {
	dir, name := "", at
	if i := strings.LastIndexByte(at, '.'); i >= 0 {
		dir, name = at[:i], at[i+1:]
	}
	for _, part := range parts(tree, dir) {
		if part[name] == text {
			return true
		}
	}
	return false
}

// Rename puts a ghost in a member's place wherever a tree of maps and lists mentions the member, takes out what is to go
// with that, and tells whether anything was changed.
func Rename(tree map[string]any, mentions []Mention, who, ghost string) (changed bool) {
	var blank []func()
	for _, m := range mentions {
		switch {
		case m.Name == "":
			changed = pull(tree, m.At, func(v any) bool { return v == who }) || changed
			continue
		case m.Out:
			changed = pull(tree, m.At, func(v any) bool { part, ok := v.(map[string]any); return ok && part[m.Name] == who }) || changed
			continue
		}
		for _, part := range parts(tree, m.At) {
			if part[m.Name] != who {
				continue
			}
			part[m.Name], changed = ghost, true
			blank = append(blank, func() {
				for _, name := range m.Blank {
					delete(part, name)
				}
			})
		}
	}
	for _, b := range blank {
		b()
	}
	return changed
}

// parts are the maps at a path, those in lists one by one.
func parts(tree map[string]any, at string) (out []map[string]any) {
	if at == "" {
		return []map[string]any{tree}
	}
	name, below, _ := strings.Cut(at, ".")
	switch v := tree[name].(type) {
	case map[string]any:
		return parts(v, below)
	case []any:
		for _, each := range v {
			if m, ok := each.(map[string]any); ok {
				out = append(out, parts(m, below)...)
			}
		}
	}
	return out
}

// pull takes out of a list what is a member's.
func pull(tree map[string]any, at string, theirs func(any) bool) bool {
	list, ok := tree[at].([]any)
	if !ok || !slices.ContainsFunc(list, theirs) {
		return false
	}
	tree[at] = slices.DeleteFunc(list, theirs)
	return true
}
