package main

import (
	"bytes"
	"crypto/rand"
	bigend "encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"membergate/internal/buckettest"
)

// photo is a JPEG as a telephone writes it that was held upright: lying, red above and blue below, with a note that says
// how to turn it and where it was taken.
func photo(t testing.TB, width, height int) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.NRGBA{R: 220, A: 255}
			if y >= height/2 {
				c = color.NRGBA{B: 220, A: 255}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	note := []byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00GPSLatitude 31.2304")
	out := append(append([]byte{}, b.Bytes()[:2]...), 0xFF, 0xE1)
	out = bigend.BigEndian.AppendUint16(out, uint16(len(note)+2))
	return append(append(out, note...), b.Bytes()[2:]...)
}

// glass is a PNG through which something shines.
func glass(t testing.TB, width, height int) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	img.SetNRGBA(width/2, height/2, color.NRGBA{G: 255, A: 128})
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func webpOf(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/picture.webp") // as Chromium's canvas writes it
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sent announces a file and sends it, and gives the upload's id.
func (a walletApp) sent(kind string, b []byte) string {
	a.t.Helper()
	created := a.announce(kind, b)
	if status := a.post(created, b); status != http.StatusNoContent {
		a.t.Fatalf("a %s of %d bytes: status %d", kind, len(b), status)
	}
	return created.at(a.t, "mediaUploadCreate", "uploadId").(string)
}

// read reads what lies at a picture's address.
func readPicture(t testing.TB, base, address string) (*http.Response, []byte) {
	t.Helper()
	if strings.HasPrefix(address, "/") {
		address = base + address
	}
	got, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	b, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got, b
}

// showsPictures posts three pictures that were sent and not finished, and looks at what everybody is shown.
func showsPictures(t *testing.T, e *engine) {
	app, loader := newPen(t, e, "illustrator"), uploader(t, e, "illustrator")
	ids := []string{loader.sent("image/jpeg", photo(t, 900, 600)), loader.sent("image/png", glass(t, 40, 30)), loader.sent("image/webp", webpOf(t))}
	in := draft("body", "", "mediaUploadIds", ids)
	id, _ := app.post(in)
	if again := app.send("PostCreate", in); again.at(t, "postCreate", "replayed") != true || again.at(t, "postCreate", "post", "id") != id {
		t.Errorf("sent again: %s", again.text)
	}
	shown := good(t, e.gateway.url, question{query: appQueries(t)["PostPictures"].text, variables: map[string]any{"id": id}})
	for i, want := range []struct {
		kind          string
		width, height int
		small         [2]int
	}{{"image/jpeg", 600, 900, [2]int{320, 480}}, {"image/png", 40, 30, [2]int{}}, {"image/jpeg", 640, 400, [2]int{480, 300}}} {
		m := shown.at(t, "node", "media", i).(map[string]any)
		check := func(m map[string]any, width, height int) {
			t.Helper()
			if m["width"] != float64(width) || m["height"] != float64(height) {
				t.Errorf("picture %d is %v", i, m)
			}
			got, b := readPicture(t, e.gateway.url, m["url"].(string))
			c, _, err := image.DecodeConfig(bytes.NewReader(b))
			if err != nil || c.Width != width || c.Height != height || got.Header.Get("Content-Type") != want.kind || !strings.Contains(got.Header.Get("Cache-Control"), "immutable") {
				t.Errorf("picture %d: %v %v %v", i, c, got.Header, err)
			}
			if bytes.Contains(b, []byte("GPS")) || bytes.Contains(b, []byte("Exif")) {
				t.Errorf("picture %d tells where it was taken", i)
			}
		}
		check(m, want.width, want.height)
		if small, ok := m["thumbnail"].(map[string]any); ok != (want.small[0] > 0) {
			t.Errorf("picture %d: its small one is %v", i, small)
		} else if ok {
			check(small, want.small[0], want.small[1])
		}
	}
	if r := newPen(t, e, "illustrator").send("PostCreate", draft("mediaUploadIds", ids[1:2])); r.refusal(t, "postCreate") != "UPLOAD_TAKEN" {
		t.Errorf("used again: %s", r.text)
	}
}

func TestAPostShowsThePicturesThatWereSent(t *testing.T) { onEngines(t, showsPictures) }

// The same through a service that speaks S3 and checks every signature: nothing lies on the gateway's disk.
func TestPicturesGoToAServiceThatSpeaksS3(t *testing.T) {
	fake := &buckettest.S3{Bucket: "shop", Region: "cn-1", KeyID: "keyid", Secret: "hidden-secret", Now: time.Now}
	service := httptest.NewServer(fake)
	t.Cleanup(service.Close)
	dir := filled(t)
	pairs := []string{"DATA_DIR", dir, "SANDBOX", "on", "JWT_HS256_SECRET", testSecret, "S3_ENDPOINT", service.URL, "S3_REGION", "cn-1", "S3_BUCKET", "shop",
		"S3_ACCESS_KEY_ID", "keyid", "S3_SECRET_ACCESS_KEY", "hidden-secret", "S3_PUBLIC_URL", service.URL + "/shop"}
	g, err := openGateway(pairs...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.close(); err != nil {
			t.Error(err)
		}
	})
	e := &engine{name: "S3", pairs: pairs, gateway: g}
	showsPictures(t, e)
	kept := fake.Objects()
	if len(kept) != 5 {
		t.Errorf("the service keeps %d files, want three pictures and two small ones", len(kept))
	}
	for key, o := range kept {
		if !strings.HasPrefix(key, "u/") || !strings.HasPrefix(o.Type, "image/") || !strings.Contains(o.CacheAdvice, "max-age") {
			t.Errorf("%s: %s, %s", key, o.Type, o.CacheAdvice)
		}
	}
	if _, err := os.Stat(dir + "/files"); !os.IsNotExist(err) {
		t.Errorf("files on the disk: %v", err)
	}
	loader := uploader(t, e, "copyist")
	id := loader.sent("image/png", drawn(t, 20, 20))
	fake.FailNext(1)
	loader.finish(id).refusedOnce(t, "UNAVAILABLE", "")
	if r := loader.finish(id); r.refusal(t, "mediaUploadFinish") != "" {
		t.Errorf("when the service is back: %s", r.text)
	}
	if strings.Contains(g.log.String(), "hidden-secret") {
		t.Error("the log tells the secret")
	}
}

func TestAPostIsRefusedForItsPictures(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app, loader := newPen(t, e, "copyist"), uploader(t, e, "copyist")
		fine := drawn(t, 30, 20)
		huge := append([]byte{}, fine...)
		bigend.BigEndian.PutUint32(huge[16:], 20000)
		bigend.BigEndian.PutUint32(huge[29:], crcOf(huge[12:29]))
		other := append([]byte{}, fine...)
		other[len(other)-1]++
		page := []byte("GIF89a<script>alert(1)</script>")
		wrong := func(announced, sent []byte) string {
			created := loader.announce("image/png", announced)
			loader.post(created, sent)
			return created.at(t, "mediaUploadCreate", "uploadId").(string)
		}
		mine := loader.sent("image/png", fine)
		theirs := uploader(t, e, "illustrator").sent("image/png", fine)
		var told []string
		for name, c := range map[string]struct {
			code string
			ids  []string
		}{
			"another's":     {"UPLOAD_UNKNOWN", []string{theirs}},
			"unknown":       {"UPLOAD_UNKNOWN", []string{globalID("MediaUpload", strings.Repeat("0", 32))}},
			"no upload":     {"UPLOAD_UNKNOWN", []string{globalID("Post", string(busyPost))}},
			"a way out":     {"UPLOAD_UNKNOWN", []string{globalID("MediaUpload", "../../secret")}},
			"nothing":       {"UPLOAD_UNKNOWN", []string{""}},
			"named twice":   {"UPLOAD_TAKEN", []string{mine, mine}},
			"not sent":      {"MEDIA_NOT_SENT", []string{loader.announce("image/png", fine).at(t, "mediaUploadCreate", "uploadId").(string)}},
			"a page":        {"MEDIA_UNSUPPORTED", []string{wrong(page, page)}},
			"other bytes":   {"MEDIA_MISMATCH", []string{wrong(fine, other)}},
			"a bomb":        {"MEDIA_TOO_LARGE", []string{wrong(huge, huge)}},
			"half a file":   {"MEDIA_BROKEN", []string{wrong(fine[:40], fine[:40])}},
			"one too many":  {"TOO_MANY", make([]string, 10)},
			"good and none": {"UPLOAD_UNKNOWN", []string{mine, theirs}},
		} {
			r := app.send("PostCreate", draft("mediaUploadIds", c.ids))
			if got := r.refusal(t, "postCreate"); got != c.code || jsonOf(r.at(t, "postCreate", "userErrors", 0, "field")) != `["input","mediaUploadIds"]` {
				t.Errorf("%s: %s, want %s", name, r.text, c.code)
			}
			if name == "another's" || name == "unknown" {
				told = append(told, r.text)
			}
		}
		if told[0] != told[1] {
			t.Errorf("another's upload is told from one that is not there: %s", told)
		}
		in := draft("mediaUploadIds", []string{mine}, "body", strings.Repeat("汤", 10001))
		if got := app.send("PostCreate", in).refusal(t, "postCreate"); got != "TOO_LONG" {
			t.Errorf("too long: %s", got)
		}
		app.post(draft("mediaUploadIds", []string{mine})) // none of the refusals has used it up
	})
}

// Fifty sendings of the same post are one post with its picture; of fifty posts that want one picture, one gets it.
func TestAPictureIsUsedOnceByOneOfFifty(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app, loader := newPen(t, e, "hoarder"), uploader(t, e, "hoarder")
		for name, key := range map[string]func() string{"one key": func() func() string { k := rand.Text(); return func() string { return k } }(), "fifty keys": rand.Text} {
			in := loader.sent("image/png", drawn(t, 30, 20))
			var mu sync.Mutex
			posts, told := map[any]int{}, map[string]int{}
			var all sync.WaitGroup
			for range 50 {
				all.Go(func() {
					r := app.send("PostCreate", draft("idempotencyKey", key(), "mediaUploadIds", []string{in}))
					mu.Lock()
					defer mu.Unlock()
					if len(r.Errors) > 0 {
						t.Errorf("%s", r.text)
						return
					}
					if code := r.refusal(t, "postCreate"); code != "" {
						told[code]++
					} else {
						posts[r.at(t, "postCreate", "post", "id")]++
					}
				})
			}
			all.Wait()
			if len(posts) != 1 || name == "one key" && len(told) > 0 || name == "fifty keys" && told["UPLOAD_TAKEN"] != 49 {
				t.Errorf("%s: posts %v, refusals %v", name, posts, told)
			}
			for id := range posts {
				t.Cleanup(func() { app.send("PostDelete", map[string]any{"postId": id}) })
			}
		}
		// Fifty who finish one upload get the same picture.
		id := loader.sent("image/jpeg", photo(t, 60, 40))
		answers := make([]string, 50)
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() { answers[i] = loader.insist("MediaUploadFinish", map[string]any{"uploadId": id}).text })
		}
		all.Wait()
		for i := range answers { // what it cost differs
			answers[i], _, _ = strings.Cut(answers[i], `,"extensions"`)
		}
		for _, a := range answers {
			if a != answers[0] || !strings.Contains(a, `"width":40`) {
				t.Errorf("%s beside %s", a, answers[0])
				break
			}
		}
	})
}
