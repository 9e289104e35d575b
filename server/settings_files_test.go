package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"membergate/internal/bucket"
	"membergate/internal/upload"
)

func TestPicturesAreKeptWhereTheSettingsSay(t *testing.T) {
	whole := []string{"S3_ENDPOINT", "https://s3.example", "S3_REGION", "eu-1", "S3_BUCKET", "shop", "S3_ACCESS_KEY_ID", "id", "S3_SECRET_ACCESS_KEY", "hidden-secret", "S3_PUBLIC_URL", "https://media.example/"}
	s, err := readSettings(env(whole...))
	if err != nil {
		t.Fatal(err)
	}
	service, disk := s.uploads(nil, nil)
	if disk != nil {
		t.Error("files go to the disk")
	}
	form, err := service.Files.Form(upload.Upload{ID: "a", Type: "image/png", Bytes: 1, Until: time.Now()}, time.Now())
	if err != nil || form.URL != "https://s3.example/shop" || service.Files.Address("u/a.png") != "https://media.example/u/a.png" {
		t.Errorf("%+v %s %v", form, service.Files.Address("u/a.png"), err)
	}
	for _, f := range form.Fields {
		if strings.Contains(f.Value, "hidden") {
			t.Errorf("the form tells the secret: %+v", f)
		}
	}
	s, err = readSettings(env("DATA_DIR", "somewhere"))
	if err != nil {
		t.Fatal(err)
	}
	if service, disk = s.uploads(nil, nil); disk == nil || service.Files.(*bucket.Disk).Root != "somewhere/files" {
		t.Errorf("%+v", disk)
	}
	for says, pairs := range map[string][]string{
		"S3_ENDPOINT and S3_REGION is not set": whole[4:],
		`S3_BUCKET is "a/b"`:                   append(slices.Clone(whole), "S3_BUCKET", "a/b"),
		`S3_ENDPOINT is "ftp://x"`:             append(slices.Clone(whole), "S3_ENDPOINT", "ftp://x"),
	} {
		if _, err := readSettings(env(pairs...)); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hidden-secret") {
			t.Errorf("%s: %v", says, err)
		}
	}
}
