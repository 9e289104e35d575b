package schematest

import (
	"regexp"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

func TestEverythingIsDescribed(t *testing.T) {
	schema := load(t)
	for _, d := range own(schema) {
		described(t, d.Name, d.Name, d.Description)
		for _, f := range fields(d) {
			described(t, d.Name+"."+f.Name, f.Name, f.Description)
			for _, a := range f.Arguments {
				described(t, d.Name+"."+f.Name+"("+a.Name+":)", a.Name, a.Description)
			}
		}
		for _, v := range d.EnumValues {
			described(t, d.Name+"."+v.Name, v.Name, v.Description)
		}
	}
	for _, d := range schema.Directives {
		if d.Position.Src.BuiltIn {
			continue
		}
		described(t, "@"+d.Name, d.Name, d.Description)
		for _, a := range d.Arguments {
			described(t, "@"+d.Name+"("+a.Name+":)", a.Name, a.Description)
		}
	}
}

var (
	letters  = regexp.MustCompile(`[^a-z]`)
	american = regexp.MustCompile(`(?i)(?:^|[^-])\b(program|programs|behavior|color|favorite|canceled|personalized|authorize|organiz\w+|recogniz\w+|fulfill)\b`)
)

// described asks for whole sentences that say more than the name does.
func described(t *testing.T, where, name, text string) {
	t.Helper()
	squeeze := func(s string) string { return letters.ReplaceAllString(strings.ToLower(s), "") }
	switch {
	case len(text) < 10:
		t.Errorf("%s has no description", where)
	case squeeze(text) == squeeze(name), squeeze(text) == "the"+squeeze(name):
		t.Errorf("%s is described by its name only: %q", where, text)
	case !strings.HasSuffix(text, "."):
		t.Errorf("the description of %s does not end a sentence: %q", where, text)
	case strings.ToUpper(text[:1]) != text[:1]:
		t.Errorf("the description of %s does not begin a sentence: %q", where, text)
	case american.MatchString(text):
		t.Errorf("the description of %s is not spelt the British way: %q", where, american.FindString(text))
	}
}

func TestNullableFieldsSayWhatNullMeans(t *testing.T) {
	for _, d := range own(load(t)) {
		if !isOutput(d) {
			continue
		}
		for _, f := range fields(d) {
			saysNull := regexp.MustCompile(`(?i)\bnull\b`).MatchString(f.Description)
			onlyOnError := strings.Contains(strings.Join(strings.Fields(f.Description), " "), "Null only together with an error.")
			marked := f.Directives.ForName("semanticNonNull") != nil
			switch {
			case f.Type.NonNull && marked:
				t.Errorf("%s.%s cannot be null, so @semanticNonNull says nothing", d.Name, f.Name)
			case !f.Type.NonNull && !saysNull:
				t.Errorf("%s.%s may be null but does not say when", d.Name, f.Name)
			case marked != onlyOnError:
				t.Errorf("%s.%s: @semanticNonNull and the sentence %q belong together", d.Name, f.Name, "Null only together with an error.")
			case f.Type.NonNull && strings.Contains(f.Description, "Null "):
				t.Errorf("%s.%s speaks of null but is never null", d.Name, f.Name)
			}
		}
	}
}

func TestListsNeverHoldNull(t *testing.T) {
	for _, d := range own(load(t)) {
		for _, f := range fields(d) {
			if holed(f.Type) && d.Name+"."+f.Name != "Query.nodes" {
				t.Errorf("%s.%s is %s: its elements may be null", d.Name, f.Name, f.Type)
			}
			for _, a := range f.Arguments {
				if holed(a.Type) {
					t.Errorf("%s.%s(%s:) is %s: its elements may be null", d.Name, f.Name, a.Name, a.Type)
				}
			}
		}
	}
}

func holed(t *ast.Type) bool { return t.Elem != nil && !t.Elem.NonNull }
