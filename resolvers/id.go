package resolvers

import (
	"encoding/base64"
	"strings"

	"membergate/internal/fault"
)

// The kinds of objects that global ids name.
const (
	kindMember     = "Member"
	kindProfile    = "PublicProfile"
	kindRequest    = "AfterSalesRequest"
	kindPrivacy    = "Privacy"
	kindIncident   = "DataIncident"
	kindUnread     = "UnreadCounts"
	kindSettings   = "RecommendationSettings"
	kindTier       = "Tier"
	kindStatus     = "TierStatus"
	kindApplying   = "TierApplication"
	kindWallet     = "Wallet"
	kindEntry      = "LedgerEntry"
	kindHold       = "Hold"
	kindAdjustment = "CoinAdjustment"
	kindTransfer   = "CoinTransfer"
	kindReading    = "IdentityReadApplication"
	kindBenefit    = "Benefit"
	kindUse        = "BenefitUse"
	kindFamily     = "Family"
	kindKin        = "FamilyMember"
	kindInvitation = "FamilyInvitation"
	kindApproval   = "ApprovalRequest"
	kindPost       = "Post"
	kindComment    = "Comment"
	kindReport     = "Report"
	kindCase       = "ModerationCase"
	kindTopic      = "Topic"
	kindBoard      = "Board"
	kindGroup      = "Group"
	kindLadder     = "Leaderboard"
	kindProduct    = "Product"
	kindReward     = "Reward"
	kindSlot       = "RewardSlot"
	kindRedemption = "Redemption"
	kindCoupon     = "Coupon"
	kindProgramme  = "Programme"
	kindNotice     = "Notification"
	kindTelling    = "NotificationSettings"
	kindDevice     = "PushDevice"
	kindUpload     = "MediaUpload" // no node: it is there to be named in inputs
)

// globalID makes the id of an object as apps see it: opaque, and the same wherever the object appears.
func globalID(kind, key string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(kind + ":" + key))
}

// readID takes a global id apart, and tells whether it is one.
func readID(id string) (kind, key string, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil || len(raw) > 300 || base64.RawURLEncoding.EncodeToString(raw) != id {
		return "", "", false
	}
	kind, key, ok = strings.Cut(string(raw), ":")
	return kind, key, ok && key != ""
}

// keyOf reads the id of an object of one kind out of an input; an id of another kind is as unknown as any.
func keyOf(field, id, kind string) (string, error) {
	k, key, ok := readID(id)
	if !ok || k != kind {
		return "", fault.New(fault.NotFound, "%s names no %s that is known", field, kind)
	}
	return key, nil
}
