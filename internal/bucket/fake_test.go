package bucket

import (
	"net/http/httptest"
	"testing"

	"membergate/internal/buckettest"
)

// newFakeS3 starts a service with the published example's key, and what speaks to it.
func newFakeS3(t *testing.T) (*buckettest.S3, *S3) {
	f := &buckettest.S3{Bucket: "shop", Region: example.region, KeyID: example.id, Secret: example.secret, Now: clock}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	return f, &S3{Client: server.Client(), Endpoint: server.URL, Bucket: "shop", Region: "us-east-1", KeyID: example.id, Secret: example.secret, Public: "https://media.example", Now: clock}
}
