package personal

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Named are the mentions that stand in fields, not in lists of members: a member's own lists are the member's choice.
func Named(all []Mention) (out []Mention) {
	for _, m := range all {
		if m.Name != "" {
			out = append(out, m)
		}
	}
	return out
}

// Own takes out of a tree that several members share what is somebody else's: parts of lists that do not name the member,
// names of others, and what goes with them. It tells whether anything names the member.
func Own(tree map[string]any, mentions []Mention, who string) (named bool) {
	at := map[string][]Mention{}
	for _, m := range mentions {
		at[m.At] = append(at[m.At], m)
	}
	for _, path := range slices.SortedFunc(maps.Keys(at), func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.Count(a, "."), strings.Count(b, ".")), strings.Compare(a, b))
	}) {
		switch of := at[path]; {
		case path == "":
			named = keepOwn(tree, of, who) || named
		case of[0].Name == "":
			if list, ok := tree[path].([]any); ok {
				tree[path] = slices.DeleteFunc(list, func(v any) bool { return v != who })
				named = named || len(tree[path].([]any)) > 0
			}
		default:
			named = prune(tree, strings.Split(path, "."), of, who) || named
		}
	}
	return named
}

// prune keeps of the parts at a path those that name the member, without what is of others in them.
func prune(part map[string]any, path []string, of []Mention, who string) (named bool) {
	into := func(below map[string]any) bool {
		if len(path) == 1 {
			return keepOwn(below, of, who)
		}
		return prune(below, path[1:], of, who)
	}
	switch v := part[path[0]].(type) {
	case map[string]any:
		return into(v)
	case []any:
		kept := []any{}
		for _, each := range v {
			below, ok := each.(map[string]any)
			is := ok && into(below)
			if named = named || is; is || ok && len(path) > 1 {
				kept = append(kept, below)
			}
		}
		part[path[0]] = kept
	}
	return named
}

// keepOwn takes the names of others out of a part, and what goes with them unless it is the member's as well.
func keepOwn(part map[string]any, of []Mention, who string) (named bool) {
	own := map[string]bool{}
	for _, m := range of {
		if part[m.Name] == who {
			named = true
			for _, field := range m.Blank {
				own[field] = true
			}
		}
	}
	for _, m := range of {
		if part[m.Name] == who {
			continue
		}
		delete(part, m.Name)
		for _, field := range m.Blank {
			if !own[field] {
				delete(part, field)
			}
		}
	}
	return named
}
