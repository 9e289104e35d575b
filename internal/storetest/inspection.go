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
	"membergate/internal/fault"
	"membergate/internal/inspection"
	"membergate/internal/member"
	"membergate/internal/moderation"
	"membergate/internal/report"
)

// Inspected is where moderators decide and services look.
type Inspected struct {
	Tribunal
	Findings inspection.Store
}

// Inspections tests the promises of inspection.Store, and of the service that asks and hears with it.
func Inspections(t *testing.T, s Inspected) {
	group[Inspected]{
		{"a finding is there once, and told once by however many", findingOnce},
		{"what could not be judged is judged when the service is back, and until then its author's alone", judgedLater},
		{"a post with nine pictures is seen when all nine have passed, whatever the order and however often told", ninePictures},
		{"a picture that does not pass takes its post down, or leaves it to a moderator", badPicture},
		{"a verdict that does not come within its time is asked for again", neverTold},
		{"a verdict on what was changed, decided on or taken away changes nothing", toldTooLate},
		{"whoever has no account with the service, or was away, waits for a moderator", notAskable},
	}.run(t, s)
}

// oracle is a service whose answers a test sets.
type oracle struct {
	mu     sync.Mutex
	down   bool
	says   map[string]moderation.State // by text
	texts  int
	traces map[string]string // by address, the last
	asked  int
}

var errDown = errors.New("the service is down")

func (o *oracle) Text(_ context.Context, _ moderation.Asked, body string) (moderation.Verdict, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.down {
		return moderation.Verdict{}, errDown
	}
	o.texts++
	return verdict(o.says[body], name("text")), nil
}

func (o *oracle) Picture(_ context.Context, _ moderation.Asked, address string) (moderation.Verdict, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.down {
		return moderation.Verdict{}, errDown
	}
	o.asked++
	o.traces[address] = name("picture")
	return verdict(moderation.Review, o.traces[address]), nil
}

func verdict(s moderation.State, trace string) moderation.Verdict {
	v := moderation.Verdict{State: s, Trace: trace}
	if s != moderation.Pass {
		v.Reason = moderation.Provider
	}
	return v
}

// laboratory is a service over a store, with the posts that a test puts there.
type laboratory struct {
	court
	*inspection.Service
	o  *oracle
	in Inspected
}

func newLaboratory(s Inspected) laboratory {
	c, o := newCourt(s.Tribunal), &oracle{traces: map[string]string{}, says: map[string]moderation.State{}}
	return laboratory{c, &inspection.Service{Store: s.Findings, Queue: ownQueue{s.Contents, c.author.Member}, Rulings: c.Service, Judge: o,
		Author: func(_ context.Context, who member.ID, _ time.Time) (moderation.Asked, error) {
			return moderation.Asked{OpenID: "o-" + string(who)}, nil
		},
		Address: func(path string) string { return "https://m.example/" + path }}, o, s}
}

// ownQueue is the queue without what other tests left.
type ownQueue struct {
	report.Contents
	who member.ID
}

func (q ownQueue) Queue(ctx context.Context, ask report.Queue) (out []report.Content, err error) {
	found, err := q.Contents.Queue(ctx, report.Queue{Cause: ask.Cause, Limit: 1 << 20})
	for _, c := range found {
		at := report.Place{At: c.Waits().Since, ID: c.Subject().ID}
		behind := ask.After == nil || at.At.After(ask.After.At) || at.At.Equal(ask.After.At) && at.ID > ask.After.ID
		if c.Author() == q.who && behind {
			out = append(out, c)
		}
	}
	return out[:min(len(out), ask.Limit)], err
}

// unjudged puts a post that waits for the service, for a reason.
func (l laboratory) unjudged(t *testing.T, ctx context.Context, body string, why moderation.Reason, pictures int) community.Subject {
	t.Helper()
	p := community.Post{ID: community.PostID(community.NewID(writtenAt)), CreatedAt: writtenAt, Author: l.author.Member, Board: "B", Body: body, Visibility: community.Public,
		State: community.Pending, Ruling: community.Ruling{Reason: string(why), By: community.ByRules, At: writtenAt}, Version: 1}
	for n := range pictures {
		p.Media = append(p.Media, community.Picture{Path: fmt.Sprintf("u/%s-%d", p.ID, n), Width: 1, Height: 1})
	}
	_, err := l.in.Contents.AddPost(ctx, p.Counted(community.Counts{}))
	must(t, err)
	return p.Subject()
}

func (l laboratory) sweeps(t *testing.T, ctx context.Context, at time.Time) int {
	t.Helper()
	n, err := l.Sweep(ctx, at, 1000)
	must(t, err)
	return n
}

// picture is the trace of the nth picture of a post, as it was asked about last.
func (l laboratory) picture(on community.Subject, n int) string {
	l.o.mu.Lock()
	defer l.o.mu.Unlock()
	return l.o.traces[fmt.Sprintf("https://m.example/u/%s-%d", on.ID, n)]
}

func (l laboratory) stands(t *testing.T, ctx context.Context, on community.Subject, state community.Moderation, why string) {
	t.Helper()
	if c := l.content(t, ctx, on); c.State() != state || c.Ruling().Reason != why {
		t.Errorf("it is %s for %q, want %s for %q", c.State(), c.Ruling().Reason, state, why)
	}
}

func findingOnce(t *testing.T, ctx context.Context, s Inspected) {
	on, other := subject(community.OnPost), subject(community.OnComment)
	f := inspection.Finding{Trace: name("trace"), On: on, Picture: "u/1", Asked: writtenAt}
	done := inspection.Finding{Trace: name("trace"), On: on, State: moderation.Block, Reason: "ADULT", Asked: writtenAt.Add(time.Minute), Told: writtenAt.Add(time.Hour)}
	elsewhere := f
	elsewhere.Trace, elsewhere.On = name("trace"), other
	for _, each := range []inspection.Finding{done, f, elsewhere} {
		must(t, s.Findings.AddFinding(ctx, each))
	}
	changed := f
	changed.Picture = "u/2"
	must(t, s.Findings.AddFinding(ctx, changed))
	if _, ok, err := s.Findings.Finding(ctx, name("trace")); ok || err != nil {
		t.Errorf("of nothing: %v %v", ok, err)
	}
	found, ok, err := s.Findings.Finding(ctx, f.Trace)
	must(t, err)
	if same(t, "the first", found, f); !ok {
		t.Error("it is not found")
	}
	all, err := s.Findings.Findings(ctx, on)
	must(t, err)
	same(t, "those of a post", all, []inspection.Finding{f, done})
	var group sync.WaitGroup
	firsts := make([]bool, 20)
	for n := range firsts {
		group.Go(func() {
			var err error
			if firsts[n], err = s.Findings.Tell(ctx, f.Trace, moderation.Verdict{State: moderation.State(n % 3), Reason: "R"}, writtenAt.Add(time.Duration(n)*time.Minute)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	n := slices.Index(firsts, true)
	if n < 0 || slices.Contains(firsts[n+1:], true) {
		t.Fatalf("told first: %v", firsts)
	}
	f.State, f.Reason, f.Told = moderation.State(n%3), "R", writtenAt.Add(time.Duration(n)*time.Minute)
	found, _, err = s.Findings.Finding(ctx, f.Trace)
	must(t, err)
	same(t, "told", found, f)
	if first, err := s.Findings.Tell(ctx, name("trace"), moderation.Verdict{}, writtenAt); first || err != nil {
		t.Errorf("told of nothing: %v %v", first, err)
	}
}

func judgedLater(t *testing.T, ctx context.Context, s Inspected) {
	l := newLaboratory(s)
	l.o.says["bad"], l.o.says["odd"] = moderation.Block, moderation.Review
	good, bad, odd := l.unjudged(t, ctx, "good", moderation.Unavailable, 0), l.unjudged(t, ctx, "bad", moderation.Unavailable, 0), l.unjudged(t, ctx, "odd", moderation.Unavailable, 0)
	for range 60 {
		l.unjudged(t, ctx, "also good", moderation.Unavailable, 0)
	}
	others := l.unjudged(t, ctx, "a bet", "GAMBLING", 0)
	l.o.down = true
	if n, err := l.Sweep(ctx, writtenAt.Add(time.Minute), 1000); n != 0 || !errors.Is(err, errDown) {
		t.Errorf("while the service is down %d are judged: %v", n, err)
	}
	l.stands(t, ctx, good, community.Pending, "UNAVAILABLE")
	l.o.down = false
	if n := l.sweeps(t, ctx, writtenAt.Add(2*time.Minute)); n != 63 {
		t.Errorf("%d are judged", n)
	}
	l.stands(t, ctx, good, community.Published, "")
	l.stands(t, ctx, bad, community.Removed, "PROVIDER")
	l.stands(t, ctx, odd, community.Pending, "PROVIDER")
	l.stands(t, ctx, others, community.Pending, "GAMBLING")
	same(t, "the log", l.log(t, ctx, bad), []community.NoteKind{community.NoteChecked})
	if n := l.sweeps(t, ctx, writtenAt.Add(3*time.Minute)); n != 0 || l.o.texts != 63 {
		t.Errorf("again %d are judged, %d were asked about", n, l.o.texts)
	}
	kept, err := s.Findings.Findings(ctx, bad)
	must(t, err)
	if len(kept) != 1 || kept[0].State != moderation.Block || kept[0].Told.IsZero() || kept[0].Trace == "" {
		t.Errorf("kept is %+v", kept)
	}
}

func ninePictures(t *testing.T, ctx context.Context, s Inspected) {
	l := newLaboratory(s)
	on := l.unjudged(t, ctx, "nine", moderation.Unavailable, 9)
	l.sweeps(t, ctx, writtenAt)
	l.sweeps(t, ctx, writtenAt.Add(time.Minute)) // asks about nothing twice
	if l.o.asked != 9 || l.o.texts != 1 {
		t.Fatalf("%d pictures and %d texts are asked about", l.o.asked, l.o.texts)
	}
	for at, n := range []int{8, 0, 0, 3, 5, 1, 2, 7, 6, 8} {
		must(t, l.Hear(ctx, l.picture(on, n), moderation.Verdict{}, writtenAt.Add(time.Duration(at)*time.Minute)))
		if err := l.Hear(ctx, name("foreign"), moderation.Verdict{}, writtenAt); !fault.Is(err, fault.NotFound) {
			t.Errorf("of what nobody asked: %v", err)
		}
		l.stands(t, ctx, on, community.Pending, "CHECKING")
	}
	last := l.picture(on, 4)
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			if err := l.Hear(ctx, last, moderation.Verdict{}, writtenAt.Add(time.Hour)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	l.stands(t, ctx, on, community.Published, "")
	must(t, l.Hear(ctx, last, verdict(moderation.Block, last), writtenAt.Add(2*time.Hour))) // a second verdict is none
	l.stands(t, ctx, on, community.Published, "")
	same(t, "the log", l.log(t, ctx, on), []community.NoteKind{community.NoteChecked, community.NoteChecked})
}

func badPicture(t *testing.T, ctx context.Context, s Inspected) {
	for state, want := range map[moderation.State]community.Moderation{moderation.Block: community.Removed, moderation.Review: community.Pending} {
		l := newLaboratory(s)
		on := l.unjudged(t, ctx, "two", moderation.Checking, 2)
		l.sweeps(t, ctx, writtenAt)
		must(t, l.Hear(ctx, l.picture(on, 1), verdict(state, ""), writtenAt))
		l.stands(t, ctx, on, want, "PROVIDER")
		must(t, l.Hear(ctx, l.picture(on, 0), moderation.Verdict{}, writtenAt))
		l.stands(t, ctx, on, want, "PROVIDER")
	}
}

func neverTold(t *testing.T, ctx context.Context, s Inspected) {
	l := newLaboratory(s)
	on := l.unjudged(t, ctx, "two", moderation.Checking, 2)
	l.sweeps(t, ctx, writtenAt)
	must(t, l.Hear(ctx, l.picture(on, 0), moderation.Verdict{}, writtenAt.Add(time.Minute)))
	l.sweeps(t, ctx, writtenAt.Add(29*time.Minute))
	if l.o.asked != 2 {
		t.Errorf("within the time it is asked for again: %d", l.o.asked)
	}
	old := l.picture(on, 1)
	l.sweeps(t, ctx, writtenAt.Add(inspection.Within))
	if l.o.asked != 3 || l.picture(on, 1) == old {
		t.Errorf("%d pictures are asked about", l.o.asked)
	}
	l.stands(t, ctx, on, community.Pending, "CHECKING")
	must(t, l.Hear(ctx, l.picture(on, 1), moderation.Verdict{}, writtenAt.Add(40*time.Minute)))
	l.stands(t, ctx, on, community.Published, "")
}

func toldTooLate(t *testing.T, ctx context.Context, s Inspected) {
	l := newLaboratory(s)
	decided, gone := l.unjudged(t, ctx, "one", moderation.Checking, 1), l.unjudged(t, ctx, "one", moderation.Checking, 1)
	l.sweeps(t, ctx, writtenAt)
	_, err := l.decide(t, ctx, decided, "mod-1", community.Removed)
	must(t, err)
	must(t, l.Delete(ctx, l.author, community.PostID(gone.ID), writtenAt))
	for _, on := range []community.Subject{decided, gone} {
		must(t, l.Hear(ctx, l.picture(on, 0), moderation.Verdict{}, writtenAt.Add(time.Hour)))
	}
	l.stands(t, ctx, decided, community.Removed, "BAD")
	if _, ok, err := l.Look(ctx, gone); ok || err != nil {
		t.Errorf("what was taken away is there: %v %v", ok, err)
	}
	changed := l.unjudged(t, ctx, "was", moderation.Unavailable, 0)
	before := l.content(t, ctx, changed)
	after := *before.Post
	after.Body = "is"
	must(t, s.Contents.ChangePost(ctx, after))
	_, err = l.Inspected(ctx, changed, before.Text(), community.Published, moderation.Verdict{}, writtenAt)
	must(t, err)
	l.stands(t, ctx, changed, community.Pending, "UNAVAILABLE")
}

func notAskable(t *testing.T, ctx context.Context, s Inspected) {
	for _, by := range []moderation.Asked{{}, {OpenID: "o", Away: true}} {
		l := newLaboratory(s)
		l.Author = func(context.Context, member.ID, time.Time) (moderation.Asked, error) { return by, nil }
		on := l.unjudged(t, ctx, "one", moderation.Unavailable, 1)
		if n := l.sweeps(t, ctx, writtenAt); n != 0 || l.o.texts+l.o.asked != 0 {
			t.Errorf("%d are judged", n)
		}
		l.stands(t, ctx, on, community.Pending, "UNAVAILABLE")
	}
}
