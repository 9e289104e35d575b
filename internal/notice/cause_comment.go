package notice

import (
	"membergate/internal/clock"
	"membergate/internal/programme"
)

// talked tells of comments once for each post and local day: whoever wrote what many talk about hears of it every day,
// not every minute.
func (f *finding) talked() {
	if _, ok := f.p.Notice(programme.Commented); !ok {
		return
	}
	told := map[string]bool{}
	for i := len(f.v.Heard) - 1; i >= 0; i-- { // the oldest first
		h := f.v.Heard[i]
		key := string(h.Post) + " " + clock.Day(h.At, f.p.Zone())
		if told[key] || h.At.Before(f.fresh()) {
			continue
		}
		told[key] = true
		f.tell(Cause{
			Kind: programme.Commented, Key: key, At: h.At,
			// The last moment of the day stays news for the fresh days.
			Until: clock.AddDays(clock.DayStart(h.At, f.p.Zone()), f.p.Notices.FreshDays+2, f.p.Zone()),
			Fill:  Fill{Day: h.At}, Subject: "Post:" + string(h.Post),
		})
	}
}
