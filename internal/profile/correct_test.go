package profile_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/profile"
	"membergate/internal/programme"
)

// single keeps one profile, and how often it was saved; somebody else comes before the first saving.
type single struct {
	account.Store
	kept  member.Profile
	saved int
}

func (s *single) ByIDs(context.Context, []member.ID, account.Detail) (map[member.ID]account.Holder, error) {
	return map[member.ID]account.Holder{s.kept.ID: {Profile: s.kept}}, nil
}

func (s *single) SaveProfile(_ context.Context, p member.Profile) error {
	if s.saved++; s.saved == 1 {
		return account.ErrStale
	}
	s.kept = p
	return nil
}

func TestACorrectionTellsWhoAndWhenWithTheSameWriteAndNoValue(t *testing.T) {
	book, err := programme.Keep("retail-5")
	if err != nil {
		t.Fatal(err)
	}
	s := &single{kept: member.Profile{ID: "1002", Birthday: "1990-01-01"}}
	correct := &profile.Service{Accounts: s, Book: book}
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for i, c := range []struct{ day, by string }{{"1991-02-03", "anna"}, {"1991-02-03", "bert"}, {"1992-02-03", "bert"}} {
		if _, err := correct.CorrectBirthday(context.Background(), "1002", c.day, c.by, now.AddDate(0, 0, i)); err != nil {
			t.Fatal(err)
		}
	}
	want := []member.Correction{{Field: "birthday", By: "anna", At: now}, {Field: "birthday", By: "bert", At: now.AddDate(0, 0, 2)}}
	if s.kept.Birthday != "1992-02-03" || !slices.Equal(s.kept.Corrections, want) || s.saved != 3 {
		t.Errorf("after %d savings it keeps %s", s.saved, fmt.Sprint(s.kept.Corrections))
	}
}
