package programme_test

import (
	"errors"
	"os"
	"testing"

	"membergate/internal/programme"
)

// Whatever a file holds, the answer is a programme or a list of problems, never a panic: a reload must not end a server.
func FuzzParseAnswersAnything(f *testing.F) {
	small, err := os.ReadFile("testdata/small.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(small)
	for _, s := range []string{"", "a: &a [*a]", "<<: {code: x}", "? {a: 1}\n: 2", "code: !!binary x", "tiers: [{routes: [{when: {all: [{}]}}]}]",
		"score:\n", "- - -", "a: |\n  b\n c", "\t", "%YAML 1.2\n---\n", "tiers:\n- code: A\n  rank: 0x0", "currencies: [{code: A}]\nburn: [{kind: CHECKOUT}]"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := programme.Parse("fuzz.yaml", b)
		var found programme.Problems
		if (p == nil) == (err == nil) || err != nil && (!errors.As(err, &found) || len(found) == 0) {
			t.Errorf("programme %v, error %v", p, err)
		}
	})
}
