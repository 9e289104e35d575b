package programme

import "math"

// Recommendations says how what members do and say changes what they are recommended, from the next request on.
type Recommendations struct {
	Rotation Rotation `yaml:"rotation"` // what was shown and left sinks
	Recent   Recent   `yaml:"recent"`   // what was just looked at speaks for what is like it
	Said     Said     `yaml:"said"`     // what members say themselves
	Intake   Intake   `yaml:"intake"`   // how many events are taken
	OwnDays  int64    `yaml:"ownDays"`  // what was bought through a recommendation is left out so long, but where it is used up
	Crowd    Crowd    `yaml:"crowd"`    // what it counts that others of the member's kind buy something
	Scenes   []Scene  `yaml:"scenes"`   // when some products suit better
}

// Crowd says what it counts that something is bought much where the member lives, in the member's tier, or at this time of
// the year. Worths are as in Recent, for what is bought most; 0 = nothing.
type Crowd struct {
	Region int64 `yaml:"region"`
	Tier   int64 `yaml:"tier"`
	Season int64 `yaml:"season"`
}

// Rotation lets things sink that were shown and not clicked.
type Rotation struct {
	Percent int64 `yaml:"percent"` // of its weight that a thing keeps each time
	Days    int64 `yaml:"days"`    // after which it has recovered, counted from the last time
}

// Loss is what a thing's score, a logarithm, loses each time.
func (r Rotation) Loss() float64 {
	if r.Percent == 0 {
		return 0
	}
	return -math.Log(float64(r.Percent) / 100)
}

// Recent says what things count that a member has just looked at. Worths are hundredths of a score's logarithm, for the
// thing that is likest.
type Recent struct {
	Viewed      int64 `yaml:"viewed"`      // what a click is worth
	InCart      int64 `yaml:"inCart"`      // what putting into the cart is worth
	HalfMinutes int64 `yaml:"halfMinutes"` // after which half of it is left
	Things      int64 `yaml:"things"`      // so many things at most, the last ones
}

// Said says what it counts when members ask for more or less like a thing. Worths are as in Recent.
type Said struct {
	More     int64 `yaml:"more"`
	HalfDays int64 `yaml:"halfDays"` // after which half of More is left
	Less     int64 `yaml:"less"`     // what the likest thing loses, as long as the member does not take it back
	Most     int64 `yaml:"most"`     // so much a member can say
}

// Intake bounds events of recommendations.
type Intake struct {
	Batch   int64 `yaml:"batch"`   // events in one request; the gateway takes no longer lists than 100
	Most    int64 `yaml:"most"`    // events of one member within Minutes
	Minutes int64 `yaml:"minutes"` //
	Days    int64 `yaml:"days"`    // older ones are refused, and so long the same one counts once
}

// recommendations checks how recommendations follow members.
func (c *check) recommendations() {
	r := c.p.Recommendations
	if r == nil {
		return
	}
	c.between("recommendations.rotation.percent", r.Rotation.Percent, 1, 100)
	c.between("recommendations.rotation.days", r.Rotation.Days, 1, 30)
	c.between("recommendations.recent.viewed", r.Recent.Viewed, 0, 1000)
	c.between("recommendations.recent.inCart", r.Recent.InCart, 0, 1000)
	c.between("recommendations.recent.halfMinutes", r.Recent.HalfMinutes, 1, 60*24*7)
	c.between("recommendations.recent.things", r.Recent.Things, 0, 50)
	c.between("recommendations.said.more", r.Said.More, 0, 1000)
	c.between("recommendations.said.halfDays", r.Said.HalfDays, 1, 3650)
	c.between("recommendations.said.less", r.Said.Less, 0, 1000)
	c.between("recommendations.said.most", r.Said.Most, 1, 1000)
	c.between("recommendations.intake.batch", r.Intake.Batch, 1, 100)
	c.between("recommendations.intake.most", r.Intake.Most, 1, 100_000)
	c.between("recommendations.intake.minutes", r.Intake.Minutes, 1, 60*24)
	c.between("recommendations.intake.days", r.Intake.Days, 1, 30)
	c.between("recommendations.ownDays", r.OwnDays, 0, 30)
	c.between("recommendations.crowd.region", r.Crowd.Region, 0, 1000)
	c.between("recommendations.crowd.tier", r.Crowd.Tier, 0, 1000)
	c.between("recommendations.crowd.season", r.Crowd.Season, 0, 1000)
	c.scenes()
}
