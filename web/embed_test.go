package web_test

import (
	"bytes"
	"io/fs"
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
	asset     = regexp.MustCompile("[\"'`](/assets/[^\"'`]+)[\"'`]")
	host      = regexp.MustCompile(`(?:https?|wss?)://([A-Za-z0-9.-]+)`)
	loading   = regexp.MustCompile("(?:fetch|import|importScripts|Worker|EventSource|WebSocket|\\.src=|\\.href=)\\(?\\s*[\"'`](?:https?:|wss?:)?//")
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
			collect(found, name, asset, text)
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
		for _, match := range loading.FindAllString(text, -1) {
			t.Errorf("%s loads from another host: %s", name, match)
		}
		for _, match := range host.FindAllStringSubmatch(text, -1) {
			seen[match[1]] = true
			if inert[match[1]] == "" {
				t.Errorf("%s names the host %q: see that it is not loaded, then list it in inert", name, match[1])
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
