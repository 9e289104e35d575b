package community

import "time"

// Ruling says to the author of a post or comment why others do not see it, and what became of an appeal. The zero
// Ruling is none: nothing was ever wrong with it.
type Ruling struct {
	Reason   string    // code, such as "WORDS"; phrase "moderation."+Reason says it
	Note     string    // what a moderator wrote to the author; empty where nobody did
	By       RuledBy   // who decided
	Staff    string    // which moderator, whom nobody but moderators may know; empty for others
	At       time.Time // when, to the millisecond
	Appeal   string    // what the author answered; empty if nothing
	Appealed time.Time // when; zero = never
	Ended    time.Time // when the appeal was decided; zero = not yet, or there is none
}

// RuledBy is who decided about a post or comment.
type RuledBy string

// Who decides.
const (
	ByRules   RuledBy = "RULES"   // rules and services that look at texts when they are sent
	ByReports RuledBy = "REPORTS" // enough members reported it
	ByStaff   RuledBy = "STAFF"   // a moderator
)

// Appealable tells whether an author may still answer: something was decided against the text, and this was not
// answered yet.
func (r Ruling) Appealable(s Moderation) bool {
	return (s == Removed || s == Limited) && r.Reason != "" && r.Appealed.IsZero()
}
