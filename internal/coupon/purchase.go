package coupon

import (
	"slices"
	"strings"
	"time"

	"membergate/internal/programme"
)

// Purchase is an order that coupons may take something off.
type Purchase struct {
	AmountFen   int64  // of the goods, without the delivery's fee
	DeliveryFen int64  // the delivery's fee
	Channel     string //
	Store       string // empty = no store
	Region      string // where the member lives, such as CN-BJ; empty = unknown, which no coupon for regions takes
	FirstOrder  bool   // the member has never paid an order
	Lines       []Line // what the goods are; none = coupons for some goods are not usable
}

// Line is what an order has of one category.
type Line struct {
	Category string
	Fen      int64
}

// Cause is why a coupon is not usable on an order.
type Cause string

// The causes. Apps show a text for each; more may come.
const (
	NotNow        Cause = "STATE"     // it is used, expired, revoked, or another order keeps it
	WrongChannel  Cause = "CHANNEL"   // Wants names the channels, any of which would do
	WrongStore    Cause = "STORE"     // Wants names the stores
	WrongRegion   Cause = "REGION"    // Wants names the regions
	WrongGoods    Cause = "CATEGORY"  // nothing in the order is of Wants
	NotFirst      Cause = "FIRST"     // it is for a first order
	TooSmall      Cause = "MIN_ORDER" // ShortByFen more are needed
	NoDeliveryFee Cause = "NO_FEE"    // there is no fee that it could take off
	NotTogether   Cause = "STACKING"  // it does not go together with what was chosen
	NothingLeft   Cause = "NOTHING"   // what was chosen leaves nothing that it could take off
	BetterWithout Cause = "BETTER"    // another set takes off more
)

// Blocked is one thing that keeps a coupon from being used on an order.
type Blocked struct {
	Cause      Cause
	Wants      []string
	ShortByFen int64
}

// base is what a coupon looks at: the goods that it is for, in fen.
func (t Terms) base(p Purchase) int64 {
	if len(t.Categories) == 0 {
		return p.AmountFen
	}
	var sum int64
	for _, l := range p.Lines {
		if l.Fen > 0 && slices.Contains(t.Categories, l.Category) {
			sum = min(p.AmountFen, sum+l.Fen)
		}
	}
	return sum
}

// Against lists what keeps a coupon by itself from being used on an order now; nothing when it is usable. A coupon that
// the order itself keeps is usable on it.
func (c Coupon) Against(p Purchase, order string, now time.Time) []Blocked {
	var out []Blocked
	if s := c.StateAt(now); s != Issued && (s != Frozen || order == "" || c.Order != order) {
		out = append(out, Blocked{Cause: NotNow})
	}
	t := c.Terms
	ask := func(met bool, b Blocked) {
		if !met {
			out = append(out, b)
		}
	}
	ask(among(t.Channels, p.Channel), Blocked{Cause: WrongChannel, Wants: t.Channels})
	ask(among(t.Stores, p.Store), Blocked{Cause: WrongStore, Wants: t.Stores})
	ask(len(t.Regions) == 0 || slices.ContainsFunc(t.Regions, func(r string) bool { return p.Region == r || strings.HasPrefix(p.Region, r+"-") }),
		Blocked{Cause: WrongRegion, Wants: t.Regions})
	ask(!t.FirstOrder || p.FirstOrder, Blocked{Cause: NotFirst})
	base := t.base(p)
	ask(base > 0 || len(t.Categories) == 0, Blocked{Cause: WrongGoods, Wants: t.Categories})
	ask(base >= t.MinOrderFen, Blocked{Cause: TooSmall, ShortByFen: t.MinOrderFen - base})
	ask(t.Kind != programme.Delivery || p.DeliveryFen > 0, Blocked{Cause: NoDeliveryFee})
	return out
}

func among(asked []string, one string) bool { return len(asked) == 0 || slices.Contains(asked, one) }
