package product

import "strconv"

// Money is an amount as apps see it: a decimal string, so that nothing is rounded on the way.
type Money struct {
	Amount       string // in whole units of the currency, such as "12.50"
	CurrencyCode string // ISO 4217
}

// Yuan is an amount of thousandths of a yuan, with two decimals, or three where the third is not 0.
func Yuan(milli int64) Money {
	return Money{Amount: decimal(milli), CurrencyCode: "CNY"}
}

// decimal writes thousandths: 2550 is "2.55", 1 is "0.001".
func decimal(milli int64) string {
	sign, n := "", uint64(milli)
	if milli < 0 {
		sign, n = "-", -n // two's complement: right for the smallest number too
	}
	part := strconv.FormatUint(1000+n%1000, 10)[1:]
	if part[2] == '0' {
		part = part[:2]
	}
	return sign + strconv.FormatUint(n/1000, 10) + "." + part
}
