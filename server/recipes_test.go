package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"membergate/internal/account"
	"membergate/internal/disguise"
	"membergate/internal/member"
)

// recipesFile is a collection of real posts beside this project.
const recipesFile = "../../shared/data/recipes/howtocook.jsonl.gz"

// Newcomers may write ten posts in a day.
const (
	cooks    = 41 // who write nine recipes each
	tasters  = 20 // who write ten sentences each
	schemers = 60 // who write ten words each, in one disguise
)

func cook(n int) string    { return fmt.Sprintf("cook-%02d", n) }
func taster(n int) string  { return fmt.Sprintf("taster-%02d", n) }
func schemer(n int) string { return fmt.Sprintf("schemer-%02d", n) }

// putCooks puts members who have joined just now, for whom the rules are strictest.
func putCooks(ctx context.Context, _ Settings, st *stores, rules book) error {
	var all error
	put := func(id string) {
		all = errors.Join(all, st.accounts.Create(ctx, account.Open(rules, member.Profile{ID: member.ID(id), DisplayName: id, JoinedAt: time.Now()})))
	}
	for n := range cooks {
		put(cook(n))
	}
	for n := range tasters {
		put(taster(n))
	}
	for n := range schemers {
		put(schemer(n))
	}
	return all
}

// recipes are the texts of the collection.
func recipes(t *testing.T) (out []string) {
	t.Helper()
	f, err := os.Open(recipesFile)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not there: the collection of recipes is not beside this project", recipesFile)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var recipe struct{ Title, Body string }
		if err := json.Unmarshal(lines.Bytes(), &recipe); err != nil {
			t.Fatal(err)
		}
		out = append(out, recipe.Title+"\n"+recipe.Body)
	}
	if len(out) != 368 || lines.Err() != nil {
		t.Fatalf("%d recipes read: %v", len(out), lines.Err())
	}
	return out
}

// sentences are those of a text.
func sentences(text string) (out []string) {
	for _, s := range strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune("。！？!?\n", c) }) {
		if strings.TrimSpace(s) != "" {
			out = append(out, s)
		}
	}
	return out
}

// sent is what became of a text that a member sent.
type sent struct{ id, state, reason string }

// sends posts texts of each author, authors beside one another, and takes them away again when the test ends: other tests
// compare feeds. A refusal is an error.
func sends(t *testing.T, e *engine, author func(int) string, texts [][]string) [][]sent {
	t.Helper()
	const create = `mutation($input: PostCreateInput!) { postCreate(input: $input) { post { id moderation ruling { reason } } userErrors { code } } }`
	out := make([][]sent, len(texts))
	t.Cleanup(func() {
		abreast(t, len(out), func(n int) error {
			var b strings.Builder
			for i, s := range out[n] {
				fmt.Fprintf(&b, "d%d: postDelete(input: {postId: %q}) { userErrors { code } } ", i, s.id)
			}
			if r := asked(t, e, question{query: "mutation {" + b.String() + "}", who: author(n)}); len(r.Errors) > 0 {
				return errors.New(shortened(r.text))
			}
			return nil
		})
	})
	abreast(t, len(texts), func(n int) error {
		for _, body := range texts[n] {
			r := asked(t, e, question{query: create, variables: map[string]any{"input": draft("body", body)}, who: author(n)})
			var got struct {
				PostCreate struct {
					Post *struct {
						ID, Moderation string
						Ruling         *struct{ Reason string }
					}
				}
			}
			if err := json.Unmarshal(r.Data, &got); err != nil || got.PostCreate.Post == nil {
				return fmt.Errorf("%s posts %q and is told %s", author(n), body, shortened(r.text))
			}
			s := sent{id: got.PostCreate.Post.ID, state: got.PostCreate.Post.Moderation}
			if got.PostCreate.Post.Ruling != nil {
				s.reason = got.PostCreate.Post.Ruling.Reason
			}
			out[n] = append(out[n], s)
		}
		return nil
	})
	return out
}

// abreast does it for each number, eight at a time.
func abreast(t *testing.T, n int, do func(int) error) {
	t.Helper()
	var all errgroup.Group
	all.SetLimit(8)
	for i := range n {
		all.Go(func() error { return do(i) })
	}
	if err := all.Wait(); err != nil {
		t.Error(err)
	}
}

// asked asks again where only time was short; a key makes a post once.
func asked(t *testing.T, e *engine, q question) reply {
	r := ask(t, e.gateway.url, q)
	for try := 1; try < 20 && r.comeAgain(); try++ {
		r = ask(t, e.gateway.url, q)
	}
	return r
}

// apiece deals texts out, so many to each.
func apiece(texts []string, n int) (out [][]string) {
	for len(texts) > n {
		out, texts = append(out, texts[:n]), texts[n:]
	}
	return append(out, texts)
}

// Real text: 368 recipes go in as posts of members. At most one sentence in a hundred waits for a look, and nothing is
// refused or taken down. What stands in a sentence stands in its recipe: only the sentences of those that waited are sent
// alone, to see which of them it was.
func TestRecipesGoInAsPosts(t *testing.T) {
	texts := recipes(t)
	onEngines(t, func(t *testing.T, e *engine) {
		all, doubted := 0, []string{}
		dealt := apiece(texts, 9)
		for n, of := range sends(t, e, cook, dealt) {
			for i, s := range of {
				parts := sentences(dealt[n][i])
				all += len(parts)
				switch s.state {
				case "PUBLISHED":
				case "PENDING":
					t.Logf("%s waits for %s", strings.SplitN(dealt[n][i], "\n", 2)[0], s.reason)
					doubted = append(doubted, parts...)
				default:
					t.Errorf("%s is %s for %s", strings.SplitN(dealt[n][i], "\n", 2)[0], s.state, s.reason)
				}
			}
		}
		flagged := 0
		if len(doubted) > tasters*10 {
			t.Fatalf("%d sentences are in recipes that wait, which is more than can be sent alone", len(doubted))
		}
		for n, of := range sends(t, e, taster, apiece(doubted, 10)) {
			for i, s := range of {
				if s.state == "PUBLISHED" {
					continue
				}
				flagged++
				t.Logf("%q is %s for %s", doubted[n*10+i], s.state, s.reason)
				if s.state != "PENDING" {
					t.Errorf("%q is %s", doubted[n*10+i], s.state)
				}
			}
		}
		t.Logf("%d sentences of %d recipes, %d flagged", all, len(texts), flagged)
		if flagged*100 > all || all < 16_000 {
			t.Errorf("%d of %d sentences wait; promised are at most one in a hundred of some 16,000", flagged, all)
		}
	})
}

// simplifiedCharacters are those that the rules read traditional ones as.
func simplifiedCharacters(t *testing.T) map[rune]rune {
	t.Helper()
	text, err := os.ReadFile("../internal/moderation/lists/simplified.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := map[rune]rune{}
	for line := range strings.Lines(string(text)) {
		for _, pair := range strings.Fields(line) {
			if r := []rune(pair); len(r) == 2 && !strings.HasPrefix(line, "#") {
				out[r[0]] = r[1]
			}
		}
	}
	return out
}

// Fifty bad words in twelve disguises are sent amid innocent text, ten by each author. At least
// 98 in a hundred are kept from others, and for the word: not because their author writes a lot.
func TestDisguisedWordsAreKeptFromOthers(t *testing.T) {
	ways := disguise.Ways(simplifiedCharacters(t))
	if len(ways)*len(disguise.Words) != schemers*10 {
		t.Fatalf("%d words in %d disguises are not what the schemers can write", len(disguise.Words), len(ways))
	}
	type hidden struct{ word, way, text string }
	var all, some []hidden // some are each word in another disguise than the one before
	for n, w := range ways {
		for i, word := range disguise.Words {
			h := hidden{word, w.Name, disguise.In(w.As(word))[1]}
			if all = append(all, h); i%len(ways) == n {
				some = append(some, h)
			}
		}
	}
	ofLists := []string{"FORBIDDEN", "VIOLENCE", "DRUGS", "ADULT", "GAMBLING", "FRAUD", "ABUSE", "ADVERTISING"}
	onEngines(t, func(t *testing.T, e *engine) {
		caught, words := 0, all
		if e.name == "servers" { // the words are looked for by the same rules; that the verdict is kept, some show
			words = some
		}
		texts := make([]string, len(words))
		for n, h := range words {
			texts[n] = h.text
		}
		for n, of := range sends(t, e, schemer, apiece(texts, 10)) {
			for i, s := range of {
				if slices.Contains(ofLists, s.reason) && (s.state == "PENDING" || s.state == "REMOVED") {
					caught++
					continue
				}
				t.Logf("%+v is %s for %q", words[n*10+i], s.state, s.reason)
			}
		}
		t.Logf("%d of %d caught", caught, len(texts))
		if caught*100 < len(texts)*98 {
			t.Errorf("%d of %d disguised words are caught; promised are 98 in a hundred", caught, len(texts))
		}
	})
}
