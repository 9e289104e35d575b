package moderation

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRecipesPass keeps the promise on clean text: at most one sentence in a hundred waits, and none is refused.
func TestRecipesPass(t *testing.T) {
	t.Run("sample", func(t *testing.T) {
		f, err := os.Open(filepath.Join("testdata", "recipes.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		holds(t, f, 16)
	})
	t.Run("all", func(t *testing.T) {
		f, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", "recipes", "howtocook.jsonl.gz"))
		if err != nil {
			t.Skip("the whole collection is not beside this project; a sample of it is tested without")
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		holds(t, z, 368)
	})
}

func holds(t *testing.T, recipes io.Reader, want int) {
	t.Helper()
	r := Own()
	lines := bufio.NewScanner(recipes)
	lines.Buffer(nil, 1<<20)
	n, sentences, flagged, waiting := 0, 0, 0, 0
	for ; lines.Scan(); n++ {
		var recipe struct{ Title, Body string }
		if err := json.Unmarshal(lines.Bytes(), &recipe); err != nil {
			t.Fatal(err)
		}
		v := r.Judge(Text{Kind: Post, Body: recipe.Title + "\n" + recipe.Body}, Facts{}, now)
		if v.State == Block {
			t.Errorf("the whole of %s is refused: %s %v", recipe.Title, v.Reason, v.Words)
		}
		if v.State == Review {
			waiting++
			t.Logf("the whole of %s waits: %s %v", recipe.Title, v.Reason, v.Words)
		}
		for _, s := range strings.FieldsFunc(recipe.Title+"\n"+recipe.Body, func(c rune) bool { return strings.ContainsRune("。！？!?\n", c) }) {
			if strings.TrimSpace(s) == "" {
				continue
			}
			sentences++
			v := r.Judge(Text{Kind: Post, Body: s}, Facts{}, now)
			if v.State != Pass {
				flagged++
				t.Logf("%q is %v: %s %v", s, v.State, v.Reason, v.Words)
			}
			if v.State == Block {
				t.Errorf("%q is refused: %s %v", s, v.Reason, v.Words)
			}
		}
	}
	t.Logf("%d recipes, %d of them wait; %d sentences, %d of them flagged", n, waiting, sentences, flagged)
	if n != want || lines.Err() != nil {
		t.Fatalf("%d recipes read, want %d: %v", n, want, lines.Err())
	}
	if flagged*100 > sentences {
		t.Errorf("%d of %d sentences flagged; promised is 1 %%", flagged, sentences)
	}
}
