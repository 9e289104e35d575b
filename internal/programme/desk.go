package programme

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// AfterSales is how members ask for help with what they bought.
type AfterSales struct {
	Flag     string  `yaml:"flag"`     // the right that is needed
	Service  string  `yaml:"service"`  // kind of the response times that hold
	Kinds    []Named `yaml:"kinds"`    // what can be asked for
	Outcomes []Named `yaml:"outcomes"` // how it can end
	MostOpen int64   `yaml:"mostOpen"` // requests of one member that are not closed
}

// Phrases are the words of the month that members say in stores for something hidden.
type Phrases struct {
	Levels      []PhraseLevel `yaml:"levels"`      // by tier, lowest first
	Words       [][]Text      `yaml:"words"`       // lists of which a word takes one each, in this order
	WrongPerDay int64         `yaml:"wrongPerDay"` // words that one clerk may check in vain in a day of the programme's zone
}

// Heard is what is heard of a text: letters and digits, without their case and form.
func Heard(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.L, unicode.N) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(text))
}

// PhraseLevel is whose word gives what.
type PhraseLevel struct {
	Tier    string `yaml:"tier"`    // and above, up to the next level's
	Benefit string `yaml:"benefit"` // that the member must have
	Hidden  Text   `yaml:"hidden"`  // what is given for it
}
