package programme

import (
	"fmt"
	"slices"
)

// Contributions says what of what members write counts for them in the month in which they wrote it, and the boards that
// show who did most.
type Contributions struct {
	Post         int64         `yaml:"post"`         // points of a post
	Comment      int64         `yaml:"comment"`      // points of a comment on a post of somebody else
	Adoption     int64         `yaml:"adoption"`     // points more of a post that the retailer adopted
	Like         int64         `yaml:"like"`         // points of each other member who reacted to a post or comment
	LikesMax     int64         `yaml:"likesMax"`     // most of them that count for one post or comment
	CommentsMax  int64         `yaml:"commentsMax"`  // most comments of a member on one post that count, the first ones
	Visibilities []string      `yaml:"visibilities"` // of posts that count, and the comments on which do
	Boards       []Leaderboard `yaml:"boards"`       //
	Groups       bool          `yaml:"groups"`       // each group has a board of those who are in it
	KeepMonths   int           `yaml:"keepMonths"`   // how many months before this one can be looked at
	Star         *GroupStar    `yaml:"star"`         // absent = groups have no star
}

// Leaderboard shows who did most in a month.
type Leaderboard struct {
	Code   string `yaml:"code"`
	Titles Text   `yaml:"titles"`
	Board  string `yaml:"board"` // code of the board of posts that it is of; empty = of all
}

// GroupStar is what who did most of a group in a month gets, beside what the earning rules give for group.starred.
type GroupStar struct {
	LeastPoints int64       `yaml:"leastPoints"` // who has fewer is no star
	AfterHours  int         `yaml:"afterHours"`  // how long after the month's end it is decided
	Badge       Named       `yaml:"badge"`       // once for a member
	Awards      []Award     `yaml:"awards"`
	Streak      *StarStreak `yaml:"streak"` // absent = each month is for itself
}

// StarStreak is what who is a group's star in months that follow one another gets each time that they are full.
type StarStreak struct {
	Months int     `yaml:"months"`
	Role   string  `yaml:"role"` // in the group; empty = none
	Awards []Award `yaml:"awards"`
}

// Award is something that a member has for a while, from when it is given.
type Award struct {
	Code   string `yaml:"code"`
	Names  Text   `yaml:"names"`
	Terms  Text   `yaml:"terms"`
	Months int    `yaml:"months"`
}

// Award finds an award by its code.
func (s *GroupStar) Award(code string) (Award, bool) {
	all := s.Awards
	if s.Streak != nil {
		all = slices.Concat(all, s.Streak.Awards)
	}
	for _, a := range all {
		if a.Code == code {
			return a, true
		}
	}
	return Award{}, false
}

// visibilities are those of posts that can count: what only some see would be counted for nobody to see.
var visibilities = []string{"PUBLIC", "MEMBERS", "TIER"}

// contributions checks what counts, the boards, and what stars get.
func (c *check) contributions() {
	o := c.p.Contributions
	if o == nil {
		return
	}
	const most = 1_000_000
	for key, n := range map[string]int64{"post": o.Post, "comment": o.Comment, "adoption": o.Adoption, "like": o.Like,
		"likesMax": o.LikesMax, "commentsMax": o.CommentsMax} {
		c.between("contributions."+key, n, 0, most)
	}
	c.allKnown("contributions.visibilities", o.Visibilities, visibilities)
	c.between("contributions.keepMonths", int64(o.KeepMonths), 0, 120)
	boards := codes(c.p.Boards, func(b Board) string { return b.Code })
	c.unique("contributions.boards", codes(o.Boards, func(b Leaderboard) string { return b.Code }))
	for i, b := range o.Boards {
		at := fmt.Sprintf("contributions.boards[%d]", i)
		c.text(at+".titles", b.Titles)
		c.known(at+".board", b.Board, boards)
	}
	if s := o.Star; s != nil {
		c.star("contributions.star", s)
	}
}

func (c *check) star(at string, s *GroupStar) {
	c.between(at+".leastPoints", s.LeastPoints, 1, 1_000_000)
	c.between(at+".afterHours", int64(s.AfterHours), 0, 240)
	c.code(at+".badge.code", s.Badge.Code)
	c.text(at+".badge.names", s.Badge.Names)
	c.awards(at+".awards", s.Awards)
	if k := s.Streak; k != nil {
		c.between(at+".streak.months", int64(k.Months), 2, 120)
		c.known(at+".streak.role", k.Role, codes(c.p.GroupRoles, func(r GroupRole) string { return r.Code }))
		c.awards(at+".streak.awards", k.Awards)
	}
}

func (c *check) awards(at string, all []Award) {
	c.unique(at, codes(all, func(a Award) string { return a.Code }))
	for i, a := range all {
		one := fmt.Sprintf("%s[%d]", at, i)
		c.text(one+".names", a.Names)
		c.text(one+".terms", a.Terms)
		c.between(one+".months", int64(a.Months), 1, 120)
	}
}
