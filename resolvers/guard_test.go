package resolvers

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"membergate/graph"
	"membergate/internal/account"
	"membergate/internal/authz"
	"membergate/internal/member"
	"membergate/internal/viewer"
)

// guarded is a guard of the schema.
func guarded(t testing.TB) (*Guard, *ast.Schema) {
	t.Helper()
	schema := gqlparser.MustLoadSchema(&ast.Source{Name: "schema", Input: graph.SDL()})
	g, err := NewGuard(schema)
	if err != nil {
		t.Fatal(err)
	}
	return g, schema
}

// asked runs the guard before one field of an object, and tells whether the field was answered, hidden or refused.
func asked(g *Guard, d *ast.Definition, f *ast.FieldDefinition, of any, who viewer.Viewer) string {
	op := &graphql.OperationContext{ResolverMiddleware: func(ctx context.Context, next graphql.Resolver) (any, error) { return next(ctx) }}
	ctx := graphql.WithOperationContext(viewer.With(context.Background(), who), op)
	_ = g.MutateOperationContext(ctx, op)
	ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{Result: of})
	ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{Object: d.Name,
		Field: graphql.CollectedField{Field: &ast.Field{Name: f.Name, Definition: f, ObjectDefinition: d}}})
	v, err := op.ResolverMiddleware(ctx, func(context.Context) (any, error) { return "it", nil })
	switch {
	case err != nil:
		return "refused"
	case v == nil:
		return "hidden"
	}
	return "answered"
}

// Whatever a resolver gives away by mistake, nobody who is not signed in sees a field that is not for everybody, and nobody but the
// staff named one that is for staff alone: each field of the schema, for each kind of asker.
func TestAFieldThatIsNotForTheAskerIsNotAnswered(t *testing.T) {
	g, schema := guarded(t)
	staffOf := func(role string) viewer.Viewer {
		return viewer.Viewer{Member: "s", Scope: viewer.ScopeStaff, Roles: []string{role}}
	}
	askers := map[string]viewer.Viewer{"nobody": {}, "a member": {Member: "m", Scope: viewer.ScopeMember}, "a member who says to have a role": {Member: "m", Scope: viewer.ScopeMember, Roles: []string{"operations", "moderator", "clerk"}}}
	for _, a := range authz.Actors {
		if role := a.Role(); role != "" {
			askers[role] = staffOf(role)
		}
	}
	looked := 0
	for _, d := range schema.Types {
		if d.BuiltIn || d.Kind != ast.Object || slices.Contains([]*ast.Definition{schema.Query, schema.Mutation, schema.Subscription}, d) {
			continue
		}
		for _, f := range d.Fields {
			right, _ := g.Table.Right(d.Name, f.Name)
			for name, who := range askers {
				looked++
				may := right.Open() || who.SignedIn() && right.Relation != authz.Staff || who.Staff() && right.Staffed(name)
				if got := asked(g, d, f, nil, who); (got == "answered") != may {
					t.Errorf("%s.%s, which is for %s, is %s to %s", d.Name, f.Name, right, got, name)
				} else if !may && f.Type.NonNull && got != "refused" {
					t.Errorf("%s.%s cannot be null and is %s", d.Name, f.Name, got)
				}
			}
		}
	}
	if looked < 10_000 {
		t.Errorf("%d cells were looked at", looked)
	}
}

// Root fields that change nothing are answered to whom their right lets in, those of subscriptions included.
func TestARootFieldIsAnsweredToWhomItsRightLetsIn(t *testing.T) {
	g, schema := guarded(t)
	for _, d := range []*ast.Definition{schema.Query, schema.Subscription} {
		if d == nil {
			continue
		}
		for _, f := range d.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			right, _ := g.Table.Right(d.Name, f.Name)
			for _, a := range authz.Actors[:len(authz.Actors)-1] { // a token that is over never comes this far
				who := viewer.Viewer{Member: "m", Scope: viewer.ScopeMember}
				switch {
				case a == authz.Nobody:
					who = viewer.Viewer{}
				case a.Role() != "":
					who = viewer.Viewer{Member: "s", Scope: viewer.ScopeStaff, Roles: []string{a.Role()}}
				}
				if got, want := asked(g, d, f, nil, who), right.Root(a, false); (got == "answered") != (want == authz.Answered) {
					t.Errorf("%s.%s is %s to the actor %s, want %s", d.Name, f.Name, got, a, want)
				}
			}
		}
	}
}

// An object that says whose it is is its member's alone.
func TestAnObjectOfSomebodyElseIsNotAnswered(t *testing.T) {
	g, schema := guarded(t)
	of := func(who member.ID) []any {
		h := &account.Holder{Profile: member.Profile{ID: who}}
		var in graph.Node = &graph.Member{Holder: h}
		return []any{&graph.Member{Holder: h}, &graph.TierStatus{Holder: h}, &graph.Privacy{Profile: h.Profile}, &graph.UnreadCounts{Member: who}, &graph.MemberInvitation{Member: who}, &in}
	}
	names := []string{"Member", "TierStatus", "Privacy", "UnreadCounts", "MemberInvitation", "Member"}
	for _, c := range []struct {
		of   member.ID
		want bool
	}{{"me", true}, {"another", false}} {
		for i, object := range of(c.of) {
			d := schema.Types[names[i]]
			if got := asked(g, d, d.Fields[0], object, viewer.Viewer{Member: "me", Scope: viewer.ScopeMember}); (got == "answered") != c.want {
				t.Errorf("a %s of %s is %s", d.Name, c.of, got)
			}
		}
	}
}

// Fields that are for everybody cost nothing that has to be cleaned up.
func TestALookAtAnOpenFieldAllocatesNothing(t *testing.T) {
	g, schema := guarded(t)
	op := &graphql.OperationContext{ResolverMiddleware: func(ctx context.Context, next graphql.Resolver) (any, error) { return next(ctx) }}
	ctx := graphql.WithOperationContext(context.Background(), op)
	_ = g.MutateOperationContext(ctx, op)
	d := schema.Types["Product"]
	field := graphql.WithFieldContext(ctx, &graphql.FieldContext{Object: d.Name, Field: graphql.CollectedField{Field: &ast.Field{Name: d.Fields[0].Name, Definition: d.Fields[0]}}})
	answer := func(context.Context) (any, error) { return nil, nil }
	if n := testing.AllocsPerRun(100, func() { _, _ = op.ResolverMiddleware(field, answer) }); n != 0 {
		t.Errorf("a field that is for everybody costs %v allocations", n)
	}
}
