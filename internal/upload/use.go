package upload

import (
	"context"
	"errors"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
)

// A picture is taken before what shows it is written, and let go before that is deleted. In both cases it has an end from
// then on, and the sweep that comes by asks what shows it whether it does: so nothing is half done, whoever is killed when.

// Look finishes uploads that something is about to show, and gives them in the order of their ids. Refusals: those of
// Finish; UPLOAD_TAKEN where something else shows one, or it is named twice.
func (s *Service) Look(ctx context.Context, owner member.ID, ids []ID, by string, now time.Time) ([]Upload, error) {
	out, seen := make([]Upload, 0, len(ids)), map[ID]bool{}
	for _, id := range ids {
		u, err := s.Finish(ctx, owner, id, now)
		if err != nil {
			return nil, err
		}
		if u.UsedBy != "" && u.UsedBy != by || seen[id] {
			return nil, fault.Refuse(Taken, "uploadId", "the upload is shown by something else")
		}
		seen[id] = true
		out = append(out, u)
	}
	return out, nil
}

// Take gives uploads to what is about to show them; nothing else can show them then. Taken again by the same, it
// changes nothing but their end. When one is refused, none is taken.
func (s *Service) Take(ctx context.Context, owner member.ID, ids []ID, by string, now time.Time) error {
	for i, id := range ids {
		if err := s.take(ctx, owner, id, by, now); err != nil {
			return errors.Join(err, s.giveBack(ctx, ids[:i], by))
		}
	}
	return nil
}

func (s *Service) take(ctx context.Context, owner member.ID, id ID, by string, now time.Time) error {
	for {
		all, err := s.Look(ctx, owner, []ID{id}, by, now)
		if err != nil {
			return err
		}
		u := all[0]
		if u.UsedBy == by && (u.Until.IsZero() || u.Until.Sub(now) > keepUnused/2) {
			return nil
		}
		if err := s.Files.Remove(ctx, u.Raw()); err != nil {
			return fault.Down("files", err)
		}
		u.UsedBy, u.Until = by, now.UTC().Truncate(time.Millisecond).Add(keepUnused)
		if err = s.Store.Save(ctx, u); !errors.Is(err, ErrStale) {
			return err
		}
	}
}

// giveBack undoes Take. One that is changed meanwhile is the sweep's.
func (s *Service) giveBack(ctx context.Context, ids []ID, by string) error {
	found, err := s.Store.ByIDs(ctx, ids)
	for _, u := range found {
		if u.UsedBy != by {
			continue
		}
		u.UsedBy = ""
		if err := s.Store.Save(ctx, u); err != nil && !errors.Is(err, ErrStale) {
			return err
		}
	}
	return err
}

// Release says that what shows pictures is about to be deleted: the sweep looks at them soon.
func (s *Service) Release(ctx context.Context, ids []ID, now time.Time) error {
	found, err := s.Store.ByIDs(ctx, ids)
	if err != nil {
		return err
	}
	for _, u := range found {
		if u.Until = now.UTC().Truncate(time.Millisecond); u.UsedBy == "" {
			continue
		}
		if err := s.Store.Save(ctx, u); err != nil && !errors.Is(err, ErrStale) {
			return err
		}
	}
	return nil
}

// grace is how long after its time an upload is removed: by then whoever was about to take it has, whatever the clocks of
// two processes differ. Ours.
const grace = 5 * time.Minute

// Sweep looks at no more than n uploads whose time is over. What is shown stays for good; the others are removed, files
// first: what is killed between is found again.
func (s *Service) Sweep(ctx context.Context, now time.Time, n int) error {
	due, err := s.Store.Due(ctx, now.Add(-grace), n)
	if err != nil {
		return err
	}
	for _, u := range due {
		if err := s.settle(ctx, u); err != nil && !errors.Is(err, ErrStale) {
			return err
		}
	}
	return nil
}

func (s *Service) settle(ctx context.Context, u Upload) error {
	if u.UsedBy != "" && u.State != Gone {
		shown, err := s.Shown(ctx, u)
		if err != nil {
			return err
		}
		if shown {
			u.Until = time.Time{}
			return s.Store.Save(ctx, u)
		}
	}
	if u.State != Gone { // else somebody was killed here; from now on nobody can take it
		u.State = Gone
		if err := s.Store.Save(ctx, u); err != nil {
			return err
		}
		u.Version++
	}
	for _, name := range u.names() {
		if err := s.Files.Remove(ctx, name); err != nil {
			return err
		}
	}
	return s.Store.Remove(ctx, u)
}
