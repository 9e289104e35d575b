package resolvers

import (
	"membergate/graph"
	"membergate/internal/cursor"
)

// pageInfo tells where a page lies. Paging forwards, something lies before as soon as a cursor was given.
func pageInfo[T any](p cursor.Page[T]) *graph.PageInfo {
	return &graph.PageInfo{HasNextPage: p.HasNext, HasPreviousPage: p.HasPrevious, StartCursor: p.Start(), EndCursor: p.End()}
}

// forward reads the arguments of a list that pages forwards.
func (r *Root) forward(l cursor.List, first *int, after *string) (cursor.Span, error) {
	return r.Cursors.Span(l, cursor.Args{First: first, After: after}, cursor.Rules{Default: 20})
}

// slice takes a page out of things that were read from a store after the span's place: one more than the page holds,
// so that it is known whether more follow.
func slice[T any](b *cursor.Book, l cursor.List, s cursor.Span, read []T, place func(T) cursor.Place) cursor.Page[T] {
	p := cursor.Page[T]{HasPrevious: s.After != nil, HasNext: len(read) > s.Limit, Nodes: read[:min(len(read), s.Limit)]}
	for _, each := range p.Nodes {
		p.Cursors = append(p.Cursors, b.Write(l, place(each)))
	}
	return p
}
