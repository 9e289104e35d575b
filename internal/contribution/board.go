package contribution

import (
	"context"
	"slices"
	"strings"
	"time"

	"membergate/internal/clock"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// Month is a calendar month of a programme's zone, such as "2026-11".
type Month string

const monthForm = "2006-01"

// MonthOf is the month in which a time lies.
func MonthOf(at time.Time, zone *time.Location) Month { return Month(at.In(zone).Format(monthForm)) }

// Span is when a month begins and, exclusive, ends; false if it is none.
func (m Month) Span(zone *time.Location) (start, end time.Time, ok bool) {
	start, err := time.ParseInLocation(monthForm, string(m), zone)
	if err != nil || start.Format(monthForm) != string(m) {
		return start, end, false
	}
	return start, clock.MonthStart(start, 1, zone), true
}

// After is the month n months later.
func (m Month) After(n int) Month {
	start, _, _ := m.Span(time.UTC)
	return MonthOf(clock.MonthStart(start, n, time.UTC), time.UTC)
}

// ID names a board: a month, and the code of a leaderboard or, behind an @, of a group.
type ID struct {
	Month Month
	Code  string
	Group bool
}

func (id ID) String() string {
	if id.Group {
		return string(id.Month) + "/@" + id.Code
	}
	return string(id.Month) + "/" + id.Code
}

// ParseID reads the name of a board; what is none names nothing.
func ParseID(name string) ID {
	month, code, _ := strings.Cut(name, "/")
	group := strings.HasPrefix(code, "@")
	return ID{Month: Month(month), Code: strings.TrimPrefix(code, "@"), Group: group}
}

// Board is who did most of some members in a month, as it was counted at a time.
type Board struct {
	ID      string
	At      time.Time // when it was counted, by the real clock; of two the later one is right
	Entries []Entry   // in order; whoever does not want to be on it is not
}

// Store keeps boards, and who does not want to be on them, and reads what members wrote.
type Store interface {
	// PostsOf gives what counts of at most n posts whose ids are above one and below another, in their order.
	PostsOf(ctx context.Context, above, below string, n int) ([]Writing, error)
	// CommentsOf gives the same of comments.
	CommentsOf(ctx context.Context, above, below string, n int) ([]Writing, error)
	// PostsByID gives what counts of posts; those unknown are missing.
	PostsByID(ctx context.Context, ids []string) (map[string]Writing, error)
	// OwnMarks tells which of some posts or comments their authors reacted to themselves, by id.
	OwnMarks(ctx context.Context, posts, comments []Writing) (map[string]bool, error)
	// SaveBoard puts a board in the place of one that was counted before it.
	SaveBoard(ctx context.Context, b Board) error
	// LoadBoard gives a board; false if it was never counted. With since, the entries of one that was counted at that very
	// time are left out: whoever asks has them.
	LoadBoard(ctx context.Context, id string, since time.Time) (Board, bool, error)
	// SetHidden notes that a member does not want to be on boards any more, since a time, or does again.
	SetHidden(ctx context.Context, who member.ID, hidden bool, at time.Time) error
	// Hidden gives those who do not want to be on boards, since a time or later; the zero time is all.
	Hidden(ctx context.Context, since time.Time) ([]member.ID, error)
	// HiddenOf tells which of some members do not want to be on boards; the others are missing.
	HiddenOf(ctx context.Context, who []member.ID) (map[member.ID]bool, error)
}

// Company tells who is in groups.
type Company interface {
	// Company gives at most n members of a group in the order of their ids, those after one.
	Company(ctx context.Context, code string, after member.ID, n int) ([]member.ID, error)
}

// Find tells what a board of the programme is called and which posts it is of; false if there is none, or it lies outside
// of what can be looked at now.
func Find(p *programme.Programme, id ID, now time.Time) (titles programme.Text, of string, ok bool) {
	rules := p.Contributions
	start, _, is := id.Month.Span(p.Zone())
	if rules == nil || !is || start.After(now) || start.Before(clock.MonthStart(now, -rules.KeepMonths, p.Zone())) {
		return nil, "", false
	}
	if id.Group {
		i := slices.IndexFunc(p.Groups, func(g programme.Group) bool { return g.Code == id.Code })
		if i < 0 || !rules.Groups {
			return nil, "", false
		}
		return p.Groups[i].Titles, "", true
	}
	i := slices.IndexFunc(rules.Boards, func(b programme.Leaderboard) bool { return b.Code == id.Code })
	if i < 0 {
		return nil, "", false
	}
	return rules.Boards[i].Titles, rules.Boards[i].Board, true
}

// All names the boards of a month, groups last.
func All(p *programme.Programme, m Month) (out []ID) {
	rules := p.Contributions
	if rules == nil {
		return nil
	}
	for _, b := range rules.Boards {
		out = append(out, ID{Month: m, Code: b.Code})
	}
	if rules.Groups {
		for _, g := range p.Groups {
			out = append(out, ID{Month: m, Code: g.Code, Group: true})
		}
	}
	return out
}
