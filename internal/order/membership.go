package order

import (
	"time"

	"membergate/internal/fault"
	"membergate/internal/programme"
	"membergate/internal/tier"
)

// PaymentRecord is the id of the record of a payment for a membership: it counts once, whatever the event's own id.
func PaymentRecord(payment string) string { return "payment:" + payment }

// record is the id of the record that a deed has besides that of its telling; empty for none.
func (d Deed) record() string {
	if d.Payment == nil {
		return ""
	}
	return PaymentRecord(d.Payment.ID)
}

// told tells whether what was told was counted before under another telling, and refuses what is another member's.
func (d Deed) told(found map[string]Record) (bool, error) {
	r, ok := found[d.record()]
	if ok && r.Event.Member != d.Member {
		return false, fault.Bad("paymentId", "payment %s is of another member", d.Payment.ID)
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
