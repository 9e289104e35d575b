package event

import (
	"encoding/base64"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"membergate/internal/coupon"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/programme"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// reader reads the data of one type of event into a telling.
type reader func(f *fields, t *order.Told, who member.ID, at time.Time)

// readers are the types of events that can be applied.
var readers = map[string]reader{
	string(order.Paid):        paid,
	string(order.Refunded):    refunded,
	"order.late":              deed("orderId", "parcelId"),
	"product.viewed":          deed("sku"),
	"content.shared":          deed("kind", "ref"),
	"live.watched":            watched,
	"review.written":          deed("orderId", "sku"),
	"store.visited":           visited,
	"post.adopted":            deed("postId"),
	"trial.adopted":           deed("reportId"),
	"group.starred":           deed("starId"),
	"member.signedIn":         deed(),
	programme.MemberJoined:    joined,
	programme.MemberSegmented: segmented,
	"coupon.used":             couponUsed,
	programme.ActionRecorded:  deed("code", "ref"),
	programme.MembershipPaid:  bought,
	"membership.refunded":     unbought,
	memberTagged:              tagged,
	memberScored:              scored,
	memberIdentified:          identified,
}

// Types are the types of events that can be applied, sorted.
func Types() []string { return slices.Sorted(maps.Keys(readers)) }

const (
	maxLines    = 10_000 // of one order: with the bounds of order.MaxFen every sum fits 64 bits
	maxSeconds  = 7 * 24 * 60 * 60
	maxSegments = 32 // of one member: programmes have some ten
)

func paid(f *fields, t *order.Told, who member.ID, at time.Time) {
	e := &order.Event{Kind: order.Paid, Member: who, At: at, ID: f.text("orderId", false),
		Fen: f.whole("amountFen", -order.MaxFen, order.MaxFen), Channel: f.oneOf("channel", programme.Channels())}
	f.text("storeId", true)
	e.Currency = f.text("currency", true)
	if id := f.text("coinsHoldId", true); id != "" {
		var ok bool
		if t.HoldOf, e.Hold, ok = hold(id); !ok {
			f.refuse("data.coinsHoldId", "data.coinsHoldId is %q; allowed is the id of a hold, as checkoutHold gave it.", clip(id))
		}
	}
	e.Coupons = couponIDs(f)
	f.each("lines", maxLines, func(f *fields) {
		e.Lines = append(e.Lines, order.Line{SKU: f.text("sku", false), Category: f.text("category", true),
			Quantity: f.whole("quantity", math.MinInt32, math.MaxInt32), Fen: f.whole("amountFen", -order.MaxFen, order.MaxFen)})
	})
	t.Event = e
}

// hold takes the id of a hold apart, as apps and shops have it: opaque to them, the wallet and the sequence to us.
func hold(id string) (wallet.ID, int64, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(id)
	key, is := strings.CutPrefix(string(raw), "Hold:")
	owner, number, cut := strings.Cut(key, "/")
	seq, bad := strconv.ParseInt(number, 10, 64)
	return wallet.ID(owner), seq, err == nil && is && cut && owner != "" && bad == nil && seq > 0
}

func refunded(f *fields, t *order.Told, who member.ID, at time.Time) {
	t.Event = &order.Event{Kind: order.Refunded, Member: who, At: at, ID: f.text("refundId", false),
		OrderID: f.text("orderId", true), Fen: f.whole("amountFen", 0, order.MaxFen)}
}

// deed reads an event whose data are texts that must all be there.
func deed(names ...string) reader {
	return func(f *fields, t *order.Told, who member.ID, at time.Time) {
		t.Deed = &order.Deed{Type: f.kind, Member: who, At: at, Fields: map[string]string{}}
		for _, name := range names {
			t.Deed.Fields[name] = f.text(name, false)
		}
	}
}

func watched(f *fields, t *order.Told, who member.ID, at time.Time) {
	deed("liveId")(f, t, who, at)
	t.Deed.Seconds = f.whole("seconds", 0, maxSeconds)
}

// visited reads a visit to a store; how the member came may be unknown.
func visited(f *fields, t *order.Told, who member.ID, at time.Time) {
	deed("storeId")(f, t, who, at)
	t.Deed.Fields["travel"] = f.text("travel", true)
}

// bought reads a payment for a membership. Renewal is off unless it is said to be on; the route is PAID unless it is a
// trial.
func bought(f *fields, t *order.Told, who member.ID, at time.Time) {
	o := &tier.Payment{Tier: f.text("tier", false), From: f.time("from"), Until: f.time("until"), AutoRenew: f.yes("autoRenew"), ID: f.text("paymentId", false)}
	o.Offer = f.text("offerId", true)
	if f.has("route") {
		o.Trial = f.oneOf("route", []string{string(programme.Paid), string(programme.Trial)}) == string(programme.Trial)
	}
	t.Deed = &order.Deed{Type: f.kind, Member: who, At: at, Payment: o, Fields: map[string]string{"tier": o.Tier, "paymentId": o.ID}}
}

// joined reads that somebody registered, and the code of who brought them along, if anybody did. Whatever stands there is
// no mistake of who tells it: a code that is none does not count.
func joined(f *fields, t *order.Told, who member.ID, at time.Time) {
	t.Deed = &order.Deed{Type: f.kind, Member: who, At: at, Fields: map[string]string{}, Code: f.text("invitationCode", true)}
}

// segmented reads which segments a member is said to be in; an empty list is none.
func segmented(f *fields, t *order.Told, who member.ID, at time.Time) {
	t.Deed = &order.Deed{Type: f.kind, Member: who, At: at, Fields: map[string]string{},
		Naming: &tier.Naming{Segments: f.list("segments", maxSegments), At: at}}
}

func unbought(f *fields, t *order.Told, who member.ID, at time.Time) {
	deed("paymentId")(f, t, who, at)
	t.Deed.Undoes = t.Deed.Fields["paymentId"]
}

func couponUsed(f *fields, t *order.Told, who member.ID, at time.Time) {
	deed("couponId")(f, t, who, at)
	saved := f.whole("savedFen", 0, order.MaxFen)
	if id, ok := couponID(t.Deed.Fields["couponId"]); ok {
		t.Deed.Coupon = &coupon.Use{Coupon: id, At: at, Told: true, SavedFen: saved}
	}
}

const mostCoupons = 20 // of one order

// couponIDs reads the coupons that an order names; most name none.
func couponIDs(f *fields) []string {
	var out []string
	for _, given := range f.texts("couponIds", mostCoupons) {
		id, ok := couponID(given)
		if !ok {
			f.refuse("data.couponIds", "data.couponIds names %q; allowed are ids of coupons, as they are served.", clip(given))
			return nil
		}
		out = append(out, id)
	}
	return out
}

// couponID takes the id of a coupon apart, as apps and shops have it.
func couponID(given string) (string, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(given)
	id, is := strings.CutPrefix(string(raw), "Coupon:")
	return id, err == nil && is && id != ""
}
