package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/posting"
	"membergate/internal/report"
)

// three report something.
func (c court) three(t *testing.T, ctx context.Context, on community.Subject) {
	t.Helper()
	for range 3 {
		must(t, c.report(ctx, aReader(), on))
	}
}

func reportsHide(t *testing.T, ctx context.Context, s Tribunal) {
	c := newCourt(s)
	on := c.post(t, ctx, "hello").Subject()
	fresh := func(a *report.Ask) { a.Joined = writtenAt.AddDate(0, 0, -2) }
	for range 20 {
		must(t, c.report(ctx, aReader(), on, fresh))
	}
	if got := c.content(t, ctx, on); got.State() != community.Published || got.Review().Reports != 20 || got.Waits().Cause != community.ForReports {
		t.Errorf("twenty newcomers make it %s, %+v", got.State(), got.Review())
	}
	rich := aReader()
	rich.Rank = 1
	first := aReader()
	must(t, c.report(ctx, first, on))
	must(t, c.report(ctx, first, on))
	if got := c.content(t, ctx, on); got.Review().Score != 100 {
		t.Errorf("one who reports twice weighs %d", got.Review().Score)
	}
	must(t, c.report(ctx, rich, on)) // two reports' weight: three in all, of two members
	if got := c.content(t, ctx, on); got.State() != community.Published || got.Review().Score != 300 {
		t.Errorf("two members make it %s with %d", got.State(), got.Review().Score)
	}
	must(t, c.report(ctx, aReader(), on))
	got := c.content(t, ctx, on)
	if r := got.Ruling(); got.State() != community.Limited || r.Reason != report.ReasonReported || r.By != community.ByReports || !r.Appealable(got.State()) {
		t.Errorf("three members make it %s, %+v", got.State(), r)
	}
	answers(t, c.report(ctx, aReader(), on), report.NotFound)
	answers(t, c.report(ctx, c.author, c.post(t, ctx, "mine").Subject()), report.Own)
	must(t, c.report(ctx, first, on)) // said again, though it cannot be seen any more
	answers(t, c.report(ctx, aReader(), subject(community.OnComment)), report.NotFound)
	answers(t, c.report(ctx, aReader(), on, func(a *report.Ask) { a.Reason = "NONE" }), report.UnknownCode)
	off := c
	without := *c.Service
	without.Book, off.Service = newRules(), &without
	answers(t, off.report(ctx, aReader(), on), report.NotOffered)
	_, err := off.Decide(ctx, report.Decision{On: on}, writtenAt)
	answers(t, err, report.NotOffered)
	_, err = off.Appeal(ctx, c.author.Member, on, "why", writtenAt)
	answers(t, err, report.NotOffered)
	r := aReader()
	block := func(a *report.Ask) { a.Block = true }
	next := c.post(t, ctx, "again").Subject()
	for range 2 {
		must(t, c.report(ctx, r, next, block))
	}
	ties, err := s.Contents.Ties(ctx, r.Member)
	if must(t, err); !ties.Has(community.Block, string(c.author.Member)) {
		t.Error("who wants to see no more of the author still does")
	}
}

func weightsOfRecord(t *testing.T, ctx context.Context, s Tribunal) {
	c := newCourt(s)
	for says, w := range map[string]struct {
		state report.State
		want  int64
	}{"right": {report.Actioned, 1061}, "wrong": {report.Dismissed, 0}, "both unseen": {report.Withdrawn, 100}} {
		who := aReader()
		for range 8 { // log of 8 to the base 4 is one and a half
			on := subject(community.OnPost)
			r := aReport(who.Member, on)
			r.At = writtenAt.AddDate(0, 0, -2)
			must(t, s.Reports.Add(ctx, r))
			must(t, s.Reports.Settle(ctx, on, 1, w.state, writtenAt))
			must(t, s.Reports.Counted(ctx, []string{r.ID}))
		}
		on := c.post(t, ctx, "hello").Subject()
		must(t, c.report(ctx, who, on))
		if got := c.content(t, ctx, on).Review().Score; w.state == report.Actioned && got != 850 || w.state != report.Actioned && got != w.want {
			t.Errorf("one who was always %s weighs %d", says, got)
		}
	}
}

func reportBounds(t *testing.T, ctx context.Context, s Tribunal) {
	c, who := newCourt(s), aReader()
	on := c.post(t, ctx, "hello").Subject()
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if err := c.report(ctx, who, on); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := c.content(t, ctx, on).Review(); got.Reports != 1 || got.Score != 100 {
		t.Errorf("fifty sendings make %+v", got)
	}
	var posts []community.Subject
	for range 10 {
		posts = append(posts, c.post(t, ctx, "hello").Subject())
	}
	var mu sync.Mutex
	told := map[string]int{}
	for _, on := range posts {
		all.Go(func() {
			err := c.report(ctx, who, on)
			mu.Lock()
			defer mu.Unlock()
			told[refusedWith(err)]++
		})
	}
	all.Wait()
	mine, err := s.Reports.Of(ctx, who.Member, nil, 50)
	if must(t, err); len(mine) != 5 || told[report.TooOften] != 6 {
		t.Errorf("in a day there are %d reports, and ten more are told %v", len(mine), told)
	}
	_, err = c.Service.Report(ctx, who, report.Ask{On: posts[9], Reason: "SPAM"}, writtenAt.AddDate(0, 0, 1))
	must(t, err)
}

func twoModerators(t *testing.T, ctx context.Context, s Tribunal) {
	c := newCourt(s)
	for range 5 {
		on := c.post(t, ctx, "wait").Subject()
		edition := c.content(t, ctx, on).Edition()
		var all sync.WaitGroup
		var mu sync.Mutex
		told := map[string]int{}
		for n := range 10 {
			all.Go(func() {
				d := report.Decision{On: on, Edition: edition, To: community.Published, Staff: fmt.Sprint("s", n)}
				if n%2 == 1 {
					d.To, d.Reason = community.Removed, "BAD"
				}
				_, err := c.Decide(ctx, d, writtenAt)
				mu.Lock()
				defer mu.Unlock()
				told[refusedWith(err)]++
			})
		}
		all.Wait()
		if told[report.Decided] != 9 || c.content(t, ctx, on).Review().Judged != 1 {
			t.Errorf("ten moderators are told %v", told)
		}
		same(t, "the log", c.log(t, ctx, on), []community.NoteKind{community.NoteRuled})
	}
	on := c.post(t, ctx, "wait").Subject()
	d := report.Decision{On: on, Edition: c.content(t, ctx, on).Edition(), To: community.Removed, Reason: "BAD", Staff: "s"}
	for range 2 {
		_, err := c.Decide(ctx, d, writtenAt)
		must(t, err)
	}
	same(t, "the log of what was said twice", c.log(t, ctx, on), []community.NoteKind{community.NoteRuled})
	for code, change := range map[string]func(*report.Decision){
		report.UnknownCode: func(d *report.Decision) { d.Reason = "NONE" }, report.NoteNeeded: func(d *report.Decision) { d.Reason = "OTHER" },
		report.NotFound: func(d *report.Decision) { d.On.ID = "none" }, report.Decided: func(d *report.Decision) { d.Staff = "t" },
		report.Own: func(d *report.Decision) { d.Staff = string(c.author.Member) },
	} {
		next := d
		change(&next)
		_, err := c.Decide(ctx, next, writtenAt)
		answers(t, err, code)
	}
}

func decideComment(t *testing.T, ctx context.Context, s Tribunal) {
	c := newCourt(s)
	p := c.post(t, ctx, "talk")
	top := c.reply(t, ctx, p, "", "top")
	low := c.reply(t, ctx, p, top.ID, "wait")
	counts := func(want int64, listed int) {
		t.Helper()
		found, err := s.Contents.Thread(ctx, community.ThreadQuery{Under: []string{string(top.ID)}, Sort: community.Newest, Audience: aReader().Audience(), Span: cursor.Span{Limit: 5}})
		must(t, err)
		if got := load1(t, ctx, s.Contents, p.ID).Counts; got.Comments != want || len(found[string(top.ID)]) != listed || comment1(t, ctx, s.Contents, top.ID).Replies != int64(listed) {
			t.Errorf("the post counts %d comments, want %d; %d replies are listed", got.Comments, want, len(found[string(top.ID)]))
		}
	}
	counts(1, 0)
	_, err := c.decide(t, ctx, low.Subject(), "s", community.Published)
	must(t, err)
	counts(2, 1)
	if got := comment1(t, ctx, s.Contents, low.ID).PublishedAt; !got.Equal(writtenAt.Add(time.Hour)) {
		t.Errorf("others can read it since %s, want since the decision", got)
	}
	who := aReader()
	must(t, c.report(ctx, who, low.Subject()))
	got, err := c.decide(t, ctx, low.Subject(), "s", community.Removed)
	must(t, err)
	if r := got.Ruling(); r.Reason != "BAD" || r.Note != "so it is" || r.By != community.ByStaff || got.Review().Reports != 0 {
		t.Errorf("its author is told %+v", r)
	}
	counts(1, 0)
	record, err := s.Reports.Record(ctx, who.Member)
	must(t, err)
	same(t, "the reporter's record", record, report.Record{Agreed: 1})
	same(t, "the log", c.log(t, ctx, low.Subject()), []community.NoteKind{community.NoteRuled, community.NoteRuled})
}

func changedSince(t *testing.T, ctx context.Context, s Tribunal) {
	c := newCourt(s)
	p := c.post(t, ctx, "wait")
	edition := c.content(t, ctx, p.Subject()).Edition()
	worse := "wait for worse"
	_, err := c.Edit(ctx, c.author, posting.Edit{Post: p.ID, Body: &worse}, writtenAt)
	must(t, err)
	d := report.Decision{On: p.Subject(), Edition: edition, To: community.Published, Staff: "s"}
	_, err = c.Decide(ctx, d, writtenAt)
	answers(t, err, report.Changed)
	d.Edition = c.content(t, ctx, p.Subject()).Edition()
	_, err = c.Decide(ctx, d, writtenAt)
	must(t, err)
	q := c.post(t, ctx, "hello")
	d = report.Decision{On: q.Subject(), Edition: c.content(t, ctx, q.Subject()).Edition(), To: community.Removed, Reason: "BAD", Staff: "s"}
	must(t, c.report(ctx, aReader(), q.Subject())) // a report changes nothing that is judged
	_, err = c.Decide(ctx, d, writtenAt)
	must(t, err)
}

func appealOnce(t *testing.T, ctx context.Context, s Tribunal) {
	c := newCourt(s)
	for to, body := range map[community.Moderation]string{community.Published: "evil", community.Removed: "hello"} { // removed by rules, and by a moderator
		on := c.post(t, ctx, body).Subject()
		appeal := func(text string, days int) error {
			_, err := c.Appeal(ctx, c.author.Member, on, text, writtenAt.AddDate(0, 0, days))
			return err
		}
		if body == "hello" {
			answers(t, appeal("why", 0), report.NotAppealable)
			_, err := c.decide(t, ctx, on, "s", community.Removed)
			must(t, err)
		}
		_, err := c.Appeal(ctx, aReader().Member, on, "why", writtenAt)
		answers(t, err, report.NotFound)
		answers(t, appeal("late", 31), report.AppealLate)
		for range 2 {
			must(t, appeal("why", 1))
		}
		answers(t, appeal("please", 1), report.NotAppealable)
		if got := c.content(t, ctx, on); got.Waits().Cause != community.ForAppeal || got.Ruling().Appeal != "why" {
			t.Errorf("appealed, it is %+v", got.Ruling())
		}
		if body == "hello" {
			_, err = c.decide(t, ctx, on, "s", to)
			answers(t, err, report.OwnRuling)
		}
		got, err := c.decide(t, ctx, on, "t", to)
		must(t, err)
		if got.State() != to || got.Ruling().Ended.IsZero() || got.Waits().Cause != "" {
			t.Errorf("answered, it is %s, %+v", got.State(), got.Ruling())
		}
		answers(t, appeal("but", 1), report.NotAppealable)
	}
}

func clearedStands(t *testing.T, ctx context.Context, s Tribunal) {
	c := newCourt(s)
	p := c.post(t, ctx, "hello")
	c.three(t, ctx, p.Subject())
	_, err := c.decide(t, ctx, p.Subject(), "s", community.Published)
	must(t, err)
	c.three(t, ctx, p.Subject())
	if got := c.content(t, ctx, p.Subject()); got.State() != community.Published || got.Waits().Cause != community.ForReports || got.Review().Reports != 3 {
		t.Errorf("reported again, it is %s, %+v", got.State(), got.Review())
	}
	worse := "hello you"
	_, err = c.Edit(ctx, c.author, posting.Edit{Post: p.ID, Body: &worse}, writtenAt)
	must(t, err)
	must(t, c.report(ctx, aReader(), p.Subject()))
	if got := c.content(t, ctx, p.Subject()); got.State() != community.Limited {
		t.Errorf("with another text, it is %s", got.State())
	}
}

func withdrawnReports(t *testing.T, ctx context.Context, s Tribunal) {
	c, who := newCourt(s), aReader()
	p := c.post(t, ctx, "hello")
	n := c.reply(t, ctx, p, "", "top")
	must(t, c.report(ctx, who, p.Subject()))
	must(t, c.report(ctx, who, n.Subject()))
	_, err := c.Erase(ctx, c.author, n.ID, writtenAt)
	must(t, err)
	must(t, c.Delete(ctx, c.author, p.ID, writtenAt))
	sweepAll(t, ctx, c)
	mine, err := s.Reports.Of(ctx, who.Member, nil, 5)
	if must(t, err); len(mine) != 2 || mine[0].State != report.Withdrawn || mine[1].State != report.Withdrawn {
		t.Errorf("its reports are %+v", mine)
	}
	if _, there, err := c.Case(ctx, p.Subject()); err != nil || there {
		t.Errorf("a moderator still sees it: %v, %v", there, err)
	}
	if v := load1(t, ctx, s.Contents, p.ID).Review; v.Reports != 0 || v.Undone(true) {
		t.Errorf("it is left as %+v", v)
	}
}

func sweepAll(t *testing.T, ctx context.Context, c court) {
	t.Helper()
	for range 50 {
		n, err := c.Sweep(ctx, writtenAt, 1000)
		must(t, err)
		m, err := c.Repair(ctx, 1000)
		if must(t, err); n+m == 0 {
			return
		}
	}
	t.Fatal("the sweep never ends")
}
