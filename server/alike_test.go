package main

import (
	"fmt"
	"regexp"
	"testing"
)

var number = regexp.MustCompile(`\d+`)

// The same orders make the same answers, whatever the stores: names given by chance and signatures aside.
func TestBothEnginesAnswerAlike(t *testing.T) {
	needServers(t)
	one, other := ready(t, embedded), ready(t, servers)
	queries := appQueries(t)
	all := askings()
	for _, who := range []string{"12583", "12662", "12838", "13047", "13468", "13694", "14606", "14911", "15311", "16210", "17841", "18229"} {
		for _, operation := range []string{"Home", "WalletPage", "TierPage"} {
			all = append(all, asking{operation, who, sampleEnd, nil}, asking{operation, who, today, nil})
		}
	}
	for _, a := range all {
		q := question{query: queries[a.operation].text, variables: a.variables, who: a.who, at: a.at}
		first, second := masked(t, good(t, one.gateway.url, q)), masked(t, good(t, other.gateway.url, q))
		if a.operation == "CoinSupply" { // other tests let people race, and chance says who of them spends
			first, second = number.ReplaceAllString(first, "0"), number.ReplaceAllString(second, "0")
		}
		if first != second {
			t.Errorf("%s: %s", a, difference(first, second))
		}
	}
}

// difference tells where two answers begin to differ.
func difference(one, other string) string {
	at := 0
	for at < min(len(one), len(other)) && one[at] == other[at] {
		at++
	}
	from := max(0, at-200)
	return fmt.Sprintf("two answers differ:\n…%s\n…%s", shortened(one[from:]), shortened(other[from:]))
}
