package edge_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"membergate/internal/edge"
	"membergate/internal/fault"
	"membergate/internal/live"
	"membergate/internal/viewer"
)

// shopSDL is a small schema with one of everything that the gateway has an opinion about.
const shopSDL = `
scalar Moment
enum Colour { RED GREEN }
type PageInfo { hasNextPage: Boolean! }
type Post { id: ID! body: String comments(first: Int = 20): CommentConnection tags: [Tag!]! next: Post }
type Tag { id: ID! key: String }
type Comment { id: ID! author: Person post: Post }
type Person { id: ID! name: String }
type PostConnection { nodes: [Post!]! edges: [PostEdge!]! pageInfo: PageInfo! }
type PostEdge { cursor: String! node: Post! }
type CommentConnection { nodes: [Comment!]! pageInfo: PageInfo! }
union Found = Post | Person
input PaintInput { colour: Colour tags: [String!] inner: PaintInput }
type Query {
  me: Person
  hello: String
  posts(first: Int, last: Int): PostConnection
  feed(first: Int = 20): PostConnection
  post: Post
  nodes(ids: [ID!]!): [Found]!
  at(when: Moment): String
  paint(input: PaintInput): String
  number(n: Int, x: Float): Int
}
type Mutation { pay: String }
type Subscription { paid: String }
`

// shop answers shopSDL: every root field by a function of this table, everything below it as an empty object.
type shop struct {
	schema *ast.Schema
	fields map[string]func(ctx context.Context, args map[string]any) (any, error)
	calls  atomic.Int64 // resolvers that ran
	hub    *live.Hub
	events events // what the subscription tells
}

func (s *shop) Schema() *ast.Schema { return s.schema }

func (s *shop) Complexity(context.Context, string, string, int, map[string]any) (int, bool) {
	return 0, false
}

// Exec does for root fields what the generated code does.
func (s *shop) Exec(ctx context.Context) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	if op.Operation.Operation == ast.Subscription {
		return s.follow(ctx)
	}
	return func(ctx context.Context) *graphql.Response {
		var out bytes.Buffer
		out.WriteByte('{')
		for i, field := range graphql.CollectFields(op, op.Operation.SelectionSet, nil) {
			if i > 0 {
				out.WriteByte(',')
			}
			graphql.MarshalString(field.Alias).MarshalGQL(&out)
			out.WriteByte(':')
			s.resolve(ctx, op, field).MarshalGQL(&out)
		}
		out.WriteByte('}')
		return &graphql.Response{Data: out.Bytes()}
	}
}

func (s *shop) resolve(ctx context.Context, op *graphql.OperationContext, field graphql.CollectedField) graphql.Marshaler {
	start := func(ctx context.Context, field graphql.CollectedField) (*graphql.FieldContext, error) {
		fc := &graphql.FieldContext{Object: "Query", Field: field, IsResolver: true}
		ctx = graphql.WithFieldContext(ctx, fc)
		args := field.ArgumentMap(op.Variables)
		if when, ok := args["when"].(string); ok {
			if _, err := time.Parse(time.RFC3339, when); err != nil {
				op.Error(ctx, err)
				return fc, err
			}
		}
		fc.Args = args
		return fc, nil
	}
	run := func(ctx context.Context) (any, error) {
		s.calls.Add(1)
		if field.Name == "__typename" {
			return "Query", nil
		}
		if f := s.fields[field.Name]; f != nil {
			return f(ctx, graphql.GetFieldContext(ctx).Args)
		}
		return map[string]any{}, nil
	}
	write := func(_ context.Context, _ ast.SelectionSet, v any) graphql.Marshaler {
		return graphql.WriterFunc(func(w io.Writer) { _ = json.NewEncoder(w).Encode(v) })
	}
	return graphql.ResolveField(ctx, op, field, start, run, nil, write, true, false)
}

// door is a gateway under test.
type door struct {
	*shop
	*httptest.Server
	t       *testing.T
	gateway *edge.Gateway
	log     *lockedBuffer
	mu      sync.Mutex
	records []edge.Record
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

type carriedKey struct{}

// around is an extension that changes an operation's context.
type around func(context.Context) context.Context

func (around) ExtensionName() string                   { return "Around" }
func (around) Validate(graphql.ExecutableSchema) error { return nil }

func (a around) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	return next(a(ctx))
}

func open(t *testing.T, change func(*edge.Parts)) *door {
	t.Helper()
	d := &door{t: t, log: &lockedBuffer{}, shop: &shop{
		hub: live.NewHub(nil), events: forever,
		schema: gqlparser.MustLoadSchema(&ast.Source{Name: "shop", Input: shopSDL}),
		fields: map[string]func(context.Context, map[string]any) (any, error){
			"hello": func(ctx context.Context, _ map[string]any) (any, error) { return "hello", nil },
		},
	}}
	parts := edge.Parts{
		Schema: d.shop,
		Authenticate: func(_ context.Context, token string) (viewer.Viewer, error) {
			if token != "good" {
				return viewer.Viewer{}, fault.New(fault.Unauthenticated, "The token's signature is wrong.")
			}
			return viewer.Viewer{Member: "17850", Scope: viewer.ScopeMember}, nil
		},
		Extensions: []graphql.HandlerExtension{around(func(ctx context.Context) context.Context {
			return context.WithValue(ctx, carriedKey{}, true)
		})},
		Log: slog.New(slog.NewJSONHandler(d.log, nil)),
		Observe: func(r edge.Record) {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.records = append(d.records, r)
		},
	}
	if change != nil {
		change(&parts)
	}
	d.gateway = edge.New(parts)
	d.Server = httptest.NewServer(d.gateway)
	t.Cleanup(d.Close)
	return d
}

// reply is what came back.
type reply struct {
	Status     int
	Header     http.Header
	Body       string
	Data       map[string]any
	Errors     []failure
	Extensions map[string]any
}

type failure struct {
	Message    string
	Path       []any
	Extensions map[string]any
}

func (r reply) code() string {
	if len(r.Errors) == 0 {
		return ""
	}
	code, _ := r.Errors[0].Extensions["code"].(string)
	return code
}

func (r reply) message() string {
	if len(r.Errors) == 0 {
		return ""
	}
	return r.Errors[0].Message
}

func (d *door) do(method, target, body string, header map[string]string) reply {
	d.t.Helper()
	r, err := http.NewRequest(method, d.URL+target, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	for k, v := range header {
		r.Header.Set(k, v)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	answer := reply{Status: a.StatusCode, Header: a.Header, Body: string(text)}
	if err := json.Unmarshal(text, &answer); err != nil {
		d.t.Fatalf("the answer is no JSON: %s", text)
	}
	return answer
}

// ask posts a query; header pairs may be given.
func (d *door) ask(query string, variables map[string]any, header ...string) reply {
	d.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		d.t.Fatal(err)
	}
	headers := map[string]string{"Content-Type": "application/json"}
	extra := map[string]string{}
	for i := 0; i < len(header); i += 2 {
		extra[header[i]] = header[i+1]
	}
	maps.Copy(headers, extra)
	return d.do(http.MethodPost, "/", string(body), headers)
}

// last is the record of the newest request.
func (d *door) last() edge.Record {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.records[len(d.records)-1]
}
