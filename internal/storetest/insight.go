package storetest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"membergate/internal/insight"
	"membergate/internal/member"
)

// Insights tests the promises of insight.Store.
func Insights(t *testing.T, s insight.Store) {
	group[insight.Store]{
		{"every field of a note comes back", fieldsOfNote},
		{"of those who save a note at once one does", racingNotes},
		{"an erased note is gone", eraseNote},
		{"the marks that were put last come back", putFifths},
	}.run(t, s)
}

// someNote has every field that stores keep; services seal tags before that.
func someNote(who member.ID, version int64) insight.Note {
	at := time.Date(2026, 7, 6, 4, 30, 0, 5e6, time.UTC)
	return insight.Note{Member: who, Version: version, SignedIn: at, Reviewed: at.Add(time.Hour), Low: at.Add(2 * time.Hour), Sealed: "sealed " + name("tags"),
		Said:  map[string]time.Time{"cdp": at, "a.b$c": at.Add(time.Minute)},
		Score: insight.Score{Model: "churn-12", Value: 42, At: at.Add(time.Second)}}
}

func fieldsOfNote(t *testing.T, ctx context.Context, s insight.Store) {
	who := member.ID(name("member"))
	got, err := s.Of(ctx, who)
	must(t, err)
	same(t, "of whom nothing is kept", got, insight.Note{Member: who})
	for version := range int64(2) {
		want := someNote(who, version)
		must(t, s.Save(ctx, want))
		got, err := s.Of(ctx, who)
		must(t, err)
		want.Version++
		want.Sealed = got.Sealed
		same(t, "the note", got, want)
		if got.Sealed == "" {
			t.Error("what is sealed is lost")
		}
		if err := s.Save(ctx, someNote(who, version)); !errors.Is(err, insight.ErrStale) {
			t.Errorf("version %d is saved twice: %v", version, err)
		}
	}
	must(t, s.Save(ctx, insight.Note{Member: who, Version: 2}))
	got, err = s.Of(ctx, who)
	must(t, err)
	same(t, "the emptied note", got, insight.Note{Member: who, Version: 3})
}

func racingNotes(t *testing.T, ctx context.Context, s insight.Store) {
	who := member.ID(name("member"))
	for version := range int64(2) {
		var all sync.WaitGroup
		var won atomic.Int64
		for range 10 {
			all.Go(func() {
				switch err := s.Save(ctx, someNote(who, version)); {
				case err == nil:
					won.Add(1)
				case !errors.Is(err, insight.ErrStale):
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Errorf("version %d was saved %d times", version, won.Load())
		}
	}
}

func eraseNote(t *testing.T, ctx context.Context, s insight.Store) {
	who, other := member.ID(name("member")), member.ID(name("member"))
	must(t, s.Save(ctx, someNote(who, 0)))
	must(t, s.Save(ctx, someNote(other, 0)))
	for range 2 {
		must(t, s.Erase(ctx, who))
	}
	got, err := s.Of(ctx, who)
	must(t, err)
	same(t, "the erased note", got, insight.Note{Member: who})
	if left, err := s.Of(ctx, other); err != nil || left.Version != 1 {
		t.Errorf("of somebody else there is %+v, %v", left, err)
	}
}

func putFifths(t *testing.T, ctx context.Context, s insight.Store) {
	for k := range int64(2) {
		want := insight.Fifths{At: time.Date(2026, 7, 6+int(k), 0, 0, 0, 0, time.UTC), Members: 9 + k,
			Recency: insight.Marks{1, 2, 3, 4}, Frequency: insight.Marks{5, 6, 7, 8}, Amount: insight.Marks{9, 10, 11, 12 + k}}
		must(t, s.PutFifths(ctx, want))
		got, err := s.Fifths(ctx)
		must(t, err)
		same(t, "the marks", got, want)
	}
}

// Looks tests the promises of insight.Looks.
func Looks(t *testing.T, s insight.Looks) {
	group[insight.Looks]{
		{"what was looked at comes back once, since a time", seenOnce},
		{"what is unseen is gone", unseen},
	}.run(t, s)
}

func seenOnce(t *testing.T, ctx context.Context, s insight.Looks) {
	who, at := member.ID(name("member")), time.Date(2026, 7, 6, 4, 30, 0, 5e6, time.UTC)
	all := []insight.Look{{ID: "a", View: insight.View{SKU: "85123A", At: at}}, {ID: "b", View: insight.View{SKU: "85123A", At: at}},
		{ID: "c", View: insight.View{SKU: `é:"\`, At: at.Add(-time.Hour)}}}
	must(t, s.See(ctx, who, nil))
	for range 2 {
		must(t, s.See(ctx, who, all))
	}
	got, err := s.Viewed(ctx, who, at.Add(-time.Minute))
	must(t, err)
	same(t, "of the last minute", got, []insight.View{all[0].View, all[1].View})
	if got, err = s.Viewed(ctx, who, at.Add(-2*time.Hour)); err != nil || len(got) != 3 {
		t.Errorf("of all there is %+v, %v", got, err)
	}
	if got, err = s.Viewed(ctx, member.ID(name("member")), at.Add(-2*time.Hour)); err != nil || len(got) != 0 {
		t.Errorf("of who looked at nothing there is %+v, %v", got, err)
	}
	many := make([]insight.Look, 700)
	for i := range many {
		many[i] = insight.Look{ID: name("look"), View: insight.View{SKU: "A", At: at.Add(time.Duration(i) * time.Second)}}
	}
	must(t, s.See(ctx, who, many))
	if got, err = s.Viewed(ctx, who, time.Time{}); err != nil || len(got) > 500 || len(got) == 0 || !got[len(got)-1].At.Equal(many[699].At) {
		t.Errorf("of %d looks %d are kept, %v", len(many), len(got), err)
	}
}

func unseen(t *testing.T, ctx context.Context, s insight.Looks) {
	who, at := member.ID(name("member")), time.Date(2026, 7, 6, 4, 30, 0, 0, time.UTC)
	must(t, s.See(ctx, who, []insight.Look{{ID: "a", View: insight.View{SKU: "A", At: at}}}))
	for range 2 {
		must(t, s.Unsee(ctx, who))
	}
	if got, err := s.Viewed(ctx, who, at); err != nil || len(got) != 0 {
		t.Errorf("there is %+v, %v", got, err)
	}
}
