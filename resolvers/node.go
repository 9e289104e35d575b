package resolvers

import (
	"context"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"membergate/graph"
	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/fault"
	"membergate/internal/wallet"
	"membergate/loaders"
)

// Node is any object by its id: nil for what is unknown and for what is not the viewer's to see, alike.
func (q query) Node(ctx context.Context, id string) (graph.Node, error) {
	defer loaders.Leave(ctx)
	return q.node(ctx, id)
}

// Nodes are several objects by id, in the order asked.
func (q query) Nodes(ctx context.Context, ids []string) ([]graph.Node, error) {
	loaders.Leave(ctx) // each of them asks by itself; look-ups of one kind still go together
	if len(ids) > cursor.MaxPage {
		return nil, fault.Bad("ids", "ids names %d objects; allowed are at most %d", len(ids), cursor.MaxPage)
	}
	out := make([]graph.Node, len(ids))
	var all errgroup.Group
	for i, id := range ids {
		all.Go(func() (err error) {
			out[i], err = q.node(ctx, id)
			return err
		})
	}
	return out, all.Wait()
}

func (r *Root) node(ctx context.Context, id string) (graph.Node, error) {
	kind, key, ok := readID(id)
	if !ok {
		return nil, nil
	}
	find, ok := map[string]func(context.Context, string) (graph.Node, error){
		kindMember: r.memberNode, kindUnread: r.memberNode, kindSettings: r.memberNode, kindPrivacy: r.memberNode, kindIncident: r.incidentNode, kindRequest: r.requestNode, kindStatus: r.memberNode, kindTelling: r.memberNode, kindNotice: r.noticeNode, kindDevice: r.deviceNode, kindApplying: r.applicationNode,
		kindWallet: r.walletNode, kindEntry: r.entryNode, kindHold: r.holdNode, kindRedemption: r.redemptionNode, kindCoupon: r.couponNode, kindAdjustment: r.adjustmentNode, kindTransfer: r.transferNode, kindReading: r.readingNode, kindUse: r.useNode, kindProfile: r.profileNode,
		kindTier: r.programmeNode, kindBenefit: r.programmeNode, kindBoard: r.programmeNode, kindGroup: r.programmeNode, kindProgramme: r.programmeNode,
		kindFamily: r.familyNode, kindKin: r.familyNode, kindInvitation: r.familyNode, kindApproval: r.familyNode,
		kindPost: r.postNode, kindComment: r.commentNode, kindTopic: r.topicNode, kindLadder: r.leaderboardNode,
		kindReport: r.reportNode, kindCase: r.caseNode,
		kindProduct: r.productNode, kindReward: r.rewardNode, kindSlot: r.slotNode,
	}[kind]
	if !ok {
		return nil, nil
	}
	ctx = context.WithValue(ctx, kindKey{}, kind)
	return find(ctx, key)
}

// kindKey carries which kind of node is looked for, to the finders that serve several.
type kindKey struct{}

func kindOf(ctx context.Context) string { k, _ := ctx.Value(kindKey{}).(string); return k }

// mine is the viewer's own holder if key is the viewer's id.
func (r *Root) memberNode(ctx context.Context, key string) (graph.Node, error) {
	o := loaders.From(ctx)
	if !o.Viewer.SignedIn() || key != string(o.Me()) {
		return nil, nil
	}
	h, err := r.holder(ctx)
	if err != nil {
		return nil, err
	}
	m := r.member(ctx, h)
	switch kindOf(ctx) {
	case kindUnread:
		return memberFields{r}.UnreadCounts(ctx, m)
	case kindTelling:
		return memberFields{r}.NotificationSettings(ctx, m)
	case kindSettings:
		return memberFields{r}.RecommendationSettings(ctx, m)
	case kindPrivacy:
		return r.privacy(ctx, h.Profile), nil
	case kindStatus:
		return r.status(ctx, h), nil
	default:
		return m, nil
	}
}

func (r *Root) walletNode(ctx context.Context, key string) (graph.Node, error) {
	if !loaders.From(ctx).Viewer.SignedIn() {
		return nil, nil
	}
	h, err := r.holder(ctx)
	id := wallet.ID(key)
	if err != nil || !r.mine(ctx, h, id) {
		return nil, err
	}
	head, err := r.head(ctx, id)
	if err != nil {
		return nil, err
	}
	return r.showWallet(ctx, id, head), nil
}

func (r *Root) entryNode(ctx context.Context, key string) (graph.Node, error) {
	id, number, _ := strings.Cut(key, "/")
	seq, err := strconv.ParseInt(number, 10, 64)
	if err != nil || !loaders.From(ctx).Viewer.SignedIn() {
		return nil, nil
	}
	h, err := r.holder(ctx)
	if err != nil || !r.mine(ctx, h, wallet.ID(id)) {
		return nil, err
	}
	e, ok, err := loaders.From(ctx).Entries.Load(ctx, loaders.EntryKey{Wallet: wallet.ID(id), Seq: seq})
	if err != nil || !ok {
		return nil, err
	}
	return r.entry(ctx, &e), nil
}

// profileNode asks who reads first, so that a profile that is hidden from them costs the same as an unknown one.
func (r *Root) profileNode(ctx context.Context, handle string) (graph.Node, error) {
	reader, err := r.reader(ctx)
	if err != nil {
		return nil, err
	}
	h, err := r.someone(ctx, reader, handle, false)
	if err != nil || h == nil {
		return nil, err
	}
	return r.profile(ctx, h), nil
}

func (r *Root) postNode(ctx context.Context, key string) (graph.Node, error) {
	p, _, err := r.visiblePost(ctx, community.PostID(key))
	if err != nil || p == nil {
		return nil, err
	}
	r.foreseePosts(ctx, []community.Post{*p})
	loaders.From(ctx).Arrive(ctx)
	return r.post(ctx, p), nil
}

// commentNode asks for the post of an unknown comment too, so that one that is hidden costs the same.
func (r *Root) commentNode(ctx context.Context, key string) (graph.Node, error) {
	c, ok, err := loaders.From(ctx).Comments.Load(ctx, community.CommentID(key))
	if err != nil {
		return nil, err
	}
	p, reader, err := r.visiblePost(ctx, c.Post)
	if err != nil || !ok || p == nil || !reader.CanRead(*p, c) {
		return nil, err
	}
	c = c.As(reader)
	return comment(&c), nil
}

func (r *Root) topicNode(ctx context.Context, key string) (graph.Node, error) {
	t, ok, err := loaders.From(ctx).Topics.Load(ctx, community.TopicID(key))
	if err != nil || !ok {
		return nil, err
	}
	return showTopic(ctx, t), nil
}

func (r *Root) productNode(ctx context.Context, key string) (graph.Node, error) {
	p, ok, err := loaders.From(ctx).Products.Load(ctx, key)
	if err != nil || !ok {
		return nil, err
	}
	return showProduct(p), nil
}

func (r *Root) rewardNode(ctx context.Context, key string) (graph.Node, error) {
	rewards, err := loaders.From(ctx).Stores.Rewards.Get(ctx)
	if err != nil {
		return nil, err
	}
	for i := range rewards {
		if rewards[i].ID == key {
			return r.reward(ctx, &rewards[i]), nil
		}
	}
	return nil, nil
}
