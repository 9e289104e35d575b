package boltstore

import (
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/storetest"
)

func TestCommunity(t *testing.T) { storetest.Community(t, open(t).Community(), 2000, 50) }

func TestHomes(t *testing.T) { storetest.Homes(t, open(t).Community()) }

func TestPosting(t *testing.T) { storetest.Posting(t, open(t).Community()) }

// A file of before marks were found by who made them gets that index when it is opened.
func TestOlderFilesListWhatAMemberMarked(t *testing.T) {
	dir, at := t.TempDir(), time.UnixMilli(5).UTC()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	post := community.Subject{Kind: community.OnPost, ID: "p1"}
	for _, on := range []community.Subject{post, {Kind: community.OnPost, ID: "p2"}, {Kind: community.OnComment, ID: "c1"}} {
		if _, _, err := s.Community().SetMark(t.Context(), "m", on, community.Bookmark, true, at); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := s.Community().SetMark(t.Context(), "n", post, community.Bookmark, true, at); err != nil {
		t.Fatal(err)
	}
	if err := s.db.Update(func(t *bbolt.Tx) error { return t.DeleteBucket([]byte(markers)) }); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(dir); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	kept, err := s.Community().Marked(t.Context(), "m", community.MarkedQuery{Kinds: []community.Kind{community.Bookmark}, Span: cursor.Span{Limit: 10}})
	if err != nil || len(kept) != 2 || kept[0] != (community.Kept{Post: "p2", At: at}) || kept[1] != (community.Kept{Post: "p1", At: at}) {
		t.Errorf("kept are %v, error %v", kept, err)
	}
}

func TestReporting(t *testing.T) {
	s := open(t)
	storetest.Reporting(t, storetest.Tribunal{Reports: s.Reports(), Contents: s.Community()})
}

func TestAdoptions(t *testing.T) { storetest.Adoptions(t, open(t).Community()) }

func TestContributions(t *testing.T) { storetest.Contributions(t, open(t).Community()) }

func TestStars(t *testing.T) { storetest.Stars(t, open(t).Community()) }

func TestInspections(t *testing.T) {
	s := open(t)
	storetest.Inspections(t, storetest.Inspected{Tribunal: storetest.Tribunal{Reports: s.Reports(), Contents: s.Community()}, Findings: s.Reports()})
}
