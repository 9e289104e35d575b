package main

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"membergate/internal/bucket"
	"membergate/internal/upload"
)

// FileSettings say where pictures are kept: with a service that speaks S3, or in DATA_DIR when nothing is set.
type FileSettings struct {
	Endpoint  string // S3_ENDPOINT, such as https://s3.eu-central-1.amazonaws.com
	Region    string // S3_REGION
	Bucket    string // S3_BUCKET
	KeyID     string // S3_ACCESS_KEY_ID
	Secret    Secret // S3_SECRET_ACCESS_KEY
	PublicURL string // S3_PUBLIC_URL: where everybody can read what lies under u/ in the bucket
}

// files reads the settings of the service that keeps files, all of them or none.
func (r *reader) files() FileSettings {
	f := FileSettings{
		Endpoint: r.service("S3_ENDPOINT"), Region: r.text("S3_REGION", ""), Bucket: r.text("S3_BUCKET", ""),
		KeyID: r.text("S3_ACCESS_KEY_ID", ""), Secret: Secret(r.text("S3_SECRET_ACCESS_KEY", "")), PublicURL: r.service("S3_PUBLIC_URL"),
	}
	r.whole(map[string]string{"S3_ENDPOINT": f.Endpoint, "S3_REGION": f.Region, "S3_BUCKET": f.Bucket, "S3_ACCESS_KEY_ID": f.KeyID,
		"S3_SECRET_ACCESS_KEY": f.Secret.Reveal(), "S3_PUBLIC_URL": f.PublicURL})
	if strings.Contains(f.Bucket, "/") {
		r.refuse("S3_BUCKET is %q; allowed is a bucket's name without slashes.", f.Bucket)
	}
	return f
}

// decodings is how many pictures are decoded at the same time: each may need 300 MB.
const decodings = 2

// sweepUploads removes pictures that nothing shows, and what was left on the disk, by the real clock.
func sweepUploads(uploads *upload.Service, disk *bucket.Disk) func(context.Context, time.Time, int) error {
	return func(ctx context.Context, _ time.Time, n int) error {
		err := uploads.Sweep(ctx, uploads.Now(), n)
		if disk != nil {
			err = errors.Join(err, disk.Tidy())
		}
		return err
	}
}

// uploads is what takes pictures in; the disk is nil where S3 keeps them.
func (s Settings) uploads(store upload.Store, keys bucket.Keys) (*upload.Service, *bucket.Disk) {
	out := &upload.Service{Store: store, Slots: make(chan struct{}, decodings), Now: time.Now}
	if s.Files.Endpoint == "" {
		disk := &bucket.Disk{Root: s.pictureDir(), Keys: keys, Now: time.Now}
		out.Files = disk
		return out, disk
	}
	out.Files = &bucket.S3{
		Client: &http.Client{Timeout: time.Minute}, Endpoint: s.Files.Endpoint, Bucket: s.Files.Bucket, Region: s.Files.Region,
		KeyID: s.Files.KeyID, Secret: s.Files.Secret.Reveal(), Public: s.Files.PublicURL, Now: time.Now,
	}
	return out, nil
}
