package programme

import (
	"maps"
	"slices"
)

// The words that a programme's files share with apps and other systems. They are mechanism, not numbers: a word that is
// not here would never match anything, so a file that uses one is refused.

// locales are the languages of texts; the first one must always be there.
var locales = []string{"zh-CN", "zh-TW", "en"}

// channels are where orders come from and benefits are used.
var channels = []string{"ONLINE_FLAGSHIP", "STORE", "MINI_PROGRAM", "COMMUNITY_GROUP", "PARTNER"}

// roles are the staff roles of tokens.
var roles = []string{"clerk", "moderator", "service", "operations", "dpo", "legal"}

// benefitKinds are what a benefit can be for machines.
var benefitKinds = []string{"ACCESS", "COINS", "COUPON", "DELIVERY", "DISCOUNT", "GIFT", "MULTIPLIER", "RETURNS", "SERVICE"}

// OrderPaid is the event that earns by a rate of what was paid; all other events earn fixed amounts.
const OrderPaid = "order.paid"

// events are the events that may earn, with the fields that a rule may name.
var events = map[string][]string{
	OrderPaid:         {"orderId", "channel", "storeId"},
	"order.late":      {"orderId", "parcelId"},
	"product.viewed":  {"sku"},
	"content.shared":  {"kind", "ref"},
	"live.watched":    {"liveId"},
	"review.written":  {"orderId", "sku"},
	"store.visited":   {"storeId", "travel"},
	"post.adopted":    {"postId"},
	"trial.adopted":   {"reportId"},
	"group.starred":   {"starId"},
	"member.signedIn": {},
	MemberJoined:      {},
	MemberSegmented:   {},
	"coupon.used":     {"couponId"},
	MembershipPaid:    {"tier", "paymentId"},
	ActionRecorded:    {"code", "ref"},
}

func eventNames() []string { return slices.Sorted(maps.Keys(events)) }

// Channels are the channels that orders come from and benefits are used in.
func Channels() []string { return slices.Clone(channels) }
