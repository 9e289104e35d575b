// Package resolvers answers the fields of the schema. A resolver asks one thing: who asks, what it is about, one call
// to a rule, a service or a loader, and the answer in the schema's words.
package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/adjustment"
	"membergate/internal/admission"
	"membergate/internal/adoption"
	"membergate/internal/basket"
	"membergate/internal/benefit"
	"membergate/internal/change"
	"membergate/internal/checkout"
	"membergate/internal/claim"
	"membergate/internal/community"
	"membergate/internal/contribution"
	"membergate/internal/coupon"
	"membergate/internal/cursor"
	"membergate/internal/datause"
	"membergate/internal/desk"
	"membergate/internal/export"
	"membergate/internal/family"
	"membergate/internal/fault"
	"membergate/internal/giving"
	"membergate/internal/incident"
	"membergate/internal/insight"
	invites "membergate/internal/invitation"
	"membergate/internal/live"
	"membergate/internal/membership"
	"membergate/internal/notice"
	"membergate/internal/offer"
	"membergate/internal/order"
	"membergate/internal/personal"
	"membergate/internal/posting"
	"membergate/internal/profile"
	"membergate/internal/programme"
	"membergate/internal/recommend"
	"membergate/internal/redemption"
	"membergate/internal/report"
	"membergate/internal/saving"
	"membergate/internal/session"
	"membergate/internal/signin"
	"membergate/internal/supply"
	"membergate/internal/tier"
	"membergate/internal/transfer"
	"membergate/internal/upload"
	"membergate/internal/vault"
	"membergate/internal/viewer"
	"membergate/internal/wallet"
	"membergate/loaders"
)

// Root holds what resolvers may call.
type Root struct {
	Book      tier.Book           // the programme by time
	Wallets   *wallet.Service     // proofs of ledgers, holds
	Supply    supply.Store        // the count of all coins
	Checkout  *checkout.Service   // paying orders with coins
	Redeeming *redemption.Service // getting rewards for coins
	Admission *admission.Service  // seats in tiers
	Claims    *claim.Service      // tiers for codes, and days
	Renewing  *membership.Service // renewal, and trials
	Offers    *offer.Service      // tiers at a share of their price
	Orders    *order.Service      // what caps of earning leave
	Couponing *coupon.Service     // what members take off an order once
	Baskets   *basket.Service     // coupons that orders keep
	Giving    *giving.Service     // coupons that members take themselves, and staff give
	Adjusting *adjustment.Service // corrections by staff
	Transfers *transfer.Service   // coins between wallets
	Uses      *benefit.Service    // of benefits
	Families  *family.Service     // invitations
	Desk      *desk.Service       // rights, and requests after a sale
	Codes     *desk.Codes         // that members show
	Words     *desk.Words         // that clerks check
	Profiles  *profile.Service    // names, consents, homes
	Personal  *personal.Service   // what members ask to be deleted
	Vault     *vault.Service      // who members are, and who reads it
	Sessions  *session.Service    // where members are signed in
	SigningIn *signin.Service     // how members get in
	Phones    *signin.Phones      // codes for phones; nil where none are sent
	Community *community.Service  // feeds and threads
	Posting   *posting.Service    // posts and comments by members
	Adopting  *adoption.Service   // posts, by the retailer
	Reporting *report.Service     // reports, and what moderators decide
	Notices   *notice.Desk        // inboxes, and what members want of them
	Recommend *recommend.Service  // what may interest a member
	Insight   *insight.Service    // what is made of members' doings
	Saving    *saving.Service     // what members had in a month
	Uploads   *upload.Service     // pictures on their way in
	Cursors   *cursor.Book        // places in lists
	Inviting  *invites.Service    // who brings whom along

	Boards *contribution.Service // who did most

	Incident *incident.Service // what happened to members' data
	Exports  *export.Service   // copies of what is kept of members
	DataLog  *datause.Log      // what members' data is used for
	Live     *live.Hub         // wakes whoever listens
	Changes  change.Store      // what has changed of members' things

	PollSeconds int // how long clients of sync wait before they ask again
}

var _ graph.ResolverRoot = (*Root)(nil)

type (
	query             struct{ *Root }
	mutation          struct{ *Root }
	subscription      struct{ *Root }
	memberFields      struct{ *Root }
	profileFields     struct{ *Root }
	privacyFields     struct{ *Root }
	settingFields     struct{ *Root }
	requestFields     struct{ *Root }
	tierFields        struct{ *Root }
	statusFields      struct{ *Root }
	walletFields      struct{ *Root }
	entryFields       struct{ *Root }
	statementFields   struct{ *Root }
	supplyFields      struct{ *Root }
	benefitFields     struct{ *Root }
	useFields         struct{ *Root }
	rewardFields      struct{ *Root }
	familyFields      struct{ *Root }
	giftFields        struct{ *Root }
	poolFields        struct{ *Root }
	kinFields         struct{ *Root }
	deedFields        struct{ *Root }
	approvalFields    struct{ *Root }
	postFields        struct{ *Root }
	commentFields     struct{ *Root }
	caseFields        struct{ *Root }
	lineFields        struct{ *Root }
	adoptedFields     struct{ *Root }
	topicFields       struct{ *Root }
	boardFields       struct{ *Root }
	groupFields       struct{ *Root }
	groupMemberFields struct{ *Root }
	roleChangeFields  struct{ *Root }
	leaderboardFields struct{ *Root }
	starFields        struct{ *Root }
	entitledFields    struct{ *Root }
	campaignFields    struct{ *Root }
	redemptionFields  struct{ *Root }
	couponFields      struct{ *Root }
	adjustmentFields  struct{ *Root }
	readingFields     struct{ *Root }
	applicationFields struct{ *Root }
	transferFields    struct{ *Root }
	pickFields        struct{ *Root }
	reasonFields      struct{ *Root }
	unreadFields      struct{ *Root }
	noticeFields      struct{ *Root }
	inboxFields       struct{ *Root }
	invitationFields  struct{ *Root }
)

// Query answers the root fields.
func (r *Root) Query() graph.QueryResolver { return query{r} }

// Mutation answers the fields that change something.
func (r *Root) Mutation() graph.MutationResolver { return mutation{r} }

// Subscription answers what is told when it happens.
func (r *Root) Subscription() graph.SubscriptionResolver { return subscription{r} }

// Member answers the member's own fields.
func (r *Root) Member() graph.MemberResolver { return memberFields{r} }

// PublicProfile answers what anybody may see of a member.
func (r *Root) PublicProfile() graph.PublicProfileResolver { return profileFields{r} }

// AfterSalesRequest answers the fields of a request after a sale.
func (r *Root) AfterSalesRequest() graph.AfterSalesRequestResolver { return requestFields{r} }

// Privacy answers the fields of what a member's data may be used for.
func (r *Root) Privacy() graph.PrivacyResolver { return privacyFields{r} }

// RecommendationSettings answers the fields of how recommendations are made for a member.
func (r *Root) RecommendationSettings() graph.RecommendationSettingsResolver { return settingFields{r} }

// Tier answers a tier's fields.
func (r *Root) Tier() graph.TierResolver { return tierFields{r} }

// TierStatus answers what a member's tier looks like.
func (r *Root) TierStatus() graph.TierStatusResolver { return statusFields{r} }

// Wallet answers a wallet's fields.
func (r *Root) Wallet() graph.WalletResolver { return walletFields{r} }

// WalletStatement answers a statement's fields.
func (r *Root) WalletStatement() graph.WalletStatementResolver { return statementFields{r} }

// CoinSupply answers the fields of all coins.
func (r *Root) CoinSupply() graph.CoinSupplyResolver { return supplyFields{r} }

// LedgerEntry answers a ledger entry's fields.
func (r *Root) LedgerEntry() graph.LedgerEntryResolver { return entryFields{r} }

// Benefit answers a benefit's fields.
func (r *Root) Benefit() graph.BenefitResolver { return benefitFields{r} }

// BenefitUse answers the fields of a use of a benefit.
func (r *Root) BenefitUse() graph.BenefitUseResolver { return useFields{r} }

// Reward answers a reward's fields.
func (r *Root) Reward() graph.RewardResolver { return rewardFields{r} }

// Family answers a family's fields.
func (r *Root) Family() graph.FamilyResolver { return familyFields{r} }

// FamilyMember answers the fields of a person in a family.
func (r *Root) FamilyMember() graph.FamilyMemberResolver { return kinFields{r} }

// FamilyPool answers the fields of a family's common coins.
func (r *Root) FamilyPool() graph.FamilyPoolResolver { return poolFields{r} }

// FamilyGift answers the fields of what somebody gave to a draw.
func (r *Root) FamilyGift() graph.FamilyGiftResolver { return giftFields{r} }

// FamilyChange answers the fields of a change of a family.
func (r *Root) FamilyChange() graph.FamilyChangeResolver { return deedFields{r} }

// ApprovalRequest answers the fields of a request for a yes.
func (r *Root) ApprovalRequest() graph.ApprovalRequestResolver { return approvalFields{r} }

// Redemption answers a redemption's fields.
func (r *Root) Redemption() graph.RedemptionResolver { return redemptionFields{r} }

// Coupon answers a coupon's fields.
func (r *Root) Coupon() graph.CouponResolver { return couponFields{r} }

// Post answers a post's fields.
func (r *Root) Post() graph.PostResolver { return postFields{r} }

// Comment answers a comment's fields.
func (r *Root) Comment() graph.CommentResolver { return commentFields{r} }

// ModerationCase answers the fields of a post or comment as moderators see it.
func (r *Root) ModerationCase() graph.ModerationCaseResolver { return caseFields{r} }

// PostAdoption answers the fields of an adopted post.
func (r *Root) PostAdoption() graph.PostAdoptionResolver { return adoptedFields{r} }

// ModerationNote answers the fields of a line of the log of moderation.
func (r *Root) ModerationNote() graph.ModerationNoteResolver { return lineFields{r} }

// Topic answers a topic's fields.
func (r *Root) Topic() graph.TopicResolver { return topicFields{r} }

// Board answers a board's fields.
func (r *Root) Board() graph.BoardResolver { return boardFields{r} }

// Group answers a group's fields.
func (r *Root) Group() graph.GroupResolver { return groupFields{r} }

// GroupMember answers the fields of somebody in a group.
func (r *Root) GroupMember() graph.GroupMemberResolver { return groupMemberFields{r} }

// GroupRoleChange answers the fields of a line of the log of roles.
func (r *Root) GroupRoleChange() graph.GroupRoleChangeResolver { return roleChangeFields{r} }

// Leaderboard answers the fields of a board of who did most.
func (r *Root) Leaderboard() graph.LeaderboardResolver { return leaderboardFields{r} }

// GroupStar answers the fields of who did most of a group.
func (r *Root) GroupStar() graph.GroupStarResolver { return starFields{r} }

// Entitlements answers the fields of what another desk may know of a member.
func (r *Root) Entitlements() graph.EntitlementsResolver { return entitledFields{r} }

// PostCampaign answers the fields of what members are asked to write about.
func (r *Root) PostCampaign() graph.PostCampaignResolver { return campaignFields{r} }

// IdentityReadApplication answers the fields of a wish of staff to read who a member is.
func (r *Root) IdentityReadApplication() graph.IdentityReadApplicationResolver {
	return readingFields{r}
}

// CoinAdjustment answers the fields of a proposal to correct coins.
func (r *Root) CoinAdjustment() graph.CoinAdjustmentResolver { return adjustmentFields{r} }

// CoinTransfer answers the fields of a transfer.
func (r *Root) CoinTransfer() graph.CoinTransferResolver { return transferFields{r} }

// TierApplication answers the fields of an application for a tier.
func (r *Root) TierApplication() graph.TierApplicationResolver { return applicationFields{r} }

// Recommendation answers the fields of one thing recommended.
func (r *Root) Recommendation() graph.RecommendationResolver { return pickFields{r} }

// RecommendationReason answers why something is recommended.
func (r *Root) RecommendationReason() graph.RecommendationReasonResolver { return reasonFields{r} }

// UnreadCounts answers how much waits for the member.
func (r *Root) UnreadCounts() graph.UnreadCountsResolver { return unreadFields{r} }

// Notification answers a notice's fields.
func (r *Root) Notification() graph.NotificationResolver { return noticeFields{r} }

// NotificationConnection answers the fields of an inbox.
func (r *Root) NotificationConnection() graph.NotificationConnectionResolver { return inboxFields{r} }

// MemberInvitation answers the fields of bringing friends along.
func (r *Root) MemberInvitation() graph.MemberInvitationResolver { return invitationFields{r} }

// programme is the one in force at the operation's moment.
func (r *Root) programme(ctx context.Context) *programme.Programme {
	return r.Book.At(loaders.From(ctx).Now)
}

// locale is the language to answer in.
func locale(ctx context.Context) string { return string(viewer.From(ctx).Locale) }

// signIn refuses whoever is not signed in.
func signIn(ctx context.Context) error {
	if viewer.From(ctx).SignedIn() {
		return nil
	}
	return fault.New(fault.Unauthenticated, "sign in first: this needs a member's token")
}

// text is nil for an empty string: the schema's null.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func ptr[T any](v T) *T { return &v }
