package resolvers

import (
	"context"
	"strings"

	"membergate/graph"
	"membergate/internal/upload"
)

// MediaUploadCreate announces a picture.
func (m mutation) MediaUploadCreate(ctx context.Context, input graph.MediaUploadCreateInput) (*graph.MediaUploadCreatePayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	var u upload.Upload
	var form upload.Form
	if err = m.mayWrite(ctx); err == nil {
		u, form, err = m.Uploads.Create(ctx, h.Profile.ID, upload.Ask{Type: input.ContentType, Bytes: int64(input.ByteSize), Sum: input.Sha256}, m.Uploads.Now())
	}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.MediaUploadCreatePayload{UserErrors: []*graph.MediaUploadCreateUserError{{
			Field: refused.field, Message: refused.message, Code: graph.MediaUploadCreateErrorCode(refused.code),
		}}}, nil
	}
	out := &graph.MediaUploadCreatePayload{UploadID: ptr(globalID(kindUpload, string(u.ID))), UploadURL: &form.URL, ExpiresAt: &u.Until, UserErrors: []*graph.MediaUploadCreateUserError{}}
	for _, f := range form.Fields {
		out.FormFields = append(out.FormFields, &graph.FormField{Name: f.Name, Value: f.Value})
	}
	return out, nil
}

// MediaUploadFinish makes the picture of an upload.
func (m mutation) MediaUploadFinish(ctx context.Context, input graph.MediaUploadFinishInput) (*graph.MediaUploadFinishPayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	u, err := m.Uploads.Finish(ctx, h.Profile.ID, uploadOf(input.UploadID), m.Uploads.Now())
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.MediaUploadFinishPayload{UserErrors: []*graph.MediaUploadFinishUserError{{
			Field: refused.field, Message: refused.message, Code: graph.MediaUploadFinishErrorCode(refused.code),
		}}}, nil
	}
	return &graph.MediaUploadFinishPayload{Image: mediaImage(m.Uploads.Files.Address(u.Name()), u.Made.Width, u.Made.Height, ""), UserErrors: []*graph.MediaUploadFinishUserError{}}, nil
}

// uploadOf reads an upload's id; what is none is as unknown as any.
func uploadOf(id string) upload.ID {
	kind, key, _ := readID(id)
	if kind != kindUpload || strings.Trim(key, "0123456789abcdef") != "" {
		return ""
	}
	return upload.ID(key)
}

func uploadsOf(ids []string) (out []string) {
	for _, id := range ids {
		out = append(out, string(uploadOf(id)))
	}
	return out
}

// address is where a picture of a post is served: an upload's lies where files are kept, which may move.
func (r *Root) address(path string) string {
	if _, ok := upload.IDOf(path); ok {
		return r.Uploads.Files.Address(path)
	}
	return path
}

// mediaImage is a picture at an address, with the small one of an upload.
func mediaImage(address string, width, height int, shows string) *graph.MediaImage {
	out := &graph.MediaImage{URL: address, Width: width, Height: height, AltText: text(shows)}
	if small, w, h, ok := upload.Small(address); ok {
		out.Thumbnail = &graph.MediaThumbnail{URL: small, Width: w, Height: h}
	}
	return out
}
