package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/boltstore"
	"membergate/internal/community"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/recommend"
	"membergate/internal/secret"
	"membergate/internal/wallet"
)

// present is the demo's present in tests: a Wednesday afternoon in Shanghai.
var present = time.Date(2026, 7, 15, 6, 30, 0, 0, time.UTC)

// preset is the default programme.
const preset = "retail-5"

// usualBook is the default programme's book.
func usualBook(t testing.TB) *programme.Book {
	t.Helper()
	book, err := programme.LoadBook(preset)
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// shared is one demo for all tests that only look at it.
func shared(t *testing.T) (Stores, *plan, Report) {
	t.Helper()
	once.Do(func() {
		dir, err := os.MkdirTemp("", "demo")
		if err != nil {
			t.Fatal(err)
		}
		bolt, err := boltstore.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		clean = func() error { return errors.Join(bolt.Close(), os.RemoveAll(dir)) }
		only.st = storesOf(bolt, usualBook(t))
		only.r = seedAll(t, only.st, usual)
		only.p = planOf(t, only.st, usual)
	})
	return only.st, only.p, only.r
}

var (
	once  sync.Once
	clean = func() error { return nil }
	only  struct {
		st Stores
		p  *plan
		r  Report
	}
)

func TestMain(m *testing.M) {
	code := m.Run()
	if err := clean(); err != nil {
		panic(err)
	}
	os.Exit(code)
}

// lists are recommendations in memory.
type lists struct {
	recommend.Lists
	mu  sync.Mutex
	all map[recommend.Key]recommend.List
}

func (l *lists) Get(_ context.Context, keys []recommend.Key, _ member.ID) (map[recommend.Key]recommend.List, recommend.Known, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := map[recommend.Key]recommend.List{}
	for _, k := range keys {
		if list, ok := l.all[k]; ok {
			out[k] = list
		}
	}
	return out, recommend.Known{}, nil
}

func (l *lists) Built(context.Context) (recommend.Build, error)  { return recommend.Build{}, nil }
func (l *lists) Building(context.Context, recommend.Build) error { return nil }

func (l *lists) Put(_ context.Context, more map[recommend.Key]recommend.List) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.Copy(l.all, more)
	return nil
}

// open makes empty stores with a preset's rules.
func open(t testing.TB, preset string) Stores {
	t.Helper()
	bolt, err := boltstore.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := bolt.Close(); err != nil {
			t.Error(err)
		}
	})
	book, err := programme.LoadBook(preset)
	if err != nil {
		t.Fatal(err)
	}
	return storesOf(bolt, book)
}

func storesOf(bolt *boltstore.Store, book *programme.Book) Stores {
	return Stores{
		Accounts: bolt.Members(), Ledger: bolt.Ledger(), Orders: bolt.Orders(), Products: bolt.Products(), Rewards: bolt.Rewards(), Vouchers: bolt.Vouchers(), Keys: keys(),
		Usages: bolt.Usages(), Uses: bolt.Uses(), Families: bolt.Families(), Community: bolt.Community(), Lists: &lists{all: map[recommend.Key]recommend.List{}}, Book: book,
	}
}

func seedAll(t testing.TB, st Stores, o Options) Report {
	t.Helper()
	r, err := Seed(context.Background(), st, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// planOf is the plan that Seed follows.
func planOf(t testing.TB, st Stores, o Options) *plan {
	t.Helper()
	c, err := texts()
	if err != nil {
		t.Fatal(err)
	}
	return newPlan(seed(o.Seed), o.Now, st.Book, c)
}

// dump is everything in the stores, line by line.
func dump(t testing.TB, st Stores, p *plan) []string {
	t.Helper()
	ctx := context.Background()
	var out []string
	line := func(what string, v any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, what+" "+string(b))
	}
	holders, err := st.Accounts.Walk(ctx, "", 1000)
	line("holders", holders, err)
	var ids []member.ID
	marked := map[member.ID][]community.Subject{}
	for _, m := range p.marks {
		marked[m.who] = append(marked[m.who], m.on)
	}
	for _, h := range holders {
		ids = append(ids, h.Profile.ID)
		line("holder", h, nil)
		entries, err := st.Ledger.Chain(ctx, h.Account.Wallet, 0, 10_000)
		line("ledger", entries, err)
		f, ok, err := st.Families.ByMember(ctx, h.Profile.ID)
		line(fmt.Sprint("family ", ok), f, err)
		u, err := st.Usages.ByMember(ctx, h.Profile.ID)
		line("usage", u, err)
		uses, err := st.Uses.Page(ctx, h.Profile.ID, nil, 1000)
		line("uses", uses, err)
		ties, err := st.Community.Ties(ctx, h.Profile.ID)
		ties.Version = 0 // counts how often they were put
		line("ties", ties, err)
		marks, err := st.Community.Marks(ctx, h.Profile.ID, marked[h.Profile.ID])
		for _, s := range marked[h.Profile.ID] {
			line(fmt.Sprint("mark ", s), marks[s], err)
		}
	}
	records, err := st.Orders.Walk(ctx, "", 100_000)
	line("orders", records, err)
	products, err := st.Products.Walk(ctx, "", 1000)
	line("products", products, err)
	rewards, err := st.Rewards.All(ctx)
	line("rewards", rewards, err)
	posts, comments := written(t, st, p)
	line("posts", posts, nil)
	line("comments", comments, nil)
	open, err := st.Community.Unsettled(ctx, 100)
	line("unsettled", open, err)
	for _, g := range p.rules.Groups {
		for _, id := range ids {
			c, err := st.Community.Circles(ctx, []string{g.Code}, id)
			line("circle", c, err)
		}
	}
	l, _ := st.Lists.(*lists)
	for _, k := range slices.SortedFunc(maps.Keys(l.all), func(a, b recommend.Key) int {
		return slices.Compare([]string{string(a.Of), a.ID, a.Name}, []string{string(b.Of), b.ID, b.Name})
	}) {
		line(fmt.Sprint(k), l.all[k], nil)
	}
	return out
}

// subjects are all that can be marked, in a fixed order.
func subjects(p *plan) []community.Subject {
	var out []community.Subject
	for _, post := range p.posts {
		out = append(out, post.Subject())
	}
	for _, c := range p.comments {
		out = append(out, c.Subject())
	}
	return out
}

// written are the posts and comments as the stores have them.
func written(t testing.TB, st Stores, p *plan) (map[community.PostID]community.Post, map[community.CommentID]community.Comment) {
	t.Helper()
	var postIDs []community.PostID
	for _, post := range p.posts {
		postIDs = append(postIDs, post.ID)
	}
	var commentIDs []community.CommentID
	for _, c := range p.comments {
		commentIDs = append(commentIDs, c.ID)
	}
	posts, err := st.Community.ByIDs(context.Background(), postIDs)
	if err != nil {
		t.Fatal(err)
	}
	comments, err := st.Community.CommentsByIDs(context.Background(), commentIDs)
	if err != nil {
		t.Fatal(err)
	}
	return posts, comments
}

func holder(t testing.TB, st Stores, id member.ID) account.Holder {
	t.Helper()
	found, err := st.Accounts.ByIDs(context.Background(), []member.ID{id}, account.Whole)
	if err != nil {
		t.Fatal(err)
	}
	return found[id]
}

func head(t testing.TB, st Stores, id wallet.ID) wallet.Entry {
	t.Helper()
	heads, err := st.Ledger.Heads(context.Background(), []wallet.ID{id})
	if err != nil {
		t.Fatal(err)
	}
	return heads[id]
}

// keys are a ring for tests.
func keys() *secret.Keys {
	ring, err := secret.NewKeys([]secret.Key{{ID: "k1", Secret: make([]byte, secret.KeyBytes)}})
	if err != nil {
		panic(err)
	}
	return ring
}
