package web_test

import (
	"bytes"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"membergate/web"
)

// What the page's own files may name, and why that loads nothing: every other address in dist fails the test.
var inert = map[string]string{
	"www.w3.org":            "names of XML namespaces",
	"json-schema.org":       "names of JSON Schema's versions; the worker is told to fetch no schema",
	"github.com":            "links in GraphiQL, Monaco and error texts",
	"code.visualstudio.com": "links in Monaco's help",
	"microsoft.com":         "an example of a Markdown link in Monaco",
	"yarnpkg.com":           "a link in an error text of graphql",
	"react.dev":             "links in error texts of React",
	"en.wikipedia.org":      "a link in the description of Float",
	"commonmark.org":        "a link in the description of @deprecated",
	"prettier.io":           "a link in an error text of Prettier",
}

var (
	reference = regexp.MustCompile(`(?:src|href)="([^"]*)"`)
	styled    = regexp.MustCompile(`url\(["']?([^"')]+)|@import\s+["']([^"']+)`)
	asset     = regexp.MustCompile("^/assets/[^\"'`]+")
	address   = regexp.MustCompile(`(?:https?|wss?):$`)
	host      = regexp.MustCompile(`^//([A-Za-z0-9.-]+)`)
	loading   = regexp.MustCompile("(?:fetch\\(|import\\(|importScripts\\(|Worker\\(|EventSource\\(|WebSocket\\(|src=|src:|@import |url\\()[\"'`]?(?:https?:|wss?:)?$")
)

func TestTheBuiltPageIsThere(t *testing.T) {
	for _, name := range []string{"index.html", "favicon.svg", "licenses.md", "assets/explorer.js", "assets/style.css"} {
		if text := read(t, name); len(text) == 0 {
			t.Errorf("%s is empty", name)
		}
	}
}

func TestEveryReferenceNamesAFileThatExists(t *testing.T) {
	found := map[string]string{}
	for name, text := range files(t) {
		switch path.Ext(name) {
		case ".html":
			collect(found, name, reference, text)
		case ".css":
			collect(found, name, styled, text)
		case ".js":
			for before, after := range around(text, "/assets/") {
				if strings.HasSuffix(before, "\"") || strings.HasSuffix(before, "'") || strings.HasSuffix(before, "`") {
					found[asset.FindString(after)] = name
				}
			}
		}
	}
	for _, needed := range []string{"/assets/explorer.js", "/assets/style.css", "/assets/language.worker.js", "/assets/codicon.ttf"} {
		if _, ok := found[needed]; !ok {
			t.Errorf("nothing refers to %s", needed)
		}
	}
	for target, from := range found {
		if strings.HasPrefix(target, "data:") || strings.HasPrefix(target, "#") {
			continue
		}
		if !strings.HasPrefix(target, "/") || strings.HasPrefix(target, "//") {
			t.Errorf("%s refers to %s, which is no path of this host", from, target)
			continue
		}
		read(t, strings.TrimPrefix(target, "/"))
	}
}

func TestNothingIsLoadedFromElsewhere(t *testing.T) {
	seen := map[string]bool{}
	for name, text := range files(t) {
		if ext := path.Ext(name); ext == ".md" || ext == ".ttf" {
			continue // licences, and the font's own: no page loads what they name
		}
		for before, after := range around(text, "//") {
			there := host.FindStringSubmatch(after)
			if there == nil {
				continue
			}
			if loading.MatchString(before) {
				t.Errorf("%s loads from another host: …%s%s", name, before, there[0])
			}
			if !address.MatchString(before) {
				continue
			}
			seen[there[1]] = true
			if inert[there[1]] == "" {
				t.Errorf("%s names the host %q: see that it is not loaded, then list it in inert", name, there[1])
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(inert)) {
		if !seen[name] {
			t.Errorf("inert lists %q, which no file names any more", name)
		}
	}
}

func TestTheMenuOffersWhatTheAppsSend(t *testing.T) {
	copies, err := filepath.Glob("src/operations/*.graphql")
	if err != nil || len(copies) == 0 {
		t.Fatalf("src/operations has no documents: %v", err)
	}
	for _, name := range copies {
		document, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		original := filepath.Join("..", "clients", "operations", filepath.Base(name))
		if sent, err := os.ReadFile(original); err != nil || !bytes.Equal(document, sent) {
			t.Errorf("%s differs from %s (%v): copy it again and rebuild dist", name, original, err)
		}
	}
}

func collect(found map[string]string, name string, pattern *regexp.Regexp, text string) {
	for _, groups := range pattern.FindAllStringSubmatch(text, -1) {
		for _, target := range groups[1:] {
			if target != "" {
				found[target] = name
			}
		}
	}
}

// around yields the text right before and right after the start of every mark; patterns over the whole script would be slow.
func around(text, mark string) iter.Seq2[string, string] {
	const width = 80
	return func(yield func(before, after string) bool) {
		for at := 0; ; at++ {
			next := strings.Index(text[at:], mark)
			if next < 0 {
				return
			}
			at += next
			if !yield(text[max(0, at-width):at], text[at:min(len(text), at+width)]) {
				return
			}
		}
	}
}

func files(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	err := fs.WalkDir(web.Files(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			texts[name] = read(t, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := fs.ReadFile(web.Files(), name)
	if err != nil {
		t.Errorf("dist has no %s: run `npm ci && npm run build` in web", name)
	}
	return string(text)
}
