package demo

import (
	"strconv"
	"strings"
	"time"

	"membergate/internal/community"
	"membergate/internal/member"
)

// answer makes the comments of a post.
func (p *plan) answer(post community.Post, w writing, c chance) {
	readers := p.audience(post)
	if len(readers) == 0 {
		return
	}
	var line []community.Comment // the one above, the one above that …
	since := post.CreatedAt
	for i, text := range w.Comments {
		body := strings.TrimLeft(text, ">")
		depth := min(len(text)-len(body), len(line))
		body, own := strings.CutPrefix(body, "@")
		line = line[:depth]
		from := since
		if depth > 0 {
			from = line[depth-1].CreatedAt
		}
		share := time.Duration(1 + c.IntN(12))
		at := from.Add(p.now.Sub(from) * share / 60).Add(time.Duration(c.IntN(20_000)) * time.Millisecond).Truncate(time.Millisecond)
		if !at.Before(p.now) {
			at = from.Add(p.now.Sub(from) / 2).Truncate(time.Millisecond)
		}
		comment := community.Comment{
			ID:   community.CommentID(community.IDOf(at, p.luck.tail("comment", string(post.ID), strconv.Itoa(i)))),
			Post: post.ID, Body: body, State: community.Published, CreatedAt: at, Version: 1,
		}
		switch {
		case own:
			comment.Author = post.Author
		case depth >= 2:
			comment.Author = line[depth-2].Author // whoever asked comes back
		default:
			comment.Author = p.stranger(readers, post, line, c)
		}
		if depth > 0 {
			comment = comment.AnswerTo(line[depth-1])
		} else {
			since = from.Add(at.Sub(from) / 3)
		}
		comment = comment.Counted(community.Counts{}, 0)
		line = append(line, comment)
		p.comments = append(p.comments, comment)
		p.did(comment.Author, at, "comment:"+string(comment.ID), "comment")
	}
}

// stranger is a reader who is neither the post's author nor the one above.
func (p *plan) stranger(readers []*person, post community.Post, line []community.Comment, c chance) member.ID {
	for range 20 {
		who := pick(c, readers).ID
		if who != post.Author && (len(line) == 0 || line[len(line)-1].Author != who) {
			return who
		}
	}
	return readers[0].ID
}

// audience are those who may read a post and might answer it.
func (p *plan) audience(post community.Post) []*person {
	if post.Visibility == community.Followers { // who follows is decided later: only the author is sure to read
		return nil
	}
	return p.having(func(who person) bool {
		return who.grown && !who.editor && who.ID != post.Author && (community.Reader{Member: who.ID, Rank: who.rank}).CanSee(post)
	})
}
