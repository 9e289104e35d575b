package demo

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"membergate/internal/community"
	"membergate/internal/member"
)

// mark is one reaction or bookmark.
type mark struct {
	who  member.ID
	on   community.Subject
	kind community.Kind
	at   time.Time
}

// react makes reactions and bookmarks: few posts have many, many have few, and what is older has more.
func (p *plan) react() {
	kinds := map[community.PostID]string{}
	byText := map[string]string{}
	for _, w := range p.texts.writings {
		byText[w.Text] = w.kind
	}
	for _, post := range p.posts {
		kinds[post.ID] = byText[post.Body]
	}
	c := p.luck.rand("marks")
	for place, i := range c.Perm(len(p.posts)) {
		post := p.posts[i]
		readers := p.audience(post)
		age := p.now.Sub(post.CreatedAt).Hours() / 24
		charm := 95*math.Pow(float64(place+1), -0.62)*min(1, 0.3+age/4) + float64(c.IntN(4))
		p.marked(c, readers, post.Subject(), post.CreatedAt, int(charm), p.texts.moods[kinds[post.ID]])
		keep := 12
		if k := kinds[post.ID]; k == "recipe" || k == "knowledge" {
			keep = 35
		}
		p.marked(c, readers, post.Subject(), post.CreatedAt, int(charm)*keep/100, map[community.Kind]int{community.Bookmark: 1})
	}
	posts := map[community.PostID]community.Post{}
	for _, post := range p.posts {
		posts[post.ID] = post
	}
	for _, comment := range p.comments {
		n := int(9 * c.Float64() * c.Float64() * c.Float64())
		p.marked(c, p.audience(posts[comment.Post]), comment.Subject(), comment.CreatedAt, n, p.texts.moods["comment"])
	}
}

// marked makes n readers mark something, one in seven of them in two ways.
func (p *plan) marked(c chance, readers []*person, on community.Subject, since time.Time, n int, moods map[community.Kind]int) {
	mood := lotteryOf(moods)
	for _, i := range c.Perm(len(readers))[:min(n, len(readers))] {
		at := c.between(since, p.now)
		kind := mood.draw(c)
		p.marks = append(p.marks, mark{readers[i].ID, on, kind, at})
		if other := mood.draw(c); other != kind && c.happens(20) {
			p.marks = append(p.marks, mark{readers[i].ID, on, other, at.Add(time.Second)})
		}
	}
}

// tie is one thing that a member follows.
type tie struct {
	kind community.TieKind
	to   string
}

// seat is a member's place in a group.
type seat struct {
	group string
	who   member.ID
	seats int
}

// tie makes members follow those who write a lot and topics, and join groups that are open to them.
func (p *plan) tie() {
	fame := map[member.ID]int{}
	for _, who := range p.people {
		if who.grown {
			fame[who.ID] = 1
		}
		if who.editor {
			fame[who.ID] = 8
		}
	}
	for _, post := range p.posts {
		fame[post.Author] += 3
	}
	var topics []string
	for key := range p.texts.topics {
		topics = append(topics, key)
	}
	slices.Sort(topics)
	famous := lotteryOf(fame)
	p.ties = map[member.ID][]tie{}
	for i := range p.people {
		who := &p.people[i]
		if !who.grown {
			continue
		}
		c := p.luck.rand("ties", string(who.ID))
		seen := map[string]bool{string(who.ID): true}
		follow := func(kind community.TieKind, to string) {
			if !seen[to] {
				seen[to] = true
				p.ties[who.ID] = append(p.ties[who.ID], tie{kind, to})
			}
		}
		for range 3 + c.IntN(9) {
			follow(community.Follow, string(famous.draw(c)))
		}
		for range 1 + c.IntN(4) {
			follow(community.FollowTopic, pick(c, topics))
		}
		p.join(who, c)
	}
	slices.SortFunc(p.circles, func(a, b seat) int {
		return cmp.Or(strings.Compare(a.group, b.group), strings.Compare(string(a.who), string(b.who)))
	})
}

func (p *plan) join(who *person, c chance) {
	r := community.Reader{Member: who.ID, Rank: who.rank, Segments: p.segments(who)}
	for _, g := range p.rules.Groups {
		taken := 0
		for _, s := range p.circles {
			if s.group == g.Code {
				taken++
			}
		}
		if r.CanJoin(p.rules, g, community.Circle{Members: int64(taken)}) && c.happens(60) {
			p.circles = append(p.circles, seat{g.Code, who.ID, g.MaxSize})
		}
	}
}
