package resolvers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"membergate/graph"
	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/member"
	"membergate/loaders"
)

// Bookmarks lists the posts that the member keeps.
func (m memberFields) Bookmarks(ctx context.Context, _ *graph.Member, first *int, after *string) (*graph.PostConnection, error) {
	return m.kept(ctx, "bookmarks", []community.Kind{community.Bookmark}, first, after)
}

// ReactedPosts lists the posts that the member has reacted to.
func (m memberFields) ReactedPosts(ctx context.Context, _ *graph.Member, kind *graph.ReactionKind, first *int, after *string) (*graph.PostConnection, error) {
	kinds := community.Reactions
	if kind != nil {
		kinds = []community.Kind{community.Kind(*kind)}
	}
	return m.kept(ctx, "reactedPosts", kinds, first, after)
}

func (r *Root) kept(ctx context.Context, name string, kinds []community.Kind, first *int, after *string) (*graph.PostConnection, error) {
	reader, err := r.signedReader(ctx)
	if err != nil {
		return nil, err
	}
	page, err := r.Community.Kept(ctx, reader, name, kinds, cursor.Args{First: first, After: after})
	if err != nil {
		return nil, err
	}
	r.foreseePosts(ctx, page.Nodes, "edges", "node")
	r.foreseePosts(ctx, page.Nodes, "nodes")
	loaders.From(ctx).Gather(ctx)
	out := &graph.PostConnection{Edges: []*graph.PostEdge{}, Nodes: []*graph.Post{}, PageInfo: pageInfo(page.Page), NewestCursor: page.Newest()}
	for i := range page.Nodes {
		node := r.post(ctx, &page.Nodes[i])
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.PostEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out, nil
}

// FollowedMembers lists the people whom the member follows, but for those who blocked the member.
func (m memberFields) FollowedMembers(ctx context.Context, _ *graph.Member, first *int, after *string) (*graph.PublicProfileConnection, error) {
	return m.people(ctx, "followedMembers", func(t community.Ties) []member.ID { return t.Follows }, first, after)
}

// BlockedMembers lists the people whom the member has blocked.
func (m memberFields) BlockedMembers(ctx context.Context, _ *graph.Member, first *int, after *string) (*graph.PublicProfileConnection, error) {
	return m.people(ctx, "blockedMembers", func(t community.Ties) []member.ID { return t.Blocks }, first, after)
}

// MutedMembers lists the people whom the member has muted, but for those who blocked the member.
func (m memberFields) MutedMembers(ctx context.Context, _ *graph.Member, first *int, after *string) (*graph.PublicProfileConnection, error) {
	return m.people(ctx, "mutedMembers", func(t community.Ties) []member.ID { return t.Mutes }, first, after)
}

// people lists whom the viewer is tied to. A cursor says the place in the list by what is left of an id when it is
// hashed, and by its number in case that one has left the list.
func (r *Root) people(ctx context.Context, name string, of func(community.Ties) []member.ID, first *int, after *string) (*graph.PublicProfileConnection, error) {
	ties, err := r.myTies(ctx)
	if err != nil {
		return nil, err
	}
	reader := community.Reader{Member: loaders.From(ctx).Me(), Ties: ties}
	known := slices.DeleteFunc(slices.Clone(of(ties)), func(id member.ID) bool { return !reader.Knows(id) })
	page, err := pageOfTies(ctx, r.Cursors, name, known, first, after)
	if err != nil {
		return nil, err
	}
	loaders.From(ctx).People.Want(page.Nodes...)
	loaders.From(ctx).Gather(ctx)
	out := &graph.PublicProfileConnection{Edges: []*graph.PublicProfileEdge{}, Nodes: []*graph.PublicProfile{}, PageInfo: pageInfo(page)}
	for i, id := range page.Nodes {
		who, err := r.person(ctx, id)
		if err != nil {
			return nil, err
		}
		if who == nil {
			continue // the account has been closed
		}
		out.Nodes = append(out.Nodes, who)
		out.Edges = append(out.Edges, &graph.PublicProfileEdge{Cursor: page.Cursors[i], Node: who})
	}
	return out, nil
}

// FollowedTopics lists the topics that the member follows.
func (m memberFields) FollowedTopics(ctx context.Context, _ *graph.Member, first *int, after *string) (*graph.TopicConnection, error) {
	ties, err := m.myTies(ctx)
	if err != nil {
		return nil, err
	}
	page, err := pageOfTies(ctx, m.Cursors, "followedTopics", ties.Topics, first, after)
	if err != nil {
		return nil, err
	}
	o := loaders.From(ctx)
	o.Topics.Want(page.Nodes...)
	out := &graph.TopicConnection{Edges: []*graph.TopicEdge{}, Nodes: []*graph.Topic{}, PageInfo: pageInfo(page)}
	for i, id := range page.Nodes {
		t, ok, err := o.Topics.Load(ctx, id)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		node := showTopic(ctx, t)
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.TopicEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out, nil
}

// pageOfTies takes a page out of a list that grows at its end, newest first.
func pageOfTies[ID ~string](ctx context.Context, b *cursor.Book, name string, all []ID, first *int, after *string) (cursor.Page[ID], error) {
	list := cursor.List{Name: "member." + name, Owner: string(loaders.From(ctx).Me())}
	span, err := b.Span(list, cursor.Args{First: first, After: after}, cursor.Rules{Default: 20})
	if err != nil {
		return cursor.Page[ID]{}, err
	}
	place := func(id ID) cursor.Place {
		sum := sha256.Sum256([]byte(id))
		return cursor.Place{Key: int64(slices.Index(all, id)), ID: hex.EncodeToString(sum[:8])}
	}
	from := len(all) // those below it follow
	if span.After != nil {
		from = slices.IndexFunc(all, func(id ID) bool { return place(id).ID == span.After.ID })
		if from < 0 {
			from = min(int(span.After.Key), len(all))
		}
	}
	rest := slices.Clone(all[:from])
	slices.Reverse(rest)
	return slice(b, list, span, rest, place), nil
}

// MutedWords lists the words that the member has muted.
func (m memberFields) MutedWords(ctx context.Context, _ *graph.Member) ([]string, error) {
	ties, err := m.myTies(ctx)
	if err != nil {
		return nil, err
	}
	return newestFirst(ties.Words), nil
}

func newestFirst(words []string) []string {
	out := append([]string{}, words...)
	slices.Reverse(out)
	return out
}

// MemberMuteSet mutes a person, or no more.
func (m mutation) MemberMuteSet(ctx context.Context, input graph.MemberMuteSetInput) (*graph.MemberMuteSetPayload, error) {
	reader, err := m.signedReader(ctx)
	if err != nil {
		return nil, err
	}
	who, err := m.tie(ctx, reader, community.Mute, input.MemberID, input.On)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.MemberMuteSetPayload{UserErrors: []*graph.MemberMuteSetUserError{{
			Field: refused.field, Message: refused.message, Code: graph.MemberMuteSetErrorCode(refused.code),
		}}}, nil
	}
	return &graph.MemberMuteSetPayload{Profile: who, UserErrors: []*graph.MemberMuteSetUserError{}}, nil
}

// MutedWordSet mutes a word, or no more.
func (m mutation) MutedWordSet(ctx context.Context, input graph.MutedWordSetInput) (*graph.MutedWordSetPayload, error) {
	reader, err := m.signedReader(ctx)
	if err != nil {
		return nil, err
	}
	_, err = m.Community.MuteWord(ctx, reader.Member, input.Word, input.On)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.MutedWordSetPayload{UserErrors: []*graph.MutedWordSetUserError{{
			Field: refused.field, Message: refused.message, Code: graph.MutedWordSetErrorCode(refused.code),
		}}}, nil
	}
	if err := m.tiesAgain(ctx); err != nil {
		return nil, err
	}
	ties, err := m.myTies(ctx)
	return &graph.MutedWordSetPayload{MutedWords: newestFirst(ties.Words), UserErrors: []*graph.MutedWordSetUserError{}}, err
}

// IsMutedByMe tells whether the viewer has muted the person.
func (f profileFields) IsMutedByMe(ctx context.Context, obj *graph.PublicProfile) (*bool, error) {
	ties, err := f.myTies(ctx)
	if err != nil {
		return nil, err
	}
	return ptr(ties.Has(community.Mute, string(obj.Member))), nil
}
