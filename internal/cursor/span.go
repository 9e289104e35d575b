package cursor

import "membergate/internal/fault"

// Args are the arguments of a list as an app sent them; nil is an argument that was left out.
type Args struct {
	First  *int
	After  *string
	Last   *int
	Before *string
}

// Rules are what a list allows.
type Rules struct {
	Default int  // how many there are when neither first nor last says
	TwoWay  bool // last and before are allowed: the list is in order of something that never changes
}

// MaxPage is the most that one page of any list holds: the contract with apps says 50.
const MaxPage = 50

// Span is the part of a list that is asked for: at most Limit things between two places, both exclusive, from its
// start or, Backward, from its end. Its answer is in the list's order either way.
type Span struct {
	Limit    int
	Backward bool
	After    *Place // nil = from the list's start
	Before   *Place // nil = to the list's end
}

// Span checks the arguments of a list, and refuses what it does not allow in one sentence.
func (b *Book) Span(l List, a Args, r Rules) (Span, error) {
	s := Span{Limit: r.Default}
	switch {
	case !r.TwoWay && a.Last != nil:
		return Span{}, fault.Bad("last", "last is not allowed on this list, which only pages forwards; allowed are first and after")
	case !r.TwoWay && a.Before != nil:
		return Span{}, fault.Bad("before", "before is not allowed on this list, which only pages forwards; allowed are first and after")
	case a.First != nil && a.Last != nil:
		return Span{}, fault.Bad("last", "last is %d beside first, which is %d; allowed is one of the two", *a.Last, *a.First)
	case a.First != nil:
		s.Limit = *a.First
	case a.Last != nil:
		s.Limit, s.Backward = *a.Last, true
	}
	if s.Limit < 1 || s.Limit > MaxPage {
		field := "first"
		if s.Backward {
			field = "last"
		}
		return Span{}, fault.Bad(field, "%s is %d; allowed are 1 to %d", field, s.Limit, MaxPage)
	}
	var err error
	if s.After, err = b.place(l, "after", a.After); err != nil {
		return Span{}, err
	}
	if s.Before, err = b.place(l, "before", a.Before); err != nil {
		return Span{}, err
	}
	return s, nil
}

func (b *Book) place(l List, field string, text *string) (*Place, error) {
	if text == nil {
		return nil, nil
	}
	p, err := b.Read(l, field, *text)
	if err != nil {
		return nil, err
	}
	return &p, nil
}

// Page is one page of a list with a cursor for each thing on it.
type Page[T any] struct {
	Nodes       []T
	Cursors     []string // one for each node
	HasPrevious bool     // there is, or was, something before the page
	HasNext     bool     // there is something after the page
}

// Start is the cursor of the page's first node, nil on an empty page.
func (p Page[T]) Start() *string {
	if len(p.Cursors) == 0 {
		return nil
	}
	return &p.Cursors[0]
}

// End is the cursor of the page's last node, nil on an empty page.
func (p Page[T]) End() *string {
	if len(p.Cursors) == 0 {
		return nil
	}
	return &p.Cursors[len(p.Cursors)-1]
}

// Cut takes the span out of a whole list that is at hand. The list is in the order that before tells: whether the
// place a comes before the place b.
func Cut[T any](b *Book, l List, all []T, s Span, place func(T) Place, before func(a, b Place) bool) Page[T] {
	from, to := 0, len(all)
	for from < to && s.After != nil && !before(*s.After, place(all[from])) {
		from++
	}
	for to > from && s.Before != nil && !before(place(all[to-1]), *s.Before) {
		to--
	}
	page := Page[T]{HasPrevious: from > 0, HasNext: to < len(all)}
	if s.Backward && to-from > s.Limit {
		from, page.HasPrevious = to-s.Limit, true
	} else if to-from > s.Limit {
		to, page.HasNext = from+s.Limit, true
	}
	page.Nodes = all[from:to]
	for _, each := range page.Nodes {
		page.Cursors = append(page.Cursors, b.Write(l, place(each)))
	}
	return page
}
