package posting

import (
	"context"
	"strings"
	"time"

	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/moderation"
)

// TooOften is the code of a refusal: the author wrote too much in a short time.
const TooOften = "TOO_OFTEN"

// Moderator judges texts by the local rules, then by a provider.
type Moderator struct {
	Rules    *moderation.Rules
	Provider moderation.Judge // nil = there is none
	Past     Past
	JoinedAt func(ctx context.Context, who member.ID) (time.Time, error)
	// Author says by which account the provider can be asked about somebody; nil = nobody has one.
	Author func(ctx context.Context, who member.ID, now time.Time) (moderation.Asked, error)
	// Keep keeps a verdict of the provider's on a text; nil = nobody wants it.
	Keep func(ctx context.Context, on community.Subject, v moderation.Verdict, now time.Time) error
	// Pictures tells whether the provider looks at the pictures of authors who have an account with it, later.
	Pictures bool
}

// Past is what an author wrote before.
type Past interface {
	// SlipsOf gives an author's slips since a time, newest first, at most n.
	SlipsOf(ctx context.Context, who member.ID, since time.Time, n int) ([]Slip, error)
	// Page gives a part of a list of posts.
	Page(ctx context.Context, q community.Query) ([]community.Post, error)
}

const (
	// pastTexts is how many texts of an author's last days are looked at: more than any author may write meanwhile.
	pastTexts = 500
	// wellKnown is how many published posts are counted: the largest number that the rules ask for.
	wellKnown = 50
)

// Judge implements Judge.
func (m *Moderator) Judge(ctx context.Context, t Text) (Verdict, error) {
	kind := moderation.Post
	if t.Kind == community.OnComment {
		kind = moderation.Comment
	}
	facts, err := m.facts(ctx, t)
	if err != nil {
		return Verdict{}, err
	}
	v := m.Rules.Judge(moderation.Text{Kind: kind, Body: t.Body}, facts, t.At)
	if v.Reason == moderation.Blank && t.Pictures > 0 {
		v = m.Rules.JudgeWordless(kind, facts, t.At)
	}
	if v.State == moderation.Block {
		return blocked(v)
	}
	if m.Provider != nil {
		said, err := m.ask(ctx, t, kind)
		if err != nil {
			return Verdict{}, err
		}
		v = v.Heavier(said)
	}
	switch v.State {
	case moderation.Pass:
		return Verdict{State: community.Published}, nil
	case moderation.Block:
		return blocked(v)
	default:
		return Verdict{State: community.Pending, Reason: string(v.Reason)}, nil
	}
}

// ask asks the provider about a text. Where it does not answer, or has yet to look at pictures, the text waits.
func (m *Moderator) ask(ctx context.Context, t Text, kind moderation.Kind) (moderation.Verdict, error) {
	asked := moderation.Asked{}
	if m.Author != nil {
		var err error
		if asked, err = m.Author(ctx, t.Author, t.At); err != nil {
			return moderation.Verdict{}, err
		}
	}
	asked.Kind = kind
	var v moderation.Verdict
	if strings.TrimSpace(t.Body) != "" {
		var err error
		if v, err = m.Provider.Text(ctx, asked, t.Body); err != nil {
			return moderation.Held(), nil
		}
		if m.Keep != nil && t.On.ID != "" {
			if err := m.Keep(ctx, t.On, v, t.At); err != nil {
				return v, err
			}
		}
	}
	if v.State == moderation.Pass && m.Pictures && asked.OpenID != "" && t.Pictures > 0 && !t.Shown {
		v = moderation.Verdict{State: moderation.Review, Reason: moderation.Checking, Trace: v.Trace}
	}
	return v, nil
}

// blocked refuses what the author can mend, and takes down the rest, which the author may appeal.
func blocked(v moderation.Verdict) (Verdict, error) {
	switch v.Reason {
	case moderation.Blank:
		return Verdict{}, fault.Refuse(Blank, "body", "nothing can be read in body")
	case moderation.TooLong:
		return Verdict{}, fault.Refuse(TooLong, "body", "body has too many characters")
	case moderation.TooMany:
		return Verdict{}, fault.Refuse(TooOften, "", "the author wrote too much in a short time")
	default:
		return Verdict{State: community.Removed, Reason: string(v.Reason)}, nil
	}
}

// facts are what the rules know of the author. A change is judged by its text alone: it is no further text, and like the
// one before.
func (m *Moderator) facts(ctx context.Context, t Text) (moderation.Facts, error) {
	joined, err := m.JoinedAt(ctx, t.Author)
	f := moderation.Facts{JoinedAt: joined, Trusted: t.Trusted}
	if err != nil || t.Slip == "" {
		return f, err
	}
	posts, err := m.Past.Page(ctx, community.Query{Authors: []member.ID{t.Author}, Audience: community.Audience{}, Span: cursor.Span{Limit: wellKnown}})
	if err != nil {
		return f, err
	}
	f.Published = len(posts)
	slips, err := m.Past.SlipsOf(ctx, t.Author, t.At.Add(-m.Rules.Window()), pastTexts)
	for _, s := range slips {
		if s.ID == t.Slip {
			continue
		}
		k := moderation.Post
		if s.Kind == community.OnComment {
			k = moderation.Comment
		}
		f.Recent = append(f.Recent, moderation.Past{Kind: k, At: s.At, Print: moderation.Print{Bits: s.Print, Letters: s.Letters}})
	}
	return f, err
}
