package report

import (
	"context"
	"time"

	"membergate/internal/community"
	"membergate/internal/moderation"
)

// ForService tells whether it waits for a service to judge it, not for a moderator.
func (c Content) ForService() bool {
	r := c.Ruling()
	return !c.Gone() && c.State() == community.Pending && r.By == community.ByRules &&
		(r.Reason == string(moderation.Unavailable) || r.Reason == string(moderation.Checking))
}

// Look gives what a subject names; false for what is unknown or gone.
func (s *Service) Look(ctx context.Context, on community.Subject) (Content, bool, error) {
	return s.Case(ctx, on)
}

// Inspected rules by what a service found, if the subject still waits for one with the words and pictures that were
// looked at; else nothing changes. It is a line of the log of moderation, with the service's number of the case.
func (s *Service) Inspected(ctx context.Context, on community.Subject, text string, to community.Moderation, v moderation.Verdict, now time.Time) (Content, error) {
	return s.change(ctx, on, func(c Content) (Content, bool, error) {
		ruling := community.Ruling{}
		if to != community.Published {
			ruling = community.Ruling{Reason: string(v.Reason), By: community.ByRules, At: stamp(now)}
		}
		if !c.ForService() || c.Text() != text || c.State() == to && c.Ruling().Reason == ruling.Reason {
			return c, false, nil
		}
		note := community.Note{Kind: community.NoteChecked, At: stamp(now), From: c.State(), To: to, Reason: ruling.Reason, Trace: v.Trace}
		return c.ruled(to, ruling).noted(note), true, nil
	})
}
