package boltstore

import (
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"membergate/internal/community"
	"membergate/internal/report"
)

// A file of before there was a queue is opened with what was held back in it, and with nothing else.
func TestWhatWaitsFromBeforeIsInTheQueueWhenTheFileIsOpened(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	post := func(id string, state community.Moderation) community.Post {
		return community.Post{ID: community.PostID(id), CreatedAt: at, Board: "B", Author: "a", Body: "x", Visibility: community.Public, State: state, Version: 1}.Counted(community.Counts{})
	}
	gone := post("p3", community.Pending)
	gone.DeletedAt = at
	if err := s.Community().Put(t.Context(), []community.Post{post("p1", community.Pending), post("p2", community.Published), gone}); err != nil {
		t.Fatal(err)
	}
	answer := community.Comment{ID: "c1", Post: "p1", Author: "a", Body: "y", State: community.Pending, CreatedAt: at.Add(time.Hour), Version: 1}
	if err := s.Community().PutComments(t.Context(), []community.Comment{answer}); err != nil {
		t.Fatal(err)
	}
	if err := s.db.Update(func(t *bbolt.Tx) error { return t.DeleteBucket([]byte(waits)) }); err != nil {
		t.Fatal(err)
	}
	for range 2 { // opened again, it is as it was
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if s, err = Open(dir); err != nil {
			t.Fatal(err)
		}
		all, err := s.Community().Queue(t.Context(), report.Queue{Limit: 10})
		if err != nil || len(all) != 2 || all[0].Subject().ID != "p1" || all[1].Subject().ID != "c1" {
			t.Errorf("the queue has %v, error %v", all, err)
		}
	}
	if err := s.db.Update(func(b *bbolt.Tx) error {
		n, err := indexWaits(&tx{bolt: b})
		if n != 2 {
			t.Errorf("it counts %d", n)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
