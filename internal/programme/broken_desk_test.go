package programme_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"membergate/internal/programme"
)

// wordList is one of the lists of words, in one line, so that each list has a line of its own.
func wordList(words ...string) string {
	var out []string
	for i, w := range words {
		out = append(out, fmt.Sprintf("{zh-CN: 词%d, en: %s}", i, w))
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// line is how a sentence says where.
var line = regexp.MustCompile(`^small\.yaml:1[67]\d: `)

// desks are a programme's words and requests: what is changed in them must stand there once.
func desks(t *testing.T, old, new string) []byte {
	t.Helper()
	text := `phrases:
  levels:
    - {tier: FRIEND, benefit: DELIVERY, hidden: {zh-CN: 茶}}
  wrongPerDay: 10
  words:
    - ` + wordList("red", "blue", "green", "grey", "pink", "black", "white", "brown") + `
    - ` + wordList("cat", "dog", "fox", "hen", "cow", "pig", "owl", "bee") + "\n"
	if strings.Count(text, old) != 1 {
		t.Fatalf("%q does not stand there once", old)
	}
	b := string(change(t, "corner-shop", "corner-store"))
	return []byte(b + strings.Replace(text, old, new, 1))
}

func TestWordsThatCouldNotDifferAreRefusedWithOneClearSentence(t *testing.T) {
	if _, err := programme.Parse("small.yaml", desks(t, "red", "crimson")); err != nil {
		t.Fatalf("right words: %v", err)
	}
	equal := wordList("cat", "cat", "cat", "cat", "cat", "cat", "cat", "cat")
	for name, c := range map[string]struct{ old, new, want string }{
		"a list of equal words": {wordList("cat", "dog", "fox", "hen", "cow", "pig", "owl", "bee"), equal,
			`phrases.words[1][1].en is "cat", which is heard as phrases.words[1][0]; allowed is a word of its own`},
		"equal but for case and form": {"en: dog", `en: "ＣＡＴ!"`,
			`phrases.words[1][1].en is "ＣＡＴ!", which is heard as phrases.words[1][0]; allowed is a word of its own`},
		"equal in the first language": {"{zh-CN: 词1, en: dog}", "{zh-CN: 词0, en: dog}",
			`phrases.words[1][1].zh-CN is "词0", which is heard as phrases.words[1][0]; allowed is a word of its own`},
		"nothing to hear":    {"en: dog", `en: "!?"`, `phrases.words[1][1].en is "!?", of which nothing is heard; needed are letters or digits`},
		"too few words":      {", {zh-CN: 词7, en: bee}", "", "phrases.words[1] has 7 words; needed are at least 8, so that nobody guesses"},
		"no bound":           {"  wrongPerDay: 10\n", "", "phrases.wrongPerDay is missing; needed is 1 to 50"},
		"hardly any bound":   {"wrongPerDay: 10", "wrongPerDay: 4096", "phrases.wrongPerDay is 4096; allowed is 1 to 50"},
		"more levels than 8": {"    - {tier: FRIEND", strings.Repeat("    - {tier: FRIEND, benefit: DELIVERY, hidden: {zh-CN: 茶}}\n", 8) + "    - {tier: FRIEND", "phrases.levels has 9 levels; allowed are at most 8, so that each has a word of its own"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := programme.Parse("small.yaml", desks(t, c.old, c.new))
			if err == nil || !strings.Contains(err.Error()+"\n", ": "+c.want+"\n") || !line.MatchString(err.Error()) {
				t.Errorf("it says %v, want %s", err, c.want)
			}
		})
	}
}
