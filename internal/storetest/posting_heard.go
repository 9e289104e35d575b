package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"membergate/internal/community"
	"membergate/internal/member"
	"membergate/internal/posting"
)

// silent answers no change, though it makes it.
type silent struct{ Writings }

func (s silent) AddComment(ctx context.Context, c community.Comment) (bool, error) {
	_, err := s.Writings.AddComment(ctx, c)
	return false, errors.Join(err, errKilled)
}

func hearersOfReplies(t *testing.T, ctx context.Context, s Writings) {
	w := write(s)
	var told []member.ID
	tell := func(ids ...member.ID) { told = append(told, ids...) }
	w.Store = posting.WatchHearers(s, tell)
	p := w.post(t, ctx, "talk")
	other, third := aReader(), aReader()
	send := func(r community.Reader, parent community.CommentID, body string) community.Comment {
		c, _, err := w.Reply(ctx, r, posting.Reply{Key: name("k"), Post: p.ID, Parent: parent, Body: body}, writtenAt)
		must(t, err)
		return c
	}
	expect := func(what string, want ...member.ID) {
		t.Helper()
		if !slices.Equal(told, want) {
			t.Errorf("%s: %v are told, want %v", what, told, want)
		}
		told = nil
	}
	own := send(w.author, "", "own")
	expect("the own post")
	first := send(other, "", "first")
	expect("a comment", p.Author)
	answer := send(third, first.ID, "answer")
	expect("an answer", p.Author, other.Member)
	if !first.PublishedAt.Equal(writtenAt) || !slices.Equal(answer.Hearers, []member.ID{p.Author, other.Member}) || own.Hearers != nil {
		t.Errorf("they are %+v, %+v, %+v", first, answer, own)
	}
	held := send(third, first.ID, "wait")
	expect("an answer that waits")
	if !held.PublishedAt.IsZero() {
		t.Errorf("it was published at %v", held.PublishedAt)
	}
	later := writtenAt.Add(30 * time.Hour)
	free, err := w.Rewrite(ctx, third, held.ID, "fine", later)
	must(t, err)
	expect("an answer that waits no more", p.Author, other.Member)
	if kept := comment1(t, ctx, s, held.ID); !free.PublishedAt.Equal(later) || !kept.PublishedAt.Equal(later) {
		t.Errorf("it is published at %v and kept as of %v, want %v", free.PublishedAt, kept.PublishedAt, later)
	}
	_, err = w.Erase(ctx, third, held.ID, later)
	must(t, err)
	expect("an answer that is taken away")
	stale := first
	stale.Version = 99
	if err := w.Store.ChangeComment(ctx, stale); !errors.Is(err, posting.ErrStale) {
		t.Errorf("a change of what was changed meanwhile: %v", err)
	}
	expect("a change that is refused")
	w.Store = posting.WatchHearers(silent{s}, tell)
	if _, _, err := w.Reply(ctx, other, posting.Reply{Key: name("k"), Post: p.ID, Body: "lost"}, writtenAt); !errors.Is(err, errKilled) {
		t.Errorf("nobody answered, and it gave %v", err)
	}
	expect("a comment of which nobody knows whether it is there", p.Author)
}
