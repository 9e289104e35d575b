package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"membergate/internal/datause"
	"membergate/internal/member"
)

// DataUses tests the promises of datause.Store.
func DataUses(t *testing.T, s datause.Store) {
	group[datause.Store]{
		{"every field of a use comes back", fieldsOfDataUse},
		{"a use that is added by many at once is there once", usesAddedAtOnce},
		{"a member's uses are listed newest first, page by page, and no other's", pagesOfUses},
		{"uses from before a time are deleted, the oldest first, and none of later", usesTrimmed},
	}.run(t, s)
}

var usedAt = time.Date(2026, 7, 6, 4, 30, 0, 5e6, time.UTC)

func fieldsOfDataUse(t *testing.T, ctx context.Context, s datause.Store) {
	who := member.ID(name("member"))
	want := datause.New(who, "PERSONALISATION", datause.Lists, datause.Recommender, usedAt)
	must(t, s.Add(ctx, nil))
	must(t, s.Add(ctx, []datause.Use{want}))
	got, err := s.Of(ctx, who, nil, 9)
	must(t, err)
	same(t, "the uses", got, []datause.Use{want})
	for _, n := range []int{0, -1} {
		if got, err := s.Of(ctx, who, nil, n); err != nil || len(got) != 0 {
			t.Errorf("of %d there are %v, %v", n, got, err)
		}
	}
}

func usesAddedAtOnce(t *testing.T, ctx context.Context, s datause.Store) {
	who := member.ID(name("member"))
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			same := datause.New(who, "PERSONALISATION", datause.Lists, datause.Recommender, usedAt.Add(time.Duration(i)*time.Minute))
			own := datause.Single(who, datause.ForStaff, datause.Identity, datause.Staff, fmt.Sprint(i), usedAt)
			if err := s.Add(ctx, []datause.Use{same, own, same}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	got, err := s.Of(ctx, who, nil, 99)
	must(t, err)
	if len(got) != 21 {
		t.Errorf("%d uses are listed, want one of the hour and 20 of their own", len(got))
	}
}

func pagesOfUses(t *testing.T, ctx context.Context, s datause.Store) {
	who := member.ID(name("member"))
	var want []datause.Use
	for i := range 7 {
		u := datause.Single(who, "MARKETING", datause.Contact, datause.Notifier, fmt.Sprint(i), usedAt.Add(time.Duration(i/2)*time.Second))
		want = append(want, u)
		other := datause.Single(who+"0", "MARKETING", datause.Contact, datause.Notifier, fmt.Sprint(i), u.At)
		must(t, s.Add(ctx, []datause.Use{u, other}))
	}
	slices.SortFunc(want, func(a, b datause.Use) int {
		if c := b.At.Compare(a.At); c != 0 {
			return c
		}
		return strings.Compare(b.ID, a.ID)
	})
	var got []datause.Use
	var after *datause.Place
	for {
		page, err := s.Of(ctx, who, after, 3)
		must(t, err)
		got = append(got, page...)
		if len(page) < 3 {
			break
		}
		last := page[2]
		after = &datause.Place{At: last.At, ID: last.ID}
	}
	same(t, "all pages", got, want)
}

func usesTrimmed(t *testing.T, ctx context.Context, s datause.Store) {
	who, old := member.ID(name("member")), time.Date(1991, 2, 3, 4, 5, 6, 7e6, time.UTC)
	var all []datause.Use
	for i := range 5 {
		all = append(all, datause.Single(who, "MARKETING", datause.Contact, datause.Notifier, fmt.Sprint(i), old.Add(time.Duration(i)*time.Second)))
	}
	must(t, s.Add(ctx, all))
	for _, want := range []int{2, 1, 0} {
		n, err := s.Trim(ctx, old.Add(3*time.Second), 2)
		must(t, err)
		same(t, "how many went", n, want)
	}
	got, err := s.Of(ctx, who, nil, 9)
	must(t, err)
	same(t, "what is left", got, []datause.Use{all[4], all[3]})
	must(t, s.Add(ctx, all[:1])) // what went can come again, as after a backup
	n, err := s.Trim(ctx, old.Add(time.Hour), 9)
	must(t, err)
	same(t, "how many went at last", n, 3)
}
