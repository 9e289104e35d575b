package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"membergate/internal/member"
	"membergate/internal/upload"
)

// Uploads tests the promises of upload.Store.
func Uploads(t *testing.T, s upload.Store) {
	group[upload.Store]{
		{"every field of an upload comes back", fieldsOfUpload},
		{"of many who change an upload at once one does", versionsOfUpload},
		{"what a member announced is counted from a time on", uploadsSince},
		{"what is over is due, and gone once it is removed", uploadsDue},
	}.run(t, s)
}

func uploaded(seed uint64, at time.Time) upload.Upload {
	u := filled[upload.Upload](dice(seed))
	u.ID, u.Owner, u.Version = upload.NewID(), member.ID(name("member")), 1
	u.CreatedAt, u.Until = at, at.Add(15*time.Minute)
	return u
}

var uploadedAt = time.Date(2001, 3, 4, 5, 6, 7, 89e6, time.UTC) // long over for every other test

func oneUpload(t *testing.T, ctx context.Context, s upload.Store, id upload.ID) upload.Upload {
	t.Helper()
	found, err := s.ByIDs(ctx, []upload.ID{id, upload.NewID()})
	must(t, err)
	if len(found) != 1 {
		t.Fatalf("%d uploads are there, want 1", len(found))
	}
	return found[id]
}

func fieldsOfUpload(t *testing.T, ctx context.Context, s upload.Store) {
	for seed := range uint64(5) {
		want := uploaded(seed, uploadedAt)
		if seed == 0 {
			want.Until = time.Time{}
		}
		must(t, s.Add(ctx, want))
		same(t, "the upload", oneUpload(t, ctx, s, want.ID), want)
		want.UsedBy, want.Until = "p-1", time.Time{}
		must(t, s.Save(ctx, want))
		want.Version = 2
		same(t, "the upload that is used", oneUpload(t, ctx, s, want.ID), want)
		must(t, s.Remove(ctx, want))
	}
	found, err := s.ByIDs(ctx, nil)
	must(t, err)
	if len(found) != 0 {
		t.Errorf("none asked for, and %d are there", len(found))
	}
}

func versionsOfUpload(t *testing.T, ctx context.Context, s upload.Store) {
	u := uploaded(1, uploadedAt)
	must(t, s.Add(ctx, u))
	onlyWinner(t, together(16, func(int) error { return s.Save(ctx, u) }), upload.ErrStale)
	if err := s.Remove(ctx, u); !errors.Is(err, upload.ErrStale) {
		t.Errorf("an upload that was changed is removed: %v", err)
	}
	u.Version = 2
	must(t, s.Remove(ctx, u))
	must(t, s.Remove(ctx, u))
	if err := s.Save(ctx, u); !errors.Is(err, upload.ErrStale) {
		t.Errorf("saved without being there: %v", err)
	}
}

func uploadsSince(t *testing.T, ctx context.Context, s upload.Store) {
	mine := uploaded(1, uploadedAt)
	for i := range 5 {
		u := uploaded(uint64(i), uploadedAt.Add(time.Duration(i)*time.Minute))
		u.Owner = mine.Owner
		must(t, s.Add(ctx, u))
		must(t, s.Add(ctx, uploaded(uint64(i), uploadedAt))) // somebody else's
		defer func() { must(t, s.Remove(ctx, u)) }()
	}
	for after, want := range map[time.Duration]int{-time.Millisecond: 5, 0: 4, 3 * time.Minute: 1, time.Hour: 0} {
		n, err := s.Since(ctx, mine.Owner, uploadedAt.Add(after))
		must(t, err)
		if n != want {
			t.Errorf("%d announced after %v, want %d", n, after, want)
		}
	}
}

func uploadsDue(t *testing.T, ctx context.Context, s upload.Store) {
	at := time.Date(1999, 1, 2, 3, 4, 5, 6e6, time.UTC)
	early, late, used := uploaded(1, at), uploaded(2, at.Add(time.Millisecond)), uploaded(3, at)
	used.Until = time.Time{}
	for _, u := range []upload.Upload{late, early, used} {
		must(t, s.Add(ctx, u))
	}
	for _, c := range []struct {
		at   time.Time
		n    int
		want []upload.Upload
	}{{early.Until.Add(-time.Millisecond), 5, nil}, {early.Until, 5, []upload.Upload{early}}, {late.Until, 5, []upload.Upload{early, late}}, {late.Until, 1, []upload.Upload{early}}} {
		got, err := s.Due(ctx, c.at, c.n)
		must(t, err)
		same(t, "what is due", got, c.want)
	}
	early.UsedBy, early.Until = "p-1", time.Time{}
	must(t, s.Save(ctx, early))
	must(t, s.Remove(ctx, late))
	got, err := s.Due(ctx, at.Add(time.Hour), 5)
	must(t, err)
	same(t, "what is due once it is used or removed", got, []upload.Upload(nil))
}
