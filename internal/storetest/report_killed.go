package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"membergate/internal/community"
	"membergate/internal/report"
)

// failingDesk is a store whose process is killed after some writes.
type failingDesk struct {
	report.Store
	left *int
}

func (d failingDesk) step(do func() error) error { return failingPen{left: d.left}.step(do) }

func (d failingDesk) Add(ctx context.Context, r report.Report) error {
	return d.step(func() error { return d.Store.Add(ctx, r) })
}

func (d failingDesk) Settle(ctx context.Context, on community.Subject, before int64, s report.State, at time.Time) error {
	return d.step(func() error { return d.Store.Settle(ctx, on, before, s, at) })
}

func (d failingDesk) Counted(ctx context.Context, ids []string) error {
	return d.step(func() error { return d.Store.Counted(ctx, ids) })
}

func (d failingDesk) Write(ctx context.Context, e report.Entry) error {
	return d.step(func() error { return d.Store.Write(ctx, e) })
}

// failingContents are what is written, of the same process.
type failingContents struct {
	failingPen
	report.Contents
}

func (d failingContents) ByIDs(ctx context.Context, ids []community.PostID) (map[community.PostID]community.Post, error) {
	return d.Contents.ByIDs(ctx, ids)
}

func (d failingContents) CommentsByIDs(ctx context.Context, ids []community.CommentID) (map[community.CommentID]community.Comment, error) {
	return d.Contents.CommentsByIDs(ctx, ids)
}

func (d failingContents) ChangePost(ctx context.Context, p community.Post) error {
	return d.step(func() error { return d.Contents.ChangePost(ctx, p) })
}

func (d failingContents) ChangeComment(ctx context.Context, c community.Comment) error {
	return d.step(func() error { return d.Contents.ChangeComment(ctx, c) })
}

func killedTribunal(t *testing.T, ctx context.Context, s Tribunal) {
	for _, act := range []string{"report", "hide", "let stand", "take down", "appeal"} {
		for after := range 7 {
			c := newCourt(s)
			p := c.post(t, ctx, "talk")
			n := c.reply(t, ctx, p, "", "top")
			on, reporter := n.Subject(), aReader()
			switch act {
			case "hide", "let stand", "take down":
				must(t, c.report(ctx, aReader(), on))
				must(t, c.report(ctx, aReader(), on))
			case "appeal":
				_, err := c.decide(t, ctx, on, "s", community.Removed)
				must(t, err)
			}
			if act == "let stand" || act == "take down" {
				must(t, c.report(ctx, reporter, on))
			}
			left := after
			pen := failingPen{s.Contents, &left}
			dead := newCourt(s)
			dead.writing.Service.Store, dead.writing.Counts = pen, &community.Service{Store: pen}
			dead.Service.Store, dead.Service.Contents, dead.Service.Counts = failingDesk{s.Reports, &left}, failingContents{pen, s.Contents}, dead.writing.Service
			edition := c.content(t, ctx, on).Edition()
			do := func(by court) (err error) {
				switch act {
				case "report", "hide":
					return by.report(ctx, reporter, on)
				case "let stand":
					_, err = by.Decide(ctx, report.Decision{On: on, Edition: edition, To: community.Published, Staff: "s"}, writtenAt.AddDate(0, 0, 1))
				case "take down":
					_, err = by.Decide(ctx, report.Decision{On: on, Edition: edition, To: community.Removed, Reason: "BAD", Staff: "s"}, writtenAt.AddDate(0, 0, 1))
				case "appeal":
					_, err = by.Appeal(ctx, c.author.Member, on, "why", writtenAt.AddDate(0, 0, 1))
				}
				return err
			}
			if err := do(dead); err != nil && !errors.Is(err, errGone) {
				t.Fatal(err)
			}
			sweepAll(t, ctx, c)
			if v := c.content(t, ctx, on).Review(); v.Undone(false) {
				t.Errorf("%s, killed after %d writes and swept: %+v is left to do", act, after, v.Todo)
			}
			for range 2 {
				must(t, do(c))
			}
			sweepAll(t, ctx, c)
			c.ends(t, ctx, fmt.Sprintf("%s, killed after %d writes", act, after), act, p, on, reporter)
		}
	}
}

// ends fails unless an act ended once.
func (c court) ends(t *testing.T, ctx context.Context, says, act string, p community.Post, on community.Subject, reporter community.Reader) {
	t.Helper()
	want := map[string]struct {
		state   community.Moderation
		reports int64
		record  report.Record
		log     []community.NoteKind
	}{
		"report":    {community.Published, 1, report.Record{}, nil},
		"hide":      {community.Limited, 3, report.Record{}, []community.NoteKind{community.NoteLimited}},
		"let stand": {community.Published, 0, report.Record{Refused: 1}, []community.NoteKind{community.NoteRuled, community.NoteLimited}},
		"take down": {community.Removed, 0, report.Record{Agreed: 1}, []community.NoteKind{community.NoteRuled, community.NoteLimited}},
		"appeal":    {community.Removed, 0, report.Record{}, []community.NoteKind{community.NoteAppealed, community.NoteRuled}},
	}[act]
	got := c.content(t, ctx, on)
	record, err := c.s.Reports.Record(ctx, reporter.Member)
	must(t, err)
	same(t, says+": the record", record, want.record)
	same(t, says+": the log", c.log(t, ctx, on), want.log)
	comments := int64(0)
	if want.state == community.Published {
		comments = 1
	}
	if n := load1(t, ctx, c.s.Contents, p.ID).Counts.Comments; got.State() != want.state || got.Review().Reports != want.reports || n != comments {
		t.Errorf("%s: it is %s with %+v, and the post counts %d", says, got.State(), got.Review(), n)
	}
}
