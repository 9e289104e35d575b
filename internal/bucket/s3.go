package bucket

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"membergate/internal/upload"
)

// S3 keeps files with a service that speaks S3.
type S3 struct {
	Client   *http.Client
	Endpoint string // such as https://s3.eu-central-1.amazonaws.com; the bucket is the first part of the path
	Bucket   string
	Region   string
	KeyID    string
	Secret   string
	Public   string // where files can be read by everybody, such as https://media.shop.example; what lies under u/ must be readable there
	Now      func() time.Time
}

var _ upload.Files = (*S3)(nil)

// calm bounds a call: 10 MB at a slow service's pace.
const calm = 30 * time.Second

func (s *S3) signer() signer { return signer{id: s.KeyID, secret: s.Secret, region: s.Region} }

// Form implements upload.Files.
func (s *S3) Form(u upload.Upload, now time.Time) (upload.Form, error) {
	sign := s.signer()
	fields := []upload.Field{
		{Name: "key", Value: u.Raw()}, {Name: "Content-Type", Value: u.Type}, {Name: "success_action_status", Value: "204"},
		{Name: "x-amz-algorithm", Value: algorithm}, {Name: "x-amz-credential", Value: s.KeyID + "/" + sign.scope(now)}, {Name: "x-amz-date", Value: now.UTC().Format(stamp)},
	}
	p := policy(u.Until, append(exactly(u, fields), map[string]string{"bucket": s.Bucket}))
	fields = append(fields, upload.Field{Name: "policy", Value: p}, upload.Field{Name: "x-amz-signature", Value: sign.sign(now, p)})
	return upload.Form{URL: s.Endpoint + "/" + s.Bucket, Fields: fields}, nil
}

// Address implements upload.Files.
func (s *S3) Address(name string) string { return s.Public + "/" + name }

// Get implements upload.Files.
func (s *S3) Get(ctx context.Context, name string, most int64) ([]byte, error) {
	return s.do(ctx, http.MethodGet, name, "", nil, most)
}

// Put implements upload.Files.
func (s *S3) Put(ctx context.Context, name, contentType string, b []byte) error {
	_, err := s.do(ctx, http.MethodPut, name, contentType, b, 0)
	return err
}

// Remove implements upload.Files.
func (s *S3) Remove(ctx context.Context, name string) error {
	_, err := s.do(ctx, http.MethodDelete, name, "", nil, 0)
	if err == upload.ErrMissing {
		return nil
	}
	return err
}

func (s *S3) do(ctx context.Context, method, name, contentType string, body []byte, most int64) ([]byte, error) {
	ctx, end := context.WithTimeout(ctx, calm)
	defer end()
	address, err := url.JoinPath(s.Endpoint, s.Bucket, name)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Cache-Control", lasting)
	}
	s.signer().request(r, body, s.Now())
	got, err := s.Client.Do(r)
	if err != nil {
		return nil, err
	}
	defer got.Body.Close()
	switch {
	case got.StatusCode == http.StatusNotFound:
		return nil, upload.ErrMissing
	case got.StatusCode/100 != 2:
		return nil, fmt.Errorf("bucket: %s of a file: status %d", method, got.StatusCode)
	}
	return io.ReadAll(io.LimitReader(got.Body, most))
}
