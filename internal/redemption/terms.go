package redemption

import (
	"crypto/rand"
	"strings"
	"time"

	"membergate/internal/clock"
	"membergate/internal/programme"
	"membergate/internal/reward"
)

// codeLength is 16 letters of 32: 80 bits. Nobody finds one of a hundred million good codes by guessing a million times
// a second for a year, so tills need no limit on wrong ones.
const codeLength = 16

// newCode makes a code that a till takes.
func newCode() string { return rand.Text()[:codeLength] }

// plain is a code as it is stored: people write it in groups, and in small letters. What cannot be a code is empty.
func plain(code string) string {
	code = strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(code))
	if len(code) != codeLength {
		return ""
	}
	return code
}

// Spoken is a code as people read it: in groups of four.
func Spoken(code string) string {
	var groups []string
	for len(code) > 4 {
		groups, code = append(groups, code[:4]), code[4:]
	}
	return strings.Join(append(groups, code), "-")
}

// paid gives a redemption its code, where it has one of its own, and its times from a moment on, as the programme in force
// then says. A seat can be given back until some hours before its slot begins, and its code is good until the slot ends.
func (r Redemption) paid(p *programme.Programme, at time.Time, slot *reward.Slot) Redemption {
	if r.Kind != reward.Voucher {
		r.Code = newCode()
	}
	terms, _ := p.Burning(programme.Item)
	r.CancelUntil = at.Add(time.Duration(terms.CancelMinutes) * time.Minute)
	switch {
	case slot != nil:
		early := slot.Start.Add(-time.Duration(terms.SlotCancelHours) * time.Hour)
		if early.After(r.CancelUntil) {
			r.CancelUntil = early
		}
		if r.CancelUntil.After(slot.Start) {
			r.CancelUntil = slot.Start
		}
		r.GoodUntil, r.UsableUntil = slot.End, slot.End
	case r.Kind != reward.Voucher:
		r.GoodUntil = clock.AddDays(at, terms.CodeDays, p.Zone())
		r.UsableUntil = r.GoodUntil.Add(time.Duration(terms.CodeGraceHours) * time.Hour)
	}
	return r
}
