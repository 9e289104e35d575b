package demo

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/recommend"
)

var usual = Options{Seed: 1, Now: present}

func TestTheSameSeedAndTimeMakeTheSameDemoOnce(t *testing.T) {
	first, p, _ := shared(t)
	want := dump(t, first, p)
	st := open(t, preset)
	last, of := 0, 0
	r, err := Seed(context.Background(), st, usual, func(done, total int) {
		if done < last {
			t.Errorf("progress tells %d after %d", done, last)
		}
		last, of = done, total
	})
	if err != nil || last != of || of < 1000 {
		t.Errorf("progress ended with %d of %d, %v", last, of, err)
	}
	same(t, want, dump(t, st, p))

	again, err := Seed(context.Background(), st, Options{Seed: 7, Now: present.AddDate(1, 0, 0)}, func(int, int) { t.Error("something is done again") })
	if err != nil || !again.Already || !again.Now.Equal(present) || !slices.Equal(again.TryOut, r.TryOut) {
		t.Errorf("%+v, %v", again, err)
	}
	same(t, want, dump(t, st, p))
}

func TestAnotherSeedMakesAnotherDemo(t *testing.T) {
	st, p, _ := shared(t)
	other := planOf(t, st, Options{Seed: 2, Now: present})
	if slices.EqualFunc(p.people, other.people, func(a, b person) bool { return len(a.events) == len(b.events) }) {
		t.Error("another seed makes the same orders")
	}
}

// same compares two dumps and shows the first line that differs.
func same(t *testing.T, want, got []string) {
	t.Helper()
	if len(want) != len(got) {
		t.Errorf("%d lines, want %d", len(got), len(want))
	}
	for i := range min(len(want), len(got)) {
		if want[i] != got[i] {
			at := 0
			for at < min(len(want[i]), len(got[i])) && want[i][at] == got[i][at] {
				at++
			}
			from := max(0, at-200)
			t.Fatalf("line %d differs:\nwant …%.400s\ngot  …%.400s", i, want[i][from:], got[i][from:])
		}
	}
}

// Cut short at any point and begun again later, it ends like one that was not.
func TestACutShortDemoIsGoneOnWith(t *testing.T) {
	whole, p, _ := shared(t)
	want := dump(t, whole, p)
	for _, percent := range []int{0, 10, 75} {
		st := open(t, preset)
		ctx, cut := context.WithCancel(context.Background())
		_, err := Seed(ctx, st, usual, func(done, total int) {
			if done*100 >= total*percent {
				cut()
			}
		})
		if err == nil {
			t.Fatalf("at %d %% it was not cut short", percent)
		}
		if holder(t, st, firstMember).Profile.Demo {
			t.Errorf("at %d %% the demo says that it is complete", percent)
		}
		r := seedAll(t, st, Options{Seed: usual.Seed, Now: present.Add(100 * time.Hour)})
		if !r.Now.Equal(present) {
			t.Errorf("at %d %% the present moved to %s", percent, r.Now)
		}
		same(t, want, dump(t, st, p))
	}
}

func TestStoresWithSomebodyElsesMembersAreRefused(t *testing.T) {
	st := open(t, preset)
	ctx := context.Background()
	if err := st.Accounts.Create(ctx, account.Open(st.Book, member.Profile{ID: memberID(20), DisplayName: "somebody", JoinedAt: present})); err != nil {
		t.Fatal(err)
	}
	_, err := Seed(ctx, st, usual, nil)
	if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "member 1021 is there already") {
		t.Errorf("the answer is %v", err)
	}
	if all, _ := st.Accounts.Walk(ctx, "", 10); len(all) != 1 {
		t.Errorf("%d members are there", len(all))
	}
}

func TestEveryPresetHasADemo(t *testing.T) {
	for _, name := range []string{"fresh-3", "retail-3", "stage-4"} {
		t.Run(name, func(t *testing.T) {
			st := open(t, name)
			r := seedAll(t, st, usual)
			p := planOf(t, st, usual)
			if r.Members != members || r.Posts != 200 || r.Products != 120 || r.Rewards != 24 || r.Orders < 700 {
				t.Errorf("%+v", r)
			}
			if p.rules.Family == nil && r.Families != 0 {
				t.Errorf("%d families", r.Families)
			}
			ranks := map[int]int{}
			for _, who := range p.people {
				h := holder(t, st, who.ID)
				ranks[h.Account.Standing.Held(p.rules, present).Rank]++
				if h.Profile.Agreed(recommend.Purpose) && !who.grown {
					t.Errorf("%v is a child and agreed", who)
				}
			}
			if len(ranks) < 2 {
				t.Errorf("ranks are %v", ranks)
			}
			if open, err := st.Community.Unsettled(context.Background(), 1); err != nil || len(open) > 0 {
				t.Errorf("unsettled: %v, %v", open, err)
			}
		})
	}
}

// However the calendar stands, the members to try out stand as promised.
func TestAnyDayIsGoodForADemo(t *testing.T) {
	for _, day := range []string{"2026-01-01T00:00:00+08:00", "2026-02-28T23:59:59+08:00", "2028-02-29T12:00:00+08:00", "2026-03-31T23:59:00+08:00", "2026-10-01T00:00:00+08:00", "2026-12-31T03:00:00+08:00"} {
		now, err := time.Parse(time.RFC3339, day)
		if err != nil {
			t.Fatal(err)
		}
		p := planOf(t, Stores{Book: usualBook(t)}, Options{Seed: 1, Now: now.UTC()})
		for i, rank := range []int{1, 2, len(p.rules.Tiers) - 1} {
			if p.people[i].rank != rank {
				t.Errorf("%s: %v holds rank %d, want %d", day, p.people[i], p.people[i].rank, rank)
			}
		}
		if len(p.families) != 20 || len(p.posts) != 200 {
			t.Errorf("%s: %d families, %d posts", day, len(p.families), len(p.posts))
		}
		for _, who := range p.people {
			for _, e := range who.events {
				if e.At.Before(p.ladder.opening()) || !e.At.Before(p.now) || e.Check() != nil {
					t.Errorf("%s: %v has an order at %s, %v", day, who, e.At, e.Check())
				}
			}
		}
	}
}
