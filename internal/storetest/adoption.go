package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"membergate/internal/adoption"
	"membergate/internal/community"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// Museum is a store of posts that can be adopted.
type Museum interface {
	Writings
	adoption.Store
}

// Adoptions tests the promises of adoption.Store, and of the service that adopts with it.
func Adoptions(t *testing.T, s Museum) {
	group[Museum]{
		{"of fifty who adopt a post at once one does, and its author gets a badge once", adoptOnce},
		{"what cannot be adopted is refused with its reason", adoptRefused},
		{"killed after any write, an adoption is finished by a sweep, once", killedAdoption},
	}.run(t, s)
}

// told notes what was told of, as earning rules that count once for a post do.
type told struct {
	mu    sync.Mutex
	posts map[community.PostID]int
	left  *int
}

func (k *told) Adopted(_ context.Context, _ member.ID, post community.PostID, _ time.Time) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.left != nil {
		if *k.left <= 0 {
			return errGone
		}
		*k.left--
	}
	k.posts[post] = 1
	return nil
}

func adopter(s Museum) (*adoption.Service, *told) {
	r, k := newRules(), &told{posts: map[community.PostID]int{}}
	r.Posts.Adoption = &programme.Adoption{Badge: programme.Named{Code: "B"}}
	return &adoption.Service{Store: s, Posts: s, Tell: k, Book: r}, k
}

func adoptOnce(t *testing.T, ctx context.Context, s Museum) {
	w := write(s)
	a, k := adopter(s)
	first, second := w.post(t, ctx, "hello"), w.post(t, ctx, "again")
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			p, err := a.Adopt(ctx, first.ID, name("s"), writtenAt.Add(time.Hour))
			if err != nil || p.Adopted.At.IsZero() {
				t.Errorf("adopted %v, %v", p.Adopted, err)
			}
		})
	}
	all.Wait()
	_, err := a.Adopt(ctx, second.ID, "s", writtenAt.Add(2*time.Hour))
	must(t, err)
	must(t, a.Sweep(ctx, writtenAt, 10_000))
	badges, err := s.Badges(ctx, []member.ID{w.author.Member, member.ID(name("m"))})
	must(t, err)
	same(t, "the badges", badges, map[member.ID][]adoption.Badge{w.author.Member: {{Code: "B", Post: first.ID, At: writtenAt.Add(time.Hour)}}})
	if got := load1(t, ctx, s, first.ID).Adopted; got.Open || got.Staff == "" || k.posts[first.ID] == 0 || k.posts[second.ID] == 0 { // the sweep may meet those of other tests too
		t.Errorf("it is left as %+v; told of are %v", got, k.posts)
	}
	must(t, s.Award(ctx, w.author.Member, adoption.Badge{Code: "A", Post: second.ID, At: writtenAt}))
	badges, err = s.Badges(ctx, []member.ID{w.author.Member})
	if must(t, err); len(badges[w.author.Member]) != 2 || badges[w.author.Member][0].Code != "A" {
		t.Errorf("in their order the badges are %v", badges)
	}
	none, err := s.Badges(ctx, nil)
	if must(t, err); len(none) != 0 {
		t.Errorf("of nobody there are %v", none)
	}
}

func adoptRefused(t *testing.T, ctx context.Context, s Museum) {
	w := write(s)
	a, _ := adopter(s)
	try := func(id community.PostID, staff string) error {
		_, err := a.Adopt(ctx, id, staff, writtenAt)
		return err
	}
	answers(t, try("none", "s"), adoption.NotFound)
	answers(t, try(w.post(t, ctx, "wait").ID, "s"), adoption.NotLive)
	answers(t, try(w.post(t, ctx, "hello").ID, string(w.author.Member)), adoption.Own)
	gone := w.post(t, ctx, "hello")
	must(t, w.Delete(ctx, w.author, gone.ID, writtenAt))
	answers(t, try(gone.ID, "s"), adoption.NotFound)
	a.Book = newRules()
	answers(t, try(gone.ID, "s"), adoption.NotOffered)
}

// failingMuseum is a store whose process is killed after some writes.
type failingMuseum struct {
	Museum
	left *int
}

func (d failingMuseum) ChangePost(ctx context.Context, p community.Post) error {
	return failingPen{left: d.left}.step(func() error { return d.Museum.ChangePost(ctx, p) })
}

func (d failingMuseum) Award(ctx context.Context, who member.ID, b adoption.Badge) error {
	return failingPen{left: d.left}.step(func() error { return d.Museum.Award(ctx, who, b) })
}

func killedAdoption(t *testing.T, ctx context.Context, s Museum) {
	for after := range 5 {
		w, left := write(s), after
		p := w.post(t, ctx, "hello")
		a, k := adopter(s)
		dead := failingMuseum{s, &left}
		a.Store, a.Posts, k.left = dead, dead, &left
		if _, err := a.Adopt(ctx, p.ID, "s", writtenAt); err != nil && !errors.Is(err, errGone) {
			t.Fatal(err)
		}
		began := !load1(t, ctx, s, p.ID).Adopted.At.IsZero()
		a.Store, a.Posts, k.left = s, s, nil
		must(t, a.Sweep(ctx, writtenAt, 10_000))
		badges, err := s.Badges(ctx, []member.ID{w.author.Member})
		must(t, err)
		if got := load1(t, ctx, s, p.ID).Adopted; began != (after > 0) || got.Open || (len(badges) == 1) != began || (k.posts[p.ID] == 1) != began {
			t.Errorf("killed after %d writes and swept: %+v, badges %v, told of %v", after, got, badges, k.posts)
		}
	}
}
