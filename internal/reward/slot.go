package reward

import (
	"time"

	"membergate/internal/programme"
)

// Slot is a time at a place for which a reward has seats.
type Slot struct {
	ID     string // as SlotID makes it
	Reward string
	Store  string         // code of the store
	Place  programme.Text // where that is
	Start  time.Time      // of entry; inclusive
	End    time.Time      // exclusive
	Seats  int64
}

// SlotID names the slot of a reward in a store that begins at a time: there is one such. Ids of a reward sort by time.
func SlotID(reward, store string, start time.Time) string {
	return SlotsFrom(reward, start) + ":" + store
}

// SlotsFrom is what ids of a reward's slots that begin at a time or later are greater than.
func SlotsFrom(reward string, start time.Time) string {
	return reward + ":" + start.UTC().Format("20060102T150405Z")
}
