package edge

import (
	"context"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"membergate/internal/fault"
	"membergate/internal/viewer"
)

// ServeHTTP answers one GraphQL request over HTTP: POST with a JSON body, GET for queries.
//
// The status is that of GraphQL over HTTP: under application/json a well-formed request is answered with 200 whatever
// became of it; under application/graphql-response+json a document that could not run is a 400. In both a broken
// request is a 4xx, and a bad token is a 401 and nothing runs.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if isUpgrade(r) {
		g.serveSocket(w, r)
		return
	}
	if forms := formsOf(r); len(forms) > 0 && r.Method == http.MethodPost {
		g.mixed(w, r, forms)
		return
	}
	began := time.Now()
	id := idOf(r)
	locale := LocaleOf(r)
	ctx := viewer.With(r.Context(), viewer.Viewer{Locale: locale})
	ctx, n := withNotes(ctx, id)
	ctx = traced(ctx, r.Header)
	h := w.Header()
	h.Set("X-Request-Id", id)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")

	var a answer
	func() {
		defer func() {
			if value := recover(); value != nil {
				err := &panicked{value: value, stack: debug.Stack()}
				a = answer{status: http.StatusInternalServerError, errors: gqlerror.List{present(ctx, err)}}
			}
		}()
		a = g.answer(ctx, w, r)
	}()
	if a.mediaType == "" {
		a.mediaType = plainJSON
	}
	a = a.tag(h, r)
	if r.Context().Err() != nil {
		a.status = statusHungUp
	}
	g.finish(ctx, n, a.status, began) // before the answer, so that whoever has it finds its line in the log
	if a.status != statusHungUp {
		a.write(w)
	}
}

// statusHungUp is what the log says of a client that did not wait for the answer; nginx made the number known.
const statusHungUp = 499

func (g *Gateway) answer(ctx context.Context, w http.ResponseWriter, r *http.Request) answer {
	mediaType, ok := negotiate(r.Header.Values("Accept"))
	if !ok {
		return broken(ctx, http.StatusNotAcceptable, refusal(BadInput, "Accept names no type that can be given; allowed are %s and %s.", responseJSON, plainJSON))
	}
	a := g.run(ctx, w, r, mediaType)
	a.mediaType = mediaType
	return a
}

func (g *Gateway) run(ctx context.Context, w http.ResponseWriter, r *http.Request, mediaType string) answer {
	params, status, refused := read(w, r)
	if refused != nil {
		return broken(ctx, status, refused)
	}
	if err := g.parts.Crowd.Enter(); err != nil { // when it is read: whoever sends slowly takes nobody's place
		return turnedAway(ctx, w, err)
	}
	defer g.parts.Crowd.Leave()
	who, refusal := g.whoAsks(ctx, r)
	if refusal != nil {
		return g.notLetIn(ctx, w, refusal)
	}
	ctx = g.withCaller(viewer.With(ctx, who), r)
	op, errs := g.exec.CreateOperationContext(ctx, params)
	if refused := needsPost(w, r, op); refused != nil {
		errs = gqlerror.List{refused}
	}
	if errs == nil {
		ctx, errs = g.permit(ctx, r, op)
	}
	if errs != nil {
		return g.refuse(ctx, op, errs, mediaType, w)
	}
	ctx, cancel := deadline(ctx, op)
	defer cancel()
	answers, ctx := g.exec.DispatchOperation(ctx, op)
	response := answers(ctx)
	if response == nil { // the deadline passed before it began
		return answer{status: http.StatusOK, errors: gqlerror.List{present(ctx, context.DeadlineExceeded)}}
	}
	return answer{status: http.StatusOK, data: response.Data, errors: response.Errors, extensions: response.Extensions}
}

// needsPost refuses a mutation over GET, whether it could run or not.
func needsPost(w http.ResponseWriter, r *http.Request, op *graphql.OperationContext) *gqlerror.Error {
	if r.Method != http.MethodGet || op.Operation == nil || op.Operation.Operation != ast.Mutation {
		return nil
	}
	w.Header().Set("Allow", http.MethodPost)
	return refusal(NotAllowed, "A mutation needs POST; GET is for queries.")
}

// permit checks what depends on the kind of operation and on HTTP; it may move the request's clock.
func (g *Gateway) permit(ctx context.Context, r *http.Request, op *graphql.OperationContext) (context.Context, gqlerror.List) {
	kind := op.Operation.Operation
	if kind == ast.Subscription {
		return ctx, gqlerror.List{refusal(NotAllowed, "A subscription needs a WebSocket, an event stream, or multipart/mixed with subscriptionSpec=1.0.")}
	}
	if !g.parts.Sandbox {
		return ctx, nil
	}
	ctx, refused := moveClock(ctx, r.Header.Get(debugNow), kind)
	if refused != nil {
		return ctx, gqlerror.List{refused}
	}
	return ctx, nil
}

// refuse answers an operation that did not run.
func (g *Gateway) refuse(ctx context.Context, op *graphql.OperationContext, errs gqlerror.List, mediaType string, w http.ResponseWriter) answer {
	return refused(w, g.exec.DispatchError(graphql.WithOperationContext(ctx, op), errs).Errors, mediaType)
}

// refused is the answer to what did not run.
func refused(w http.ResponseWriter, errs gqlerror.List, mediaType string) answer {
	status := http.StatusOK
	if mediaType == responseJSON {
		status = http.StatusBadRequest
	}
	if w.Header().Get("Allow") != "" {
		status = http.StatusMethodNotAllowed
	}
	if wait, ok := errs[0].Extensions["retryAfterMs"].(int64); ok && codeOf(errs[0]) == RateLimited {
		status = http.StatusTooManyRequests
		w.Header().Set("Retry-After", strconv.FormatInt((wait+999)/1000, 10))
	}
	return answer{status: status, errors: errs, request: true}
}

// whoAsks reads the token. No Authorization header is nobody; one that cannot be read is an error, never nobody.
func (g *Gateway) whoAsks(ctx context.Context, r *http.Request) (viewer.Viewer, error) {
	nobody := viewer.From(ctx)
	values := r.Header.Values("Authorization")
	if len(values) == 0 {
		return nobody, nil
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	if len(values) > 1 || !strings.EqualFold(scheme, "Bearer") || strings.TrimSpace(token) == "" {
		return nobody, fault.New(fault.Unauthenticated, "The Authorization header cannot be read; allowed is one of the form \"Bearer TOKEN\".")
	}
	who, err := g.parts.Authenticate(ctx, strings.TrimSpace(token))
	who.Locale = nobody.Locale
	return who, err
}

// notLetIn answers a bad token, or a good one that cannot be checked now.
func (g *Gateway) notLetIn(ctx context.Context, w http.ResponseWriter, err error) answer {
	e := present(ctx, err)
	switch codeOf(e) {
	case Unauthenticated:
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		return answer{status: http.StatusUnauthorized, errors: gqlerror.List{e}, request: true}
	case Unavailable:
		w.Header().Set("Retry-After", "1")
		return answer{status: http.StatusServiceUnavailable, errors: gqlerror.List{e}, request: true}
	}
	return answer{status: http.StatusInternalServerError, errors: gqlerror.List{e}, request: true}
}

func broken(ctx context.Context, status int, e *gqlerror.Error) answer {
	return answer{status: status, errors: gqlerror.List{present(ctx, e)}, request: true}
}
