package order

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
)

// PaymentRecord is the id of the record of a payment for a membership: it counts once, whatever the event's own id.
func PaymentRecord(payment string) string { return "payment:" + payment }

// ActionRecord is the id of the record of an action that names itself: one member's code and ref count once, whatever the
// event's own id.
func ActionRecord(who member.ID, code, ref string) string {
	sum := sha256.Sum256([]byte(string(who) + "\x00" + code + "\x00" + ref))
	return "action:" + hex.EncodeToString(sum[:])
}

// record is the id of the record that a deed has besides that of its telling; empty for none.
func (d Deed) record() string {
	switch {
	case d.Payment != nil:
		return PaymentRecord(d.Payment.ID)
	case d.Type == programme.ActionRecorded:
		return ActionRecord(d.Member, d.Fields["code"], d.Fields["ref"])
	default:
		return ""
	}
}

// told tells whether what was told was counted before under another telling, and refuses what is another member's.
func (d Deed) told(found map[string]Record) (bool, error) {
	r, ok := found[d.record()]
	if ok && r.Event.Member != d.Member {
		return false, fault.Bad("paymentId", "payment %s is of another member", d.Payment.ID) // an action's record names its member
	}
	return r.Applied, nil
}

// allowed refuses a payment for what cannot be given, so that whoever took the money hears of it.
func (d Deed) allowed(book tier.Book, s tier.Standing) error {
	if d.Naming != nil {
		return d.Naming.Check(book.At(d.At))
	}
	if d.Payment == nil {
		return nil
	}
	if err := d.Payment.Check(book.At(d.At)); err != nil {
		return err
	}
	if d.Payment.Trial && s.Tried(tier.PaymentGrant(d.Payment.ID)) {
		return fault.Bad("data.route", "payment %s is for a trial; member %s has had one", d.Payment.ID, d.Member)
	}
	return nil
}

// promised refuses a payment by an offer that the member has not, or that another payment has taken.
func (s *Service) promised(ctx context.Context, d Deed, st tier.Standing) error {
	if d.Payment == nil || d.Payment.Offer == "" {
		return nil
	}
	for _, g := range st.Grants {
		if g.Offer == d.Payment.Offer && g.ID != tier.PaymentGrant(d.Payment.ID) {
			return fault.Bad("data.offerId", "data.offerId is %q, which %s has paid already", d.Payment.Offer, g.ID)
		}
	}
	if s.Offers == nil {
		return fault.Bad("data.offerId", "data.offerId is %q; nothing is offered here", d.Payment.Offer)
	}
	return s.Offers.Promised(ctx, d.Member, d.Payment.Offer, d.Payment.Tier, d.Payment.Trial, d.At)
}

// lift applies to a standing what a deed does besides counting: what was paid for or given back, and newcomers' tasks.
func (d Deed) lift(book tier.Book, s tier.Standing, joined time.Time, action string) tier.Standing {
	switch {
	case d.Payment != nil:
		s = s.Bought(book, d.At, *d.Payment)
	case d.Naming != nil:
		s = s.Name(*d.Naming)
	case d.Undoes != "":
		s = s.TakeBack(book, d.At, tier.PaymentGrant(d.Undoes))
	}
	if action == "" {
		return s
	}
	return s.Started(book, joined, d.At, action)
}

// startedBy counts an order as the newcomer's task that the programme says it is.
func startedBy(book tier.Book, p *programme.Programme, s tier.Standing, joined time.Time, e Event) tier.Standing {
	if action := p.Action(string(Paid), nil); action != "" && e.Fen > 0 {
		return s.Started(book, joined, e.At, action)
	}
	return s
}
