package upload

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/webp"

	"membergate/internal/fault"
)

const (
	// mostSide and mostPixels bound what is decoded: no telephone's picture has longer sides.
	mostSide   = 12000
	mostPixels = 40_000_000
	// mostMemory bounds what decoding a picture may take, in bytes, by what its head says: 40 million pixels as telephones
	// write them, 33 million of a WebP, 17 million of a progressive JPEG, whose coefficients are all kept until its end. Ours.
	mostMemory = 256 << 20
	// mostScans bounds the passes over a JPEG's pixels: some ten are usual, and a file of 10 MB may ask for 200,000. Ours.
	mostScans = 64
	// side is the longer side of what is kept: twice the pixels of a large telephone's screen in width. Ours.
	side = 2048
	// smallSide is the longer side of the small picture: a column of a list at three pixels a point. Ours.
	smallSide = 480
	// quality is JPEG's, of what is made again: above it, files grow and nobody sees why. Ours.
	quality = 85
)

// made are the files that are made of one that was sent.
type made struct {
	Picture      Picture
	Large, Small []byte // Small is nil where the picture is small already
}

// remake checks the bytes that were sent against what was announced, and makes the pictures anew: nothing of the file but
// its pixels goes on, turned upright. A refusal is one of the codes.
func remake(b []byte, u Upload) (made, error) {
	if sum := sha256.Sum256(b); int64(len(b)) != u.Bytes || hex.EncodeToString(sum[:]) != u.Sum {
		return made{}, fault.Refuse(Mismatch, "uploadId", "the file has other bytes than those announced")
	}
	kind := sniff(b)
	if kind == "" || kind != u.Type {
		return made{}, fault.Refuse(Unsupported, "uploadId", "the file is no %s", u.Type)
	}
	c, err := sizes[kind](bytes.NewReader(b))
	if err != nil || c.Width < 1 || c.Height < 1 {
		return made{}, fault.Refuse(Broken, "uploadId", "the file cannot be read as a picture")
	}
	if max(c.Width, c.Height) > mostSide || c.Width*c.Height > mostPixels {
		return made{}, fault.Refuse(TooLarge, "uploadId", "the picture has %d by %d pixels; allowed are %d a side and %d in all", c.Width, c.Height, mostSide, mostPixels)
	}
	weight, scans := burden(kind, b, c)
	if int64(c.Width)*int64(c.Height)*weight > mostMemory || scans > mostScans {
		return made{}, fault.Refuse(TooLarge, "uploadId", "the picture has %d by %d pixels of %d bytes in %d passes; allowed are %d bytes and %d passes", c.Width, c.Height, weight, scans, mostMemory, mostScans)
	}
	img, err := decoders[kind](bytes.NewReader(b))
	if err != nil {
		return made{}, fault.Refuse(Broken, "uploadId", "the file cannot be read as a picture")
	}
	turn := 1
	if kind == "image/jpeg" {
		turn = orientation(b)
	}
	large := scaled(img, side)
	out := made{Picture: Picture{Type: "image/jpeg"}}
	if !large.Opaque() {
		out.Picture.Type = "image/png"
	}
	large = upright(large, turn)
	out.Picture.Width, out.Picture.Height = large.Bounds().Dx(), large.Bounds().Dy()
	if out.Large, err = encode(large, out.Picture.Type); err != nil {
		return made{}, err
	}
	if max(out.Picture.Width, out.Picture.Height) > smallSide {
		out.Small, err = encode(scaled(large, smallSide), out.Picture.Type)
	}
	return out, err
}

// sniff tells the kind of a file by its first bytes, whatever it was called.
func sniff(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return "image/jpeg"
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	case len(b) > 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return "image/webp"
	}
	return ""
}

var (
	sizes    = map[string]func(*bytes.Reader) (image.Config, error){"image/jpeg": of(jpeg.DecodeConfig), "image/png": of(png.DecodeConfig), "image/webp": of(webp.DecodeConfig)}
	decoders = map[string]func(*bytes.Reader) (image.Image, error){"image/jpeg": of(jpeg.Decode), "image/png": of(png.Decode), "image/webp": of(webp.Decode)}
)

// fit gives the size of a picture whose longer side is at most so long; no side becomes 0.
func fit(width, height, longest int) (int, int) {
	switch {
	case max(width, height) <= longest:
		return width, height
	case width >= height:
		return longest, max(1, (height*longest+width/2)/width)
	default:
		return max(1, (width*longest+height/2)/height), longest
	}
}

// scaled is a copy in plain colours whose longer side is at most so long. Each pixel is the mean of those that it stands
// for; the source is drawn a few rows at a time, because a copy of a whole one may need 160 MB.
func scaled(src image.Image, longest int) *image.RGBA {
	from := src.Bounds()
	w, h := fit(from.Dx(), from.Dy(), longest)
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if w == from.Dx() && h == from.Dy() {
		draw.Draw(out, out.Bounds(), src, from.Min, draw.Src)
		return out
	}
	band := image.NewRGBA(image.Rect(0, 0, from.Dx(), from.Dy()/h+2))
	for y := range h {
		top, bottom := y*from.Dy()/h, max((y+1)*from.Dy()/h, y*from.Dy()/h+1)
		draw.Draw(band, image.Rect(0, 0, from.Dx(), bottom-top), src, from.Min.Add(image.Pt(0, top)), draw.Src)
		for x := range w {
			mean(out.Pix[out.PixOffset(x, y):], band, x*from.Dx()/w, max((x+1)*from.Dx()/w, x*from.Dx()/w+1), bottom-top)
		}
	}
	return out
}

// mean writes the mean colour of a band's columns.
func mean(into []uint8, band *image.RGBA, left, right, rows int) {
	var sum [4]int
	for y := range rows {
		at := band.PixOffset(left, y)
		for i, v := range band.Pix[at : at+4*(right-left)] {
			sum[i%4] += int(v)
		}
	}
	n := rows * (right - left)
	for i := range sum {
		into[i] = uint8((sum[i] + n/2) / n)
	}
}

// upright turns a picture as EXIF's orientation says, 1 to 8.
func upright(src *image.RGBA, turn int) *image.RGBA {
	if turn < 2 || turn > 8 {
		return src
	}
	w, h := src.Bounds().Dx(), src.Bounds().Dy()
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if turn >= 5 {
		out = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			tx, ty := x, y
			switch turn {
			case 2:
				tx = w - 1 - x
			case 3:
				tx, ty = w-1-x, h-1-y
			case 4:
				ty = h - 1 - y
			case 5:
				tx, ty = y, x
			case 6:
				tx, ty = h-1-y, x
			case 7:
				tx, ty = h-1-y, w-1-x
			case 8:
				tx, ty = y, w-1-x
			}
			out.SetRGBA(tx, ty, src.RGBAAt(x, y))
		}
	}
	return out
}

func encode(img *image.RGBA, kind string) ([]byte, error) {
	var b bytes.Buffer
	if kind == "image/png" {
		err := png.Encode(&b, img)
		return b.Bytes(), err
	}
	err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality})
	return b.Bytes(), err
}
