package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"membergate/internal/community"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/report"
)

// Tribunal is where members report and moderators decide.
type Tribunal struct {
	Reports  report.Store
	Contents Contents
}

// Contents is a store of what is written, with the moderators' lists.
type Contents interface {
	Writings
	report.Contents
}

// Reporting tests the promises of report.Store and report.Contents, and of the service that decides with them.
func Reporting(t *testing.T, s Tribunal) {
	group[Tribunal]{
		{"a report is there once, and a slot holds one", reportOnce},
		{"reports are listed, added up, settled by round, and counted in a record", reportLists},
		{"a line of the log is written once, and found newest first", logOfModeration},
		{"the queue has what waits, longest first, and lets go of what does not", queueOfContents},
		{"enough members hide something, its author is told, and new ones do not count", reportsHide},
		{"those who are often wrong weigh nothing, those who are right weigh more", weightsOfRecord},
		{"sent fifty times at once a report is one, and a day has as many as it may", reportBounds},
		{"after a storm of reports the score is that of the rows", stormOfReports},
		{"of two moderators at once one decides", twoModerators},
		{"a decision on a comment changes counts exactly, and settles its reports", decideComment},
		{"what was changed or appealed since is not decided on unseen", changedSince},
		{"an author appeals once, another moderator answers, and that is the end", appealOnce},
		{"what a moderator let stand is hidden by no more reports until its text changes", clearedStands},
		{"what its author takes away leaves no report waiting", withdrawnReports},
		{"killed after any write, reports, decisions and appeals end as if not", killedTribunal},
	}.run(t, s)
}

// moderated is a programme with moderators.
func moderated() *rulesOf {
	r := newRules()
	names := programme.Text{"zh-CN": "x"}
	r.TimeZone = "UTC"
	r.Moderation = &programme.Moderation{AnswerHours: 24, AppealDays: 30,
		Reports: programme.Reports{Reasons: []programme.Named{{Code: "SPAM", Names: names}}, Daily: 5, FreshDays: 3, LimitAt: 300, Reporters: 3, Axis: 70, Known: 5, Most: 500,
			Trust: map[string]int64{"T1": 1}},
		Reasons: []programme.RuleReason{{Code: "BAD", Names: names}, {Code: "OTHER", Names: names, Note: true}}}
	return r
}

// unsealed keeps no secrets.
type unsealed struct{}

func (unsealed) Seal(_, plain string) string           { return "sealed:" + plain }
func (unsealed) Open(_, sealed string) (string, error) { return sealed[len("sealed:"):], nil }
func (s Tribunal) reads() *community.Service           { return &community.Service{Store: s.Contents} }
func subject(kind community.SubjectKind) community.Subject {
	return community.Subject{Kind: kind, ID: community.NewID(writtenAt)}
}
func aReport(who member.ID, on community.Subject) report.Report {
	return report.Report{ID: name("r"), Reporter: who, On: on, Author: "a", Reason: "SPAM", Weight: 100, Slot: name("slot"), At: writtenAt, State: report.Open}
}

// court is a service with moderators, and somebody who writes.
type court struct {
	writing
	*report.Service
	s Tribunal
}

func newCourt(s Tribunal) court {
	w := write(s.Contents)
	w.Book = moderated()
	return court{w, &report.Service{Store: s.Reports, Contents: s.Contents, Community: s.reads(), Counts: w.Service, Book: w.Book, Keys: unsealed{}}, s}
}

// report reports something as somebody who joined long ago, unless they are known to have joined later.
func (c court) report(ctx context.Context, who community.Reader, on community.Subject, more ...func(*report.Ask)) error {
	a := report.Ask{On: on, Reason: "SPAM", Joined: writtenAt.AddDate(-1, 0, 0)}
	for _, f := range more {
		f(&a)
	}
	_, err := c.Service.Report(ctx, who, a, writtenAt)
	return err
}

func (c court) content(t *testing.T, ctx context.Context, on community.Subject) report.Content {
	t.Helper()
	found, ok, err := c.Case(ctx, on)
	must(t, err)
	if !ok {
		t.Fatalf("%v is not there", on)
	}
	return found
}

// decide decides on what the moderator sees now.
func (c court) decide(t *testing.T, ctx context.Context, on community.Subject, staff string, to community.Moderation) (report.Content, error) {
	t.Helper()
	d := report.Decision{On: on, Edition: c.content(t, ctx, on).Edition(), To: to, Staff: staff, Note: "so it is"}
	if to != community.Published {
		d.Reason = "BAD"
	}
	return c.Decide(ctx, d, writtenAt.Add(time.Hour))
}

func (c court) log(t *testing.T, ctx context.Context, on community.Subject) (kinds []community.NoteKind) {
	t.Helper()
	lines, err := c.s.Reports.Log(ctx, report.LogQuery{On: on, Limit: 50})
	must(t, err)
	for _, e := range lines {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

func reportOnce(t *testing.T, ctx context.Context, s Tribunal) {
	r := aReport(member.ID(name("m")), subject(community.OnPost))
	r.Sealed, r.Round = "x", 2
	must(t, s.Reports.Add(ctx, r))
	again, other := r, r
	again.Slot = name("slot")
	other.ID = name("r")
	if err := s.Reports.Add(ctx, again); !errors.Is(err, report.ErrExists) {
		t.Errorf("again it answers %v", err)
	}
	if err := s.Reports.Add(ctx, other); !errors.Is(err, report.ErrTaken) {
		t.Errorf("another one in its slot answers %v", err)
	}
	got, ok, err := s.Reports.ByID(ctx, r.ID)
	must(t, err)
	same(t, "the report", got, r)
	_, none, err := s.Reports.ByID(ctx, other.ID)
	if must(t, err); !ok || none {
		t.Errorf("found %v, and what was refused %v", ok, none)
	}
}

func reportLists(t *testing.T, ctx context.Context, s Tribunal) {
	who, on := member.ID(name("m")), subject(community.OnComment)
	var all []report.Report
	for n := range 5 {
		r := aReport(who, on)
		r.At, r.Round, r.Weight = writtenAt.Add(time.Duration(n/2)*time.Minute), int64(n%2), int64(n)*100
		must(t, s.Reports.Add(ctx, r))
		all = append(all, r)
	}
	must(t, s.Reports.Add(ctx, aReport(who, subject(community.OnPost))))
	sum, err := s.Reports.Sum(ctx, on)
	must(t, err)
	same(t, "the sum", sum, report.Sum{Score: 1000, Reports: 5, Weighty: 4, Since: writtenAt})
	none, err := s.Reports.Sum(ctx, subject(community.OnPost))
	must(t, err)
	same(t, "the sum of nothing", none, report.Sum{})
	oldest, err := s.Reports.On(ctx, on, 3)
	if must(t, err); len(oldest) != 3 || oldest[0].At.After(oldest[2].At) {
		t.Errorf("of a subject there are %v", oldest)
	}
	var walked []report.Report
	var after *report.Place
	for range 10 {
		page, err := s.Reports.Of(ctx, who, after, 2)
		must(t, err)
		if walked = append(walked, page...); len(page) == 0 {
			break
		}
		last := page[len(page)-1]
		after = &report.Place{At: last.At, ID: last.ID}
	}
	if len(walked) != 6 || walked[0].At.Before(walked[5].At) {
		t.Errorf("in pages there are %d", len(walked))
	}
	at := writtenAt.Add(time.Hour)
	for range 2 {
		must(t, s.Reports.Settle(ctx, on, 1, report.Actioned, at))
	}
	must(t, s.Reports.Settle(ctx, on, 2, report.Dismissed, at))
	must(t, s.Reports.Settle(ctx, on, 9, report.Withdrawn, at))
	record, err := s.Reports.Record(ctx, who)
	must(t, err)
	same(t, "the record", record, report.Record{Agreed: 3, Refused: 2})
	got, _, err := s.Reports.ByID(ctx, all[0].ID)
	if must(t, err); got.State != report.Actioned || !got.Decided.Equal(at) {
		t.Errorf("the first one is %+v", got)
	}
	sum, err = s.Reports.Sum(ctx, on)
	must(t, err)
	same(t, "what waits", sum, report.Sum{})
	open := func() (n int) {
		left, err := s.Reports.Uncounted(ctx, 100_000)
		must(t, err)
		for _, r := range left {
			if r.On == on {
				n++
			}
		}
		return n
	}
	before := open()
	must(t, s.Reports.Counted(ctx, []string{all[0].ID, all[1].ID, all[0].ID}))
	if must(t, s.Reports.Counted(ctx, nil)); before != 5 || open() != 3 {
		t.Errorf("uncounted: %d, then %d", before, open())
	}
}

func logOfModeration(t *testing.T, ctx context.Context, s Tribunal) {
	on, staff := subject(community.OnPost), name("staff")
	line := func(n int64) report.Entry {
		e := report.Entry{On: on, Author: "a", Note: filled[community.Note](dice(uint64(n)))}
		e.Number, e.At, e.Staff = n, writtenAt.Add(time.Duration(n/2)*time.Minute), staff
		return e
	}
	for n := int64(1); n <= 5; n++ {
		must(t, s.Reports.Write(ctx, line(n)))
		changed := line(n)
		changed.Words = "another"
		must(t, s.Reports.Write(ctx, changed))
	}
	elsewhere := line(1)
	elsewhere.On = subject(community.OnComment)
	must(t, s.Reports.Write(ctx, elsewhere))
	var walked []int64
	ask := report.LogQuery{On: on, Limit: 2}
	for range 5 {
		page, err := s.Reports.Log(ctx, ask)
		must(t, err)
		for _, e := range page {
			same(t, "a line", e, line(e.Number))
			walked = append(walked, e.Number)
			ask.After = &report.Place{At: e.At, ID: e.Line()}
		}
	}
	same(t, "the log", walked, []int64{5, 4, 3, 2, 1})
	for _, q := range []struct {
		ask  report.LogQuery
		want int
	}{{report.LogQuery{Staff: staff, Limit: 50}, 6}, {report.LogQuery{Staff: name("s"), Limit: 50}, 0}, {report.LogQuery{On: subject(community.OnPost), Limit: 50}, 0}} {
		got, err := s.Reports.Log(ctx, q.ask)
		if must(t, err); len(got) != q.want {
			t.Errorf("%+v gives %d lines, want %d", q.ask, len(got), q.want)
		}
	}
}

func queueOfContents(t *testing.T, ctx context.Context, s Tribunal) {
	past := time.Date(1970+dice(uint64(time.Now().UnixNano())).IntN(30), 1, 2, 3, 4, 5, 0, time.UTC) // before all others
	var want []string
	at := func(n int) time.Time { return past.Add(time.Duration(n/2) * time.Second) }
	for n := range 6 {
		id := community.NewID(at(n))
		want = append(want, id)
		r := community.Ruling{Reason: "R", By: community.ByReports, At: at(n)}
		state := []community.Moderation{community.Pending, community.Limited, community.Removed}[n%3]
		if state == community.Removed {
			r.Appealed = at(n)
		}
		if n%2 == 0 {
			must(t, s.Contents.Put(ctx, []community.Post{{ID: community.PostID(id), State: state, Ruling: r, CreatedAt: at(n), Version: 1}}))
		} else {
			must(t, s.Contents.PutComments(ctx, []community.Comment{{ID: community.CommentID(id), Post: "p", State: state, Ruling: r, CreatedAt: at(n), Version: 1}}))
		}
	}
	must(t, s.Contents.Put(ctx, []community.Post{{ID: community.PostID(community.NewID(past)), State: community.Published, CreatedAt: past}}))
	walk := func(q report.Queue) (ids []string) {
		q.Limit = 2
		for range 5 {
			page, err := s.Contents.Queue(ctx, q)
			must(t, err)
			for _, c := range page {
				if slices.Contains(want, c.Subject().ID) {
					ids = append(ids, c.Subject().ID)
				}
				q.After = &report.Place{At: c.Waits().Since, ID: c.Subject().ID}
			}
		}
		return ids
	}
	all := walk(report.Queue{})
	slices.Sort(want) // ids begin with their time
	same(t, "the queue", all, want)
	for _, c := range []struct {
		q    report.Queue
		want int
	}{{report.Queue{Kind: community.OnPost}, 3}, {report.Queue{Kind: community.OnComment}, 3}, {report.Queue{Cause: community.ForAppeal}, 2},
		{report.Queue{Cause: community.ForReports, Kind: community.OnComment}, 1}} {
		if got := walk(c.q); len(got) != c.want {
			t.Errorf("%+v gives %d, want %d", c.q, len(got), c.want)
		}
	}
	p := load1(t, ctx, s.Contents, community.PostID(walk(report.Queue{Kind: community.OnPost})[0]))
	p.State = community.Published
	must(t, s.Contents.ChangePost(ctx, p))
	if slices.Contains(walk(report.Queue{}), string(p.ID)) {
		t.Error("what does not wait any more is in the queue")
	}
	p = load1(t, ctx, s.Contents, p.ID)
	p.Review = filled[community.Review](dice(5))
	p.Review.Todo.Number = 3
	must(t, s.Contents.ChangePost(ctx, p))
	p.Version++
	same(t, "with a review", load1(t, ctx, s.Contents, p.ID), p)
	left := func() bool {
		open, err := s.Contents.Undone(ctx, 100_000)
		must(t, err)
		return slices.ContainsFunc(open, func(c report.Content) bool { return c.Subject() == p.Subject() })
	}
	before := left()
	p.Review = community.Review{}
	must(t, s.Contents.ChangePost(ctx, p))
	if !before || left() {
		t.Errorf("something is left to do: %v, and then %v", before, left())
	}
	for _, id := range want { // they would be first in every other test's queue
		must(t, s.Contents.Put(ctx, []community.Post{{ID: community.PostID(id), DeletedAt: past, CreatedAt: past}}))
		must(t, s.Contents.PutComments(ctx, []community.Comment{{ID: community.CommentID(id), Post: "p", DeletedAt: past, CreatedAt: past}}))
	}
}

func stormOfReports(t *testing.T, ctx context.Context, s Tribunal) {
	c := newCourt(s)
	on := c.post(t, ctx, "hello").Subject()
	var all sync.WaitGroup
	var mu sync.Mutex
	told := map[string]int{}
	for range 60 {
		all.Go(func() {
			err := c.report(ctx, aReader(), on)
			mu.Lock()
			defer mu.Unlock()
			told[fmt.Sprint(err)]++
		})
	}
	all.Wait()
	got := c.content(t, ctx, on)
	sum, err := s.Reports.Sum(ctx, on)
	must(t, err)
	if got.Review().Score != sum.Score || got.Review().Reports != sum.Reports || sum.Reports < 3 || got.State() != community.Limited {
		t.Errorf("the post is %s with %+v, the rows are %+v; members are told %v", got.State(), got.Review(), sum, told)
	}
	same(t, "the log", c.log(t, ctx, on), []community.NoteKind{community.NoteLimited})
}
