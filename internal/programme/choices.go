package programme

import (
	"slices"
	"time"
)

// Stock is how often a benefit can be used in a period by all members together.
type Stock struct {
	Total int64  `yaml:"total"`
	Per   Period `yaml:"per"` // MONTH, YEAR or ONCE
}

// Choices are the things of which a use of a benefit gives one.
type Choices struct {
	Show    int      `yaml:"show"` // how many a member chooses from
	Options []Option `yaml:"options"`
}

// Option is one thing to choose.
type Option struct {
	Code        string   `yaml:"code"`
	Titles      Text     `yaml:"titles"`
	Value       int64    `yaml:"value"`       // fen
	Signs       []string `yaml:"signs"`       // for whom alone it is; empty = all
	Preferences []string `yaml:"preferences"` // who likes any of them sees it before others; empty = no matter
}

// Sign is a part of the year in which people are born, such as a sign of the zodiac: from its day until the next one's.
type Sign struct {
	Code  string `yaml:"code"`
	Names Text   `yaml:"names"`
	From  string `yaml:"from"` // local day of the year, such as "03-21"
}

// SignOf is the code of the sign of a birthday such as 1990-02-28; empty if the birthday is unknown or there are no signs.
func (p *Programme) SignOf(birthday string) string {
	born, err := time.Parse(time.DateOnly, birthday)
	if err != nil || len(p.Signs) == 0 {
		return ""
	}
	day := born.Format("01-02")
	code := p.Signs[len(p.Signs)-1].Code // who is born before the first one begins has last year's last one
	for _, s := range p.Signs {
		if s.From <= day {
			code = s.Code
		}
	}
	return code
}

// Fits tells whether an option is for people of a sign.
func (o Option) Fits(sign string) bool { return len(o.Signs) == 0 || slices.Contains(o.Signs, sign) }
