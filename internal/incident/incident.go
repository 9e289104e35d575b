// Package incident tells members of leaks and losses that concern their data, within the hours that the programme promises.
package incident

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"membergate/internal/datause"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// Incident is something that happened to members' data.
type Incident struct {
	ID         string // of whoever declares it: declared again, it is the same
	Titles     programme.Text
	Happened   programme.Text // what happened, and what may come of it
	Remedies   programme.Text // what was done against it
	Advice     programme.Text // what members can do
	Contact    string         // whom members can ask
	Categories []string       // which kinds of data
	DetectedAt time.Time      // when it was seen
	NoticedAt  time.Time      // when it was known that it concerns members: the hours begin
	NotifyBy   time.Time      // when everybody whom it concerns must know
	ListedAt   time.Time      // when all whom it concerns were listed; zero before
}

// Codes of refusals that are made here. Each names the field.
const (
	BadID      = "ID_PATTERN"
	NoText     = "TEXT_MISSING"
	TextLong   = "TEXT_LENGTH"
	BadTime    = "TIME_ORDER"
	BadData    = "UNKNOWN_CODE"
	Other      = "CONFLICT" // another incident has the id
	NobodyHurt = "OUT_OF_RANGE"
)

// mostText is how many characters a text may have. Ours.
const mostText = 4000

var idPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,40}$`)

// Locales are the languages in which members are told.
var Locales = []string{"zh-CN", "zh-TW", "en"}

// Declared checks what somebody declares, and starts its hours. Refusals: ID_PATTERN, TEXT_MISSING, TEXT_LENGTH, TIME_ORDER,
// UNKNOWN_CODE.
func Declared(in Incident, p programme.Privacy, now time.Time) (Incident, error) {
	if !idPattern.MatchString(in.ID) {
		return in, fault.Refuse(BadID, "id", "id is %q; allowed are 1 to 40 letters, digits, _ and -", in.ID)
	}
	for _, t := range []struct {
		name string
		text programme.Text
	}{{"titles", in.Titles}, {"happened", in.Happened}, {"remedies", in.Remedies}, {"advice", in.Advice}} {
		for _, locale := range Locales {
			switch n := len([]rune(strings.TrimSpace(t.text[locale]))); {
			case n == 0:
				return in, fault.Refuse(NoText, t.name, "%s.%s is missing; needed is a text in each of %s", t.name, locale, strings.Join(Locales, ", "))
			case n > mostText:
				return in, fault.Refuse(TextLong, t.name, "%s.%s has %d characters; allowed are %d", t.name, locale, n, mostText).Near(mostText)
			}
		}
	}
	if n := len([]rune(strings.TrimSpace(in.Contact))); n == 0 || n > 200 {
		return in, fault.Refuse(NoText, "contact", "contact has %d characters; allowed are 1 to 200", n)
	}
	if len(in.Categories) == 0 {
		return in, fault.Refuse(BadData, "categories", "categories is empty; needed is at least one of %s", strings.Join(categories, ", "))
	}
	for _, c := range in.Categories {
		if !slices.Contains(categories, c) {
			return in, fault.Refuse(BadData, "categories", "categories holds %q; allowed are %s", c, strings.Join(categories, ", "))
		}
	}
	if in.NoticedAt.IsZero() {
		in.NoticedAt = now
	}
	if in.DetectedAt.IsZero() {
		in.DetectedAt = in.NoticedAt
	}
	if in.DetectedAt.After(in.NoticedAt) || in.NoticedAt.After(now) {
		return in, fault.Refuse(BadTime, "noticedAt", "detectedAt is %s and noticedAt %s; allowed is first the one, then the other, and neither later than now",
			in.DetectedAt.Format(time.RFC3339), in.NoticedAt.Format(time.RFC3339))
	}
	in.DetectedAt, in.NoticedAt = in.DetectedAt.UTC().Truncate(time.Millisecond), in.NoticedAt.UTC().Truncate(time.Millisecond)
	in.NotifyBy, in.ListedAt = in.NoticedAt.Add(time.Duration(p.BreachHours)*time.Hour), time.Time{}
	return in, nil
}

// categories are the kinds of data that an incident can be about.
var categories = []string{datause.Lists, datause.Purchases, datause.Household, datause.Portrait, datause.Tags, datause.Behaviour, datause.Follows,
	datause.Choices, datause.Contact, datause.Identity, datause.Everything}

// Concern is that an incident concerns a member.
type Concern struct {
	Incident string
	Member   member.ID
	At       time.Time // when the incident was noticed
	NotifyBy time.Time
	ToldAt   time.Time // when a notice lay in the inbox; zero before
}

// Place is where a page of a member's incidents goes on.
type Place struct {
	At time.Time
	ID string
}

// Count says how far the telling of an incident is.
type Count struct{ Concerned, Told, Late int }

// Store keeps incidents, and whom they concern.
type Store interface {
	// Declare keeps an incident, and gives the one of its id that is kept: the first stays.
	Declare(ctx context.Context, in Incident) (Incident, error)
	// ByIDs gives incidents; those unknown are missing.
	ByIDs(ctx context.Context, ids []string) (map[string]Incident, error)
	// Concern lists members whom an incident concerns; who is listed already stays. It may be repeated.
	Concern(ctx context.Context, in Incident, who []member.ID) error
	// Listed notes when all whom an incident concerns were listed; the first time stays.
	Listed(ctx context.Context, id string, at time.Time) error
	// Of gives at most n of what concerns a member behind a place, what was noticed last first.
	Of(ctx context.Context, who member.ID, after *Place, n int) ([]Concern, error)
	// Untold gives at most n concerns of which nobody was told, those that must be told first ahead.
	Untold(ctx context.Context, n int) ([]Concern, error)
	// Told notes that members were told; the first time stays. Who is not listed any more is passed over.
	Told(ctx context.Context, all []Concern, at time.Time) error
	// Count tells how many members an incident concerns, and how many of them know, or should by a time.
	Count(ctx context.Context, id string, at time.Time) (Count, error)
	// Waiting tells how many concerns of all incidents are untold, and how many of them should be told by a time.
	Waiting(ctx context.Context, at time.Time) (untold, late int, err error)
}

// Service declares incidents and tells members.
type Service struct {
	Store Store
	Book  interface {
		At(time.Time) *programme.Programme
	}
	// Tell puts a notice of an incident into inboxes, and gives who has it, or is no member any more. It may be repeated.
	Tell func(ctx context.Context, in Incident, who []member.ID) (told []member.ID, err error)
	Log  *datause.Log
	Now  func() time.Time // real time
}

// listedAtOnce is how many members are listed with one call.
const listedAtOnce = 500

// Declare keeps an incident and lists whom it concerns: those whom a walk hands over. Killed anywhere, it is declared again
// with the same id, and goes on. Refusals: those of Declared, CONFLICT, OUT_OF_RANGE.
func (s *Service) Declare(ctx context.Context, in Incident, concerned func(yield func([]member.ID) error) error) (Incident, int, error) {
	now := s.Now().UTC().Truncate(time.Millisecond)
	asked, err := Declared(in, s.Book.At(now).Privacy, now)
	if err != nil {
		return in, 0, err
	}
	kept, err := s.Store.Declare(ctx, asked)
	if err != nil {
		return in, 0, err
	}
	if kept.Titles["zh-CN"] != asked.Titles["zh-CN"] || !in.DetectedAt.IsZero() && !kept.DetectedAt.Equal(asked.DetectedAt) {
		return kept, 0, fault.Refuse(Other, "id", "id is %q, which another incident has; allowed is an id of its own", in.ID)
	}
	n := 0
	err = concerned(func(who []member.ID) error {
		n += len(who)
		for some := range slices.Chunk(who, listedAtOnce) {
			if err := s.Store.Concern(ctx, kept, some); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && n == 0 {
		err = fault.Refuse(NobodyHurt, "members", "the incident concerns nobody; needed is at least one member")
	}
	if err != nil {
		return kept, n, fmt.Errorf("whom the incident concerns cannot be listed: %w", err)
	}
	return kept, n, s.Store.Listed(ctx, kept.ID, now)
}

// Batch is what a round did.
type Batch struct {
	Found, Told  int
	Untold, Late int // of all, afterwards
}

// Round tells at most n members of what concerns them.
func (s *Service) Round(ctx context.Context, n int) (b Batch, err error) {
	all, err := s.Store.Untold(ctx, n)
	if err != nil {
		return b, err
	}
	b.Found = len(all)
	of := map[string][]Concern{}
	for _, c := range all {
		of[c.Incident] = append(of[c.Incident], c)
	}
	for id, some := range of {
		found, err := s.Store.ByIDs(ctx, []string{id})
		if err != nil {
			return b, err
		}
		who := make([]member.ID, len(some))
		for i, c := range some {
			who[i] = c.Member
		}
		told, err := s.Tell(ctx, found[id], who)
		if err != nil {
			return b, err
		}
		some = slices.DeleteFunc(some, func(c Concern) bool { return !slices.Contains(told, c.Member) })
		for _, c := range some {
			s.Log.Note(c.Member, datause.ForIncident, datause.Contact, datause.Notifier)
		}
		if err := s.Store.Told(ctx, some, s.Now().UTC().Truncate(time.Millisecond)); err != nil {
			return b, err
		}
		b.Told += len(some)
	}
	b.Untold, b.Late, err = s.Store.Waiting(ctx, s.Now())
	return b, err
}

// Of gives at most n incidents that concern a member, what was noticed last first.
func (s *Service) Of(ctx context.Context, who member.ID, after *Place, n int) ([]Incident, error) {
	all, err := s.Store.Of(ctx, who, after, n)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	ids := make([]string, len(all))
	for i, c := range all {
		ids[i] = c.Incident
	}
	found, err := s.Store.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Incident, 0, len(all))
	for _, id := range ids {
		if in, ok := found[id]; ok {
			out = append(out, in)
		}
	}
	return out, nil
}

// pageOf is how many of a member's incidents are looked through at once.
const pageOf = 50

// One gives an incident that concerns a member; false if there is none of that id.
func (s *Service) One(ctx context.Context, who member.ID, id string) (Incident, bool, error) {
	for after := (*Place)(nil); ; {
		page, err := s.Store.Of(ctx, who, after, pageOf)
		if err != nil || len(page) == 0 {
			return Incident{}, false, err
		}
		for _, c := range page {
			if c.Incident == id {
				found, err := s.Store.ByIDs(ctx, []string{id})
				in, known := found[id]
				return in, known, err
			}
			after = &Place{At: c.At, ID: c.Incident}
		}
	}
}
