package posting

import (
	"context"
	"slices"
	"time"

	"membergate/internal/community"
	"membergate/internal/fault"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// Draft is a post as it is sent.
type Draft struct {
	Key        string // the author's idempotency key
	Board      string // code
	Body       string
	Topics     []community.TopicID
	Products   []string
	Uploads    []string
	Visibility community.Visibility
	MinTier    string // OfTier: code of the lowest tier that may see it; empty = the author's own
	Campaign   string // code; empty = none
}

// Post writes a post, once per key, and tells whether an earlier sending did. Refusals: POSTS_OFF, NOT_FOUND,
// NOT_PERMITTED, BLANK, TOO_LONG, TOO_MANY, NO_FAMILY, TIER_TOO_HIGH, CAMPAIGN_CLOSED, IDEMPOTENCY_CONFLICT, TOO_OFTEN, and
// those of Uploads.
func (s *Service) Post(ctx context.Context, r community.Reader, d Draft, now time.Time) (community.Post, bool, error) {
	op, err := wallet.OpKey("postCreate", d.Key)
	if err != nil {
		return community.Post{}, false, err
	}
	slip := Slip{ID: wallet.Fingerprint(r.Member, op), At: stamp(now), Made: community.NewID(now),
		Input: wallet.Fingerprint(d.Board, d.Body, d.Topics, d.Products, d.Uploads, d.Visibility, d.MinTier, d.Campaign)}.of(r.Member, community.OnPost, d.Body)
	known, found, err := s.sent(ctx, slip)
	if err != nil {
		return community.Post{}, false, err
	}
	if found {
		slip = known
		if p, done, err := s.postOf(ctx, slip); err != nil || done {
			return p, done, err
		}
	}
	p, err := s.draft(ctx, r, d, slip, now)
	if err != nil {
		return community.Post{}, false, err
	}
	if len(p.Media) > 0 { // after all that may be refused, so that a refusal keeps no picture from the next try
		if err := s.Uploads.Take(ctx, r.Member, d.Uploads, slip.ID); err != nil {
			return community.Post{}, false, err
		}
	}
	kept, err := s.keep(ctx, slip)
	if err != nil {
		return community.Post{}, false, err
	}
	p.ID, p.CreatedAt = community.PostID(kept.Made), kept.At
	added, err := s.Store.AddPost(ctx, p.Counted(community.Counts{}))
	if err != nil {
		return community.Post{}, false, err
	}
	p, _, err = s.postOf(ctx, kept) // as it is: another sending may have been first
	return p, !added, err
}

// sent finds what the key was used for before, and refuses if that was something else.
func (s *Service) sent(ctx context.Context, slip Slip) (Slip, bool, error) {
	known, found, err := s.Store.Slip(ctx, slip.ID)
	if err == nil && found {
		err = known.same(slip)
	}
	return known, found, err
}

// keep notes what a sending is to become, unless another sending has.
func (s *Service) keep(ctx context.Context, slip Slip) (Slip, error) {
	kept, err := s.Store.PutSlip(ctx, slip)
	if err == nil {
		err = kept.same(slip)
	}
	return kept, err
}

func (s Slip) same(other Slip) error {
	if s.Input == other.Input {
		return nil
	}
	return fault.Refuse(wallet.KeyReused, "idempotencyKey", "the idempotency key was used for something else; allowed is a new one")
}

func (s *Service) postOf(ctx context.Context, slip Slip) (community.Post, bool, error) {
	posts, err := s.Store.ByIDs(ctx, []community.PostID{community.PostID(slip.Made)})
	p, ok := posts[community.PostID(slip.Made)]
	return p, ok, err
}

// draft makes the post of a draft, or refuses.
func (s *Service) draft(ctx context.Context, r community.Reader, d Draft, slip Slip, now time.Time) (community.Post, error) {
	p, rules, err := s.rules(now)
	if err != nil {
		return community.Post{}, err
	}
	out := community.Post{Author: r.Member, Board: d.Board, Body: d.Body, CreatedAt: slip.At, Version: 1}
	if err := onBoard(p, r, d.Board); err != nil {
		return out, err
	}
	if err := written("body", d.Body, rules.BodyMax, len(d.Uploads)); err != nil {
		return out, err
	}
	if err := show(p, r, &out, d.Visibility, d.MinTier); err != nil {
		return out, err
	}
	if out.Topics, out.Products, err = s.about(ctx, rules, d.Topics, d.Products); err != nil {
		return out, err
	}
	if err := s.joinCampaign(ctx, rules, &out, d.Campaign, now); err != nil {
		return out, err
	}
	if out.Media, err = s.pictures(ctx, rules, r, d.Uploads, slip.ID); err != nil {
		return out, err
	}
	v, err := s.judge(ctx, Text{Author: r.Member, Kind: community.OnPost, On: community.Subject{Kind: community.OnPost, ID: slip.Made}, Body: d.Body, Pictures: len(d.Uploads), Trusted: len(r.Roles) > 0, Slip: slip.ID, At: now})
	out.State, out.Ruling = v.ruled(community.Draft, community.Ruling{}, stamp(now))
	return out, err
}

func onBoard(p *programme.Programme, r community.Reader, code string) error {
	i := slices.IndexFunc(p.Boards, func(b programme.Board) bool { return b.Code == code })
	switch {
	case i < 0:
		return unknown("boardCode")
	case !r.CanPost(p, p.Boards[i]):
		return fault.Refuse(NotPermitted, "boardCode", "boardCode is %q, a board for others to write on", code)
	default:
		return nil
	}
}

// show sets who may see a post.
func show(p *programme.Programme, r community.Reader, post *community.Post, v community.Visibility, minTier string) error {
	post.Visibility, post.MinRank, post.Family = v, 0, ""
	switch {
	case v == community.OfFamily && r.Family == "":
		return fault.Refuse(NoFamily, "visibility", "visibility is FAMILY; it is allowed to members of a family only")
	case v == community.OfFamily:
		post.Family = r.Family
	case v == community.OfTier && minTier == "":
		post.MinRank = r.Rank
	case v == community.OfTier:
		tier, ok := p.Tier(minTier)
		if !ok {
			return unknown("minTier")
		}
		if tier.Rank > r.Rank {
			return fault.Refuse(TierTooHigh, "minTier", "minTier is %q, which is above the author's own tier", minTier)
		}
		post.MinRank = tier.Rank
	case minTier != "":
		return fault.Bad("minTier", "minTier is %q; it is allowed with the visibility TIER only", minTier)
	}
	return nil
}

// about finds the topics and products of a post; each is named once.
func (s *Service) about(ctx context.Context, rules *programme.Posts, topics []community.TopicID, skus []string) ([]community.TopicID, []string, error) {
	if n := len(topics); n > rules.TopicsMax {
		return nil, nil, tooMany("topicIds", n, rules.TopicsMax)
	}
	if n := len(skus); n > rules.ProductsMax {
		return nil, nil, tooMany("productIds", n, rules.ProductsMax)
	}
	topics, skus = once(topics), once(skus)
	if len(topics) > 0 {
		found, err := s.Store.Topics(ctx, topics)
		if err != nil {
			return nil, nil, err
		}
		if len(found) < len(topics) {
			return nil, nil, unknown("topicIds")
		}
	}
	if len(skus) > 0 {
		found, err := s.Products.ByIDs(ctx, skus)
		if err != nil {
			return nil, nil, err
		}
		if len(found) < len(skus) {
			return nil, nil, unknown("productIds")
		}
	}
	return topics, skus, nil
}

// once leaves out what was named before.
func once[V comparable](in []V) (out []V) {
	for _, v := range in {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// joinCampaign lets a post take part in a campaign: it is filed under the campaign's topic.
func (s *Service) joinCampaign(ctx context.Context, rules *programme.Posts, post *community.Post, code string, now time.Time) error {
	if code == "" {
		return nil
	}
	c, ok := rules.Campaign(code)
	if !ok {
		return unknown("campaign")
	}
	if now.Before(c.From) || !now.Before(c.Until) {
		return fault.Refuse(CampaignClosed, "campaign", "campaign is %q, which does not run now", code)
	}
	post.Campaign = c.Code
	topic := community.TopicID(c.Topic)
	if slices.Contains(post.Topics, topic) {
		return nil
	}
	post.Topics = append(post.Topics, topic)
	known, err := s.Store.Topics(ctx, []community.TopicID{topic})
	if err != nil || len(known) > 0 {
		return err
	}
	return s.Store.PutTopics(ctx, []community.Topic{{ID: topic, Key: c.Key, Titles: c.Titles}})
}
