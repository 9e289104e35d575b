package main

import (
	"context"
	"time"

	"membergate/internal/account"
	"membergate/internal/community"
	"membergate/internal/member"
	"membergate/internal/moderation"
	"membergate/internal/posting"
)

// postingService writes posts and comments into these stores.
func (s *stores) postingService(rules book, reads *community.Service) *posting.Service {
	judge := &posting.Moderator{Rules: moderation.Own(), Past: writings{s.posting, s.community}, JoinedAt: s.joined}
	return &posting.Service{Store: s.posting, Counts: reads, Products: s.products, Judge: judge, Book: rules}
}

// writings are what an author wrote before.
type writings struct {
	posting.Store
	reads community.Store
}

// Page implements posting.Past.
func (w writings) Page(ctx context.Context, q community.Query) ([]community.Post, error) {
	return w.reads.Page(ctx, q)
}

// joined is when a member joined.
func (s *stores) joined(ctx context.Context, who member.ID) (time.Time, error) {
	found, err := s.accounts.ByIDs(ctx, []member.ID{who}, account.Public)
	return found[who].Profile.JoinedAt, err
}
