package bucket

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"membergate/internal/secret"
	"membergate/internal/upload"
)

var noon = time.Date(2026, 7, 6, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

func keys(t *testing.T, fill byte) *secret.Keys {
	t.Helper()
	k, err := secret.NewKeys([]secret.Key{{ID: "k1", Secret: bytes.Repeat([]byte{fill}, 32)}})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func newDisk(t *testing.T) (*httptest.Server, *Disk) {
	t.Helper()
	d := &Disk{Root: filepath.Join(t.TempDir(), "files"), Keys: keys(t, 1), Now: clock}
	mux := http.NewServeMux()
	mux.HandleFunc("/uploads/", d.Takes)
	mux.HandleFunc("GET /media/u/", d.Serves)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s, d
}

func announced(b string) upload.Upload {
	sum := sha256.Sum256([]byte(b))
	return upload.Upload{ID: upload.ID(strings.Repeat("0a", 16)), Type: "image/png", Bytes: int64(len(b)), Sum: hex.EncodeToString(sum[:]), Until: noon.Add(time.Minute)}
}

// send posts a form as an app does, and gives the status.
func send(t *testing.T, base string, f upload.Form, file string) int {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, field := range f.Fields {
		if err := form.WriteField(field.Name, field.Value); err != nil {
			t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile("file", "IMG_0001.PNG")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte(file)); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(f.URL, "/") {
		f.URL = base + f.URL
	}
	got, err := http.Post(f.URL, form.FormDataContentType(), &body)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	return got.StatusCode
}

// both runs a test on the disk and on S3: the same form, the same rules.
func both(t *testing.T, test func(t *testing.T, base string, files upload.Files)) {
	t.Run("disk", func(t *testing.T) {
		s, d := newDisk(t)
		test(t, s.URL, d)
	})
	t.Run("S3", func(t *testing.T) {
		_, s := newFakeS3(t)
		test(t, s.Endpoint, s)
	})
}

func TestAFormTakesWhatWasAnnouncedAndNothingElse(t *testing.T) {
	both(t, func(t *testing.T, base string, files upload.Files) {
		u := announced("twelve bytes")
		form, err := files.Form(u, noon)
		if err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			file   string
			change func(*upload.Form)
		}{
			"a byte more":      {"twelve bytes!", nil},
			"a byte less":      {"twelve byte", nil},
			"another name":     {"twelve bytes", set("key", "u/"+string(u.ID)+"-1x1.png")},
			"another kind":     {"twelve bytes", set("Content-Type", "text/html")},
			"another policy":   {"twelve bytes", set("policy", policy(noon.Add(time.Hour), nil))},
			"no signature":     {"twelve bytes", set("signature", "")},
			"no S3 signature":  {"twelve bytes", set("x-amz-signature", "")},
			"no fields at all": {"twelve bytes", func(f *upload.Form) { f.Fields = nil }},
		} {
			changed := upload.Form{URL: form.URL, Fields: append([]upload.Field(nil), form.Fields...)}
			if c.change != nil {
				c.change(&changed)
				if len(changed.Fields) == len(form.Fields) && same(changed.Fields, form.Fields) {
					continue // the other one's field
				}
			}
			if status := send(t, base, changed, c.file); status/100 != 4 {
				t.Errorf("%s: %d", name, status)
			}
		}
		if _, err := files.Get(t.Context(), u.Raw(), 100); !errors.Is(err, upload.ErrMissing) {
			t.Errorf("something was kept: %v", err)
		}
		late := u
		late.Until = noon
		over, err := files.Form(late, noon)
		if err != nil {
			t.Fatal(err)
		}
		if status := send(t, base, over, "twelve bytes"); status != http.StatusForbidden {
			t.Errorf("too late: %d", status)
		}
		for range 2 { // the same file may be sent again
			if status := send(t, base, form, "twelve bytes"); status != http.StatusNoContent {
				t.Fatalf("status %d", status)
			}
		}
		if b, err := files.Get(t.Context(), u.Raw(), 100); err != nil || string(b) != "twelve bytes" {
			t.Errorf("%q %v", b, err)
		}
	})
}

func set(name, value string) func(*upload.Form) {
	return func(f *upload.Form) {
		for i := range f.Fields {
			if f.Fields[i].Name == name {
				f.Fields[i].Value = value
			}
		}
	}
}

func same(a, b []upload.Field) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestFilesAreKeptReplacedAndRemoved(t *testing.T) {
	both(t, func(t *testing.T, _ string, files upload.Files) {
		ctx, name := t.Context(), "u/"+strings.Repeat("b", 32)+"-3x2.jpg"
		if err := files.Remove(ctx, name); err != nil {
			t.Errorf("one that is not there: %v", err)
		}
		for _, text := range []string{"first", "second"} {
			if err := files.Put(ctx, name, "image/jpeg", []byte(text)); err != nil {
				t.Fatal(err)
			}
			if b, err := files.Get(ctx, name, 100); err != nil || string(b) != text {
				t.Errorf("%q %v", b, err)
			}
		}
		if b, err := files.Get(ctx, name, 3); err != nil || string(b) != "sec" {
			t.Errorf("no more than asked for: %q %v", b, err)
		}
		if err := files.Remove(ctx, name); err != nil {
			t.Fatal(err)
		}
		if _, err := files.Get(ctx, name, 100); !errors.Is(err, upload.ErrMissing) {
			t.Errorf("after removing: %v", err)
		}
	})
}

func TestAServiceThatFailsIsAnErrorWithoutSecrets(t *testing.T) {
	f, s := newFakeS3(t)
	f.FailNext(3)
	_, get := s.Get(t.Context(), "u/x", 1)
	for _, err := range []error{get, s.Put(t.Context(), "u/x", "image/png", nil), s.Remove(t.Context(), "u/x")} {
		if err == nil || errors.Is(err, upload.ErrMissing) || strings.Contains(err.Error(), s.Secret) {
			t.Errorf("%v", err)
		}
	}
	s.Secret = "wrong"
	if err := s.Put(t.Context(), "u/x", "image/png", nil); err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("%v", err)
	}
}

func TestTheDiskServesPicturesAndNothingElse(t *testing.T) {
	s, d := newDisk(t)
	name := "u/" + strings.Repeat("b", 32) + "-3x2.png"
	for _, n := range []string{name, "raw/secret"} {
		if err := d.Put(t.Context(), n, "", []byte("\x89PNG")); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(d.Root), "outside.png"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{
		d.Address(name): 200, "/media/u/": 404, "/media/u/none.png": 404, "/media/raw/secret": 404, "/media/u/..%2fraw%2fsecret": 404, "/media/u/%2e%2e/raw/secret": 404,
		"/media/u/../../outside.png": 404, "/media/u/..%2f..%2foutside.png": 404, "/media/u/a%00b": 404, "/media/u/A.png": 404,
	} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		got := httptest.NewRecorder()
		d.Serves(got, r)
		if got.Code != want {
			t.Errorf("%s: %d, want %d", path, got.Code, want)
		}
	}
	got, err := http.Get(s.URL + d.Address(name))
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	if h := got.Header; h.Get("Content-Type") != "image/png" || h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Cache-Control"), "immutable") {
		t.Errorf("%v", h)
	}
}

func TestWhatIsNoFormIsRefused(t *testing.T) {
	_, d := newDisk(t)
	for name, c := range map[string]struct {
		method, kind, body string
		want               int
	}{
		"read":         {"GET", "", "", 405},
		"json":         {"POST", "application/json", "{}", 415},
		"no boundary":  {"POST", "multipart/form-data", "", 415},
		"no parts":     {"POST", "multipart/form-data; boundary=x", "", 400},
		"no file":      {"POST", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nraw/a\r\n--x--\r\n", 400},
		"a long field": {"POST", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\n" + strings.Repeat("a", 20<<10) + "\r\n--x--\r\n", 400},
		"many fields":  {"POST", "multipart/form-data; boundary=x", manyFields() + "--x--\r\n", 400},
	} {
		r := httptest.NewRequest(c.method, "/uploads/", strings.NewReader(c.body))
		r.Header.Set("Content-Type", c.kind)
		got := httptest.NewRecorder()
		d.Takes(got, r)
		if got.Code != c.want {
			t.Errorf("%s: %d, want %d", name, got.Code, c.want)
		}
	}
}

func manyFields() string {
	var b strings.Builder
	for i := range 30 {
		b.WriteString("--x\r\nContent-Disposition: form-data; name=\"f" + strings.Repeat("i", i) + "\"\r\n\r\nv\r\n")
	}
	return b.String()
}

func TestAnotherGatewaysKeysSignNothingHere(t *testing.T) {
	s, d := newDisk(t)
	other := &Disk{Root: d.Root, Keys: keys(t, 2), Now: clock}
	form, err := other.Form(announced("twelve bytes"), noon)
	if err != nil {
		t.Fatal(err)
	}
	if status := send(t, s.URL, form, "twelve bytes"); status != http.StatusForbidden {
		t.Errorf("status %d", status)
	}
}

// What a killed process left, and what was sent again after its picture was made, is gone after an hour.
func TestTheDiskIsTidied(t *testing.T) {
	_, d := newDisk(t)
	if err := d.Tidy(); err != nil {
		t.Fatalf("before there is anything: %v", err)
	}
	name := "u/" + strings.Repeat("b", 32) + "-3x2.png"
	for _, n := range []string{name, "raw/old", "raw/young", "part/old"} {
		if err := d.Put(t.Context(), n, "", []byte("x")); err != nil {
			t.Fatal(err)
		}
		at := noon.Add(-leftover)
		if n == "raw/young" {
			at = at.Add(time.Second)
		}
		if err := os.Chtimes(filepath.Join(d.Root, n), at, at); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Tidy(); err != nil {
		t.Fatal(err)
	}
	for n, want := range map[string]bool{name: true, "raw/young": true, "raw/old": false, "part/old": false} {
		if _, err := os.Stat(filepath.Join(d.Root, n)); (err == nil) != want {
			t.Errorf("%s: %v", n, err)
		}
	}
}

// A sender who breaks off, or sends more or less than announced, leaves nothing on the disk.
func TestABrokenFormLeavesNothing(t *testing.T) {
	_, d := newDisk(t)
	form, err := d.Form(announced("twelve bytes"), noon)
	if err != nil {
		t.Fatal(err)
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, f := range form.Fields {
		if err := w.WriteField(f.Name, f.Value); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.CreateFormFile("file", "x"); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]int{"twelve": 400, "twelve bytes and more than that": 413} {
		r := httptest.NewRequest(http.MethodPost, "/uploads/", strings.NewReader(body.String()+file))
		r.Header.Set("Content-Type", w.FormDataContentType())
		got := httptest.NewRecorder()
		d.Takes(got, r)
		if got.Code != want {
			t.Errorf("%q: %d, want %d", file, got.Code, want)
		}
		for _, folder := range []string{"raw", "part"} {
			if all, _ := os.ReadDir(filepath.Join(d.Root, folder)); len(all) > 0 {
				t.Errorf("%q: %s has %v", file, folder, all)
			}
		}
	}
}
