package upload

import (
	"encoding/binary"
	"image"
	"image/color"
)

// burden tells by a picture's head what decoding it takes: bytes a pixel, and passes over all pixels.
func burden(kind string, b []byte, c image.Config) (bytes int64, scans int) {
	switch kind {
	case "image/jpeg":
		progressive, parts, scans := passes(b)
		if progressive { // 64 coefficients of 4 bytes for each 64 pixels, beside the pixels
			return 5 * parts, scans
		}
		return parts, scans
	case "image/png":
		if c.ColorModel == color.NRGBA64Model || c.ColorModel == color.RGBA64Model {
			return 8, 1
		}
		return 4, 1
	default: // WebP: without loss it is decoded into one copy and turned into another
		return 8, 1
	}
}

// passes reads a JPEG's markers: whether it is progressive, of how many parts its colours are, and how often its pixels
// are gone through. What is no JPEG is for the decoder to say.
func passes(b []byte) (progressive bool, parts int64, scans int) {
	parts = 4
	for at := 2; at+4 <= len(b); {
		switch marker := b[at+1]; {
		case b[at] != 0xFF, marker == 0x00, marker >= 0xD0 && marker <= 0xD7: // pixels
			at++
			continue
		case marker == 0xFF: // filling
			at++
			continue
		case marker == 0xDA:
			scans++
		case marker == 0xC2:
			progressive = true
		case marker == 0xD9: // the end
			return progressive, parts, scans
		}
		at += 2 + int(binary.BigEndian.Uint16(b[at+2:]))
	}
	return progressive, parts, scans
}
