package posting

import (
	"context"

	"membergate/internal/community"
	"membergate/internal/fault"
	"membergate/internal/programme"
)

// pictures are those of uploads, which nothing but the slip's post shows. They are taken later.
func (s *Service) pictures(ctx context.Context, rules *programme.Posts, r community.Reader, ids []string, slip string) ([]community.Picture, error) {
	switch {
	case len(ids) == 0:
		return nil, nil
	case len(ids) > rules.PicturesMax:
		return nil, tooMany("mediaUploadIds", len(ids), rules.PicturesMax)
	case s.Uploads == nil:
		return nil, fault.Refuse(UploadUnknown, "mediaUploadIds", "mediaUploadIds names an upload that is not there")
	default:
		return s.Uploads.Look(ctx, r.Member, ids, slip)
	}
}

// Shows tells whether the post of a slip is there and shows the picture at a path.
func (s *Service) Shows(ctx context.Context, slip, path string) (bool, error) {
	known, found, err := s.Store.Slip(ctx, slip)
	if err != nil || !found {
		return false, err
	}
	p, found, err := s.postOf(ctx, known)
	if err != nil || !found || !p.DeletedAt.IsZero() {
		return false, err
	}
	for _, m := range p.Media {
		if m.Path == path {
			return true, nil
		}
	}
	return false, nil
}
