package upload

import (
	"bytes"
	"encoding/binary"
	"io"
)

// of makes a decoder of files one of bytes.
func of[T any](decode func(io.Reader) (T, error)) func(*bytes.Reader) (T, error) {
	return func(r *bytes.Reader) (T, error) { return decode(r) }
}

// orientation reads how a JPEG is to be turned, 1 to 8, from its EXIF part; 1 where it says nothing that can be read. It is
// the one thing of a telephone's notes that the pixels need.
func orientation(b []byte) int {
	for at := 2; at+4 <= len(b) && b[at] == 0xFF; {
		marker, n := b[at+1], int(binary.BigEndian.Uint16(b[at+2:]))
		if marker == 0xDA || n < 2 || at+2+n > len(b) { // the pixels begin
			break
		}
		if part := b[at+4 : at+2+n]; marker == 0xE1 && bytes.HasPrefix(part, []byte("Exif\x00\x00")) {
			return turned(part[6:])
		}
		at += 2 + n
	}
	return 1
}

// turned reads tag 0x0112 of the first directory of a TIFF.
func turned(t []byte) int {
	var order binary.ByteOrder = binary.BigEndian
	if bytes.HasPrefix(t, []byte("II")) {
		order = binary.LittleEndian
	}
	if len(t) < 8 {
		return 1
	}
	at := int64(order.Uint32(t[4:]))
	if at+2 > int64(len(t)) {
		return 1
	}
	n := int64(order.Uint16(t[at:]))
	for i := range n {
		e := at + 2 + 12*i
		if e+12 > int64(len(t)) {
			return 1
		}
		if order.Uint16(t[e:]) == 0x0112 {
			if v := int(order.Uint16(t[e+8:])); v >= 1 && v <= 8 {
				return v
			}
			return 1
		}
	}
	return 1
}
