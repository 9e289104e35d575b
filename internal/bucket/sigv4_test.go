package bucket

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The examples of AWS's papers on Signature Version 4, with the key that they use throughout.
var example = signer{id: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", region: "us-east-1"}

// "Example: Browser-Based Upload using HTTP POST (Using AWS Signature Version 4)".
func TestThePublishedFormIsSignedAsPublished(t *testing.T) {
	policy := strings.ReplaceAll(`{ "expiration": "2015-12-30T12:00:00.000Z",
  "conditions": [
    {"bucket": "sigv4examplebucket"},
    ["starts-with", "$key", "user/user1/"],
    {"acl": "public-read"},
    {"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"},
    ["starts-with", "$Content-Type", "image/"],
    {"x-amz-meta-uuid": "14365123651274"},
    {"x-amz-server-side-encryption": "AES256"},
    ["starts-with", "$x-amz-meta-tag", ""],

    {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},
    {"x-amz-algorithm": "AWS4-HMAC-SHA256"},
    {"x-amz-date": "20151229T000000Z" }
  ]
}`, "\n", "\r\n")
	at := time.Date(2015, 12, 29, 0, 0, 0, 0, time.UTC)
	if got, want := example.sign(at, base64.StdEncoding.EncodeToString([]byte(policy))), "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := example.scope(at); got != "20151229/us-east-1/s3/aws4_request" {
		t.Error(got)
	}
}

// "Signature Calculations for the Authorization Header: Transferring Payload in a Single Chunk", its four examples.
func TestPublishedRequestsAreSignedAsPublished(t *testing.T) {
	at := time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		method, address string
		header          map[string]string
		body, want      string
	}{
		"GET object": {"GET", "https://examplebucket.s3.amazonaws.com/test.txt", map[string]string{"Range": "bytes=0-9"}, "",
			"f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
		"PUT object": {"PUT", "https://examplebucket.s3.amazonaws.com/test$file.text", map[string]string{"Date": "Fri, 24 May 2013 00:00:00 GMT", "X-Amz-Storage-Class": "REDUCED_REDUNDANCY"}, "Welcome to Amazon S3.",
			"98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
		"GET bucket lifecycle": {"GET", "https://examplebucket.s3.amazonaws.com/?lifecycle", nil, "",
			"fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
		"list objects": {"GET", "https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J", nil, "",
			"34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequest(c.method, c.address, nil)
			if err != nil {
				t.Fatal(err)
			}
			for k, v := range c.header {
				r.Header.Set(k, v)
			}
			example.request(r, []byte(c.body), at)
			if got := r.Header.Get("Authorization"); !strings.HasSuffix(got, "Signature="+c.want) {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}
