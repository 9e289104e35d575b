package notice

import (
	"time"

	"membergate/internal/clock"
	"membergate/internal/programme"
	"membergate/internal/tier"
)

// status is the object that notices about tiers lead to.
func (f *finding) status() string { return "TierStatus:" + string(f.v.Profile.ID) }

// turned tells of the tier's changes that are written down. What is due and not settled yet is told when it is.
func (f *finding) turned() {
	for _, c := range f.v.Account.Standing.History {
		told := Cause{
			Key: c.At.UTC().Format(time.RFC3339Nano) + " " + c.From + ">" + c.To + " " + string(c.Reason), At: c.At,
			Until: clock.AddDays(c.At, f.p.Notices.FreshDays+1, f.p.Zone()),
			Fill:  Fill{Tier: c.To, From: c.From, Day: c.At}, Subject: f.status(),
		}
		switch {
		case c.Reason == tier.Joined:
			continue
		case c.Reason == tier.FellShort:
			if f.s.State != tier.Protected { // it is over already
				continue
			}
			told.Kind, told.Fill.Day = programme.TierProtected, f.s.ProtectedUntil
		case c.Reason == tier.Restored:
			told.Kind = programme.TierRestored
		default:
			told.Kind = programme.TierChanged
		}
		f.tell(told)
	}
}

// risk tells before a settlement that it will find too little.
func (f *finding) risk() {
	settlement, ok := tier.NextSettlement(f.p, f.now)
	if _, listed := f.p.Notice(programme.TierAtRisk); !ok || !listed || f.s.StateAt(f.p, f.now) == tier.Protected {
		return
	}
	if missing := f.s.Forecast(f.book, f.now).ToStay; missing > 0 {
		held := f.s.Held(f.p, f.now).Code
		f.ahead(programme.TierAtRisk, settlement, held+" "+settlement.UTC().Format(time.RFC3339), Cause{
			Fill: Fill{Tier: held, Points: missing}, Subject: f.status(),
		})
	}
}

// protection tells before it is over.
func (f *finding) protection() {
	if f.s.StateAt(f.p, f.now) != tier.Protected {
		return
	}
	f.ahead(programme.ProtectionEnding, f.s.ProtectedUntil, f.s.ProtectedUntil.UTC().Format(time.RFC3339), Cause{
		Fill: Fill{Tier: f.s.Held(f.p, f.now).Code, Points: f.s.Shortfall(f.p, f.now)}, Subject: f.status(),
	})
}

// memberships tells before a tier that was bought or given ends, on the days that the programme has for it.
func (f *finding) memberships() {
	for _, e := range f.s.Ending(f.p, f.now) {
		code := programme.MembershipEnding
		if e.Renews {
			code = programme.MembershipRenews
		}
		k, ok := f.p.Notice(code)
		if !ok {
			continue
		}
		f.before(k, e.Until, e.RemindAt, e.Tier+" "+e.Last+" "+e.Until.UTC().Format(time.RFC3339), Cause{Fill: Fill{Tier: e.Tier}, Subject: f.status()})
	}
}
