package export

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"membergate/internal/datause"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/secret"
)

// TooSoon is the code of the refusal of who had an archive just now; Refusal.At says when the next one can be asked for.
const TooSoon = "TOO_SOON"

const (
	// Between is how long after an archive was fetched another one can be asked for: each reads everything. Ours.
	Between = 10 * time.Minute
	// partBytes is how much of an archive is sealed together.
	partBytes = 256 << 10
	// tries bounds how often an export that somebody else changed is read again.
	tries = 60
)

// Service takes wishes for archives, makes them and hands them out.
type Service struct {
	Store  Store
	Source Source
	Keys   func() (*secret.Keys, error)
	Sealed map[string]string // what texts of places are sealed for
	// Cached gives what is kept of a member beside the documents, by what the data map calls it.
	Cached func(ctx context.Context, who member.ID) (map[string][]any, error)
	Log    *datause.Log
	Book   interface {
		At(time.Time) *programme.Programme
	}
	// Wallets gives the random names of a member's wallets; none of who is no member.
	Wallets func(ctx context.Context, who member.ID) ([]string, bool, error)
	Now     func() time.Time // real time: links expire by it
}

// Shown is a member's export as it is now: one whose time is over is expired, whether it is deleted already or not.
func (e Export) Shown(now time.Time) Export {
	if e.State == Ready && !now.Before(e.ExpiresAt) {
		e.State = Expired
	}
	return e
}

// Ask takes the wish for an archive. While one is made or waits to be fetched, it is that one. Refusals: TOO_SOON.
func (s *Service) Ask(ctx context.Context, who member.ID) (Export, error) {
	for range tries {
		now := s.Now().UTC().Truncate(time.Millisecond)
		was, known, err := s.Store.Of(ctx, who)
		if err != nil {
			return was, err
		}
		switch now := was.Shown(now); {
		case known && (now.State == Requested || now.State == Ready):
			return now, nil
		case known && now.State == Fetched && s.Now().Before(was.FetchedAt.Add(Between)):
			return was, fault.Refuse(TooSoon, "", "an archive was fetched at %s; the next one can be asked for %s later", was.FetchedAt.Format(time.RFC3339), Between).Until(was.FetchedAt.Add(Between))
		}
		next := Export{Member: who, State: Requested, RequestedAt: now, Parts: was.Parts, Due: now, Version: was.Version}
		if err := s.Store.Save(ctx, next); !errors.Is(err, ErrStale) {
			return next, err
		}
	}
	return Export{}, fault.New(fault.Unavailable, "the export is being changed by too many at once")
}

// Sweep does at most n things that are due: archives are made, and deleted when their time is over or they were fetched.
// What fails is left for the next time.
func (s *Service) Sweep(ctx context.Context, n int) (found, done int, failed, err error) {
	due, err := s.Store.Due(ctx, s.Now(), n)
	if err != nil {
		return 0, 0, nil, err
	}
	for _, e := range due {
		if e.State == Requested {
			err = s.make(ctx, e)
		} else {
			err = s.clear(ctx, e)
		}
		switch {
		case err != nil && ctx.Err() != nil:
			return len(due), done, nil, err
		case err != nil && !errors.Is(err, ErrStale):
			failed = err
		default:
			done++
		}
	}
	return len(due), done, failed, nil
}

// make makes an archive. Whoever is killed leaves parts that nobody reads, and the next one begins anew.
func (s *Service) make(ctx context.Context, e Export) error {
	wallets, known, err := s.Wallets(ctx, e.Member)
	if err != nil {
		return err
	}
	keys, err := s.Keys()
	if err != nil {
		return err
	}
	if !known { // the account was closed meanwhile
		e.State = Expired
		return s.clear(ctx, e)
	}
	e.Build = rand.Text()
	if err := s.Log.Write(ctx, datause.Single(e.Member, datause.ForAccess, datause.Everything, datause.Exporter, e.RequestedAt.String(), s.Now())); err != nil {
		return err
	}
	sorted := NewSorter(e.Member, s.Source.Engine(), s.opener(keys), s.Now())
	if err := s.Source.Everything(ctx, e.Member, wallets, sorted.Add); err != nil {
		return fmt.Errorf("an archive: %w", err)
	}
	cached, err := s.Cached(ctx, e.Member)
	if err != nil {
		return fmt.Errorf("an archive: %w", err)
	}
	for what, all := range cached {
		sorted.Keep(what, all)
	}
	raw, err := sorted.Sorted()
	if err != nil {
		return err
	}
	e.Parts = 0
	for from := 0; from < len(raw); from += partBytes {
		sealed := keys.Seal(SealPurpose, string(raw[from:min(from+partBytes, len(raw))]))
		if err := s.Store.AddPart(ctx, Part{Build: e.Build, Number: e.Parts, Member: e.Member, Sealed: sealed}); err != nil {
			return err
		}
		e.Parts++
	}
	now := s.Now().UTC().Truncate(time.Millisecond)
	e.State, e.ReadyAt = Ready, now
	e.ExpiresAt = now.Add(time.Duration(s.Book.At(now).Privacy.ExportHours) * time.Hour)
	e.Due = e.ExpiresAt
	if err := s.Store.Save(ctx, e); err != nil {
		return err // ErrStale: another one has made it, and takes these parts away
	}
	return s.Store.DropParts(ctx, e.Member, e.Build)
}

// clear deletes the parts of an archive that nobody may have any more.
func (s *Service) clear(ctx context.Context, e Export) error {
	if err := s.Store.DropParts(ctx, e.Member, ""); err != nil {
		return err
	}
	if e.State == Ready {
		e.State = Expired
	}
	e.Parts, e.Due = 0, time.Time{}
	return s.Store.Save(ctx, e)
}

func (s *Service) opener(keys *secret.Keys) func(place, text string) (string, bool) {
	return func(place, text string) (string, bool) {
		purpose, sealed := s.Sealed[place]
		if !sealed || !strings.Contains(text, ":") {
			return "", false
		}
		plain, err := keys.Open(purpose, text)
		return plain, err == nil
	}
}

// linkPurpose is what links are signed for.
const linkPurpose = "export link"

func signed(e Export) []byte {
	return []byte(e.Build + "\x00" + string(e.Member) + "\x00" + e.ExpiresAt.UTC().Format(time.RFC3339Nano))
}

// Link names a ready archive, for its member alone; empty for none.
func (s *Service) Link(e Export) (string, error) {
	if e.Shown(s.Now()).State != Ready {
		return "", nil
	}
	keys, err := s.Keys()
	if err != nil {
		return "", err
	}
	return e.Build + "." + base64.RawURLEncoding.EncodeToString(keys.Sign(linkPurpose, signed(e))), nil
}

// Fetch hands a member's archive out, once; false if the link names none that the member can have now.
func (s *Service) Fetch(ctx context.Context, who member.ID, link string) ([]byte, bool, error) {
	e, known, err := s.Store.Of(ctx, who)
	if err != nil || !known || e.Shown(s.Now()).State != Ready {
		return nil, false, err
	}
	keys, err := s.Keys()
	if err != nil {
		return nil, false, err
	}
	build, tag, _ := strings.Cut(link, ".")
	raw, err := base64.RawURLEncoding.DecodeString(tag)
	if err != nil || build != e.Build || !keys.Verify(linkPurpose, signed(e), raw) {
		return nil, false, nil
	}
	parts, err := s.Store.Parts(ctx, who, e.Build)
	if err != nil || len(parts) != e.Parts { // somebody else has fetched it just now, and it is being deleted
		return nil, false, err
	}
	var out []byte
	for _, p := range parts {
		plain, err := keys.Open(SealPurpose, p.Sealed)
		if err != nil {
			return nil, false, err
		}
		out = append(out, plain...)
	}
	now := s.Now().UTC().Truncate(time.Millisecond)
	e.State, e.FetchedAt, e.Due = Fetched, now, now
	if err := s.Store.Save(ctx, e); err != nil {
		if errors.Is(err, ErrStale) {
			err = nil
		}
		return nil, false, err
	}
	e.Version++
	_ = s.clear(ctx, e) // else a sweep does so soon
	return out, true, nil
}
