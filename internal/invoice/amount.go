package invoice

import (
	"errors"
	"fmt"
	"strings"
)

// maxUnits bounds a unit price before the point: with quantities of 32 bits every line fits 64 bits.
const maxUnits = 999_999

var errPrice = errors.New("allowed are decimal numbers below 1,000,000 with up to three decimals")

// parseMilli reads a decimal number with up to three decimals into thousandths.
func parseMilli(s string) (int64, error) {
	bad := fmt.Errorf("is %q; %w", s, errPrice)
	digits, negative := strings.CutPrefix(s, "-")
	whole, part, _ := strings.Cut(digits, ".")
	for len(part) > 3 && part[len(part)-1] == '0' { // 2.5500 is 2.55
		part = part[:len(part)-1]
	}
	if whole == "" || len(whole) > 6 || len(part) > 3 {
		return 0, bad
	}
	var n int64
	for _, c := range []byte(whole + (part + "000")[:3]) {
		if c < '0' || c > '9' {
			return 0, bad
		}
		n = n*10 + int64(c-'0')
	}
	if n > maxUnits*1000+999 {
		return 0, bad
	}
	if negative {
		n = -n
	}
	return n, nil
}

// lineFen is quantity × price in fen, rounded half away from zero; the price is in thousandths of a yuan.
func lineFen(quantity, milli int64) int64 {
	tenths := quantity * milli // tenths of a fen
	if tenths < 0 {
		return -((-tenths + 5) / 10)
	}
	return (tenths + 5) / 10
}
