package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// benchFeeds lets many read every feed of a large community on the real stores, while others write. BENCH_POSTS is how
// many posts there are, by and for a tenth as many members; BENCH_TOWN names a database that is kept, so that a second run
// does not fill one again.
func benchFeeds(t *testing.T) {
	needServers(t)
	posts, err := strconv.Atoi(cmp.Or(os.Getenv("BENCH_POSTS"), "200000"))
	if err != nil {
		t.Fatal(err)
	}
	name := cmp.Or(os.Getenv("BENCH_TOWN"), "town_"+strings.ToLower(rand.Text()[:10]))
	if os.Getenv("BENCH_TOWN") == "" {
		t.Cleanup(func() {
			if err := dropServers(name); err != nil {
				t.Error(err)
			}
		})
	}
	pairs := []string{"MONGODB_URI", os.Getenv("MONGODB_URI"), "REDIS_URL", os.Getenv("REDIS_URL"), "MONGODB_DATABASE", name, "REDIS_PREFIX", name + ":",
		"DATA_DIR", filepath.Join(t.TempDir(), "data"), "SANDBOX", "on", "JWT_HS256_SECRET", testSecret}
	o := town{members: posts / 10, posts: posts, now: time.Now().UTC().Truncate(24 * time.Hour), lists: true}
	began := time.Now()
	if err := fill(pairs, func(ctx context.Context, _ Settings, st *stores, rules book) error { return o.once(ctx, st, rules) }); err != nil {
		t.Fatal(err)
	}
	row(fmt.Sprintf("%d members with ties and %d posts are put, real stores", o.members, posts), "%s", time.Since(began).Round(time.Second))
	long, err := time.ParseDuration(cmp.Or(os.Getenv("BENCH_LONG"), "60s"))
	if err != nil {
		t.Fatal(err)
	}
	benchFollowing(t, o, pairs...)
	if long <= time.Second {
		return
	}
	for _, followers := range []string{"0", "20000"} {
		row("FEED_FOLLOWERS="+followers, "")
		g, err := openGatewayAs(func(s *Settings) { s.Worker = true }, append(pairs, "FEED_FOLLOWERS", followers)...)
		if err != nil {
			t.Fatal(err)
		}
		for _, pause := range []time.Duration{time.Second, 0} {
			newReading(t, g.url, o, pause).print(long, 30, 20)
		}
		if err := g.close(); err != nil {
			t.Error(err)
		}
	}
}

// once puts the town where it is not, and tells how far it is.
func (o town) once(ctx context.Context, st *stores, rules book) error {
	if found, err := st.accounts.ByIDs(ctx, []member.ID{townMember(0)}, account.Public); err != nil || len(found) > 0 {
		return err
	}
	var mu sync.Mutex
	last := time.Now()
	return o.put(ctx, st, rules, func(what string, done, of int) {
		mu.Lock()
		defer mu.Unlock()
		if time.Since(last) > 5*time.Second {
			last = time.Now()
			fmt.Fprintf(os.Stderr, "%s: %d of %d\n", what, done, of)
		}
	})
}

// reading is a run of readers and writers on one gateway.
type reading struct {
	t       *testing.T
	url     string
	o       town
	feed    string
	pause   time.Duration // of a reader between two pages
	client  *http.Client
	watches map[string]*stopwatch
	failed  atomic.Int64
	first   atomic.Pointer[string] // the first failure
}

// townFeeds are the feeds, in the order of the table.
var townFeeds = []string{"HOT", "NEW", "FOLLOWING", "TOPIC", "BOARD", "FAMILY", "FOR_YOU"}

// townReaders is how many members read again and again.
const townReaders = 500

func newReading(t *testing.T, url string, o town, pause time.Duration) *reading {
	r := &reading{t: t, url: url, o: o, pause: pause, feed: appQueries(t)["Feed"].text, watches: map[string]*stopwatch{},
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 30 * time.Second}}
	for _, name := range append(townFeeds, "writes", "first pages of FOLLOWING") {
		r.watches[name] = &stopwatch{}
	}
	return r
}

// print lets so many read and writes happen at a rate, each for a while, and prints what readers and writers waited.
func (r *reading) print(long time.Duration, readers, perSecond int) {
	ctx, cancel := context.WithTimeout(context.Background(), long)
	defer cancel()
	began := time.Now()
	var all sync.WaitGroup
	for n := range readers {
		all.Go(func() { r.read(ctx, mathrand.New(mathrand.NewPCG(4, uint64(n)))) })
	}
	r.write(ctx, perSecond)
	all.Wait()
	pages := 0
	for _, name := range townFeeds {
		w := r.watches[name]
		if w.count() == 0 {
			r.t.Errorf("nobody read %s", name)
			continue
		}
		pages += w.count()
		row(fmt.Sprintf("a page of 20 of %s%s", name, r.manner()), "p50 %s, p99 %s of %d", w.part(500), w.part(990), w.count())
	}
	for _, name := range []string{"first pages of FOLLOWING", "writes"} {
		if w := r.watches[name]; w.count() > 0 {
			row(name, "p50 %s, p99 %s of %d", w.part(500), w.part(990), w.count())
		}
	}
	took := time.Since(began).Seconds()
	row(fmt.Sprintf("all of that: %d readers%s beside %d writes a second for %s", readers, r.manner(), perSecond, long), "%.0f pages and %.1f writes a second, %d failed",
		float64(pages)/took, float64(r.watches["writes"].count())/took, r.failed.Load())
	if why := r.first.Load(); why != nil {
		fmt.Fprintln(os.Stderr, "the first failure:", shortened(*why))
	}
}

// read reads three pages of a feed, of another feed as another member, and so on.
func (r *reading) read(ctx context.Context, dice *mathrand.Rand) {
	rules, err := programme.Keep("retail-5")
	if err != nil {
		r.t.Error(err)
		return
	}
	boards := rules.At(r.o.now).Boards
	for n := dice.IntN(len(townFeeds)); ctx.Err() == nil; n++ {
		kind := townFeeds[n%len(townFeeds)]
		who := dice.IntN(min(townReaders, r.o.members/5)) // those who live in families
		v := map[string]any{"kind": kind, "first": 20}
		switch kind {
		case "TOPIC":
			v["topicId"] = globalID("Topic", string(townTopic(skewed(dice, townTopics, 2))))
		case "BOARD":
			v["boardCode"] = boards[dice.IntN(len(boards))].Code
		}
		for page := 0; page < 3 && ctx.Err() == nil; page++ {
			if r.pause > 0 {
				select {
				case <-ctx.Done():
				case <-time.After(time.Duration((0.5 + dice.Float64()) * float64(r.pause))):
				}
			}
			began := time.Now()
			data, err := r.ask(ctx, string(townMember(who*7%(r.o.members/5))), r.feed, v)
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				r.fails(err)
				break
			}
			r.watches[kind].Applied("", time.Since(began))
			if kind == "FOLLOWING" && page == 0 {
				r.watches["first pages of FOLLOWING"].Applied("", time.Since(began))
			}
			var d struct {
				Feed struct {
					PageInfo struct {
						HasNextPage bool
						EndCursor   string
					}
				}
			}
			if err := json.Unmarshal(data, &d); err != nil {
				r.fails(err)
				break
			}
			if v["after"] = d.Feed.PageInfo.EndCursor; !d.Feed.PageInfo.HasNextPage {
				break
			}
		}
	}
}

// manner says in what manner readers read.
func (r *reading) manner() string {
	if r.pause == 0 {
		return ", without a pause"
	}
	return fmt.Sprintf(", a page every %s each", r.pause)
}

func (r *reading) fails(err error) {
	r.failed.Add(1)
	text := err.Error()
	r.first.CompareAndSwap(nil, &text)
}

// write posts, likes and deletes at a rate: of five writes two are posts, two likes, one takes a post away.
func (r *reading) write(ctx context.Context, perSecond int) {
	community := appDocument(r.t, "community")
	run := rand.Text()[:8]
	var mu sync.Mutex
	type written struct{ who, post string }
	var mine []written
	tick := time.NewTicker(time.Second / time.Duration(perSecond))
	defer tick.Stop()
	var all sync.WaitGroup
	defer all.Wait()
	dice := mathrand.New(mathrand.NewPCG(5, 5))
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		who := string(townMember(skewed(dice, r.o.members, 1.5)))
		operation, input := "React", map[string]any{"kind": "LIKE", "on": n%2 == 0,
			"subjectId": globalID("Post", string(r.o.postID(r.o.posts-1-skewed(dice, r.o.posts, 3))))}
		switch n % 5 {
		case 0, 2:
			operation, input = "PostCreate", map[string]any{"idempotencyKey": fmt.Sprint(run, n), "boardCode": "EXCHANGE", "visibility": "PUBLIC",
				"body": fmt.Sprintf("%s: what I found in shop number %d today, %s", rand.Text()[:12], n, rand.Text()[:12]), "topicIds": []string{globalID("Topic", string(townTopic(skewed(dice, townTopics, 2))))}}
		case 4:
			mu.Lock()
			if len(mine) > 0 {
				who, operation, input = mine[0].who, "PostDelete", map[string]any{"postId": mine[0].post}
				mine = mine[1:]
			}
			mu.Unlock()
		}
		all.Go(func() {
			began := time.Now()
			data, err := r.operate(ctx, who, community, operation, map[string]any{"input": input})
			if ctx.Err() != nil {
				return
			}
			if err != nil && !strings.Contains(err.Error(), "NOT_FOUND") { // a like on what is not for the member
				r.fails(err)
				return
			}
			r.watches["writes"].Applied("", time.Since(began))
			var d struct {
				PostCreate struct{ Post struct{ ID string } }
			}
			if json.Unmarshal(data, &d) == nil && d.PostCreate.Post.ID != "" {
				mu.Lock()
				mine = append(mine, written{who, d.PostCreate.Post.ID})
				mu.Unlock()
			}
		})
	}
}

func (r *reading) ask(ctx context.Context, who, query string, variables map[string]any) (json.RawMessage, error) {
	return r.operate(ctx, who, query, "", variables)
}

// operate sends an operation and gives its data; an error or a refusal in the answer is one here.
func (r *reading) operate(ctx context.Context, who, query, operation string, variables map[string]any) (json.RawMessage, error) {
	body, err := json.Marshal(map[string]any{"query": query, "operationName": operation, "variables": variables})
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+tokenOf(r.t, who))
	a, err := r.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = a.Body.Close() }()
	raw, err := io.ReadAll(a.Body)
	if err != nil {
		return nil, err
	}
	var out struct {
		Data   json.RawMessage
		Errors []any
	}
	if err := json.Unmarshal(raw, &out); err != nil || len(out.Errors) > 0 {
		return nil, errors.New(string(raw))
	}
	if bytes.Contains(out.Data, []byte(`"userErrors":[{`)) {
		return out.Data, errors.New(string(raw))
	}
	return out.Data, nil
}
