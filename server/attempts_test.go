package main

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"membergate/internal/authz"
)

// anothers are ids of what is not the stranger's: one of each kind that is not for everybody, and writings that are not published
// for the stranger.
func anothers(t *testing.T, g *gateway) []string {
	t.Helper()
	var out []string
	table, err := authz.New(g.parts.Schema.Schema())
	if err != nil {
		t.Fatal(err)
	}
	for kind, id := range possessions(t, g) {
		right, _ := table.Right(kind, "id")
		if right.Thing(authz.OtherMember) == authz.Nothing {
			out = append(out, id)
		}
	}
	out = append(out, globalID("Post", string(familyPost)))
	r := good(t, g.url, question{who: teen, query: fmt.Sprintf(`mutation { mediaUploadCreate(input: {contentType: "image/png", byteSize: 100, sha256: %q}) { uploadId } }`, strings.Repeat("ab", 32))})
	if id, _ := r.at(t, "mediaUploadCreate", "uploadId").(string); id != "" {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

// attempt is one way to name an object: a document with the variable $id.
type attempt struct{ name, document string }

// attempts are all arguments of root fields, and fields of their inputs, that take ids.
func attempts(schema *ast.Schema) []attempt {
	var out []attempt
	for kind, root := range map[string]*ast.Definition{"query": schema.Query, "mutation": schema.Mutation} {
		for _, f := range root.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			for _, a := range f.Arguments {
				for _, way := range ways(schema, a.Type) {
					arguments := []string{a.Name + ": " + way.value}
					for _, other := range f.Arguments {
						if other != a && other.Type.NonNull && other.DefaultValue == nil {
							arguments = append(arguments, other.Name+": "+someValue(schema, other.Type))
						}
					}
					document := fmt.Sprintf("%s($id: ID!) { %s(%s)%s }", kind, f.Name, strings.Join(arguments, ", "), saying(schema, f.Type.Name()))
					out = append(out, attempt{f.Name + "(" + a.Name + way.path + ":)", document})
				}
			}
		}
	}
	out = append(out, []attempt{
		{"nested in the member's uses", `query($id: ID!) { me { benefitUses(filter: {benefitIds: [$id]}, first: 5) { nodes { id } } } }`},
		{"nested in a family", `query($id: ID!) { me { family { pool { preview(coins: 1, draws: [{memberId: $id, coins: 1}]) { blockedBy } } } } }`},
		{"twice in a list", `query($id: ID!) { nodes(ids: [$id, $id]) { __typename id } }`},
		{"with fragments", `query($id: ID!) { node(id: $id) { ... on Wallet { balance { available } } ... on Member { displayName } ... on Post { body } } }`},
		{"aliased", `query($id: ID!) { a: node(id: $id) { id } b: node(id: $id) { __typename } }`},
	}...)
	slices.SortFunc(out, func(a, b attempt) int { return strings.Compare(a.name, b.name) })
	return out
}

type way struct{ path, value string }

// ways are the values of a type that hold $id in one place, and name nothing in all others.
func ways(schema *ast.Schema, of *ast.Type) []way {
	d := schema.Types[of.Name()]
	var out []way
	switch {
	case d.Name == "ID":
		out = []way{{"", "$id"}}
	case d.Kind == ast.InputObject:
		for _, f := range d.Fields {
			for _, w := range ways(schema, f.Type) {
				parts := []string{f.Name + ": " + w.value}
				for _, other := range d.Fields {
					if other != f && other.Type.NonNull && other.DefaultValue == nil {
						parts = append(parts, other.Name+": "+someValue(schema, other.Type))
					}
				}
				out = append(out, way{"." + f.Name + w.path, "{" + strings.Join(parts, ", ") + "}"})
			}
		}
	}
	if of.Elem != nil {
		for i := range out {
			out[i].value = "[" + out[i].value + "]"
		}
	}
	return out
}

// saying selects what an answer says of a refusal, or only what it is.
func saying(schema *ast.Schema, name string) string {
	d := schema.Types[name]
	switch {
	case d.Fields.ForName("userErrors") != nil:
		return " { __typename userErrors { field message code } }"
	case d.Fields.ForName("id") != nil:
		return " { __typename id }"
	case d.IsCompositeType():
		return " { __typename }"
	}
	return ""
}

var costs = regexp.MustCompile(`,?"extensions":\{"cost".*\}\}`)

// sayingOf is an answer without what it cost, and without the id that was asked for.
func sayingOf(r reply, id string) string {
	said := costs.ReplaceAllString(r.text, "")
	return fmt.Sprint(r.status, strings.ReplaceAll(said, id, "ID"), len(r.header))
}

// Whatever argument names another's object, of whatever kind, the answer is byte for byte the one for an object that is not there,
// and takes as long.
func TestAnothersObjectLooksLikeNothingByEveryWayIn(t *testing.T) {
	g := staged(t)
	tried, ids := attempts(g.parts.Schema.Schema()), anothers(t, g)
	var theirs, nothing []time.Duration
	for _, a := range tried {
		for _, id := range ids {
			get := func(id string) (string, time.Duration) {
				began := time.Now()
				r := ask(t, g.url, question{query: a.document, variables: map[string]any{"id": id}, who: stranger})
				return sayingOf(r, id), time.Since(began)
			}
			none, tookNone := get(unknownLike(id))
			one, tookOne := get(id)
			theirs, nothing = append(theirs, tookOne), append(nothing, tookNone)
			if one != none {
				t.Errorf("%s of %s:\nanother's %s\nunknown   %s", a.name, readable(id), shortened(one), shortened(none))
			}
		}
	}
	if len(theirs) < 500 {
		t.Errorf("%d attempts were made", len(theirs))
	}
	apart := (middle(theirs) - middle(nothing)).Abs()
	t.Logf("%d attempts by %d ways; the middle ones take %v and %v", len(theirs), len(tried), middle(theirs), middle(nothing))
	if apart > 50*time.Millisecond { // ten times what is promised
		t.Errorf("another's and unknown ones are %v apart", apart)
	}
}

func middle(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
}

func readable(id string) string {
	raw, _ := base64.RawURLEncoding.DecodeString(id)
	return string(raw)
}

// Cursors of another's lists are no cursors, whichever list they are of.
func TestAnothersCursorIsNoCursor(t *testing.T) {
	g := staged(t)
	schema := g.parts.Schema.Schema()
	tried := 0
	for _, f := range schema.Types["Member"].Fields {
		if f.Arguments.ForName("after") == nil {
			continue
		}
		document := fmt.Sprintf(`query($c: String) { me { %s(first: 1, after: $c) { pageInfo { endCursor } } } }`, f.Name)
		mine, _ := good(t, g.url, question{who: owner, query: document}).at(t, "me", f.Name, "pageInfo", "endCursor").(string)
		if mine == "" {
			continue
		}
		tried++
		as := func(c string) string {
			return strings.ReplaceAll(sayingOf(ask(t, g.url, question{who: stranger, query: document, variables: map[string]any{"c": c}}), c), c, "")
		}
		if got, want := as(mine), as(changed(mine)); got != want || !strings.Contains(got, "BAD_USER_INPUT") {
			t.Errorf("%s: another's cursor says %s, one that is none %s", f.Name, shortened(got), shortened(want))
		}
	}
	if tried < 5 {
		t.Errorf("%d lists have a second page", tried)
	}
}
