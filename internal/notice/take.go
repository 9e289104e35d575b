package notice

import (
	"slices"
	"time"

	"membergate/internal/programme"
)

// groups are the ids of the group notices that causes may belong to.
func groups(v View, causes []Cause) (ids []string) {
	for _, c := range causes {
		if c.Group != "" {
			ids = append(ids, NoticeID(v.Profile.ID, c.Kind, c.Group))
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// take is the inbox after a look: the causes that it has not seen have become notices in its outbox, and it has seen all
// that the view shows. Known are the group notices that there are; nothing may be left in the outbox from before.
func (in Inbox) take(p *programme.Programme, v View, set Settings, causes []Cause, next, now time.Time, known map[string]Notice) Inbox {
	in.Member, in.Wallet, in.Account, in.Due = v.Profile.ID, v.Account.Wallet, v.Account.Version, next
	in.Outbox = nil
	in.Seen = slices.DeleteFunc(slices.Clone(in.Seen), func(s Seen) bool { return !s.Until.After(now) })
	for _, c := range causes {
		if !c.Until.IsZero() {
			name := c.Kind + " " + c.Key
			if in.has(name) {
				continue
			}
			in.Seen = append(in.Seen, Seen{Cause: name, Until: c.Until})
		}
		k, ok := p.Notice(c.Kind)
		if !ok || k.Marketing && !v.Profile.Agreed(programme.Marketing) {
			continue
		}
		if wants := set.Wants(k); wants.Inbox || wants.Push {
			in.add(p, c, k, set, wants, now, known)
		}
	}
	in.Ledgers = nil
	for _, purse := range v.Purses {
		in.Ledgers = append(in.Ledgers, Ledger{Currency: purse.Currency, Seq: purse.Head.Seq})
	}
	if len(in.Outbox) > 0 {
		in.Due = Marked // until the outbox is carried out
	}
	return in
}

// add makes a notice of a cause, or lets the group that it belongs to grow.
func (in *Inbox) add(p *programme.Programme, c Cause, k programme.NoticeKind, set Settings, wants Switch, now time.Time, known map[string]Notice) {
	key := c.Key
	if c.Group != "" {
		key = c.Group
	}
	id := NoticeID(in.Member, c.Kind, key)
	n := Notice{ID: id, Member: in.Member, Kind: c.Kind, Key: key, Fill: c.Fill, Hidden: !wants.Inbox}
	at := slices.IndexFunc(in.Outbox, func(o Notice) bool { return o.ID == id })
	if before, grows := known[id]; grows && at < 0 {
		n.Rev, n.Count, n.Hidden, n.Fill.Coins, n.Push = before.Rev, before.Count, before.Hidden && n.Hidden, before.Fill.Coins+c.Fill.Coins, before.Push
	}
	if at >= 0 {
		n = in.Outbox[at]
		n.Fill.Coins += c.Fill.Coins
		in.Outbox = slices.Delete(in.Outbox, at, at+1)
	} else {
		n.Rev++
	}
	if n.Rev == 1 && n.Count == 0 && wants.Push && len(set.Devices) > 0 {
		n.Push = Push{State: Waiting, Due: now}
		if !k.Urgent {
			n.Push.Due = set.Loud(p, now)
		}
	}
	n.Count++
	n.At, n.Subject = now, c.Subject
	in.Last++
	n.Number = in.Last
	in.Outbox = append(in.Outbox, n)
}
