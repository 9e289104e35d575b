package schematest

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
)

func TestConnectionsHaveTheirShape(t *testing.T) {
	schema := load(t)
	seen := 0
	for _, d := range own(schema) {
		name, ok := strings.CutSuffix(d.Name, "Connection")
		if !ok {
			continue
		}
		seen++
		shape(t, d, "edges", "["+name+"Edge!]!")
		shape(t, d, "nodes", "["+name+"!]!")
		shape(t, d, "pageInfo", "PageInfo!")
		edge := schema.Types[name+"Edge"]
		if edge == nil {
			t.Errorf("%s has no type %sEdge", d.Name, name)
			continue
		}
		shape(t, edge, "cursor", "String!")
		shape(t, edge, "node", name+"!")
	}
	if seen == 0 {
		t.Error("the schema has no connection")
	}
	info := schema.Types["PageInfo"]
	shape(t, info, "hasNextPage", "Boolean!")
	shape(t, info, "hasPreviousPage", "Boolean!")
	shape(t, info, "startCursor", "String")
	shape(t, info, "endCursor", "String")
}

func shape(t *testing.T, d *ast.Definition, field, want string) {
	t.Helper()
	f := d.Fields.ForName(field)
	if f == nil {
		t.Errorf("%s has no field %s", d.Name, field)
	} else if got := f.Type.String(); got != want {
		t.Errorf("%s.%s is %s, want %s", d.Name, field, got, want)
	}
}

func TestPagedFieldsAreBounded(t *testing.T) {
	for _, d := range own(load(t)) {
		for _, f := range fields(d) {
			where := d.Name + "." + f.Name
			first, after := f.Arguments.ForName("first"), f.Arguments.ForName("after")
			if strings.HasSuffix(f.Type.Name(), "Connection") {
				if first == nil || after == nil {
					t.Errorf("%s is a connection without first and after", where)
				}
				if f.Type.NonNull {
					t.Errorf("%s is a connection that cannot be null when its store does not answer", where)
				}
			}
			if first == nil {
				continue
			}
			if first.DefaultValue == nil {
				t.Errorf("%s(first:) has no default", where)
			} else if n, err := strconv.Atoi(first.DefaultValue.Raw); err != nil || n < 1 || n > 50 {
				t.Errorf("%s(first:) defaults to %s; allowed are 1 to 50", where, first.DefaultValue.Raw)
			}
			for _, name := range []string{"first", "last"} {
				if a := f.Arguments.ForName(name); a != nil && !strings.Contains(a.Description, "1 to 50") {
					t.Errorf("%s(%s:) does not say its limits: %q", where, name, a.Description)
				}
			}
		}
	}
}

// hasOwnID lists the types whose id is no global one.
var hasOwnID = []string{
	"Recommendation", // lives as long as the list it is part of
}

func TestWhatHasAnIDIsANode(t *testing.T) {
	schema := load(t)
	for _, d := range own(schema) {
		id := d.Fields.ForName("id")
		if d.Kind != ast.Object || id == nil {
			continue
		}
		if got := id.Type.String(); got != "ID!" {
			t.Errorf("%s.id is %s, want ID!", d.Name, got)
		}
		if isNode := slices.Contains(d.Interfaces, "Node"); isNode == slices.Contains(hasOwnID, d.Name) {
			t.Errorf("%s has an id; implements Node: %v", d.Name, isNode)
		}
	}
}

func TestEveryTypeIsUsed(t *testing.T) {
	schema := load(t)
	used := map[string]bool{"Query": true, "Mutation": true, "Subscription": true, "Node": true, "UserError": true}
	for _, d := range own(schema) {
		for _, member := range d.Types {
			used[member] = true
		}
		for _, f := range fields(d) {
			used[f.Type.Name()] = true
			for _, a := range f.Arguments {
				used[a.Type.Name()] = true
			}
		}
	}
	for _, d := range own(schema) {
		if !used[d.Name] {
			t.Errorf("nothing has the type %s", d.Name)
		}
	}
}

func TestPromisedEnumerationsHaveExactlyTheirValues(t *testing.T) {
	schema := load(t)
	for name, want := range promised {
		d := schema.Types[name]
		if d == nil || d.Kind != ast.Enum {
			t.Errorf("%s is no enum", name)
			continue
		}
		var got []string
		for _, v := range d.EnumValues {
			got = append(got, v.Name)
		}
		if diff := cmp.Diff(strings.Fields(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// promised are the enumerations that apps may rely on.
var promised = map[string]string{
	"Channel":               "ONLINE_FLAGSHIP STORE MINI_PROGRAM COMMUNITY_GROUP PARTNER",
	"FeedKind":              "HOT NEW FOLLOWING FOR_YOU BOARD TOPIC FAMILY",
	"ReactionKind":          "LIKE LOVE HELPFUL WANT FUNNY",
	"RecommendationSurface": "HOME DISCOVER PRODUCT CART REWARDS COMMUNITY FAMILY REPLENISH",
	"FamilyRole":            "OWNER GUARDIAN ADULT TEEN CHILD",
	"PostVisibility":        "PUBLIC MEMBERS TIER FAMILY FOLLOWERS",
}

func TestOtherEnumerationsAreOnlyForWhatAppsSend(t *testing.T) {
	schema := load(t)
	sent := map[string]bool{}
	for _, d := range own(schema) {
		for _, f := range fields(d) {
			if d.Kind == ast.InputObject {
				sent[f.Type.Name()] = true
			}
			for _, a := range f.Arguments {
				sent[a.Type.Name()] = true
			}
		}
	}
	for _, d := range own(schema) {
		if strings.HasSuffix(d.Name, "ErrorCode") {
			continue // clients switch over them, and are told that they grow
		}
		if d.Kind == ast.Enum && promised[d.Name] == "" && !sent[d.Name] {
			t.Errorf("enum %s is only served; serve it as a string, so that it may grow", d.Name)
		}
	}
}

func TestNoEnumNamesAProgrammesWord(t *testing.T) {
	type coded []struct{ Code string }
	files, err := filepath.Glob(root + "programmes/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("there is no preset to compare with")
	}
	words := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var p struct {
			Tiers, Boards, Groups, Currencies, Benefits coded
			Privacy                                     struct{ Purposes coded }
		}
		if err := yaml.Unmarshal(text, &p); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if len(p.Tiers) == 0 {
			t.Errorf("%s has no tiers to compare with", file)
		}
		for _, list := range []coded{p.Tiers, p.Boards, p.Groups, p.Currencies, p.Benefits, p.Privacy.Purposes} {
			for _, w := range list {
				words[w.Code] = filepath.Base(file)
			}
		}
	}
	for _, d := range own(load(t)) {
		for _, v := range d.EnumValues {
			if file := words[v.Name]; file != "" && promised[d.Name] == "" {
				t.Errorf("%s.%s is a word of the programme in %s", d.Name, v.Name, file)
			}
		}
	}
}

var storage = regexp.MustCompile(`(?i)mongo|redis|bson|bolt|shard|sql|^_id$|[a-z]Doc$`)

func TestNothingIsNamedAfterStorage(t *testing.T) {
	check := func(where, name, description string) {
		if storage.MatchString(name) || regexp.MustCompile(`(?i)mongo|redis|bson|\bbolt|\bsql\b|\b_id\b`).MatchString(description) {
			t.Errorf("%s is named after how things are stored", where)
		}
	}
	for _, d := range own(load(t)) {
		check(d.Name, d.Name, d.Description)
		for _, f := range fields(d) {
			check(d.Name+"."+f.Name, f.Name, f.Description)
			for _, a := range f.Arguments {
				check(d.Name+"."+f.Name+"("+a.Name+":)", a.Name, a.Description)
			}
		}
		for _, v := range d.EnumValues {
			check(d.Name+"."+v.Name, v.Name, v.Description)
		}
	}
}
