package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"membergate/internal/token"
	"membergate/internal/viewer"
)

// TestMain lets a test run this binary as the program itself, to send it signals, and tidies up after all of them.
func TestMain(m *testing.M) {
	if os.Getenv("RUN_AS_PROGRAM") != "" {
		os.Exit(execute(os.Args[1:], &program{env: os.Getenv, out: os.Stdout, log: os.Stderr, now: time.Now,
			build: func(ctx context.Context, s Settings, log *slog.Logger) (*Parts, error) {
				return buildSmall(ctx, s, log)
			}}))
	}
	os.Exit(leave(m.Run()))
}

// small is a schema whose one field says who asks; "wait" holds a request until it is let go.
func small(wait <-chan struct{}, waiting chan<- struct{}) graphql.ExecutableSchema {
	schema := gqlparser.MustLoadSchema(&ast.Source{Name: "small", Input: "type Query { me: String wait: String }"})
	return &graphql.ExecutableSchemaMock{
		SchemaFunc:     func() *ast.Schema { return schema },
		ComplexityFunc: func(context.Context, string, string, int, map[string]any) (int, bool) { return 0, false },
		ExecFunc: func(ctx context.Context) graphql.ResponseHandler {
			op := graphql.GetOperationContext(ctx)
			return graphql.OneShot(func() *graphql.Response {
				for _, f := range graphql.CollectFields(op, op.Operation.SelectionSet, nil) {
					if f.Name == "wait" {
						waiting <- struct{}{}
						<-wait
					}
				}
				data, _ := json.Marshal(map[string]string{"me": viewer.From(ctx).Member})
				return &graphql.Response{Data: data}
			}())
		},
	}
}

func buildSmall(ctx context.Context, s Settings, log *slog.Logger) (*Parts, error) {
	trust, err := s.Trust(log)
	if err != nil {
		return nil, err
	}
	tokens, err := token.NewVerifier(ctx, trust)
	if err != nil {
		return nil, err
	}
	return &Parts{
		Schema:   small(nil, nil),
		SDL:      "type Query { me: String }",
		Tokens:   tokens,
		Explorer: fstest.MapFS{"index.html": {Data: []byte("<title>Explorer</title>")}, "assets/explorer.js": {Data: []byte("run()")}},
		Media: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "image/svg+xml")
			_, _ = io.WriteString(w, "<svg/>")
		}),
		Demo: func(ctx context.Context) ([]DemoMember, error) {
			signed, err := token.Sign(trust, token.Grant{Member: "17850", Scope: viewer.ScopeMember, Lifetime: time.Hour}, time.Now())
			return []DemoMember{{Member: "17850", Name: "Lan", Tier: "GOLD", Title: string(viewer.From(ctx).Locale), Token: signed}}, err
		},
	}, nil
}

// running is a gateway in this process, on ports of the system's choice.
type running struct {
	t      *testing.T
	public string
	admin  string
	ready  *readiness
	end    context.CancelFunc
	ended  chan error
	log    *lockedBuffer
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

// start serves; change may alter the parts first.
func start(t *testing.T, change func(*Settings, *Parts)) *running {
	t.Helper()
	s, err := readSettings(env("PORT", "0", "ADMIN_ADDR", "127.0.0.1:0", "DATA_DIR", t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	r := &running{t: t, log: &lockedBuffer{}, ended: make(chan error, 1)}
	log := slog.New(slog.NewJSONHandler(r.log, nil))
	parts, err := buildSmall(t.Context(), s, log)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(&s, parts)
	}
	server, err := newServer(s, parts, log)
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	r.end, r.ready = end, server.ready
	r.public = "http://127.0.0.1:" + port(t, server.public.Addr().String())
	r.admin = "http://127.0.0.1:" + port(t, server.admin.Addr().String())
	go func() { r.ended <- server.run(ctx) }()
	t.Cleanup(func() {
		end()
		select {
		case <-r.ended:
		case <-time.After(15 * time.Second):
			t.Error("the gateway does not end")
		}
	})
	return r
}

func port(t *testing.T, address string) string {
	t.Helper()
	return address[strings.LastIndex(address, ":")+1:]
}

// call sends one request and gives status, header and body.
func (r *running) call(method, address, body string, header map[string]string) (int, http.Header, string) {
	r.t.Helper()
	req, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	for k, v := range maps.All(header) {
		req.Header.Set(k, v)
	}
	a, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return a.StatusCode, a.Header, string(text)
}

func (r *running) get(path string) (int, http.Header, string) {
	r.t.Helper()
	return r.call(http.MethodGet, r.public+path, "", nil)
}

func TestTheProgramServesAndEndsInGoodOrderOnASignal(t *testing.T) {
	for name, signal := range map[string]syscall.Signal{"SIGTERM": syscall.SIGTERM, "SIGINT": syscall.SIGINT} {
		t.Run(name, func(t *testing.T) {
			c := exec.Command(os.Args[0], "serve")
			c.Env = append(os.Environ(), "RUN_AS_PROGRAM=1", "PORT=0", "ADMIN_ADDR=127.0.0.1:0", "DATA_DIR="+t.TempDir(), "APP_ENV=", "MONGODB_URI=", "REDIS_URL=", "JWT_JWKS_URL=", "JWT_HS256_SECRET=")
			out, err := c.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			var log lockedBuffer
			c.Stderr = &log
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() { _ = c.Process.Kill() }()
			// The banner comes when the listeners are open: its last line is the demo member's.
			var banner strings.Builder
			one := make([]byte, 1)
			for !strings.Contains(banner.String(), "GOLD") || !strings.HasSuffix(banner.String(), "\n") {
				if _, err := out.Read(one); err != nil {
					t.Fatalf("no banner: %v\n%s\n%s", err, banner.String(), log.String())
				}
				banner.Write(one)
			}
			address := strings.TrimSpace(strings.TrimPrefix(strings.SplitN(banner.String(), "\n", 2)[0], "Membergate serves "))
			r := &running{t: t}
			fields := strings.Fields(banner.String())
			_, _, body := r.call(http.MethodPost, address, `{"query":"{me}"}`, map[string]string{
				"Content-Type": "application/json", "Authorization": "Bearer " + fields[len(fields)-1],
			})
			if !strings.Contains(body, `"me":"17850"`) {
				t.Errorf("the printed token does not work: %s", body)
			}
			if err := c.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			if err := c.Wait(); err != nil {
				t.Errorf("the program ends with %v\n%s", err, log.String())
			}
		})
	}
}
