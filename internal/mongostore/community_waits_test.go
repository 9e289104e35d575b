package mongostore

import (
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"membergate/internal/community"
	"membergate/internal/report"
)

// What was held back before there was a queue is in it after a migration, once, and nothing else is.
func TestMigratePutsWhatWaitsFromBeforeIntoTheQueue(t *testing.T) {
	s := alone(t)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	c := s.Community()
	post := func(n int, state community.Moderation) community.Post {
		return community.Post{ID: community.PostID(community.IDOf(at, [10]byte{9: byte(n)})), CreatedAt: at.Add(time.Duration(n) * time.Minute), Board: "B", Author: "a", Body: "x",
			Visibility: community.Public, State: state, Version: 1}.Counted(community.Counts{})
	}
	old, gone := post(1, community.Pending), post(2, community.Pending)
	gone.DeletedAt = at
	answer := community.Comment{ID: community.CommentID(community.IDOf(at, [10]byte{9: 5})), Post: old.ID, Author: "a", Body: "y", State: community.Pending, CreatedAt: at.Add(time.Hour), Version: 1}
	if err := c.Put(t.Context(), []community.Post{old, gone, post(3, community.Published), post(4, community.Pending)}); err != nil {
		t.Fatal(err)
	}
	if err := c.PutComments(t.Context(), []community.Comment{answer}); err != nil {
		t.Fatal(err)
	}
	without := bson.D{{Key: "$unset", Value: bson.D{{Key: "waits", Value: ""}, {Key: "cause", Value: ""}, {Key: "waitsSince", Value: ""}, {Key: "undone", Value: ""}}}}
	before := bson.D{{Key: "created", Value: bson.D{{Key: "$ne", Value: at.Add(4 * time.Minute)}}}} // the fourth was saved since
	for _, of := range []collection{posts, comments} {
		if _, err := s.in(of).UpdateMany(t.Context(), before, without); err != nil {
			t.Fatal(err)
		}
	}
	queue := func() (ids []string) {
		all, err := c.Queue(t.Context(), report.Queue{Cause: community.ForPending, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		for _, each := range all {
			ids = append(ids, each.Subject().ID[len(each.Subject().ID)-1:])
		}
		return ids
	}
	if got := strings.Join(queue(), ""); got != "4" {
		t.Fatalf("before, the queue has %s", got)
	}
	if n, err := s.writeWaits(t.Context()); n != 3 || err != nil {
		t.Errorf("it wrote %d, %v", n, err)
	}
	for range 2 {
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(queue(), ""); got != "145" {
			t.Errorf("then the queue has %s", got)
		}
	}
	if n, err := s.writeWaits(t.Context()); n != 0 || err != nil {
		t.Errorf("again it wrote %d, %v", n, err)
	}
}
