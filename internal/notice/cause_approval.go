package notice

import (
	"time"

	"membergate/internal/clock"
	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// asked tells who may decide of wishes that wait, and who had a wish what became of it. Who took it back knows.
func (f *finding) asked() {
	if _, ok := f.p.Notice(programme.Approval); !ok {
		return
	}
	for _, home := range f.v.Homes {
		home = home.At(f.now)
		for _, a := range home.Approvals {
			f.waits(home, a)
			f.answered(home, a)
		}
	}
}

// waits tells of a wish that waits for the member's yes.
func (f *finding) waits(home family.Family, a family.Approval) {
	if a.StateAt(f.now) == family.Undecided && home.MayDecide(f.v.Profile.ID, a) {
		f.tell(Cause{
			Kind: programme.Approval, Key: a.ID, At: a.CreatedAt, Until: a.ExpiresAt,
			Fill: Fill{Case: programme.ApprovalWaits, Coins: a.Coins, Day: a.ExpiresAt}, Subject: requestOf(home, a),
		})
	}
}

// answered tells of a wish of the member's own that was answered, or has ended, when all is done that follows.
func (f *finding) answered(home family.Family, a family.Approval) {
	me, end := f.v.Profile.ID, a.Finished()
	if a.Requester != me || end == family.Undecided || a.DecidedBy == me {
		return
	}
	c := Cause{
		Kind: programme.Approval, Key: a.ID + " " + string(end), At: a.DecidedAt, Until: f.stale(a.DecidedAt),
		Fill: Fill{Case: string(end), Coins: a.Coins, Day: a.DecidedAt}, Subject: "Redemption:" + a.Redemption,
	}
	if in(home, me) { // the request says more: who answered, and with which words
		c.Subject = requestOf(home, a)
	}
	f.tell(c)
}

func requestOf(home family.Family, a family.Approval) string {
	return "ApprovalRequest:" + string(home.ID) + "/" + a.ID
}

func in(home family.Family, who member.ID) bool {
	_, is := home.Of(who)
	return is
}

// stale is when what happened at a time is no news any more on any of its day's moments.
func (f *finding) stale(at time.Time) time.Time {
	return clock.AddDays(clock.DayStart(at, f.p.Zone()), f.p.Notices.FreshDays+2, f.p.Zone())
}
