package picture_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"membergate/internal/picture"
)

func kinds() []string {
	return []string{picture.Avatar, picture.Product, picture.Reward, picture.Post}
}

func TestEveryMotifIsWellFormedAndSmall(t *testing.T) {
	for _, kind := range kinds() {
		if len(picture.Motifs(kind)) < 12 {
			t.Errorf("%s has %d motifs", kind, len(picture.Motifs(kind)))
		}
		for _, motif := range picture.Motifs(kind) {
			for _, variant := range []string{"", "FR-001", "2", "a-b-c"} {
				path := picture.Path(kind, motif, variant)
				svg, ok := picture.Draw(path)
				if !ok {
					t.Fatalf("%s is not drawn", path)
				}
				if len(svg) > 40_000 {
					t.Errorf("%s has %d bytes", path, len(svg))
				}
				if err := wellFormed(svg); err != nil {
					t.Errorf("%s: %v", path, err)
				}
				for _, never := range []string{"{a}", "{b}", "{c}", "{d}", "%!", "NaN", "<script", "href", "<text", `fill=""`, `stroke=""`} {
					if bytes.Contains(svg, []byte(never)) {
						t.Errorf("%s holds %q", path, never)
					}
				}
			}
		}
	}
}

func wellFormed(svg []byte) error {
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func TestAPathAlwaysGivesTheSameBytesAndAnotherPathOthers(t *testing.T) {
	seen := map[string]string{}
	for _, kind := range kinds() {
		for _, motif := range picture.Motifs(kind) {
			path := picture.Path(kind, motif, "1001")
			first, _ := picture.Draw(path)
			again, _ := picture.Draw(path)
			if !bytes.Equal(first, again) {
				t.Errorf("%s changes", path)
			}
			if other, ok := seen[string(first)]; ok {
				t.Errorf("%s and %s are alike", path, other)
			}
			seen[string(first)] = path
		}
	}
}

func TestANumberBehindAMotifPicksItsColours(t *testing.T) {
	red, _ := picture.Draw("/media/demo/product/apple1-X.svg")
	if !bytes.Contains(red, []byte("#E2483D")) {
		t.Error("apple1 is not red")
	}
	green, _ := picture.Draw("/media/demo/product/apple2-X.svg")
	if bytes.Contains(green, []byte("#E2483D")) {
		t.Error("apple2 is red")
	}
}

func TestAFaceNeedsNoMotif(t *testing.T) {
	for _, path := range []string{"/media/demo/avatar/1001.svg", "/media/demo/avatar/Member7.svg"} {
		if _, ok := picture.Draw(path); !ok {
			t.Errorf("%s is not drawn", path)
		}
		if w, h, ok := picture.Size(path); !ok || w != 240 || h != 240 {
			t.Errorf("%s is %d × %d, %v", path, w, h, ok)
		}
	}
}

func TestOtherPathsAreNoPictures(t *testing.T) {
	for _, path := range []string{
		"", "/", "/media/demo/", "/media/demo/product/.svg", "/media/demo/product/nothing-1.svg", "/media/demo/product/apple-1.png",
		"/media/demo/secret/apple-1.svg", "/media/demo/product/apple-<script>.svg", `/media/demo/product/apple-"x".svg`,
		"/media/demo/product/../avatar/1.svg", "/media/demo/avatar/a/b.svg", "/media/demo/avatar/%41.svg", "/media/demo/post/apple-1.svg",
		"/media/demo/product/apple-" + strings.Repeat("a", 99) + ".svg", "/media/demo/product/apple-1.svg\n", "/media/demo/avatar/" + strings.Repeat("9", 33) + ".svg",
	} {
		if _, ok := picture.Draw(path); ok {
			t.Errorf("%q is drawn", path)
		}
		if _, _, ok := picture.Size(path); ok {
			t.Errorf("%q has a size", path)
		}
	}
}

func TestHandlerServesPicturesThatBrowsersMayKeepAndMustNotRun(t *testing.T) {
	h := picture.Handler()
	get := func(method, path, tag string) *http.Response {
		r := httptest.NewRequest(method, path, nil)
		if tag != "" {
			r.Header.Set("If-None-Match", tag)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Result()
	}
	res := get("GET", "/media/demo/product/apple-FR-001.svg", "")
	for name, want := range map[string]string{
		"Content-Type": "image/svg+xml", "X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
	} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if res.StatusCode != http.StatusOK || !strings.Contains(res.Header.Get("Cache-Control"), "max-age=") {
		t.Errorf("status %d, Cache-Control %q", res.StatusCode, res.Header.Get("Cache-Control"))
	}
	if again := get("GET", "/media/demo/product/apple-FR-001.svg", res.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("the same picture again is %d", again.StatusCode)
	}
	if gone := get("GET", "/media/demo/product/nothing.svg", ""); gone.StatusCode != http.StatusNotFound {
		t.Errorf("no picture is %d", gone.StatusCode)
	}
	if post := get("POST", "/media/demo/avatar/1.svg", ""); post.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST is %d", post.StatusCode)
	}
}

func BenchmarkDraw(b *testing.B) {
	for b.Loop() {
		picture.Draw("/media/demo/post/market-7.svg")
	}
}
