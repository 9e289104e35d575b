package upload

import (
	"context"
	"errors"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
)

// Service takes uploads in.
type Service struct {
	Store Store
	Files Files
	// Shown tells whether what an upload is used by is there and shows it.
	Shown func(ctx context.Context, u Upload) (bool, error)
	// Slots bounds how many pictures are decoded at the same time, because each may need 300 MB; its length is the bound.
	Slots chan struct{}
	// Now is the real clock, whatever programme time is: forms and their ends are the network's business.
	Now func() time.Time
}

// Create announces a file, and tells how to send it.
func (s *Service) Create(ctx context.Context, owner member.ID, a Ask, now time.Time) (Upload, Form, error) {
	if err := a.check(); err != nil {
		return Upload{}, Form{}, err
	}
	n, err := s.Store.Since(ctx, owner, now.Add(-time.Hour))
	if err != nil {
		return Upload{}, Form{}, err
	}
	if n >= mostAnHour {
		return Upload{}, Form{}, fault.Refuse(TooMany, "", "%d uploads were announced within an hour; allowed are %d", n, mostAnHour)
	}
	now = now.UTC().Truncate(time.Millisecond)
	u := Upload{ID: NewID(), Owner: owner, Type: a.Type, Bytes: a.Bytes, Sum: a.Sum, State: Waiting, CreatedAt: now, Until: now.Add(sendWithin), Version: 1}
	form, err := s.Files.Form(u, now)
	if err != nil {
		return Upload{}, Form{}, err
	}
	return u, form, s.Store.Add(ctx, u)
}

// own gives an upload of a member's whose time is not over. Others' are as unknown as any.
func (s *Service) own(ctx context.Context, owner member.ID, id ID, now time.Time) (Upload, error) {
	found, err := s.Store.ByIDs(ctx, []ID{id})
	if err != nil {
		return Upload{}, err
	}
	u, ok := found[id]
	if !ok || u.Owner != owner || u.State == Gone || u.over(now) {
		return Upload{}, fault.Refuse(Unknown, "uploadId", "uploadId names no upload of yours that is not over")
	}
	return u, nil
}

// Finish looks at the file that was sent and makes the picture. Said again, it answers the same.
func (s *Service) Finish(ctx context.Context, owner member.ID, id ID, now time.Time) (Upload, error) {
	for {
		u, err := s.own(ctx, owner, id, now)
		if err != nil {
			return Upload{}, err
		}
		switch u.State {
		case Ready:
			return u, nil
		case Refused:
			return u, fault.Refuse(u.Reason, "uploadId", "the upload was refused before")
		}
		out, err := s.make(ctx, u, now)
		if errors.Is(err, ErrMissing) {
			again, err := s.own(ctx, owner, id, now)
			if err != nil {
				return Upload{}, err
			}
			if again.Version == u.Version {
				return Upload{}, fault.Refuse(NotSent, "uploadId", "the file has not been sent yet")
			}
			continue // another process has made the picture, and removed the file
		}
		if !errors.Is(err, ErrStale) { // else another process finished it: its answer counts
			return out, err
		}
	}
}

func (s *Service) make(ctx context.Context, u Upload, now time.Time) (Upload, error) {
	select { // before the file is read: it is in memory until it is done
	case s.Slots <- struct{}{}:
		defer func() { <-s.Slots }()
	case <-ctx.Done():
		return Upload{}, fault.Down("files", ctx.Err())
	}
	b, err := s.Files.Get(ctx, u.Raw(), u.Bytes+1)
	if errors.Is(err, ErrMissing) {
		return Upload{}, err
	}
	if err != nil {
		return Upload{}, fault.Down("files", err)
	}
	m, refused := remake(b, u)
	if r, ok := errors.AsType[*fault.Refusal](refused); ok {
		u.State, u.Reason = Refused, r.Code
	} else if refused != nil {
		return Upload{}, refused
	} else if u, err = s.keep(ctx, u, m); err != nil {
		return Upload{}, err
	} else {
		u.State, u.Until = Ready, now.UTC().Truncate(time.Millisecond).Add(keepUnused)
	}
	if err := s.Store.Save(ctx, u); err != nil {
		return Upload{}, err
	}
	u.Version++
	_ = s.Files.Remove(ctx, u.Raw()) // whoever takes or removes the upload tries again
	return u, refused
}

// keep writes the pictures, once their names are noted: no file is ever there that nobody would find. Two who finish the
// same upload write the same bytes.
func (s *Service) keep(ctx context.Context, u Upload, m made) (Upload, error) {
	if u.Made != m.Picture {
		u.Made = m.Picture
		if err := s.Store.Save(ctx, u); err != nil {
			return Upload{}, err
		}
		u.Version++
	}
	if small, _, _, ok := Small(u.Name()); ok {
		if err := s.Files.Put(ctx, small, u.Made.Type, m.Small); err != nil {
			return Upload{}, fault.Down("files", err)
		}
	}
	if err := s.Files.Put(ctx, u.Name(), u.Made.Type, m.Large); err != nil {
		return Upload{}, fault.Down("files", err)
	}
	return u, nil
}
