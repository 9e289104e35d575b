package community

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAFeedIsWatched(t *testing.T) {
	page := func(ids string) (out []Post) {
		for _, id := range strings.Fields(ids) {
			out = append(out, Post{ID: PostID(id)})
		}
		return out
	}
	ids := func(s string) (out []PostID) {
		for _, p := range page(s) {
			out = append(out, p.ID)
		}
		return out
	}
	for name, c := range map[string]struct {
		base      string
		looks     []string // newest first; one that begins with + says that more follow
		come, out string
		mark      string
	}{
		"nothing happens":                             {looks: []string{"c b a", "c b a"}, mark: "c"},
		"posts come":                                  {looks: []string{"c b", "e d c b"}, come: "e d", mark: "c"},
		"one is gone":                                 {looks: []string{"c b a", "c a"}, out: "b", mark: "c"},
		"one comes and goes":                          {looks: []string{"b a", "c b a", "b a"}, out: "c", mark: "b"},
		"one goes and comes back":                     {looks: []string{"b a", "a", "b a"}, mark: "b"},
		"one is published late":                       {looks: []string{"c a", "c b a"}, come: "b", mark: "c"},
		"old ones move up":                            {looks: []string{"+d c", "+d b"}, out: "c", mark: "d"},
		"known ones are pushed below the page":        {looks: []string{"+d c", "+f e"}, come: "f e", mark: "d"},
		"an empty feed gets its first":                {looks: []string{"", "a"}, come: "a"},
		"all are gone":                                {looks: []string{"b a", ""}, out: "b a", mark: "b"},
		"what came while nobody looked is new":        {base: "b", looks: []string{"d c b a"}, come: "d c", mark: "b"},
		"nothing came while nobody looked":            {base: "b", looks: []string{"b a"}, mark: "b"},
		"resumed where the first post has gone since": {base: "b", looks: []string{"c a"}, come: "c", mark: "b"},
	} {
		w := FeedWatch{Base: c.base}
		for _, look := range c.looks {
			text, more := strings.CutPrefix(look, "+")
			w.Look(page(text), more)
		}
		if !slices.Equal(w.New(), ids(c.come)) || !slices.Equal(w.Gone(), ids(c.out)) || w.Mark() != c.mark {
			t.Errorf("%s: new %v, gone %v, mark %q; want %q, %q, %q", name, w.New(), w.Gone(), w.Mark(), c.come, c.out, c.mark)
		}
	}
	var w FeedWatch
	w.Look(nil, false)
	for n := range 80 {
		w.Look([]Post{{ID: PostID(NewID(time.UnixMilli(int64(n + 1))))}}, true)
	}
	if n := len(w.New()); n != watchedPosts {
		t.Errorf("%d new posts are counted, want %d", n, watchedPosts)
	}
}
