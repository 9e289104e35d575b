package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/account"
	"membergate/internal/community"
	"membergate/internal/programme"
	"membergate/loaders"
)

// FollowSet follows a person or a topic, or no more.
func (m mutation) FollowSet(ctx context.Context, input graph.FollowSetInput) (*graph.FollowSetPayload, error) {
	reader, err := m.signedReader(ctx)
	if err != nil {
		return nil, err
	}
	out := &graph.FollowSetPayload{UserErrors: []*graph.FollowSetUserError{}}
	if kind, key, _ := readID(input.SubjectID); kind == kindTopic {
		out.Topic, err = m.followTopic(ctx, reader, community.TopicID(key), input.On)
	} else {
		out.Profile, err = m.tie(ctx, reader, community.Follow, input.SubjectID, input.On)
	}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.FollowSetPayload{UserErrors: []*graph.FollowSetUserError{{
			Field: refused.field, Message: refused.message, Code: graph.FollowSetErrorCode(refused.code),
		}}}, nil
	}
	return out, nil
}

// MemberBlockSet blocks a person, or no more.
func (m mutation) MemberBlockSet(ctx context.Context, input graph.MemberBlockSetInput) (*graph.MemberBlockSetPayload, error) {
	reader, err := m.signedReader(ctx)
	if err != nil {
		return nil, err
	}
	who, err := m.tie(ctx, reader, community.Block, input.MemberID, input.On)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.MemberBlockSetPayload{UserErrors: []*graph.MemberBlockSetUserError{{
			Field: refused.field, Message: refused.message, Code: graph.MemberBlockSetErrorCode(refused.code),
		}}}, nil
	}
	return &graph.MemberBlockSetPayload{Profile: who, UserErrors: []*graph.MemberBlockSetUserError{}}, nil
}

// followTopic follows a topic that there is, or no more.
func (r *Root) followTopic(ctx context.Context, reader community.Reader, id community.TopicID, on bool) (*graph.Topic, error) {
	t, ok, err := loaders.From(ctx).Topics.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, community.Unknown("subjectId")
	}
	if err := r.Community.Tie(ctx, reader, community.FollowTopic, string(id), on); err != nil {
		return nil, err
	}
	return showTopic(ctx, t), r.tiesAgain(ctx)
}

// tie ties the viewer to somebody by the id of their profile.
func (r *Root) tie(ctx context.Context, reader community.Reader, k community.TieKind, id string, on bool) (*graph.PublicProfile, error) {
	field := "memberId"
	if k == community.Follow {
		field = "subjectId"
	}
	kind, handle, _ := readID(id)
	if kind != kindProfile {
		return nil, community.Unknown(field)
	}
	h, err := r.someone(ctx, reader, handle, k == community.Follow)
	if err != nil {
		return nil, err
	}
	if h == nil {
		return nil, community.Unknown(field)
	}
	if err := r.Community.Tie(ctx, reader, k, string(h.Profile.ID), on); err != nil {
		return nil, err
	}
	return r.profile(ctx, h), r.tiesAgain(ctx)
}

// someone is whoever is behind a handle, for a reader: nobody where that one blocked the reader, and nobody either where
// the reader blocked them and it is for something that only those do who see one another.
func (r *Root) someone(ctx context.Context, reader community.Reader, handle string, mutual bool) (*account.Holder, error) {
	h, ok, err := loaders.From(ctx).Stores.Accounts.ByHandle(ctx, handle)
	if err != nil || !ok || !reader.Knows(h.Profile.ID) || mutual && reader.Apart(h.Profile.ID) {
		return nil, err
	}
	return &h, nil
}

// tiesAgain reads the viewer's ties anew, for an operation that has changed them.
func (r *Root) tiesAgain(ctx context.Context) error {
	o := loaders.From(ctx)
	now, err := o.Stores.Community.Ties(ctx, o.Me())
	if err == nil {
		o.Ties.Replace(o.Me(), now)
	}
	return err
}

// GroupJoin joins a group, or leaves it.
func (m mutation) GroupJoin(ctx context.Context, input graph.GroupJoinInput) (*graph.GroupJoinPayload, error) {
	reader, err := m.signedReader(ctx)
	if err != nil {
		return nil, err
	}
	var stands community.Circle
	g, known := m.groupOf(ctx, input.GroupID)
	if known {
		stands, err = m.Community.Join(ctx, reader, m.programme(ctx), g, input.On)
	} else {
		err = community.Unknown("groupId")
	}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	out := &graph.GroupJoinPayload{UserErrors: []*graph.GroupJoinUserError{}}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.GroupJoinUserError{Field: refused.field, Message: refused.message, Code: graph.GroupJoinErrorCode(refused.code)})
		return out, nil
	}
	loaders.From(ctx).Circles.Replace(g.Code, stands)
	out.Group = m.group(ctx, g)
	return out, nil
}

// groupOf finds a group of the programme by its id.
func (r *Root) groupOf(ctx context.Context, id string) (programme.Group, bool) {
	kind, code, _ := readID(id)
	for _, g := range r.programme(ctx).Groups {
		if kind == kindGroup && g.Code == code {
			return g, true
		}
	}
	return programme.Group{}, false
}

// IsBlockedByMe tells whether the viewer has blocked the person.
func (f profileFields) IsBlockedByMe(ctx context.Context, obj *graph.PublicProfile) (*bool, error) {
	ties, err := f.myTies(ctx)
	if err != nil {
		return nil, err
	}
	return ptr(ties.Has(community.Block, string(obj.Member))), nil
}

// IsFollowedByMe tells whether the viewer follows the topic.
func (f topicFields) IsFollowedByMe(ctx context.Context, obj *graph.Topic) (*bool, error) {
	ties, err := f.myTies(ctx)
	if err != nil {
		return nil, err
	}
	return ptr(ties.Has(community.FollowTopic, string(obj.Topic))), nil
}

// myTies are the viewer's; nobody has none.
func (r *Root) myTies(ctx context.Context) (community.Ties, error) {
	o := loaders.From(ctx)
	if !o.Viewer.SignedIn() {
		return community.Ties{}, nil
	}
	ties, _, err := o.Ties.Load(ctx, o.Me())
	return ties, err
}
