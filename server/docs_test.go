package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A page that says which test shows a claim is only worth something while those tests are there.
func TestTheTestsThatThePageOfTheLedgerNamesExist(t *testing.T) { namesTests(t, "ledger.md") }

func TestTheTestsThatThePageOfReliabilityNamesExist(t *testing.T) { namesTests(t, "reliability.md") }

// namesTests fails unless each claim of a page, a row that begins in bold, names tests that exist.
func namesTests(t *testing.T, name string) {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	claims := 0
	for line := range strings.SplitSeq(string(page), "\n") {
		if !strings.HasPrefix(line, "| **") {
			continue
		}
		claims++
		named := regexp.MustCompile(`\[([^\]]+)\]\(([^)]+\.go)\)`).FindAllStringSubmatch(line, -1)
		if len(named) == 0 {
			t.Errorf("no test shows that %.60s", line)
		}
		for _, link := range named {
			file, err := os.ReadFile(filepath.Join("..", "docs", filepath.FromSlash(link[2])))
			if err != nil {
				t.Error(err)
				continue
			}
			test := "func " + link[1] + "(t *testing.T)"
			if !strings.HasPrefix(link[1], "Test") {
				test = `"` + link[1] + `"` // a sub-test of all stores
			}
			if !strings.Contains(string(file), test) {
				t.Errorf("%s has no test %q", link[2], link[1])
			}
		}
	}
	if claims < 10 {
		t.Errorf("%d claims are on the page", claims)
	}
}

// The page on security is a table of promises and tests: each of its lines names some, and they are there.
func TestTheTestsThatThePageOnSecurityNamesExist(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "security.md"))
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile(`(?m)^\| \d+ \|.*$`).FindAllString(string(page), -1)
	if len(rows) < 12 {
		t.Errorf("%d promises are on the page", len(rows))
	}
	for _, row := range rows {
		named := regexp.MustCompile(`\[((?:Test|Fuzz)\w+)\]\(([^)]+\.go)\)`).FindAllStringSubmatch(row, -1)
		if len(named) == 0 {
			t.Errorf("no test shows %.60s", row)
		}
		for _, link := range named {
			file, err := os.ReadFile(filepath.Join("..", "docs", filepath.FromSlash(link[2])))
			if err != nil || !strings.Contains(string(file), "func "+link[1]+"(") {
				t.Errorf("%s has no %s (%v)", link[2], link[1], err)
			}
		}
	}
}
