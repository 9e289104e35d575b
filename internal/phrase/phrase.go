// Package phrase holds what the gateway itself says to members, in every language that it speaks. Programmes bring
// their own texts.
package phrase

import (
	_ "embed"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"membergate/internal/viewer"
)

//go:embed phrases.yaml
var file []byte

var phrases = parse()

func parse() map[string]map[string]string {
	out := map[string]map[string]string{}
	if err := yaml.Unmarshal(file, &out); err != nil { // the file is part of the program, and a test reads it
		panic(err)
	}
	return out
}

// Say gives a phrase by its code in a language, with {0}, {1} … filled in. A code without a phrase says itself.
func Say(locale viewer.Locale, code string, fill ...string) string {
	texts, ok := phrases[code]
	if !ok {
		return code
	}
	text, ok := texts[string(locale)]
	if !ok {
		text = texts[string(viewer.SimplifiedChinese)]
	}
	for i, f := range fill {
		text = strings.ReplaceAll(text, "{"+strconv.Itoa(i)+"}", f)
	}
	return text
}
