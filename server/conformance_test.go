package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"membergate/graph"
)

const (
	conformanceDir  = "../conformance"
	conformanceFile = "../docs/conformance.md"
)

// verdict is what one client or judge says of one promise.
type verdict struct {
	Suite string `json:"suite"`
	Check string `json:"check"`
	Wrong string `json:"wrong"`
}

// clients is the Node.js that runs the clients and judges of conformance/.
func clients(t *testing.T) string {
	t.Helper()
	node := os.Getenv("CONFORMANCE_NODE")
	if node == "" {
		t.Skip("CONFORMANCE_NODE names no Node.js; scripts/conformance.sh installs one with the clients and prints it")
	}
	return node
}

// judge runs one of the scripts of conformance/.
func judge(t *testing.T, script string, args ...string) []verdict {
	t.Helper()
	c := exec.CommandContext(t.Context(), clients(t), append([]string{script}, args...)...)
	c.Dir = conformanceDir
	var told bytes.Buffer
	c.Stderr = &told
	out, err := c.Output()
	var all []verdict
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		var v verdict
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatalf("%s says %q: %v", script, lines.Text(), err)
		}
		all = append(all, v)
	}
	if err != nil || len(all) == 0 {
		t.Fatalf("%s ended with %v after %d checks:\n%s", script, err, len(all), told.String())
	}
	return all
}

// Clients of every platform and the judges that other servers are measured by find nothing wrong. What they checked, and
// what they say of the library's own handler in the same run, is written to the page that operators and app developers read.
func TestClientsAndJudgesFindNothingWrong(t *testing.T) {
	clients(t)
	manifests := t.TempDir()
	writes := exec.CommandContext(t.Context(), clients(t), "manifest.mjs", "write", manifests, "../schema.graphqls", "../clients/operations")
	writes.Dir = conformanceDir
	if text, err := writes.CombinedOutput(); err != nil {
		t.Fatalf("manifest.mjs: %v\n%s", err, text)
	}
	p := launch(t, "DATA_DIR", t.TempDir(), "MANIFESTS", manifests)
	p.awaitReady(time.Minute)
	url := p.url + "/graphql"
	member, _ := asDemo(t, p.url, "SILVER")

	stock := httptest.NewServer(stockHandler())
	t.Cleanup(stock.Close)
	rival := map[string]string{}
	for _, v := range judge(t, "audit.mjs", stock.URL) {
		rival[v.Check] = v.Wrong
	}

	var all []verdict
	for _, run := range [][]string{
		{"audit.mjs", url},
		{"apollo.mjs", url, member.Token},
		{"urql.mjs", url, member.Token},
		{"socket.mjs", url, member.Token},
		{"sse.mjs", url, member.Token},
		{"parts.mjs", url, member.Token},
		{"relay.mjs", "../schema.graphqls", url, member.Token},
		{"schema.mjs", "../schema.graphqls", "../clients/operations"},
		{"manifest.mjs", "ask", manifests, url},
	} {
		all = append(all, judge(t, run[0], run[1:]...)...)
	}
	for _, v := range all {
		if v.Wrong != "" {
			t.Errorf("%s: %s: %s", v.Suite, v.Check, v.Wrong)
		}
	}
	page := conformancePage(all, rival)
	if *update {
		if err := os.WriteFile(conformanceFile, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if kept, err := os.ReadFile(conformanceFile); err != nil || string(kept) != page {
		t.Errorf("%s does not say what this run saw (%v); write it anew with `go test ./server -run %s -update`", conformanceFile, err, t.Name())
	}
}

// stockHandler is HTTP as gqlgen's own transports speak it.
func stockHandler() http.Handler {
	exec := executor.New(graph.NewExecutableSchema(graph.Config{}))
	exec.Use(introspects{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(graphql.StartOperationTrace(r.Context())) // as its server does
		for _, speaks := range []interface {
			Supports(*http.Request) bool
			Do(http.ResponseWriter, *http.Request, graphql.GraphExecutor)
		}{transport.Options{}, transport.GET{}, transport.POST{}} {
			if speaks.Supports(r) {
				speaks.Do(w, r, exec)
				return
			}
		}
		http.Error(w, `{"errors":[{"message":"transport not supported"}]}`, http.StatusBadRequest) // as its server says
	})
}

// introspects lets the judge ask what there is.
type introspects struct{}

func (introspects) ExtensionName() string                   { return "introspects" }
func (introspects) Validate(graphql.ExecutableSchema) error { return nil }
func (introspects) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	op.DisableIntrospection = false
	return nil
}

// conformancePage lists the checks, and beside those of the audit what the library's own handler gets.
func conformancePage(all []verdict, rival map[string]string) string {
	var b strings.Builder
	fails := 0
	for _, wrong := range rival {
		if wrong != "" {
			fails++
		}
	}
	b.WriteString("# Conformance\n\nWritten by `make test`: what real clients and independent judges checked, and what they found. The versions are pinned in\n" +
		"`conformance/package.json`. The last column is the same check of gqlgen's own HTTP handler in the same run")
	fmt.Fprintf(&b, ", which\npasses %d of %d. Of its WebSockets (0.17.95) it says what they did when the same was tried on them.\n\n| by | check | here | gqlgen's handler |\n| --- | --- | --- | --- |\n", len(rival)-fails, len(rival))
	for _, v := range all {
		other := "–"
		if wrong, judged := rival[v.Check]; judged {
			other = judgedAs(wrong)
		} else if did, tried := sockets[v.Check]; tried && v.Suite == "WebSocket probe" {
			other = did
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", v.Suite, strings.ReplaceAll(v.Check, "|", "\\|"), judgedAs(v.Wrong), other)
	}
	return b.String()
}

// sockets is what WebSockets of gqlgen 0.17.95 did when they were probed, each check on a connection of its own.
var sockets = map[string]string{
	"no subprotocol closes with 4406":                     "stays open",
	"no JSON before init closes with 4400":                "1002",
	"no JSON after the ack closes with 4400":              "1000",
	"an unknown type closes with 4400":                    "1000",
	"subscribe before the ack closes with 4401":           "1002",
	"a second init closes with 4429":                      "1002",
	"an id that is in use closes with 4409":               "both run",
	"no init closes with 4408":                            "stays open",
	"a query is answered and completed":                   "ok",
	"a refused document is an error, and nothing follows": "complete follows",
	"complete from the client is answered by silence":     "it is echoed",
	"ping is answered by pong, with its payload":          "ok",
}

// judgedAs says whether a check went well, and if not, how bad that is by the one who judged.
func judgedAs(wrong string) string {
	if wrong == "" {
		return "ok"
	}
	kind, _, _ := strings.Cut(wrong, ":")
	return kind
}
