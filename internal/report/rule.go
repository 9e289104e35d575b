package report

import (
	"context"
	"strings"
	"time"

	"membergate/internal/clock"
	"membergate/internal/community"
	"membergate/internal/fault"
	"membergate/internal/member"
)

// ReasonCleared is the reason of a ruling that lets something stand.
const ReasonCleared = "CLEARED"

// Decision is what a moderator decides.
type Decision struct {
	On      community.Subject
	Edition string               // of what the moderator looked at
	To      community.Moderation // PUBLISHED, LIMITED or REMOVED
	Reason  string               // code; none when it is published
	Note    string               // to the author
	Staff   string
}

// Decide gives something a state, which its author is told with the reason. Decided again in the same way by the same
// moderator, nothing changes. Refusals: MODERATION_OFF, NOT_FOUND, UNKNOWN_CODE, NOTE_NEEDED, CHANGED, DECIDED_SINCE,
// YOURSELF, OWN_RULING.
func (s *Service) Decide(ctx context.Context, d Decision, now time.Time) (Content, error) {
	_, m, err := s.rules(now)
	if err != nil {
		return Content{}, err
	}
	if err := written("note", d.Note, 0); err != nil {
		return Content{}, err
	}
	ruling := community.Ruling{Reason: ReasonCleared, Note: d.Note, By: community.ByStaff, Staff: d.Staff, At: stamp(now)}
	if d.To != community.Published {
		ruling.Reason = d.Reason
		reason, known := m.Reason(d.Reason)
		switch {
		case !known:
			return Content{}, fault.Refuse(UnknownCode, "reason", "reason is %q, which is none of the programme's", d.Reason)
		case reason.Note && strings.TrimSpace(d.Note) == "":
			return Content{}, fault.Refuse(NoteNeeded, "note", "the reason %s needs a note to the author", d.Reason)
		}
	} else if d.Reason != "" {
		return Content{}, fault.Bad("reason", "reason is %q; allowed is none when it is published", d.Reason)
	}
	c, err := s.change(ctx, d.On, func(c Content) (Content, bool, error) { return d.rule(c, ruling) })
	if fault.Is(err, fault.NotFound) {
		return c, community.Unknown("caseId")
	}
	return c, err
}

// rule decides, or refuses.
func (d Decision) rule(c Content, ruling community.Ruling) (Content, bool, error) {
	old := c.Ruling()
	same := old.By == community.ByStaff && old.Staff == d.Staff && c.State() == d.To && old.Reason == ruling.Reason && old.Note == ruling.Note
	switch {
	case c.Gone():
		return c, false, community.Unknown("caseId")
	case string(c.Author()) == d.Staff:
		return c, false, fault.Refuse(Own, "caseId", "nobody decides about what they wrote themselves")
	case c.judgedSince(d.Edition) && same && !old.Open():
		return c, false, nil
	case c.judgedSince(d.Edition):
		return c, false, fault.Refuse(Decided, "edition", "another moderator has decided since")
	case c.Edition() != d.Edition:
		return c, false, fault.Refuse(Changed, "edition", "it was changed or appealed since")
	case old.Open() && old.Staff == d.Staff:
		return c, false, fault.Refuse(OwnRuling, "caseId", "an appeal is decided by another moderator")
	}
	if old.Open() {
		ruling.Appeal, ruling.Appealed, ruling.Ended = old.Appeal, old.Appealed, ruling.At
	}
	v := c.Review()
	v.Score, v.Reports, v.Since = 0, 0, time.Time{}
	v.Judged++
	v.Last = d.To
	note := community.Note{Kind: community.NoteRuled, At: ruling.At, Staff: d.Staff, From: c.State(), To: d.To, Reason: ruling.Reason, Words: d.Note}
	return c.reviewed(v).ruled(d.To, ruling).noted(note), true, nil
}

// MayDecide tells whether a moderator may decide about it now.
func (c Content) MayDecide(staff string) bool {
	r := c.Ruling()
	return !c.Gone() && string(c.Author()) != staff && !(r.Open() && r.Staff == staff)
}

// Appeal asks for a second look at what was decided against the author's own text, once for a ruling. Said again in the
// same words nothing changes. Refusals: MODERATION_OFF, NOT_FOUND, NOT_APPEALABLE, APPEAL_LATE.
func (s *Service) Appeal(ctx context.Context, who member.ID, on community.Subject, text string, now time.Time) (Content, error) {
	p, m, err := s.rules(now)
	if err != nil {
		return Content{}, err
	}
	if err := written("text", text, 1); err != nil {
		return Content{}, err
	}
	c, err := s.change(ctx, on, func(c Content) (Content, bool, error) {
		r := c.Ruling()
		switch {
		case c.Author() != who || c.Gone():
			return c, false, community.Unknown("subjectId")
		case r.Open() && r.Appeal == text:
			return c, false, nil
		case !r.Appealable(c.State()):
			return c, false, fault.Refuse(NotAppealable, "subjectId", "nothing is decided against it that was not appealed before")
		case !now.Before(clock.AddDays(r.At, int(m.AppealDays), p.Zone())):
			return c, false, fault.Refuse(AppealLate, "subjectId", "the time to appeal is over")
		}
		r.Appeal, r.Appealed = text, stamp(now)
		note := community.Note{Kind: community.NoteAppealed, At: r.Appealed, From: c.State(), To: c.State(), Reason: r.Reason, Words: text}
		return c.ruled(c.State(), r).noted(note), true, nil
	})
	if fault.Is(err, fault.NotFound) {
		return c, community.Unknown("subjectId")
	}
	return c, err
}

// CanAppeal tells whether the author of something may appeal against its ruling at a time.
func CanAppeal(b Book, state community.Moderation, r community.Ruling, now time.Time) bool {
	p := b.At(now)
	return p.Moderation != nil && r.Appealable(state) && now.Before(clock.AddDays(r.At, int(p.Moderation.AppealDays), p.Zone()))
}

// Case gives what a moderator wants to look at; false for what is unknown or gone.
func (s *Service) Case(ctx context.Context, on community.Subject) (Content, bool, error) {
	c, ok, err := s.find(ctx, on)
	if err != nil || !ok || c.Gone() {
		return Content{}, false, err
	}
	return c, true, nil
}
