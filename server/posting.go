package main

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"membergate/internal/account"
	"membergate/internal/adoption"
	"membergate/internal/community"
	"membergate/internal/event"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/moderation"
	"membergate/internal/posting"
	"membergate/internal/report"
	"membergate/internal/upload"
)

// postingService writes posts and comments into these stores.
func (s *stores) postingService(rules book, reads *community.Service, uploads *upload.Service) *posting.Service {
	judge := &posting.Moderator{Rules: moderation.Own(), Past: writings{s.posting, s.community}, JoinedAt: s.joined}
	out := &posting.Service{Store: s.posting, Counts: reads, Products: s.products, Uploads: pictures{uploads}, Judge: judge, Book: rules}
	uploads.Shown = func(ctx context.Context, u upload.Upload) (bool, error) { return out.Shows(ctx, u.UsedBy, u.Name()) }
	return out
}

// pictures are uploads as posts show them.
type pictures struct{ *upload.Service }

// Look implements posting.Uploads.
func (p pictures) Look(ctx context.Context, who member.ID, ids []string, by string) ([]community.Picture, error) {
	found, err := p.Service.Look(ctx, who, uploadIDs(ids), by, p.Now())
	if err != nil {
		return nil, ofPost(err)
	}
	var out []community.Picture
	for _, u := range found {
		out = append(out, community.Picture{Path: u.Name(), Width: u.Made.Width, Height: u.Made.Height})
	}
	return out, nil
}

// Take implements posting.Uploads.
func (p pictures) Take(ctx context.Context, who member.ID, ids []string, by string) error {
	return ofPost(p.Service.Take(ctx, who, uploadIDs(ids), by, p.Now()))
}

// Release implements posting.Uploads.
func (p pictures) Release(ctx context.Context, shown []community.Picture) error {
	var ids []upload.ID
	for _, m := range shown {
		if id, ok := upload.IDOf(m.Path); ok {
			ids = append(ids, id)
		}
	}
	return p.Service.Release(ctx, ids, p.Now())
}

func uploadIDs(ids []string) (out []upload.ID) {
	for _, id := range ids {
		out = append(out, upload.ID(id))
	}
	return out
}

// ofPost says of a refusal which field of a post it is about.
func ofPost(err error) error {
	if r, ok := errors.AsType[*fault.Refusal](err); ok {
		return fault.Refuse(r.Code, "mediaUploadIds", "mediaUploadIds: %s", r.Error())
	}
	return err
}

// reportService takes reports of members of these stores, and lets moderators decide.
func (s *stores) reportService(rules book, reads *community.Service, counts report.Counter, keys report.Sealer) *report.Service {
	return &report.Service{Store: s.reports, Contents: reviewedWritings{s.posting, s.reviewed}, Community: reads, Counts: counts, Book: rules, Keys: keys}
}

// adoptionService adopts posts of these stores.
func (s *stores) adoptionService(rules book) *adoption.Service {
	return &adoption.Service{Store: s.adoptions, Posts: s.posting, Tell: adopted{&event.Service{Orders: s.orderService(rules)}}, Book: rules}
}

// adopted tells of an adopted post as another service would: both together count once for a post.
type adopted struct{ events *event.Service }

// Adopted implements adoption.Teller.
func (a adopted) Adopted(ctx context.Context, author member.ID, post community.PostID, at time.Time) error {
	data, err := json.Marshal(map[string]string{"postId": string(post)})
	if err != nil {
		return err
	}
	poison, err := a.events.Apply(ctx, []event.Message{{ID: "adopted:" + string(post), Type: "post.adopted", Member: string(author), At: at.UTC().Format(time.RFC3339Nano), Data: string(data)}})
	if err == nil && len(poison) > 0 {
		err = fault.New(fault.Internal, "an adoption is refused: %s", poison[0].Reason)
	}
	return err
}

// reviewedWritings are changed as all that is written, so that whoever watches that hears of it.
type reviewedWritings struct {
	posting.Store
	report.Contents
}

// ByIDs implements report.Contents.
func (w reviewedWritings) ByIDs(ctx context.Context, ids []community.PostID) (map[community.PostID]community.Post, error) {
	return w.Store.ByIDs(ctx, ids)
}

// CommentsByIDs implements report.Contents.
func (w reviewedWritings) CommentsByIDs(ctx context.Context, ids []community.CommentID) (map[community.CommentID]community.Comment, error) {
	return w.Store.CommentsByIDs(ctx, ids)
}

// ChangePost implements report.Contents.
func (w reviewedWritings) ChangePost(ctx context.Context, p community.Post) error {
	return w.Store.ChangePost(ctx, p)
}

// ChangeComment implements report.Contents.
func (w reviewedWritings) ChangeComment(ctx context.Context, c community.Comment) error {
	return w.Store.ChangeComment(ctx, c)
}

// writings are what an author wrote before.
type writings struct {
	posting.Store
	reads community.Store
}

// Page implements posting.Past.
func (w writings) Page(ctx context.Context, q community.Query) ([]community.Post, error) {
	return w.reads.Page(ctx, q)
}

// joined is when a member joined.
func (s *stores) joined(ctx context.Context, who member.ID) (time.Time, error) {
	found, err := s.accounts.ByIDs(ctx, []member.ID{who}, account.Public)
	return found[who].Profile.JoinedAt, err
}
