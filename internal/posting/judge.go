package posting

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"membergate/internal/community"
	"membergate/internal/fault"
	"membergate/internal/member"
)

// Judge looks at a text before others see it.
type Judge interface {
	// Judge gives its verdict; a refusal is for what the author can mend at once. Any other error means that the text
	// could not be judged: then its author alone sees it until somebody has looked at it.
	Judge(ctx context.Context, t Text) (Verdict, error)
}

// Text is what is judged.
type Text struct {
	Author   member.ID
	Kind     community.SubjectKind
	Body     string
	Trusted  bool              // written with a staff role
	On       community.Subject // what it is the text of
	Pictures int               // that it stands with; they need no words
	Shown    bool              // others have seen the pictures
	Slip     string            // id of the slip of what is new; empty for what is changed
	At       time.Time
}

// Verdict is what was decided on a text.
type Verdict struct {
	State  community.Moderation // PUBLISHED, PENDING or REMOVED
	Reason string               // code; empty when published
}

// unjudged is the reason of what could not be judged.
const unjudged = "UNAVAILABLE"

// judge gives the verdict on a text. It fails closed.
func (s *Service) judge(ctx context.Context, t Text) (Verdict, error) {
	if s.Judge == nil {
		return Verdict{State: community.Published}, nil
	}
	v, err := s.Judge.Judge(ctx, t)
	switch {
	case err == nil:
		return v, nil
	case fault.Is(err, fault.BadInput), ctx.Err() != nil:
		return v, err
	default:
		return Verdict{State: community.Pending, Reason: unjudged}, nil
	}
}

// ruled gives the state and ruling of a text that had others before. What reports or moderators have hidden stays so
// until somebody decides.
func (v Verdict) ruled(state community.Moderation, before community.Ruling, at time.Time) (community.Moderation, community.Ruling) {
	switch {
	case state == community.Limited && v.State != community.Removed:
		return state, before
	case v.State == community.Published:
		return v.State, community.Ruling{}
	default:
		return v.State, community.Ruling{Reason: v.Reason, By: community.ByRules, At: at}
	}
}

// written refuses a text in which nothing can be read, or that is too long. Pictures may stand without words.
func written(field, body string, most, pictures int) error {
	n := utf8.RuneCountInString(body)
	switch {
	case strings.TrimSpace(body) == "" && pictures == 0:
		return fault.Refuse(Blank, field, "%s is empty; allowed are 1 to %d characters", field, most)
	case n > most:
		return fault.Refuse(TooLong, field, "%s has %d characters; allowed are at most %d", field, n, most).Near(int64(most))
	default:
		return nil
	}
}
