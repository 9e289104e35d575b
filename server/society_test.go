package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"membergate/internal/account"
	"membergate/internal/community"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
)

// The society is for tests that react, follow, block and join. Its members have done nothing else, and its posts are old
// and for followers alone: no other test sees what they change.
const (
	societyAuthor = "soc-author" // whom all of the society follow
	societyRival  = "soc-rival"  // who blocked soc-00
	societyElder  = "soc-elder"  // GOLD
)

var (
	societyPost    = community.PostID(societyID(0))
	societyPending = community.PostID(societyID(1)) // of soc-01
	societyOther   = community.PostID(societyID(2)) // that nobody marks
	societyComment = community.CommentID(societyID(3))
	societyGone    = community.CommentID(societyID(4)) // of which only the place is left
	societyReply   = community.CommentID(societyID(5))
	societyLives   = foundation.AddDate(-5, 0, 0)
	societyTopic   = community.TopicID("t-society")
)

// society is a member's id, from 0 to 39; those from 20 on are the storm's, and stay followers.
func society(n int) string { return fmt.Sprintf("soc-%02d", n) }

func societyID(n int) string {
	return community.IDOf(societyLives.Add(time.Duration(n)*time.Minute), [10]byte{5, byte(n)})
}

func putSociety(ctx context.Context, s Settings, st *stores, rules book) error {
	c := st.community
	ids := []string{societyAuthor, societyRival, societyElder}
	for n := range 40 {
		ids = append(ids, society(n))
	}
	for _, id := range ids {
		h := account.Open(rules, member.Profile{ID: member.ID(id), DisplayName: id, JoinedAt: foundation})
		if id == societyElder {
			h.Account.Standing = h.Account.Standing.Give(rules, tier.Grant{Tier: "GOLD", Route: programme.Invited, From: written(2), Until: written(2).AddDate(100, 0, 0)})
		}
		if err := errors.Join(st.accounts.Create(ctx, h), c.SetTie(ctx, h.Profile.ID, community.Follow, societyAuthor, true, 0)); err != nil {
			return err
		}
	}
	post := func(id community.PostID, author string, state community.Moderation) community.Post {
		return community.Post{ID: id, CreatedAt: societyLives, Board: "KNOWLEDGE", Author: member.ID(author), Body: "To my friends", Visibility: community.Followers,
			State: state}.Counted(community.Counts{})
	}
	answer := community.Comment{ID: societyComment, Post: societyPost, Author: societyAuthor, Body: "Well", State: community.Published, CreatedAt: societyLives, Version: 1}
	gone := answer
	gone.ID, gone.Body, gone.DeletedAt, gone.Replies = societyGone, "", societyLives, 1
	reply := answer
	reply.ID = societyReply
	return errors.Join(
		c.Put(ctx, []community.Post{post(societyPost, societyAuthor, community.Published), post(societyPending, society(1), community.Pending),
			post(societyOther, societyAuthor, community.Published)}),
		c.PutComments(ctx, []community.Comment{answer, gone, reply.AnswerTo(gone)}),
		c.PutTopics(ctx, []community.Topic{{ID: societyTopic, Key: "society", Titles: programme.Text{"zh-CN": "社团", "en": "Society"}}}),
		c.SetTie(ctx, societyRival, community.Block, society(0), true, 0),
	)
}
