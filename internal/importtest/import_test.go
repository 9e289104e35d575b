// Package importtest holds the arrows between packages: who may import whom, as a table and a test.
package importtest

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "membergate/"

// small are the words that everybody may use.
var small = []string{"internal/fault", "internal/viewer", "internal/clock"}

// may says which packages of ours a package may import, besides the small words. A domain imports domains to its left:
// programme ← member ← tier ← eligibility ← coupon ← wallet ← account ← order ← benefit ← product ← reward ← family ← cursor ← community ←
// recommend ← invoice; order ← event.
var may = map[string][]string{
	"programmes":           {},
	"internal/fault":       {},
	"internal/viewer":      {},
	"internal/clock":       {},
	"internal/trips":       {},
	"internal/tracing":     {},
	"internal/redact":      {},
	"internal/secret":      {},
	"internal/desk":        {"internal/programme", "internal/member", "internal/tier", "internal/eligibility", "internal/wallet", "internal/account", "internal/order", "internal/benefit"},
	"internal/profile":     {"internal/programme", "internal/member", "internal/tier", "internal/account"},
	"internal/personal":    {"internal/programme", "internal/member"},
	"internal/datause":     {"internal/member"},
	"internal/export":      {"internal/programme", "internal/member", "internal/personal", "internal/datause", "internal/secret"},
	"internal/incident":    {"internal/programme", "internal/member", "internal/datause"},
	"internal/token":       {},
	"internal/apple":       {"internal/signin", "internal/token"},
	"internal/sms":         {"internal/signin"},
	"internal/session":     {"internal/programme", "internal/member", "internal/tier", "internal/wallet", "internal/account"},
	"internal/signin":      {"internal/programme", "internal/member", "internal/tier", "internal/wallet", "internal/account", "internal/session"},
	"internal/phrase":      {},
	"internal/authz":       {},
	"internal/picture":     {},
	"internal/moderation":  {},
	"internal/disguise":    {},
	"internal/wechat":      {"internal/moderation", "internal/signin"},
	"internal/wechattest":  {},
	"internal/gorse":       {"internal/member", "internal/recommend"},
	"internal/upload":      {"internal/member"},
	"internal/bucket":      {"internal/upload"},
	"internal/buckettest":  {},
	"internal/programme":   {"programmes"},
	"internal/member":      {"internal/programme"},
	"internal/tier":        {"internal/programme"},
	"internal/eligibility": {"internal/programme", "internal/member", "internal/tier"},
	"internal/wallet":      {},
	"internal/checkout":    {"internal/programme", "internal/wallet"},
	"internal/account":     {"internal/programme", "internal/member", "internal/tier", "internal/wallet", "internal/coupon"},
	"internal/order":       {"internal/programme", "internal/member", "internal/tier", "internal/wallet", "internal/checkout", "internal/account", "internal/coupon", "internal/eligibility"},
	"internal/basket":      {"internal/programme", "internal/member", "internal/tier", "internal/eligibility", "internal/coupon", "internal/wallet", "internal/checkout", "internal/account"},
	"internal/benefit":     {"internal/programme", "internal/member", "internal/tier", "internal/eligibility", "internal/wallet", "internal/account"},
	"internal/giving":      {"internal/programme", "internal/member", "internal/tier", "internal/eligibility", "internal/coupon", "internal/wallet", "internal/account", "internal/benefit"},
	"internal/product":     {},
	"internal/reward":      {"internal/programme", "internal/wallet"},
	"internal/voucher":     {},
	"internal/redemption":  {"internal/programme", "internal/member", "internal/wallet", "internal/reward", "internal/voucher", "internal/family"},
	"internal/admission":   {"internal/programme", "internal/member", "internal/tier", "internal/account"},
	"internal/transfer":    {"internal/programme", "internal/member", "internal/wallet"},
	"internal/merge":       {"internal/wallet"},
	"internal/adjustment":  {"internal/programme", "internal/member", "internal/tier", "internal/wallet", "internal/account"},
	"internal/vault":       {"internal/programme", "internal/member", "internal/tier", "internal/wallet", "internal/account"},
	"internal/coupon":      {"internal/programme", "internal/member", "internal/tier", "internal/eligibility"},
	"internal/claim":       {"internal/programme", "internal/member", "internal/tier", "internal/wallet", "internal/account"},
	"internal/invitation":  {"internal/programme", "internal/member", "internal/tier", "internal/coupon", "internal/wallet", "internal/account"},
	"internal/membership":  {"internal/programme", "internal/member", "internal/tier", "internal/account"},
	"internal/offer":       {"internal/programme", "internal/member", "internal/tier", "internal/eligibility"},
	"internal/family":      {"internal/programme", "internal/member", "internal/tier", "internal/wallet", "internal/account"},
	"internal/cursor":      {},
	"internal/community":   {"internal/programme", "internal/member", "internal/cursor", "internal/live"},
	"internal/glance":      {"internal/member", "internal/account", "internal/family", "internal/community", "internal/product"},
	"internal/posting":     {"internal/live", "internal/programme", "internal/member", "internal/wallet", "internal/product", "internal/moderation", "internal/cursor", "internal/community"},
	"internal/adoption":    {"internal/programme", "internal/member", "internal/community", "internal/posting"},
	"internal/report":      {"internal/programme", "internal/member", "internal/wallet", "internal/moderation", "internal/community", "internal/posting"},
	"internal/inspection":  {"internal/member", "internal/moderation", "internal/community", "internal/report"},
	"internal/recommend":   {"internal/programme", "internal/member", "internal/order", "internal/cursor", "internal/product", "internal/reward", "internal/community", "internal/phrase"},
	"internal/insight":     {"internal/datause", "internal/experiment", "internal/coupon", "internal/programme", "internal/member", "internal/tier", "internal/eligibility", "internal/wallet", "internal/account", "internal/order", "internal/product"},
	"internal/experiment":  {"internal/programme", "internal/member"},
	"internal/saving":      {"internal/programme", "internal/member", "internal/wallet", "internal/coupon", "internal/benefit"},
	"internal/supply":      {"internal/programme", "internal/member", "internal/tier", "internal/wallet", "internal/account"},
	"internal/reconcile":   {"internal/transfer", "internal/supply", "internal/programme", "internal/member", "internal/tier", "internal/wallet", "internal/account", "internal/order"},
	"internal/invoice":     {"internal/programme", "internal/member", "internal/tier", "internal/account", "internal/order", "internal/product"},
	"internal/event":       {"internal/insight", "internal/programme", "internal/member", "internal/tier", "internal/wallet", "internal/account", "internal/order", "internal/coupon"},
	"internal/worker":      {"internal/event"},
	"internal/sweep":       {},
	"internal/rotation":    {"internal/secret"},
	"internal/change":      {"internal/member", "internal/wallet", "internal/account", "internal/family", "internal/live"},
	"internal/live":        {},
	"internal/notice":      {"internal/datause", "internal/programme", "internal/member", "internal/tier", "internal/eligibility", "internal/coupon", "internal/wallet", "internal/account", "internal/benefit", "internal/change", "internal/community", "internal/family"},
	"internal/push":        {"internal/programme", "internal/member", "internal/tier", "internal/notice"},
	"internal/boltstore":   append(slices.Clone(domains), "internal/tracing", "internal/trips", "internal/secret"),
	"internal/mongostore":  append(slices.Clone(domains), "internal/tracing", "internal/trips", "internal/secret", "internal/breaker"),
	"internal/redisstore":  append(slices.Clone(domains), "internal/tracing", "internal/trips", "internal/allowance", "internal/breaker"),
	"internal/breaker":     {},
	"internal/storetest":   append(slices.Clone(domains), "internal/secret", "internal/backup"),
	"internal/demo":        append(slices.Clone(domains), "internal/picture", "internal/invoice"),
	"internal/manifest":    {},
	"internal/allowance":   {},
	"internal/backup":      {},
	"internal/edge":        {"internal/live", "internal/trips", "internal/tracing", "internal/redact", "internal/manifest", "internal/allowance"},
	"graph":                domains,
	"loaders":              append(slices.Clone(domains), "internal/trips"),
	"resolvers":            append(slices.Clone(domains), "graph", "loaders", "internal/phrase", "internal/authz"),
	"web":                  {},
	"clients":              {},
	"server":               {"*"}, // the only place that knows everything

	"internal/contribution": {"internal/programme", "internal/member", "internal/cursor", "internal/community"},
	"internal/star":         {"internal/programme", "internal/member", "internal/community", "internal/adoption", "internal/contribution"},
}

// domains are the packages that hold rules and know no store, no HTTP and no GraphQL.
var domains = []string{
	"internal/profile", "internal/personal", "internal/datause", "internal/incident", "internal/export", "internal/desk", "internal/rotation", "internal/vault",
	"internal/programme", "internal/member", "internal/tier", "internal/eligibility", "internal/wallet", "internal/checkout", "internal/account", "internal/order", "internal/benefit",
	"internal/moderation", "internal/upload", "internal/product", "internal/reward", "internal/voucher", "internal/redemption", "internal/admission", "internal/adjustment", "internal/transfer", "internal/merge", "internal/family", "internal/cursor", "internal/community", "internal/posting", "internal/report", "internal/inspection", "internal/adoption", "internal/contribution", "internal/star", "internal/recommend", "internal/claim",
	"internal/event", "internal/insight", "internal/experiment", "internal/saving", "internal/supply", "internal/change", "internal/coupon", "internal/basket", "internal/offer", "internal/giving", "internal/membership", "internal/notice", "internal/invitation", "internal/glance", "internal/live", "internal/session", "internal/signin",
}

// only says which packages alone may import a library, and why.
var only = map[string]struct {
	packages []string
	why      string
}{
	"go.mongodb.org/mongo-driver":   {[]string{"internal/mongostore", "scripts"}, "a rule must not know where it is stored"},
	"github.com/redis/go-redis":     {[]string{"internal/redisstore", "scripts"}, "a rule must not know where it is cached"},
	"github.com/alicebob/miniredis": {[]string{"internal/redisstore"}, "the embedded Redis is one package's business"},
	"go.etcd.io/bbolt":              {[]string{"internal/boltstore"}, "a rule must not know where it is stored"},
	"github.com/99designs/gqlgen":   {[]string{"graph", "resolvers", "internal/edge", "server"}, "the domain is there for other doors too"},
	"github.com/vektah/gqlparser":   {[]string{"graph", "resolvers", "internal/authz", "internal/edge", "internal/manifest", "server", "internal/schematest"}, "the domain is there for other doors too"},
	"github.com/petar-dambovaliev":  {[]string{"internal/moderation"}, "words are looked for in one place"},
	"go.opentelemetry.io":           {[]string{"internal/tracing", "internal/edge", "server"}, "a rule must not know who watches"},
	"net/http":                      {[]string{"internal/bucket", "internal/buckettest", "internal/edge", "internal/gorse", "internal/picture", "internal/push", "internal/sms", "internal/token", "internal/wechat", "internal/wechattest", "server", "scripts"}, "a rule must not know how it was asked"},
	"os":                            {[]string{"internal/boltstore", "internal/backup", "internal/manifest", "internal/bucket", "internal/redisstore", "internal/secret", "internal/programme", "internal/storetest", "server", "scripts"}, "settings come in as values"},
}

func TestPackagesImportOnlyWhatTheyMay(t *testing.T) {
	seen := map[string]bool{}
	for dir, imports := range sources(t) {
		allowed, known := may[dir]
		if !known && !strings.HasPrefix(dir, "scripts") && dir != "internal/importtest" && dir != "internal/schematest" {
			t.Errorf("package %s is not in the table: say what it may import", dir)
			continue
		}
		seen[dir] = true
		for file, paths := range imports {
			for _, path := range paths {
				ours, is := strings.CutPrefix(path, module)
				if is && !slices.Contains(allowed, "*") && !slices.Contains(allowed, ours) && !slices.Contains(small, ours) {
					t.Errorf("%s imports %s; %s may import %v", file, path, dir, append(slices.Clone(small), allowed...))
				}
			}
		}
	}
	for dir := range may {
		if !seen[dir] {
			t.Errorf("the table names %s, which does not exist", dir)
		}
	}
}

func TestLibrariesStayInTheirRooms(t *testing.T) {
	for dir, imports := range sources(t) {
		for file, paths := range imports {
			for _, path := range paths {
				for library, rule := range only {
					if path != library && !strings.HasPrefix(path, library+"/") {
						continue
					}
					if !slices.ContainsFunc(rule.packages, func(p string) bool { return dir == p || strings.HasPrefix(dir, p+"/") }) {
						t.Errorf("%s imports %s; only %v may: %s", file, path, rule.packages, rule.why)
					}
				}
			}
		}
	}
}

// lines bounds a file by hand: what is longer does a second thing.
const lines = 400

func TestNoFileByHandIsTooLong(t *testing.T) {
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !goFile(path, d) {
			return skip(path, d, err)
		}
		text, err := os.ReadFile(path)
		if err != nil || strings.Contains(string(text), "Code generated ") && strings.Contains(string(text), "DO NOT EDIT") {
			return err
		}
		if n := strings.Count(string(text), "\n"); n > lines {
			t.Errorf("%s has %d lines; allowed are %d", path, n, lines)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

const root = "../.."

// sources lists, by directory and file, what Go files that are no tests import. It parses the files itself: a test
// that asked the go command would pass from the cache after a violation.
func sources(t *testing.T) map[string]map[string][]string {
	t.Helper()
	out := map[string]map[string][]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !goFile(path, d) {
			return skip(path, d, err)
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		dir := filepath.ToSlash(filepath.Dir(rel))
		if out[dir] == nil {
			out[dir] = map[string][]string{}
		}
		out[dir][rel] = nil
		for _, i := range f.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			out[dir][rel] = append(out[dir][rel], p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func goFile(path string, d fs.DirEntry) bool {
	return !d.IsDir() && strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go")
}

// skip passes over folders that hold no source of ours.
func skip(path string, d fs.DirEntry, err error) error {
	if err == nil && d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "testdata") {
		return filepath.SkipDir
	}
	return err
}
