package cursor_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"membergate/internal/cursor"
	"membergate/internal/fault"
)

func ptr[T any](v T) *T { return &v }

func TestPageArguments(t *testing.T) {
	good := book.Write(news, cursor.Place{Key: 1, ID: "a"})
	forward := cursor.Rules{Default: 20}
	both := cursor.Rules{Default: 20, TwoWay: true}
	for name, c := range map[string]struct {
		args  cursor.Args
		rules cursor.Rules
		limit int    // 0 = refused
		says  string // the whole sentence
	}{
		"nothing said":            {cursor.Args{}, forward, 20, ""},
		"first 1":                 {cursor.Args{First: ptr(1)}, forward, 1, ""},
		"first 50":                {cursor.Args{First: ptr(50)}, forward, 50, ""},
		"first 51":                {cursor.Args{First: ptr(51)}, forward, 0, "first is 51; allowed are 1 to 50"},
		"first 0":                 {cursor.Args{First: ptr(0)}, forward, 0, "first is 0; allowed are 1 to 50"},
		"first below 0":           {cursor.Args{First: ptr(-1)}, both, 0, "first is -1; allowed are 1 to 50"},
		"last 51":                 {cursor.Args{Last: ptr(51)}, both, 0, "last is 51; allowed are 1 to 50"},
		"last where not allowed":  {cursor.Args{Last: ptr(3)}, forward, 0, "last is not allowed on this list, which only pages forwards; allowed are first and after"},
		"before, not allowed":     {cursor.Args{Before: &good}, forward, 0, "before is not allowed on this list, which only pages forwards; allowed are first and after"},
		"first and last":          {cursor.Args{First: ptr(3), Last: ptr(4)}, both, 0, "last is 4 beside first, which is 3; allowed is one of the two"},
		"last and before":         {cursor.Args{Last: ptr(4), Before: &good}, both, 4, ""},
		"a gap: after and before": {cursor.Args{First: ptr(9), After: &good, Before: &good}, both, 9, ""},
		"a broken before":         {cursor.Args{Before: ptr("x")}, both, 0, "before is not a cursor; allowed are cursors that this list gave out"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := book.Span(news, c.args, c.rules)
			if c.limit > 0 {
				if err != nil || s.Limit != c.limit {
					t.Fatalf("limit %d, %v; want %d", s.Limit, err, c.limit)
				}
				return
			}
			if !fault.Is(err, fault.BadInput) || err.Error() != c.says {
				t.Fatalf("answers %v; want %q", err, c.says)
			}
		})
	}
}

// Whatever the page size and direction, walking a list page by page gives each of its things once and in order.
func TestWalkingAListGivesItOnceAndInOrder(t *testing.T) {
	place := func(n int) cursor.Place { return cursor.Place{Key: int64(n)} }
	order := func(a, b cursor.Place) bool { return a.Key > b.Key }
	rapid.Check(t, func(t *rapid.T) {
		all := make([]int, rapid.IntRange(0, 60).Draw(t, "length"))
		for i := range all {
			all[i] = len(all) - i
		}
		size, back := rapid.IntRange(1, 50).Draw(t, "page"), rapid.Bool().Draw(t, "backward")
		args := cursor.Args{First: &size}
		if back {
			args = cursor.Args{Last: &size}
		}
		var got []int
		for {
			s, err := book.Span(news, args, cursor.Rules{TwoWay: true})
			if err != nil {
				t.Fatal(err)
			}
			page := cursor.Cut(book, news, all, s, place, order)
			if back {
				got, args.Before = append(slices.Clone(page.Nodes), got...), page.Start()
			} else {
				got, args.After = append(got, page.Nodes...), page.End()
			}
			if (back && !page.HasPrevious) || (!back && !page.HasNext) {
				break
			}
		}
		if !slices.Equal(got, all) {
			t.Fatalf("the walk gave %v; the list is %v", got, all)
		}
	})
}

func TestAGapIsFilledFromEitherEnd(t *testing.T) {
	all := []int{9, 8, 7, 6, 5, 4, 3, 2, 1}
	place := func(n int) cursor.Place { return cursor.Place{Key: int64(n)} }
	order := func(a, b cursor.Place) bool { return a.Key > b.Key }
	gap := func(back bool, n int) cursor.Page[int] {
		return cursor.Cut(book, news, all, cursor.Span{Limit: n, Backward: back, After: ptr(place(8)), Before: ptr(place(3))}, place, order)
	}
	if p := gap(false, 2); !slices.Equal(p.Nodes, []int{7, 6}) || !p.HasNext {
		t.Errorf("the first two of the gap are %v, more: %v", p.Nodes, p.HasNext)
	}
	if p := gap(true, 2); !slices.Equal(p.Nodes, []int{5, 4}) || !p.HasPrevious {
		t.Errorf("the last two of the gap are %v, more: %v", p.Nodes, p.HasPrevious)
	}
	if p := gap(false, 50); !slices.Equal(p.Nodes, []int{7, 6, 5, 4}) {
		t.Errorf("the gap is %v", p.Nodes)
	}
}
