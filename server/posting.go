package main

import (
	"membergate/internal/community"
	"membergate/internal/posting"
)

// postingService writes posts and comments into these stores.
func (s *stores) postingService(rules book, reads *community.Service) *posting.Service {
	return &posting.Service{Store: s.posting, Counts: reads, Products: s.products, Book: rules}
}
