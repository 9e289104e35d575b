package personal

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// Codes of refusals that are made here.
const (
	UnknownCategory = "UNKNOWN_CODE" // none of the categories
	NoCategory      = "OUT_OF_RANGE" // none at all
)

// Service takes down what members ask to be deleted, and deletes it.
type Service struct {
	Store Store
	Book  interface {
		At(time.Time) *programme.Programme
	}
	// Profile gives a member's profile; false if nobody is known by that id.
	Profile func(ctx context.Context, who member.ID) (member.Profile, bool, error)
	// Forget deletes what a category holds of a member, where the store of deletions does not. Each may be repeated.
	Forget map[Category]func(ctx context.Context, who member.ID, now time.Time) error
	// Close deletes an account whose undo window is over; false if it must wait for something and be asked again.
	Close func(ctx context.Context, d Deletion, now time.Time) (bool, error)
	// Now is real time: deadlines of deletions are not moved by sandboxes.
	Now func() time.Time
}

// shown is how many of a member's deletions are looked through: those that are open are among the newest.
const shown = 20

// Of gives a member's deletions, the newest request first.
func (s *Service) Of(ctx context.Context, who member.ID) ([]Deletion, error) {
	return s.Store.Of(ctx, who, shown)
}

// History asks for categories to be deleted. Asked again before it is done it says the same. Refusals: OUT_OF_RANGE,
// UNKNOWN_CODE.
func (s *Service) History(ctx context.Context, who member.ID, categories []string) (Deletion, error) {
	asked, err := known(categories)
	if err != nil {
		return Deletion{}, err
	}
	all, err := s.Of(ctx, who)
	if err != nil {
		return Deletion{}, err
	}
	for _, d := range all {
		if d.Kind == OfHistory && d.Open() && slices.Equal(d.Categories, asked) {
			return d, nil
		}
	}
	d := s.begin(rand.Text(), who, OfHistory)
	d.Categories = asked
	return d, s.Store.Add(ctx, d)
}

func known(codes []string) (out []Category, err error) {
	if len(codes) == 0 {
		return nil, fault.Refuse(NoCategory, "categories", "categories is empty; needed is at least one").Near(1)
	}
	all := Categories()
	for _, code := range codes {
		if !slices.Contains(all, Category(code)) {
			return nil, fault.Refuse(UnknownCategory, "categories", "categories holds %q; allowed are %s", code, strings.Join(names(all), ", "))
		}
	}
	for _, c := range all {
		if slices.Contains(codes, string(c)) {
			out = append(out, c)
		}
	}
	return out, nil
}

func names(all []Category) (out []string) {
	for _, c := range all {
		out = append(out, string(c))
	}
	return out
}

// Withdrawn notes that a member is about to say no to a purpose, by the so-and-so-manieth decision on it: what was kept
// under it is to be deleted. It comes before the decision is saved, so that no process that is killed between loses it.
func (s *Service) Withdrawn(ctx context.Context, who member.ID, purpose programme.Purpose, number int) error {
	d := s.begin(fmt.Sprintf("%s %s %d", who, purpose.Code, number), who, OfPurpose)
	d.Purpose, d.Number = purpose.Code, number
	for _, c := range Categories() {
		if slices.Contains(purpose.Deletes, string(c)) {
			d.Categories = append(d.Categories, c)
		}
	}
	return s.Store.Add(ctx, d)
}

func (s *Service) begin(id string, who member.ID, k Kind) Deletion {
	now := s.Now().UTC().Truncate(time.Millisecond)
	return Deletion{ID: id, Member: who, Kind: k, State: Requested, RequestedAt: now, From: now,
		DueAt: now.AddDate(0, 0, s.Book.At(now).Privacy.DeletionDays), Version: 1}
}

// hesitation is how long a no may take from its note to its saving: a request has seconds.
const hesitation = time.Minute

// Batch is what a sweep did.
type Batch struct {
	Found, Done int
	Waited      time.Duration // how long the longest waiting one had been due to begin
	Err         error         // of one of those that are left
}

// Sweep carries out at most n deletions that may be begun. What fails is left for the next time.
func (s *Service) Sweep(ctx context.Context, now time.Time, n int) (b Batch, err error) {
	due, err := s.Store.Due(ctx, now, n)
	if err != nil {
		return b, err
	}
	b.Found = len(due)
	for _, d := range due {
		if waited := now.Sub(d.From); waited > b.Waited {
			b.Waited = waited
		}
		done, err := s.carry(ctx, d, now)
		switch {
		case err != nil && ctx.Err() != nil:
			return b, err
		case err != nil:
			b.Err = err
		case done:
			b.Done++
		}
	}
	return b, nil
}

// carry does one deletion. Every step may be repeated, so whoever finds it after a process was killed does all of them.
func (s *Service) carry(ctx context.Context, d Deletion, now time.Time) (done bool, err error) {
	if d.Kind == OfAccount {
		return s.close(ctx, d, now)
	}
	if d.Kind == OfPurpose {
		switch saved, err := s.said(ctx, d); {
		case err != nil:
			return false, err
		case !saved && now.Sub(d.RequestedAt) < hesitation:
			return false, nil
		case !saved:
			return true, s.end(ctx, d, Cancelled, now)
		}
	}
	for _, c := range d.Categories {
		forget, ok := s.Forget[c]
		if !ok {
			forget = func(ctx context.Context, who member.ID, _ time.Time) error { return s.Store.Forget(ctx, c, who) }
		}
		if err := forget(ctx, d.Member, now); err != nil {
			return false, fmt.Errorf("the deletion of %s: %w", strings.ToLower(string(c)), err)
		}
	}
	return true, s.end(ctx, d, Done, now)
}

// said tells whether the decision that a deletion follows was saved.
func (s *Service) said(ctx context.Context, d Deletion) (bool, error) {
	p, known, err := s.Profile(ctx, d.Member)
	if err != nil || !known {
		return false, err
	}
	c, said := p.Consents[d.Purpose]
	return said && c.Number >= d.Number, nil
}

func (s *Service) end(ctx context.Context, d Deletion, as State, now time.Time) error {
	d.State, d.DoneAt = as, now.UTC().Truncate(time.Millisecond)
	if err := s.Store.Save(ctx, d); !errors.Is(err, ErrStale) {
		return err
	}
	return nil // somebody else has ended it
}
