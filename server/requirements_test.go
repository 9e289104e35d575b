package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// link is one link of a page: its text and where it leads.
var link = regexp.MustCompile(`\[([^\[\]]+)\]\(([^()]+)\)`)

// Every test that the pages of requirements name is there, under that name.
func TestEveryTestThatTheRequirementsNameExists(t *testing.T) {
	for _, page := range []string{"requirements.md", "recommendations.md", "privacy.md"} {
		t.Run(page, func(t *testing.T) { testsNamed(t, page) })
	}
}

func testsNamed(t *testing.T, page string) {
	text, err := os.ReadFile(filepath.Join("..", "docs", page))
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, found := range link.FindAllStringSubmatch(string(text), -1) {
		name, path := found[1], filepath.Join("..", "docs", found[2])
		if filepath.Ext(path) != ".go" || name == "a test" {
			continue
		}
		source, err := os.ReadFile(path)
		if err != nil {
			t.Errorf("%s: %v", page, err)
			continue
		}
		named++
		for _, missing := range absent(name, string(source)) {
			t.Errorf("%s: %s has no %s", page, found[2], missing)
		}
	}
	if named < 10 {
		t.Errorf("%s names %d tests: this test does not read it", page, named)
	}
}

// absent are the parts of a test's name that a source does not have: a function, and the name of a part of it or of a
// promise of stores.
func absent(name, source string) (out []string) {
	function, part, _ := strings.Cut(name, "/")
	if !strings.HasPrefix(function, "Test") {
		function, part = "", name
	}
	if function != "" && !strings.Contains(source, "func "+function+"(t *testing.T)") {
		out = append(out, "function "+function)
	}
	if part != "" && !strings.Contains(source, `"`+part+`"`) {
		out = append(out, "part "+part)
	}
	return out
}
