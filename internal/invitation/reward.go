package invitation

import (
	"slices"
	"strconv"
	"time"

	"membergate/internal/account"
	"membergate/internal/clock"
	"membergate/internal/coupon"
	"membergate/internal/programme"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// Sides of an invitation, in the names of what each of them gets.
const (
	toInviter = "inviter"
	toInvitee = "invitee"
	atWelcome = "welcome"
)

// MetAt is when what the programme asks of an invitee was done, and false before.
func MetAt(v programme.Invitations, in account.Invited) (time.Time, bool) {
	if v.Condition == programme.OnJoining {
		return in.At, true
	}
	return in.OrderAt, in.Order != ""
}

// give puts rewards into an account: days into the standing, coins and coupons into the outbox. The standing must have
// been advanced to the time. All of it is given once under the invitation's id, however often it is put there.
func give(book tier.Book, p *programme.Programme, a account.Account, rewards []programme.InvitationReward, in account.Invited, side string, at time.Time) account.Account {
	outbox := a.Outbox[:len(a.Outbox):len(a.Outbox)]
	for i, r := range rewards {
		id := "invitation:" + in.ID + ":" + side + ":" + strconv.Itoa(i)
		if waits(a.Outbox, id) {
			continue
		}
		switch r.Kind {
		case programme.RewardDays:
			from := at
			if a.Standing.Clock.After(from) { // what was told late loses no day
				from = a.Standing.Clock
			}
			a.Standing = a.Standing.Give(book, tier.Grant{
				ID: id, Tier: r.Tier, Route: programme.ByDays, From: from, Until: clock.AddDays(from, r.Days, p.Zone()),
			})
		case programme.RewardUnits:
			outbox = append(outbox, account.Step{Posting: &wallet.Posting{
				Op: id, Kind: wallet.Earn, Coins: r.Coins, Expires: p.Expires(p.Coin(), at), Title: "coins.invitation", Ref: in.ID,
				Lines: []wallet.Line{{Code: "INVITATION", Coins: r.Coins}}, Programme: p.Version, At: at, Actor: "system",
			}})
		case programme.RewardCoupon:
			outbox = append(outbox, account.Step{Coupons: &coupon.Turn{Issue: []coupon.Issue{{
				Op: id, Template: r.Coupon, Member: a.Member, Source: coupon.ByInvitation, Ref: in.ID, At: at,
			}}}})
		}
	}
	a.Outbox = outbox
	return a
}

// waits tells whether an outbox holds what is given under an id already.
func waits(outbox []account.Step, id string) bool {
	return slices.ContainsFunc(outbox, func(s account.Step) bool {
		return s.Posting != nil && s.Posting.Op == id ||
			s.Coupons != nil && slices.ContainsFunc(s.Coupons.Issue, func(i coupon.Issue) bool { return i.Op == id })
	})
}

// Welcome puts into a newcomer's account that somebody brought them along, and what they get for it at once.
func Welcome(book tier.Book, a account.Account, in account.Invited) account.Account {
	p := book.At(in.At)
	v := p.Invitations
	a.Invited = &in
	a.Standing = a.Standing.Advance(book, in.At)
	a = give(book, p, a, v.Welcome, in, atWelcome, in.At)
	return follow(book, p, a, in)
}

// FirstOrder puts into an invitee's account that an order was paid, and what that gives. All orders but the first one
// change nothing.
func FirstOrder(book tier.Book, a account.Account, order string, at time.Time) account.Account {
	if a.Invited == nil || a.Invited.Order != "" {
		return a
	}
	in := *a.Invited
	in.Order, in.OrderAt = order, at.UTC().Truncate(time.Millisecond)
	a.Invited = &in
	p := book.At(in.At) // what was promised when they came
	if p.Invitations == nil || p.Invitations.Condition != programme.OnFirstOrder {
		return a
	}
	a.Standing = a.Standing.Advance(book, in.OrderAt)
	return follow(book, p, a, in)
}

// follow puts into an invitee's account what they get once what is asked was done, and that the inviter is to hear of it.
func follow(book tier.Book, p *programme.Programme, a account.Account, in account.Invited) account.Account {
	if at, met := MetAt(*p.Invitations, in); met {
		a = give(book, p, a, p.Invitations.Invitee, in, toInvitee, at)
	}
	a.Outbox = append(a.Outbox[:len(a.Outbox):len(a.Outbox)], account.Step{Invited: &in})
	return a
}

// Reward puts into an inviter's account what one invitee gives. The account must exist when that was.
func Reward(book tier.Book, a account.Account, in account.Invited) account.Account {
	p := book.At(in.At)
	at, met := MetAt(*p.Invitations, in)
	if !met {
		return a
	}
	a.Standing = a.Standing.Advance(book, at)
	a = give(book, p, a, p.Invitations.Inviter, in, toInviter, at)
	if action := p.Invitations.Action; action != "" {
		a.Standing = a.Standing.Did(book, at, "invitation:"+in.ID, action, 0)
	}
	a.Standing = a.Standing.Foreseen(book)
	return a
}
