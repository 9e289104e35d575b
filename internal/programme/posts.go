package programme

import (
	"fmt"
	"slices"
	"time"
)

// Posts says what members may write.
type Posts struct {
	BodyMax     int            `yaml:"bodyMax"`     // characters of a post
	CommentMax  int            `yaml:"commentMax"`  // characters of a comment
	TopicsMax   int            `yaml:"topicsMax"`   // of a post
	ProductsMax int            `yaml:"productsMax"` // of a post
	PicturesMax int            `yaml:"picturesMax"` // of a post
	Campaigns   []PostCampaign `yaml:"campaigns"`   // what members are asked to write about for a while
	Adoption    *Adoption      `yaml:"adoption"`    // absent = no post is adopted
}

// Adoption is what the author of an adopted post gets beside what the earning rules give for post.adopted.
type Adoption struct {
	Badge Named `yaml:"badge"` // once for a member
}

// PostCampaign is what members are asked to write about for a while; its posts are filed under its topic.
type PostCampaign struct {
	Code   string    `yaml:"code"`
	Titles Text      `yaml:"titles"`
	Terms  Text      `yaml:"terms"`
	Topic  string    `yaml:"topic"` // id of the topic
	Key    string    `yaml:"key"`   // the topic as written behind a #
	From   time.Time `yaml:"from"`
	Until  time.Time `yaml:"until"` // exclusive
}

// Campaign finds a campaign by its code.
func (p *Posts) Campaign(code string) (PostCampaign, bool) {
	i := slices.IndexFunc(p.Campaigns, func(c PostCampaign) bool { return c.Code == code })
	if code == "" || i < 0 {
		return PostCampaign{}, false
	}
	return p.Campaigns[i], true
}

// posts checks what members may write.
func (c *check) posts() {
	p := c.p.Posts
	if p == nil {
		return
	}
	c.between("posts.bodyMax", int64(p.BodyMax), 1, 20_000)
	c.between("posts.commentMax", int64(p.CommentMax), 1, 5_000)
	c.between("posts.topicsMax", int64(p.TopicsMax), 0, 20)
	c.between("posts.productsMax", int64(p.ProductsMax), 0, 50)
	c.between("posts.picturesMax", int64(p.PicturesMax), 0, 18)
	if a := p.Adoption; a != nil {
		c.code("posts.adoption.badge.code", a.Badge.Code)
		c.text("posts.adoption.badge.names", a.Badge.Names)
	}
	c.unique("posts.campaigns", codes(p.Campaigns, func(o PostCampaign) string { return o.Code }))
	for i, o := range p.Campaigns {
		at := fmt.Sprintf("posts.campaigns[%d]", i)
		c.text(at+".titles", o.Titles)
		c.text(at+".terms", o.Terms)
		c.filled(at+".topic", o.Topic)
		c.filled(at+".key", o.Key)
		if !o.From.Before(o.Until) {
			c.add(at+".until", "is %s; allowed is a time after from", o.Until.Format(time.RFC3339))
		}
	}
}
