package personal_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"membergate/internal/personal"
)

func TestOfWhatManyShareOnlyTheOwnIsLeft(t *testing.T) {
	family := []personal.Mention{{At: "people", Name: "member", Blank: []string{"adult"}}, {At: "people.consent", Name: "by"}, {At: "changes", Name: "by"}, {At: "changes", Name: "whom"},
		{At: "active"}}
	gift := []personal.Mention{{Name: "sender", Blank: []string{"message"}}, {Name: "recipient", Blank: []string{"message"}}}
	report := []personal.Mention{{Name: "reporter", Blank: []string{"words"}}, {Name: "author"}}
	type tree = map[string]any
	for name, c := range map[string]struct {
		tree     tree
		mentions []personal.Mention
		named    bool
		want     tree
	}{
		"people": {tree{"people": []any{tree{"member": "ann", "adult": 1, "consent": tree{"by": "bob", "at": 2}}, tree{"member": "bob", "adult": 3, "consent": tree{"by": "ann"}}},
			"active": []any{"ann", "bob"}}, family, true,
			tree{"people": []any{tree{"member": "ann", "adult": 1, "consent": tree{"at": 2}}}, "active": []any{"ann"}}},
		"changes": {tree{"changes": []any{tree{"by": "ann", "whom": "bob"}, tree{"by": "bob", "whom": "cid"}, tree{"by": "cid", "whom": "ann"}}}, family, true,
			tree{"changes": []any{tree{"by": "ann"}, tree{"whom": "ann"}}}},
		"a gift":              {tree{"sender": "bob", "recipient": "ann", "message": "hi"}, gift, true, tree{"recipient": "ann", "message": "hi"}},
		"a gift of others":    {tree{"sender": "bob", "recipient": "cid", "message": "hi"}, gift, false, tree{}},
		"a report of the own": {tree{"reporter": "bob", "author": "ann", "words": "rude"}, report, true, tree{"author": "ann"}},
		"an own report":       {tree{"reporter": "ann", "author": "bob", "words": "rude"}, report, true, tree{"reporter": "ann", "words": "rude"}},
		"nothing":             {tree{}, family, false, tree{}},
	} {
		if named := personal.Own(c.tree, c.mentions, "ann"); named != c.named {
			t.Errorf("%s: named is %v", name, named)
		}
		if diff := cmp.Diff(c.want, c.tree); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if got := personal.Named(family); len(got) != 4 {
		t.Errorf("in fields stand %v", got)
	}
}
