package resolvers

import (
	"context"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"membergate/graph"
	"membergate/internal/authz"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/viewer"
	"membergate/loaders"
)

// Guard is the gqlgen extension that asks the table of rights at every field before it is answered. Resolvers and loaders ask
// whose a thing is by themselves: what they let through wrongly ends here.
type Guard struct {
	Table *authz.Table

	closed map[string]bool // the types that have something to look at
}

// NewGuard makes one for a schema; a field of it that has no right is an error.
func NewGuard(schema *ast.Schema) (*Guard, error) {
	t, err := authz.New(schema)
	if err != nil {
		return nil, err
	}
	g := &Guard{Table: t, closed: map[string]bool{}}
	for name := range schema.Types {
		if t.Closed(name) {
			g.closed[name] = true
		}
	}
	return g, nil
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationContextMutator
} = (*Guard)(nil)

// ExtensionName names the extension in gqlgen's lists.
func (*Guard) ExtensionName() string { return "Guard" }

// Validate asks nothing of the schema: New has.
func (*Guard) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext puts the look before each field of the operation, once, however many events the operation is told. An
// interceptor of fields would do the same, but the library makes one function for each field and interceptor, and most fields
// are open to everybody.
func (g *Guard) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	inner, who := op.ResolverMiddleware, viewer.From(ctx)
	op.ResolverMiddleware = func(ctx context.Context, resolve graphql.Resolver) (any, error) {
		fc := graphql.GetFieldContext(ctx)
		if fc == nil || !g.closed[fc.Object] {
			return inner(ctx, resolve)
		}
		if hide, err := g.look(ctx, asker(ctx, who), fc); hide || err != nil {
			return nil, err
		}
		return inner(ctx, resolve)
	}
	return nil
}

// asker is who asks: whoever began the operation, or who has signed in by it since.
func asker(ctx context.Context, who viewer.Viewer) viewer.Viewer {
	if o := loaders.From(ctx); !who.SignedIn() && o != nil {
		return o.Viewer
	}
	return who
}

// look refuses a field to whoever may not have it, or hides it: what can be null looks like nothing.
func (g *Guard) look(ctx context.Context, who viewer.Viewer, fc *graphql.FieldContext) (hide bool, err error) {
	right, known := g.Table.Right(fc.Object, fc.Field.Name)
	switch {
	case !known || right.Open(): // __typename
		return false, nil
	case fc.Object == "Mutation" || fc.Object == "Query" || fc.Object == "Subscription":
		return false, enter(ctx, who, right, fc.Object == "Mutation")
	case who.Staff() && slices.ContainsFunc(who.Roles, right.Staffed):
		return false, nil
	case who.SignedIn() && right.Relation != authz.Staff && (right.Relation != authz.Own || !anothers(fc, member.ID(who.Member))):
		return false, nil
	}
	d := fc.Field.Definition
	if !d.Type.NonNull && d.Directives.ForName("semanticNonNull") == nil {
		return true, nil
	}
	return false, fault.New(fault.Forbidden, "%s.%s is not the viewer's to see", fc.Object, fc.Field.Name)
}

// enter refuses a root field to whoever may not ask it.
func enter(ctx context.Context, who viewer.Viewer, right authz.Right, change bool) error {
	if !who.SignedIn() {
		return signIn(ctx)
	}
	if !right.Enters(who.Staff(), who.Roles...) {
		return fault.New(fault.Forbidden, "this needs a staff token with the role %s", strings.Join(append(right.Roles[:len(right.Roles):len(right.Roles)], right.Desk...), " or "))
	}
	if change && right.Relation == authz.Member && !right.Kept {
		return unsuspended(ctx)
	}
	return nil
}

// anothers tells whether the object that a field is of says that it is somebody else's.
func anothers(fc *graphql.FieldContext, me member.ID) bool {
	if fc.Parent == nil {
		return false
	}
	of, says := holderOf(fc.Parent.Result)
	return says && of != me
}

// holderOf gives the member whose an object is, for those that say so.
func holderOf(object any) (member.ID, bool) {
	switch o := object.(type) {
	case *graph.Member:
		return o.Holder.Profile.ID, true
	case *graph.TierStatus:
		return o.Holder.Profile.ID, true
	case *graph.Privacy:
		return o.Profile.ID, true
	case *graph.RecommendationSettings:
		return o.Profile.ID, true
	case *graph.UnreadCounts:
		return o.Member, true
	case *graph.MemberInvitation:
		return o.Member, true
	case *graph.NotificationConnection:
		return o.Member, true
	case *graph.AfterSalesRequest:
		return o.Member, true
	case **graph.AfterSalesRequest: // in a list
		return (*o).Member, true
	case *graph.TierApplication:
		return o.Member, true
	case **graph.TierApplication:
		return (*o).Member, true
	case *graph.Coupon:
		return o.Coupon.Member, true
	case **graph.Coupon:
		return (*o).Coupon.Member, true
	case **graph.Notification:
		return (*o).Notice.Member, true
	case *graph.Notification:
		return o.Notice.Member, true
	case *graph.Node: // in a list of several kinds
		return holderOf(*o)
	}
	return "", false
}
