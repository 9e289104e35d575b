package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"membergate/internal/incident"
	"membergate/internal/member"
)

// Incidents tests the promises of incident.Store.
func Incidents(t *testing.T, s incident.Store) {
	group[incident.Store]{
		{"every field of an incident comes back, and the first of an id stays", fieldsOfIncident},
		{"whom an incident concerns is listed once, by however many at once", listedOnce},
		{"what concerns a member is listed newest first, page by page, and nothing of others", concernsOfMember},
		{"who was told waits no more, and is told once", toldOnce},
	}.run(t, s)
}

// someIncident is of a time long before all others, so that it waits ahead of them.
func someIncident(at time.Time) incident.Incident {
	in := filled[incident.Incident](dice(9))
	in.ID, in.DetectedAt, in.NoticedAt, in.NotifyBy, in.ListedAt = name("incident"), at.Add(-time.Hour), at, at.Add(72*time.Hour), time.Time{}
	return in
}

func fieldsOfIncident(t *testing.T, ctx context.Context, s incident.Store) {
	want := someIncident(askedAt)
	for range 2 {
		kept, err := s.Declare(ctx, want)
		must(t, err)
		same(t, "what is kept", kept, want)
	}
	other := want
	other.Contact = "somebody else"
	kept, err := s.Declare(ctx, other)
	must(t, err)
	same(t, "what was kept first", kept, want)
	for _, at := range []time.Time{askedAt.Add(time.Minute), askedAt.Add(time.Hour)} {
		must(t, s.Listed(ctx, want.ID, at))
	}
	want.ListedAt = askedAt.Add(time.Minute)
	found, err := s.ByIDs(ctx, []string{want.ID, "nothing"})
	must(t, err)
	same(t, "what is found", found, map[string]incident.Incident{want.ID: want})
}

func listedOnce(t *testing.T, ctx context.Context, s incident.Store) {
	in := someIncident(askedAt)
	var who []member.ID
	for i := range 30 {
		who = append(who, member.ID(fmt.Sprint(in.ID, i)))
	}
	must(t, s.Concern(ctx, in, nil))
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			if err := s.Concern(ctx, in, who[i:]); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	n, err := s.Count(ctx, in.ID, in.NotifyBy.Add(-time.Second))
	must(t, err)
	same(t, "in time", n, incident.Count{Concerned: 30})
	n, err = s.Count(ctx, in.ID, in.NotifyBy.Add(time.Second))
	must(t, err)
	same(t, "when it is over", n, incident.Count{Concerned: 30, Late: 30})
	n, err = s.Count(ctx, in.ID+"0", in.NotifyBy)
	must(t, err)
	same(t, "of another", n, incident.Count{})
	for _, m := range who {
		must(t, s.Told(ctx, []incident.Concern{{Incident: in.ID, Member: m, At: in.NoticedAt, NotifyBy: in.NotifyBy}}, askedAt))
	}
}

func concernsOfMember(t *testing.T, ctx context.Context, s incident.Store) {
	who := member.ID(name("member"))
	var want []incident.Concern
	for i := range 5 {
		in := someIncident(askedAt.Add(time.Duration(i) * time.Hour))
		must(t, s.Concern(ctx, in, []member.ID{who, who + "0"}))
		c := incident.Concern{Incident: in.ID, Member: who, At: in.NoticedAt, NotifyBy: in.NotifyBy}
		want = append([]incident.Concern{c}, want...)
	}
	var got []incident.Concern
	var after *incident.Place
	for {
		page, err := s.Of(ctx, who, after, 2)
		must(t, err)
		got = append(got, page...)
		if len(page) < 2 {
			break
		}
		after = &incident.Place{At: page[1].At, ID: page[1].Incident}
	}
	same(t, "all pages", got, want)
	none, err := s.Of(ctx, who, nil, 0)
	must(t, err)
	same(t, "none", len(none), 0)
	for _, c := range want {
		other := c
		other.Member = who + "0"
		must(t, s.Told(ctx, []incident.Concern{c, other}, askedAt))
	}
}

func toldOnce(t *testing.T, ctx context.Context, s incident.Store) {
	at := time.Date(1990, 1, 2, 3, 4, 5, 6e6, time.UTC)
	in, who := someIncident(at), member.ID(name("member"))
	must(t, s.Concern(ctx, in, []member.ID{who + "0", who + "1"}))
	waits, err := s.Untold(ctx, 2)
	must(t, err)
	want := incident.Concern{Incident: in.ID, Member: who + "0", At: at, NotifyBy: in.NotifyBy}
	second := want
	second.Member = who + "1"
	same(t, "who waits", waits, []incident.Concern{want, second})
	untold, late, err := s.Waiting(ctx, in.NotifyBy.Add(time.Second))
	must(t, err)
	if late != 2 || untold < 2 {
		t.Errorf("%d wait and %d are late", untold, late)
	}
	unknown := incident.Concern{Incident: "nothing", Member: who, At: at}
	for i := range 2 {
		must(t, s.Told(ctx, []incident.Concern{want, unknown}, at.Add(time.Duration(i+1)*time.Hour)))
	}
	waits, err = s.Untold(ctx, 1)
	must(t, err)
	same(t, "who waits still", waits, []incident.Concern{second})
	want.ToldAt = at.Add(time.Hour)
	all, err := s.Of(ctx, who+"0", nil, 9)
	must(t, err)
	same(t, "who was told", all, []incident.Concern{want})
	n, err := s.Count(ctx, in.ID, in.NotifyBy.Add(time.Second))
	must(t, err)
	same(t, "of the incident", n, incident.Count{Concerned: 2, Told: 1, Late: 1})
	must(t, s.Told(ctx, []incident.Concern{second}, at))
}
