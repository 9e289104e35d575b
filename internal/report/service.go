// Package report is how members report what others wrote, and how moderators decide about it. What moderators need to
// know of a post or comment lies in its own document, so that each change of it is one write, and whoever finds something
// left to do from before does it.
package report

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"membergate/internal/clock"
	"membergate/internal/community"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// Codes of refusals.
const (
	NotOffered    = "MODERATION_OFF"   // the programme has no reports and no moderators
	NotFound      = "NOT_FOUND"        // unknown, or not for the asker to see
	Own           = "YOURSELF"         // the asker wrote it
	UnknownCode   = "UNKNOWN_CODE"     // a reason that is none of the programme's
	TooOften      = "TOO_MANY_REPORTS" // as many reports of the day as the programme allows
	NoteNeeded    = "NOTE_NEEDED"      // the reason says nothing without a note
	Changed       = "CHANGED"          // it was changed since the moderator looked
	Decided       = "DECIDED_SINCE"    // another moderator was first
	OwnRuling     = "OWN_RULING"       // an appeal is decided by another moderator
	NotAppealable = "NOT_APPEALABLE"   // nothing was decided against it, or the author has appealed before
	AppealLate    = "APPEAL_LATE"      // the time to appeal is over
)

// mostText bounds what is written beside a report, a decision and an appeal, in characters: what fits on a phone's screen.
const mostText = 500

// Sealer keeps secret what people write.
type Sealer interface {
	Seal(purpose, plain string) string
	Open(purpose, sealed string) (string, error)
}

// TextPurpose names the keys that seal what is written in reports.
const TextPurpose = "reports"

// Community finds what a reader can see, and parts people.
type Community interface {
	Find(ctx context.Context, r community.Reader, on community.Subject, field string) (community.Marked, error)
	Tie(ctx context.Context, r community.Reader, k community.TieKind, to string, on bool) error
}

// Counter counts what a comment hangs below, as posting does after each change.
type Counter interface {
	CountAbove(ctx context.Context, c community.Comment) error
}

// Book gives the programme in force at a time.
type Book interface {
	At(t time.Time) *programme.Programme
}

// Service takes reports and lets moderators decide.
type Service struct {
	Store     Store
	Contents  Contents
	Community Community
	Counts    Counter
	Book      Book
	Keys      Sealer
}

// Ask is what a member reports.
type Ask struct {
	On     community.Subject
	Reason string
	Text   string
	Joined time.Time // when the reporter joined
	Block  bool      // and the reporter wants to see nothing of the author any more
}

// Report writes a report down, once for a member and a subject; said again it gives the first. The report is valid beside
// a refusal LIST_FULL, which is about the block alone. Refusals: MODERATION_OFF, NOT_FOUND, YOURSELF, UNKNOWN_CODE,
// TOO_MANY_REPORTS, LIST_FULL.
func (s *Service) Report(ctx context.Context, r community.Reader, a Ask, now time.Time) (Report, error) {
	p, m, err := s.rules(now)
	if err != nil {
		return Report{}, err
	}
	if err := written("text", a.Text, 0); err != nil {
		return Report{}, err
	}
	if !named(m.Reports.Reasons, a.Reason) {
		return Report{}, fault.Refuse(UnknownCode, "reason", "reason is %q, which is none of the programme's", a.Reason)
	}
	id := wallet.Fingerprint(r.Member, a.On.Kind, a.On.ID)
	known, found, err := s.Store.ByID(ctx, id)
	if err == nil && !found {
		known, err = s.add(ctx, p, r, a, id, now)
	}
	if err != nil {
		return Report{}, err
	}
	if err := s.count(ctx, a.On, now); err != nil {
		return Report{}, err
	}
	if a.Block {
		err = s.Community.Tie(ctx, r, community.Block, string(known.Author), true)
	}
	return known, err
}

// rules are the programme's for reports and moderators.
func (s *Service) rules(at time.Time) (*programme.Programme, *programme.Moderation, error) {
	p := s.Book.At(at)
	if p.Moderation == nil {
		return p, nil, fault.Refuse(NotOffered, "", "the programme has no reports and no moderators")
	}
	return p, p.Moderation, nil
}

// add adds a report of what the reporter can see, in one of the slots of the day.
func (s *Service) add(ctx context.Context, p *programme.Programme, r community.Reader, a Ask, id string, now time.Time) (Report, error) {
	seen, err := s.Community.Find(ctx, r, a.On, "subjectId")
	if err != nil {
		return Report{}, err
	}
	author, round := member.ID(""), int64(0)
	if c := seen.Comment; c != nil {
		if c.Tombstone() {
			return Report{}, community.Unknown("subjectId")
		}
		author, round = c.Author, c.Review.Judged
	} else {
		author, round = seen.Post.Author, seen.Post.Review.Judged
	}
	if r.Owns(author) {
		return Report{}, fault.Refuse(Own, "subjectId", "nobody reports what they wrote themselves")
	}
	out := Report{ID: id, Reporter: r.Member, On: a.On, Author: author, Reason: a.Reason, Round: round, At: stamp(now), State: Open}
	if a.Text != "" {
		out.Sealed = s.Keys.Seal(TextPurpose, a.Text)
	}
	if out.Weight, err = s.weight(ctx, p, r, a.Joined, now); err != nil {
		return Report{}, err
	}
	return s.slot(ctx, p, out, now)
}

// weight is how much a report counts.
func (s *Service) weight(ctx context.Context, p *programme.Programme, r community.Reader, joined, now time.Time) (int64, error) {
	rules := p.Moderation.Reports
	if now.Before(clock.AddDays(joined, int(rules.FreshDays), p.Zone())) {
		return 0, nil
	}
	record, err := s.Store.Record(ctx, r.Member)
	return ScaleOf(rules).Weight(int(p.Trusted(r.Rank)), record), err
}

// slot finds a free slot of the reporter's day, so that no more reports are made in it than the programme allows, however
// many are sent at once.
func (s *Service) slot(ctx context.Context, p *programme.Programme, out Report, now time.Time) (Report, error) {
	daily, day := p.Moderation.Reports.Daily, clock.DayStart(now, p.Zone())
	last, err := s.Store.Of(ctx, out.Reporter, nil, int(daily))
	if err != nil {
		return out, err
	}
	taken := int64(0)
	for _, r := range last {
		if !r.At.Before(day) {
			taken++
		}
	}
	for n := taken + 1; n <= daily; n++ {
		out.Slot = fmt.Sprintf("%s/%s/%d", out.Reporter, day.In(p.Zone()).Format(time.DateOnly), n)
		switch err := s.Store.Add(ctx, out); {
		case errors.Is(err, ErrTaken):
		case errors.Is(err, ErrExists):
			known, _, err := s.Store.ByID(ctx, out.ID)
			return known, err
		default:
			return out, err
		}
	}
	if known, found, err := s.Store.ByID(ctx, out.ID); err != nil || found { // another sending of it had the last slot
		return known, err
	}
	return out, fault.Refuse(TooOften, "", "the member has reported %d times today", daily).Near(daily)
}

// Read opens what a reporter wrote; what the keys that are here cannot open is empty.
func (s *Service) Read(sealed string) string {
	if sealed == "" {
		return ""
	}
	plain, err := s.Keys.Open(TextPurpose, sealed)
	if err != nil {
		return ""
	}
	return plain
}

func named(all []programme.Named, code string) bool {
	for _, n := range all {
		if n.Code == code {
			return true
		}
	}
	return false
}

func written(field, text string, least int) error {
	if n := utf8.RuneCountInString(text); n < least || n > mostText {
		return fault.Bad(field, "%s has %d characters; allowed are %d to %d", field, n, least, mostText)
	}
	return nil
}
