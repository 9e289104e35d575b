package demo

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"membergate/internal/community"
	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/picture"
	"membergate/internal/programme"
)

const (
	postDays = 14               // all posts are of the last two weeks
	youngest = 20 * time.Minute // the newest post: somebody has had time to read it
)

// deed is something a member did that the programme may weigh.
type deed struct {
	at     time.Time
	source string
	action string
}

// compose makes everybody's posts and what others answered.
func (p *plan) compose() {
	p.deeds = map[member.ID][]deed{}
	talk, meet, teach := p.boards()
	busy := p.busy()
	c := p.luck.rand("posts")
	for n, i := range c.Perm(len(p.texts.writings)) {
		w := p.texts.writings[i]
		at := p.now.Add(-youngest).Add(-time.Duration(n) * (postDays*24*time.Hour - 2*youngest) / time.Duration(len(p.texts.writings)))
		at = c.between(at.Add(-40*time.Minute), at)
		board, authors := talk, busy
		switch w.kind {
		case "knowledge":
			board, authors = teach, p.having(func(who person) bool { return who.editor })
		case "event":
			board = meet
		}
		authors = slices.DeleteFunc(slices.Clone(authors), func(who *person) bool {
			return !who.editor && !(community.Reader{Member: who.ID, Rank: who.rank}).CanPost(p.rules, board)
		})
		if len(authors) == 0 {
			continue // nobody may write there
		}
		p.post(w, pick(c, authors), board, at, c)
	}
	slices.SortFunc(p.posts, func(a, b community.Post) int { return strings.Compare(string(a.ID), string(b.ID)) })
}

// boards are where members talk, where they meet, and where the shop's own people teach; one board may be all three.
func (p *plan) boards() (talk, meet, teach programme.Board) {
	open := slices.DeleteFunc(slices.Clone(p.rules.Boards), func(b programme.Board) bool { return len(b.PostRoles) > 0 })
	if len(open) == 0 {
		return programme.Board{}, programme.Board{}, programme.Board{}
	}
	talk, meet, teach = open[0], open[len(open)-1], open[0]
	if i := slices.IndexFunc(p.rules.Boards, func(b programme.Board) bool { return len(b.PostRoles) > 0 }); i >= 0 {
		teach = p.rules.Boards[i]
	}
	return talk, meet, teach
}

// having lists the people for whom something is true.
func (p *plan) having(is func(person) bool) []*person {
	var out []*person
	for i := range p.people {
		if is(p.people[i]) {
			out = append(out, &p.people[i])
		}
	}
	return out
}

// busy are those who write, the keen ones several times; who has no picture only answers others.
func (p *plan) busy() []*person {
	var out []*person
	for _, who := range p.having(func(who person) bool { return who.grown && !who.editor && who.part != family.Teen && who.Avatar != "" }) {
		c := p.luck.rand("busy", string(who.ID))
		for range 1 + int(7*c.Float64()*c.Float64()) {
			out = append(out, who)
		}
	}
	return out
}

func (p *plan) post(w writing, author *person, b programme.Board, at time.Time, c chance) {
	name := w.Text[:min(60, len(w.Text))]
	post := community.Post{
		ID: community.PostID(community.IDOf(at, p.luck.tail("post", name))), Author: author.ID, Board: b.Code, Body: w.Text,
		Products: w.Products, Visibility: community.Public, State: community.Published, CreatedAt: at,
	}
	for _, key := range w.Topics {
		post.Topics = append(post.Topics, community.TopicID(key))
	}
	variant := strconv.Itoa(len(p.posts) + 1)
	if w.See != "" {
		post.Media = append(post.Media, p.picture(picture.Path(picture.Post, w.See, variant), p.texts.alts[w.See]))
	}
	if w.kind == "review" || w.See != "" && len(w.Products) > 0 && c.happens(25) {
		if g, ok := p.shelf[first(w.Products)]; ok {
			post.Media = append(post.Media, p.picture(productPicture(g), g.title))
		}
	}
	switch n := c.IntN(100); {
	case w.kind == "knowledge" || w.kind == "event":
	case n < 6:
		post.Visibility = community.Members
	case n < 8 && author.rank > 0:
		post.Visibility, post.MinRank = community.OfTier, p.rules.Tiers[1].Rank
	case n < 10:
		post.Visibility = community.Followers
	}
	p.posts = append(p.posts, post.Counted(community.Counts{}))
	p.did(author.ID, at, "post:"+string(post.ID), "post")
	if w.kind == "review" {
		p.did(author.ID, at, "review:"+string(post.ID), "review")
	}
	p.answer(post, w, c)
}

func (p *plan) picture(path, alt string) community.Picture {
	w, h, _ := picture.Size(path)
	return community.Picture{Path: path, Width: w, Height: h, Alt: alt}
}

func first(of []string) string {
	if len(of) == 0 {
		return ""
	}
	return of[0]
}

// did notes a deed, if the programme gives it a name.
func (p *plan) did(who member.ID, at time.Time, source, what string) {
	if action, ok := p.texts.actions[what]; ok {
		p.deeds[who] = append(p.deeds[who], deed{at, source, action})
	}
}
