package upload

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"membergate/internal/fault"
)

// quarters is a picture whose four quarters are red, green, blue and white, from the left upper one on by rows.
func quarters(w, h int, alpha uint8) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := [][]color.NRGBA{{{255, 0, 0, 255}, {0, 255, 0, 255}}, {{0, 0, 255, 255}, {255, 255, 255, alpha}}}[2*y/h][2*x/w]
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

func asJPEG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// noted puts notes into a JPEG as a telephone does: how to turn it, and where it was taken.
func noted(file []byte, turn uint16, order binary.ByteOrder) []byte {
	tiff := []byte("MM\x00\x2a")
	if order == binary.LittleEndian {
		tiff = []byte("II\x2a\x00")
	}
	put16 := func(v uint16) { var b [2]byte; order.PutUint16(b[:], v); tiff = append(tiff, b[:]...) }
	put32 := func(v uint32) { var b [4]byte; order.PutUint32(b[:], v); tiff = append(tiff, b[:]...) }
	put32(8)
	put16(2)
	put16(0x010F) // who made the telephone
	put16(2)
	put32(4)
	tiff = append(tiff, "GPS!"...)
	put16(0x0112)
	put16(3)
	put32(1)
	put16(turn)
	put16(0)
	put32(0)
	part := append([]byte("Exif\x00\x00"), tiff...)
	part = append(part, "GPSLatitude 31.2304"...)
	out := append([]byte{}, file[:2]...)
	out = append(out, 0xFF, 0xE1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(part)+2))
	return append(append(out, part...), file[2:]...)
}

func of2(kind string, b []byte) Upload {
	sum := sha256.Sum256(b)
	return Upload{ID: ID(strings.Repeat("0a", 16)), Type: kind, Bytes: int64(len(b)), Sum: hex.EncodeToString(sum[:])}
}

func near(t *testing.T, img image.Image, x, y int, want color.NRGBA) {
	t.Helper()
	r, g, b, a := img.At(x, y).RGBA()
	for i, v := range []uint32{r >> 8, g >> 8, b >> 8, a >> 8} {
		w := []uint8{want.R, want.G, want.B, want.A}[i]
		if d := int(v) - int(w); d > 40 || d < -40 {
			t.Errorf("at %d,%d: %v, want %v", x, y, img.At(x, y), want)
			return
		}
	}
}

var red, green, blue = color.NRGBA{255, 0, 0, 255}, color.NRGBA{0, 255, 0, 255}, color.NRGBA{0, 0, 255, 255}

// Each of the eight ways in which a telephone may have been held ends upright, and its notes are gone.
func TestPicturesAreTurnedUprightAndLoseTheirNotes(t *testing.T) {
	plain := asJPEG(t, quarters(64, 32, 255))
	corners := map[uint16][2]color.NRGBA{ // left upper and right upper after turning
		1: {red, green}, 2: {green, red}, 3: {{255, 255, 255, 255}, blue}, 4: {blue, {255, 255, 255, 255}},
		5: {red, blue}, 6: {blue, red}, 7: {{255, 255, 255, 255}, green}, 8: {green, {255, 255, 255, 255}},
	}
	for turn, want := range corners {
		for _, order := range []binary.ByteOrder{binary.BigEndian, binary.LittleEndian} {
			b := noted(plain, turn, order)
			m, err := remake(b, of2("image/jpeg", b))
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(m.Large, []byte("GPS")) || bytes.Contains(m.Large, []byte("Exif")) || !bytes.Contains(b, []byte("GPS")) {
				t.Error("the notes are still there")
			}
			img, err := jpeg.Decode(bytes.NewReader(m.Large))
			if err != nil {
				t.Fatal(err)
			}
			w, h := 64, 32
			if turn >= 5 {
				w, h = 32, 64
			}
			if m.Picture.Width != w || m.Picture.Height != h || img.Bounds().Dx() != w || img.Bounds().Dy() != h {
				t.Errorf("turn %d: %+v and %v", turn, m.Picture, img.Bounds())
			}
			near(t, img, 4, 4, want[0])
			near(t, img, w-5, 4, want[1])
			if m.Small != nil {
				t.Error("a small picture has a smaller one")
			}
		}
	}
}

func TestLargePicturesAreMadeSmaller(t *testing.T) {
	b := asPNG(t, quarters(2400, 80, 255))
	m, err := remake(b, of2("image/png", b))
	if err != nil {
		t.Fatal(err)
	}
	large, err := jpeg.Decode(bytes.NewReader(m.Large)) // nothing shines through, so it is no PNG any more
	if err != nil {
		t.Fatal(err)
	}
	small, err := jpeg.Decode(bytes.NewReader(m.Small))
	if err != nil {
		t.Fatal(err)
	}
	if got := large.Bounds().Size(); got != image.Pt(2048, 68) || m.Picture.Width != 2048 || m.Picture.Height != 68 {
		t.Errorf("%v, %+v", got, m.Picture)
	}
	u := of2("image/png", b)
	u.Made = m.Picture
	name, w, h, ok := Small("/media/" + u.Name())
	if got := small.Bounds().Size(); !ok || got != image.Pt(w, h) || got != image.Pt(480, 16) || name != "/media/u/"+string(u.ID)+"-s.jpg" {
		t.Errorf("%v, %q %d %d %v", got, name, w, h, ok)
	}
	near(t, small, 10, 3, red)
	near(t, small, 470, 3, green)
	near(t, small, 10, 13, blue)
}

func TestWhatShinesThroughStaysPNG(t *testing.T) {
	b := asPNG(t, quarters(600, 100, 0))
	m, err := remake(b, of2("image/png", b))
	if err != nil || m.Picture.Type != "image/png" {
		t.Fatalf("%+v %v", m.Picture, err)
	}
	img, err := png.Decode(bytes.NewReader(m.Small))
	if err != nil {
		t.Fatal(err)
	}
	near(t, img, 400, 70, color.NRGBA{})
	near(t, img, 10, 10, red)
}

// webpFile is one red pixel in lossless WebP.
const webpFile = "UklGRh4AAABXRUJQVlA4TBEAAAAvAAAAAAfQ//73v/+BiOh/AAA="

func TestFilesAreRefusedForWhatTheyAre(t *testing.T) {
	photo := asJPEG(t, quarters(8, 8, 255))
	var moving bytes.Buffer
	if err := gif.Encode(&moving, quarters(8, 8, 255), nil); err != nil {
		t.Fatal(err)
	}
	huge := append([]byte{}, asPNG(t, quarters(8, 8, 255))...)
	binary.BigEndian.PutUint32(huge[16:], 12001) // the head says so; nobody should allocate it
	fixCRC(huge)
	web, err := base64.StdEncoding.DecodeString(webpFile)
	if err != nil {
		t.Fatal(err)
	}
	plain := sized(photo, 0xC0, 6000, 4000)
	bomb := sized(photo, 0xC2, 6000, 4000)
	deep := asPNG(t, image.NewNRGBA64(image.Rect(0, 0, 8, 8)))
	binary.BigEndian.PutUint32(deep[16:], 6000)
	binary.BigEndian.PutUint32(deep[20:], 6000)
	fixCRC(deep)
	scan := bytes.Index(photo, []byte{0xFF, 0xDA})
	passing := append(append([]byte{}, photo[:len(photo)-2]...), bytes.Repeat(photo[scan:len(photo)-2], 64)...)
	lying := append([]byte("RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\x07\x00\x00\x07\x00\x00"), web[12:]...)
	binary.LittleEndian.PutUint32(lying[4:], uint32(len(lying)-8))
	other := of2("image/jpeg", photo)
	other.Sum = strings.Repeat("0", 64)
	longer := of2("image/jpeg", photo)
	longer.Bytes++
	for name, c := range map[string]struct {
		b    []byte
		u    Upload
		code string
	}{
		"a photo":               {photo, of2("image/jpeg", photo), ""},
		"WebP":                  {web, of2("image/webp", web), ""},
		"a photo called PNG":    {photo, of2("image/png", photo), Unsupported},
		"GIF":                   {moving.Bytes(), of2("image/jpeg", moving.Bytes()), Unsupported},
		"a page":                {[]byte("<html><script>"), of2("image/png", []byte("<html><script>")), Unsupported},
		"other bytes":           {photo, other, Mismatch},
		"another length":        {photo, longer, Mismatch},
		"half a photo":          {photo[:100], of2("image/jpeg", photo[:100]), Broken},
		"a head alone":          {photo[:3], of2("image/jpeg", photo[:3]), Broken},
		"more than a telephone": {huge, of2("image/png", huge), TooLarge},
		"a progressive bomb":    {bomb, of2("image/jpeg", bomb), TooLarge},
		"the same, baseline":    {plain, of2("image/jpeg", plain), Broken}, // it may be that large, but has no pixels
		"a bomb of 16 bits":     {deep, of2("image/png", deep), TooLarge},
		"passes without end":    {passing, of2("image/jpeg", passing), TooLarge},
		"WebP whose head lies":  {lying, of2("image/webp", lying), Broken},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := remake(c.b, c.u)
			r, refused := errors.AsType[*fault.Refusal](err)
			if c.code == "" && err != nil || c.code != "" && (!refused || r.Code != c.code) {
				t.Errorf("%v, want %q", err, c.code)
			}
		})
	}
}

// sized is a JPEG whose head tells of another size and kind.
func sized(file []byte, kind byte, width, height uint16) []byte {
	out := append([]byte{}, file...)
	at := bytes.Index(out, []byte{0xFF, 0xC0})
	out[at+1] = kind
	binary.BigEndian.PutUint16(out[at+5:], height)
	binary.BigEndian.PutUint16(out[at+7:], width)
	return out
}

func fixCRC(b []byte) {
	binary.BigEndian.PutUint32(b[29:], crc(b[12:29]))
}

// Broken notes must never be read beyond their end.
func FuzzOrientation(f *testing.F) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, quarters(8, 8, 255), nil); err != nil {
		f.Fatal(err)
	}
	f.Add(noted(b.Bytes(), 6, binary.BigEndian))
	f.Add(noted(b.Bytes(), 3, binary.LittleEndian)[:40])
	f.Fuzz(func(t *testing.T, b []byte) {
		if v := orientation(b); v < 1 || v > 8 {
			t.Errorf("%d", v)
		}
	})
}
