package main

import (
	"bytes"
	"crypto/sha256"
	bigend "encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"
)

// drawn is a picture of one colour, as a file.
func drawn(t testing.TB, width, height int) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i := range img.Pix {
		img.Pix[i] = []byte{200, 30, 30, 255}[i%4]
	}
	img.SetNRGBA(0, 0, color.NRGBA{A: 255})
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// announce creates an upload for bytes, which may not be those that are sent.
func (a walletApp) announce(kind string, b []byte) reply {
	return a.send("MediaUploadCreate", map[string]any{"contentType": kind, "byteSize": len(b), "sha256": sumOf(b)})
}

func sumOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// post sends the form of an announced upload, and gives the status.
func (a walletApp) post(created reply, b []byte) int {
	a.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, f := range created.at(a.t, "mediaUploadCreate", "formFields").([]any) {
		f := f.(map[string]any)
		if err := form.WriteField(f["name"].(string), f["value"].(string)); err != nil {
			a.t.Fatal(err)
		}
	}
	file, err := form.CreateFormFile("file", "wx.jpg")
	if err != nil {
		a.t.Fatal(err)
	}
	if _, err := file.Write(b); err != nil {
		a.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		a.t.Fatal(err)
	}
	to := created.at(a.t, "mediaUploadCreate", "uploadUrl").(string)
	if strings.HasPrefix(to, "/") {
		to = a.url + to
	}
	got, err := http.Post(to, form.FormDataContentType(), &body)
	if err != nil {
		a.t.Fatal(err)
	}
	defer got.Body.Close()
	return got.StatusCode
}

func (a walletApp) finish(id any) reply {
	return a.send("MediaUploadFinish", map[string]any{"uploadId": id})
}

func uploader(t testing.TB, e *engine, who string) walletApp {
	return walletApp{t, e.gateway.url, who, appDocument(t, "upload")}
}

func TestAPictureIsSentMadeAndShown(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := uploader(t, e, spender(t, e, "photographer").who)
		file := drawn(t, 600, 30)
		created := app.announce("image/png", file)
		id := created.at(t, "mediaUploadCreate", "uploadId")
		if r := app.finish(id); r.refusal(t, "mediaUploadFinish") != "MEDIA_NOT_SENT" {
			t.Errorf("before it is sent: %s", r.text)
		}
		if status := app.post(created, append(file, 0)); status != http.StatusRequestEntityTooLarge {
			t.Errorf("a byte more: %d", status)
		}
		if status := app.post(created, file); status != http.StatusNoContent {
			t.Fatalf("status %d", status)
		}
		for _, who := range []string{stranger, owner} {
			if r := uploader(t, e, who).finish(id); r.refusal(t, "mediaUploadFinish") != "UPLOAD_UNKNOWN" {
				t.Errorf("finished by another: %s", r.text)
			}
		}
		r := app.finish(id)
		shown := r.at(t, "mediaUploadFinish", "image").(map[string]any)
		if again := app.finish(id); jsonOf(again.at(t, "mediaUploadFinish", "image")) != jsonOf(shown) {
			t.Errorf("finished again: %s", again.text)
		}
		small := shown["thumbnail"].(map[string]any)
		for _, each := range []map[string]any{shown, small} {
			got, err := http.Get(e.gateway.url + each["url"].(string))
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(got.Body)
			if err := got.Body.Close(); err != nil {
				t.Error(err)
			}
			if err != nil || got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != "image/jpeg" {
				t.Fatalf("%v: %d %s", each, got.StatusCode, got.Header)
			}
			img, err := jpeg.Decode(bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			if size := img.Bounds().Size(); float64(size.X) != each["width"] || float64(size.Y) != each["height"] {
				t.Errorf("%v has %v pixels", each, size)
			}
		}
		if shown["width"] != 600.0 || small["width"] != 480.0 || small["height"] != 24.0 {
			t.Errorf("%s", r.text)
		}
		raw := strings.Replace(shown["url"].(string), "/media/u/", "/media/raw/", 1)
		if got, err := http.Get(e.gateway.url + raw); err != nil || got.StatusCode != http.StatusNotFound {
			t.Errorf("the file as it was sent: %v %v", got, err)
		} else if err := got.Body.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestWrongPicturesAreRefusedWithTheirReason(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := uploader(t, e, spender(t, e, "trickster").who)
		fine := drawn(t, 30, 20)
		huge := append([]byte{}, fine...)
		bigend.BigEndian.PutUint32(huge[16:], 20000)
		bigend.BigEndian.PutUint32(huge[29:], crcOf(huge[12:29]))
		other := append([]byte{}, fine...)
		other[len(other)-1]++
		for code, c := range map[string]struct{ announced, sent []byte }{
			"MEDIA_UNSUPPORTED": {[]byte("GIF89a<script>"), []byte("GIF89a<script>")},
			"MEDIA_MISMATCH":    {fine, other},
			"MEDIA_TOO_LARGE":   {huge, huge},
			"MEDIA_BROKEN":      {fine[:40], fine[:40]},
		} {
			created := app.announce("image/png", c.announced)
			if status := app.post(created, c.sent); status != http.StatusNoContent {
				t.Errorf("%s: status %d", code, status)
			}
			for range 2 {
				if r := app.finish(created.at(t, "mediaUploadCreate", "uploadId")); r.refusal(t, "mediaUploadFinish") != code {
					t.Errorf("%s: %s", code, r.text)
				}
			}
		}
		for _, id := range []string{"", "x", globalID("MediaUpload", strings.Repeat("0", 32)), globalID("Post", string(busyPost)), globalID("MediaUpload", "../raw")} {
			if r := app.finish(id); r.refusal(t, "mediaUploadFinish") != "UPLOAD_UNKNOWN" {
				t.Errorf("%q: %s", id, r.text)
			}
		}
		if r := app.announce("image/gif", fine); r.refusal(t, "mediaUploadCreate") != "MEDIA_UNSUPPORTED" {
			t.Errorf("GIF: %s", r.text)
		}
		if r := app.announce("image/png", make([]byte, 10<<20+1)); r.refusal(t, "mediaUploadCreate") != "MEDIA_TOO_LARGE" {
			t.Errorf("11 MB: %s", r.text)
		}
		app.send("MediaUploadCreate", map[string]any{"contentType": "image/png", "byteSize": 1, "sha256": "x"}).refusedOnce(t, "BAD_USER_INPUT", "sha256")
		app.send("MediaUploadCreate", map[string]any{"contentType": "image/png", "byteSize": 0, "sha256": strings.Repeat("0", 64)}).refusedOnce(t, "BAD_USER_INPUT", "byteSize")
		nobody := uploader(t, e, "")
		nobody.announce("image/png", fine).refusedOnce(t, "UNAUTHENTICATED", "")
		nobody.finish("x").refusedOnce(t, "UNAUTHENTICATED", "")
		var many errgroup.Group
		many.SetLimit(8)
		for range 100 {
			many.Go(func() error {
				app.announce("image/png", fine)
				return nil
			})
		}
		if err := many.Wait(); err != nil {
			t.Error(err)
		}
		if r := app.announce("image/png", fine); r.refusal(t, "mediaUploadCreate") != "TOO_MANY_UPLOADS" {
			t.Errorf("after a hundred: %s", r.text)
		}
	})
}

func crcOf(b []byte) uint32 { return crc32.ChecksumIEEE(b) }
