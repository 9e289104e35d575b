package edge

import (
	"context"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"membergate/internal/trips"
)

// Executor runs operations within the limits. Every transport uses it, so no way in goes around them.
type Executor struct {
	parts Parts
	docs  *documents
	named *persisted
	inner *executor.Executor

	shares *shares
}

var _ graphql.GraphExecutor = (*Executor)(nil)

func newExecutor(parts Parts) *Executor {
	e := &Executor{
		parts: parts,
		docs:  newDocuments(parts.Schema.Schema(), parts.Production),
		named: newPersisted(parts),
		inner: executor.New(parts.Schema),

		shares: newShares(),
	}
	e.inner.SetQueryCache(checkedDocument{})
	e.inner.SetErrorPresenter(present)
	e.inner.SetRecoverFunc(recovered)
	for _, extension := range parts.Extensions {
		e.inner.Use(extension)
	}
	return e
}

// CreateOperationContext finds, parses, measures, validates and prices an operation; nothing has run when it refuses.
func (e *Executor) CreateOperationContext(ctx context.Context, params *graphql.RawParams) (*graphql.OperationContext, gqlerror.List) {
	note(ctx, func(n *notes) { n.params = params })
	name, refused := e.named.resolve(ctx, params)
	if refused != nil {
		return &graphql.OperationContext{RecoverFunc: recovered}, gqlerror.List{refused}
	}
	op, cost, errs := e.checked(ctx, params)
	if errs = e.charged(ctx, op, errs, cost); errs == nil {
		e.named.keep(ctx, name, params.Query)
	}
	return op, errs
}

// checked is what CreateOperationContext does once the text is there; it gives the price of what can run.
func (e *Executor) checked(ctx context.Context, params *graphql.RawParams) (*graphql.OperationContext, int, gqlerror.List) {
	doc, errs := e.docs.check(ctx, params.Query, params.OperationName)
	if errs != nil {
		unfit := &graphql.OperationContext{RawQuery: params.Query, RecoverFunc: recovered}
		if doc != nil {
			unfit.Operation, _ = choose(doc, params.OperationName)
		}
		return unfit, 0, errs
	}
	op, refused := choose(doc, params.OperationName)
	if refused == nil {
		note(ctx, func(n *notes) { n.operation, n.kind = op.Name, string(op.Operation) })
		refused = measureVariables(params.Variables, 1)
	}
	if refused != nil {
		return &graphql.OperationContext{RawQuery: params.Query, Doc: doc, RecoverFunc: recovered}, 0, gqlerror.List{refused}
	}
	ctx = graphql.StartOperationTrace(context.WithValue(ctx, documentKey{}, doc)) // the library panics without a start
	opCtx, errs := e.inner.CreateOperationContext(ctx, params)
	if errs != nil {
		return opCtx, 0, gqlerror.List{wrongVariable(errs[0])}
	}
	cost, refused := price(op, opCtx.Variables)
	if refused != nil {
		return opCtx, 0, gqlerror.List{refused}
	}
	note(ctx, func(n *notes) { n.cost = cost })
	if cost > maxCost {
		return opCtx, 0, gqlerror.List{tooDear(cost)}
	}
	opCtx.DisableIntrospection = e.parts.Production
	return opCtx, cost, nil
}

// choose finds the operation that is meant.
func choose(doc *ast.QueryDocument, name string) (*ast.OperationDefinition, *gqlerror.Error) {
	op := doc.Operations.ForName(name)
	switch {
	case op != nil && (name != "" || len(doc.Operations) == 1):
		return op, nil
	case name == "":
		return nil, refusal(BadInput, "The document has %d operations; operationName must name one of them.", len(doc.Operations))
	}
	return nil, refusal(BadInput, "operationName is %q; the document has no such operation.", brief(name))
}

// wrongVariable names the variable that does not fit; the library puts the name into a path that belongs to results.
func wrongVariable(e *gqlerror.Error) *gqlerror.Error {
	name := strings.TrimPrefix(e.Path.String(), "variable.")
	if _, kind, ok := strings.Cut(e.Message, " as "); ok && strings.HasPrefix(e.Message, "cannot use value") {
		// The library shows 0 for a number that it could not read.
		return refusal(BadInput, "The variable %q is not right: its value cannot be read as %s.", brief(name), kind)
	}
	return refusal(BadInput, "The variable %q is not right: %s", brief(name), sentence(e.Message))
}

func tooDear(cost int) *gqlerror.Error {
	e := tooComplex("The operation costs %d; at most %d is allowed. Ask for fewer objects, or for smaller pages.", cost, maxCost)
	if cost >= ceiling {
		e = tooComplex("The operation costs more than %d; at most %d is allowed. Ask for fewer objects, or for smaller pages.", ceiling, maxCost)
	}
	e.Extensions["cost"], e.Extensions["limit"] = cost, maxCost
	return e
}

// DispatchOperation runs an operation with its own count of store calls; in development the answer
// tells the count. A subscription goes on until its context ends, or there will be nothing any more.
func (e *Executor) DispatchOperation(ctx context.Context, op *graphql.OperationContext) (graphql.ResponseHandler, context.Context) {
	if op.Operation.Operation == ast.Subscription {
		return e.follow(ctx, op)
	}
	return e.once(ctx, op)
}

// once runs an operation for one answer.
func (e *Executor) once(ctx context.Context, op *graphql.OperationContext) (graphql.ResponseHandler, context.Context) {
	ctx, count := trips.With(ctx)
	note(ctx, func(n *notes) { n.count = count })
	answers, ctx := e.inner.DispatchOperation(ctx, op)
	return func(ctx context.Context) *graphql.Response {
		answer := answers(ctx)
		if answer != nil {
			e.settled(op, answer)
		}
		if answer != nil && !e.parts.Production {
			if answer.Extensions == nil {
				answer.Extensions = map[string]any{}
			}
			answer.Extensions["stores"] = map[string]int{"mongo": count.Mongo(), "redis": count.Redis(), "waves": count.Waves()}
		}
		return answer
	}, ctx
}

// DispatchError turns refusals into an answer.
func (e *Executor) DispatchError(ctx context.Context, list gqlerror.List) *graphql.Response {
	return e.inner.DispatchError(ctx, list)
}

// PresentRecoveredError turns a panic of a transport into an error.
func (e *Executor) PresentRecoveredError(ctx context.Context, value any) error {
	return e.inner.PresentRecoveredError(ctx, value)
}

type documentKey struct{}

// checkedDocument hands the library the document that has been checked already, so it never parses one itself.
type checkedDocument struct{}

func (checkedDocument) Get(ctx context.Context, _ string) (*ast.QueryDocument, bool) {
	doc, ok := ctx.Value(documentKey{}).(*ast.QueryDocument)
	return doc, ok
}

func (checkedDocument) Add(context.Context, string, *ast.QueryDocument) {}

// Fits tells whether a document could be answered: it is read, measured and validated as one that is sent.
func Fits(schema *ast.Schema, production bool, text string) error {
	doc, errs := newDocuments(schema, production).check(context.Background(), text, "")
	if errs != nil {
		return errs[0]
	}
	if len(doc.Operations) != 1 {
		return refusal(BadInput, "The document has %d operations; allowed is one.", len(doc.Operations))
	}
	return nil
}
